"""Files that go with a message in a case, from either side: pictures, PDF and documents, each held in quarantine until it is checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from stadig.cases import access, writing
from stadig.cases.models import Message
from stadig.city.verbs import verb
from stadig.files import actions as files

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.files.uploadedfile import UploadedFile

    from stadig.city.models import User
    from stadig.files.models import StoredFile


@verb
def write(by: User, case_id: int, text: str, uploads: Sequence[UploadedFile] = (), *, request_id: UUID | None = None) -> Message:
    """A message with files: all of it or nothing, and sent twice it is one.

    Raises ``files.FileError`` with words for the sender, and what ``writing.write`` raises.
    """
    stored: list[StoredFile] = []
    try:
        stored.extend(files.store(one, by, purpose=access.FILES, name="bilaga") for one in uploads)
        return writing.write(by, case_id, text, stored)
    except Exception:
        for one in stored:  # the rows go with the transaction; the bytes would stay
            files.erase(one)
        raise
