"""Putting a case where the other system finds it: in a folder, over SFTP, or by a call. The same case again is the same files, the same key."""

from __future__ import annotations

import base64
import contextlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage

from stadig.cases.models import Case, Document
from stadig.eservices.handing import sftp
from stadig.eservices.handing.declaration import Declaration, written
from stadig.files.actions import path_of
from stadig.files.models import FileState, StoredFile
from stadig.post import outside


class NotYet(OSError):
    """The receipt or a file is still being made or checked. The next try finds it."""


def deliver(declaration: Declaration, case: Case, key: str) -> str:
    """Hand the case over; returns the other system's number, empty where it comes later.

    Raises OSError when it may go better next time, ``outside.OutsideError`` with ``again`` false or ``declared.DeclarationError``
    when it will not.
    """
    documents = list(Document.objects.filter(case=case).prefetch_related("files"))
    received = next(one for one in documents if one.number == 1)
    receipt = next((file for one in documents if one.kind == "receipt" for file in one.files.all()), None)
    attached = [file for file in received.files.all() if file.state != FileState.REJECTED]
    if receipt is None or any(file.state == FileState.QUARANTINED for file in attached):
        raise NotYet
    if declaration.way == "rest" and declaration.call:
        files = [_encoded(file) for file in attached]
        return outside.do(
            declaration.call, _values(case, received, key) | {"files": files, "receipt": _encoded(receipt)}, key=key
        )
    name = re.sub(r"[^A-Za-zÅÄÖåäö0-9]+", "-", case.number)
    named = {f"{name}-{at}{Path(file.name).suffix}": file for at, file in enumerate(attached, 1)}
    values = _values(case, received, key) | {
        "files": [{"name": one, "content_type": file.content_type} for one, file in named.items()],
        "receipt": {"name": f"{name}.pdf"},
    }
    put = [(one, _bytes(file)) for one, file in named.items()]
    put += [(f"{name}.pdf", _bytes(receipt)), (f"{name}.{declaration.format}", written(declaration, values))]
    if declaration.sftp:
        sftp.put(declaration.sftp, put)
    else:
        _to_folder(Path(settings.HANDOVER_DIR) / declaration.folder / "out", put)
    return ""


def _values(case: Case, received: Document, key: str) -> dict[str, Any]:
    return {
        "key": key,
        "answers": received.data or {},
        "case": {
            "number": case.number,
            "type": case.type.slug,
            "title": case.title,
            "channel": case.channel,
            "registered_at": case.registered_at.isoformat(),
            "language": received.language,
        },
    }


def _to_folder(folder: Path, files: Sequence[tuple[str, bytes]]) -> None:
    """Each file whole or not at all, the one with the data last: who sees it knows that the others are there."""
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    for name, data in files:
        part = folder / f".{name}.part"
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(folder / name)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise


def _bytes(file: StoredFile) -> bytes:
    with default_storage.open(path_of(file)) as stored:
        return stored.read()


def _encoded(file: StoredFile) -> dict[str, str]:
    return {"name": file.name, "content_type": file.content_type, "content": base64.b64encode(_bytes(file)).decode()}
