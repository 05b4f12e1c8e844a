"""Files that go with a message in a case, from either side: pictures, PDF and documents, each held in quarantine until it is checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.cases import access, writing
from stadig.cases.models import Message
from stadig.city.verbs import verb
from stadig.files import actions as files
from stadig.files.purposes import ACCEPT

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.files.uploadedfile import UploadedFile

    from stadig.city.models import User
    from stadig.files.models import StoredFile

MOST: Final = 5


class _Several(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Up to :data:`MOST` files, as a list; what is in them is looked at when they are stored."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=gettext_lazy("Filer"),
            required=False,
            help_text=gettext_lazy(
                "Bild, PDF eller dokument, högst fem filer om 12 MB. Vi tar bort uppgiften om var bilder togs."
            ),
            widget=_Several(attrs={"accept": ",".join(ACCEPT.values())}),
            error_messages={"empty": gettext_lazy("En fil är tom. Välj filerna en gång till.")},
            **options,
        )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > MOST:
            raise forms.ValidationError(_("Skicka högst fem filer åt gången."))
        return [super(FilesField, self).clean(one, initial) for one in given]


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
