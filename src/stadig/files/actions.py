"""Take in a file, release it after a check, erase it when its time is out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from stadig.city import audit, clock
from stadig.city.verbs import verb
from stadig.files import images, purposes
from stadig.files.models import FileState, StoredFile

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.files.uploadedfile import UploadedFile

    from stadig.city.models import User


class FileError(Exception):
    """Why a file was not taken. The text is for the person who sent it."""


class TooLarge(FileError):
    """More bytes than the purpose allows."""


class WrongType(FileError):
    """Not a picture we can read."""


def path_of(file: StoredFile) -> str:
    """Where the bytes lie, under the storage's own root, outside everything a web server serves."""
    folder = "quarantine" if file.state == FileState.QUARANTINED else "stored"
    return f"{folder}/{file.id.hex[:2]}/{file.id.hex}"


@verb
def store(upload: UploadedFile, by: User | None, *, purpose: str) -> StoredFile:
    """Keep a picture for a purpose, stripped of all but its pixels. In quarantine until ``release`` has checked it.

    Raises TooLarge or WrongType, with words for the sender; KeyError for an unregistered purpose.
    """
    rules = purposes.of(purpose)
    if not upload.size or upload.size > rules.most_bytes:
        raise TooLarge(
            _("Bilden är för stor. Skicka en bild som är mindre än %(most)s MB.") % {"most": rules.most_bytes // 2**20}
            if upload.size
            else _("Filen är tom. Välj bilden en gång till.")
        )
    try:
        data = images.cleaned(upload.read())
    except images.NotAPicture as error:
        raise WrongType(_("Vi kan inte läsa filen som en bild. Skicka en bild av typen JPEG, PNG eller WebP.")) from error
    now = clock.now()
    file = StoredFile.objects.create(
        purpose=purpose,
        name=f"{purpose.replace('.', '-')}-{now:%Y%m%d-%H%M%S}.jpg",
        content_type="image/jpeg",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        stored_at=now,
        stored_by=by,
        erase_at=now + rules.keep if rules.keep else None,
    )
    try:
        default_storage.save(path_of(file), ContentFile(data))
    except OSError:  # a full disk: half a picture without a row would never be erased
        default_storage.delete(path_of(file))
        raise
    from stadig.files.tasks import check

    check.defer(file_id=str(file.id))
    audit.record(by, "stored", ("files.StoredFile", str(file.id)))
    return file


@verb
def keep(
    data: bytes,
    by: User | None,
    *,
    purpose: str,
    name: str,
    content_type: str = "application/pdf",
    request_id: UUID | None = None,
) -> StoredFile:
    """Keep a document we drew up ourselves. It needs no quarantine: nobody outside has touched it.

    ``name`` is what it is downloaded under: never a person's name in it. Raises KeyError for an unregistered purpose.
    """
    rules = purposes.of(purpose)
    now = clock.now()
    file = StoredFile.objects.create(
        purpose=purpose,
        name=name[:120],
        content_type=content_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        state=FileState.RELEASED,
        stored_at=now,
        stored_by=by,
        erase_at=now + rules.keep if rules.keep else None,
    )
    try:
        default_storage.save(path_of(file), ContentFile(data))
    except OSError:
        default_storage.delete(path_of(file))
        raise
    audit.record(by, "stored", ("files.StoredFile", str(file.id)))
    return file


@verb
def hand_over(by: User | None, file_ids: Iterable[Any], *, purpose: str) -> list[StoredFile]:
    """Give files to another purpose, with its readers and its end. Raises KeyError for an unregistered purpose."""
    rules, wanted = purposes.of(purpose), list(file_ids)
    if not wanted:
        return []
    erase_at = clock.now() + rules.keep if rules.keep else None
    StoredFile.objects.filter(pk__in=wanted).update(purpose=purpose, erase_at=erase_at)
    found = list(StoredFile.objects.filter(pk__in=wanted).order_by("stored_at", "pk"))
    for file in found:
        audit.record(by, "handed over", ("files.StoredFile", str(file.id)))
    return found


@verb
def release(file_id: Any) -> StoredFile:
    """Let a quarantined file out when its bytes are what was stored and carry only pixels; otherwise stop it for good."""
    file = StoredFile.objects.select_for_update().get(pk=file_id)
    if file.state != FileState.QUARANTINED:
        return file
    kept_at = path_of(file)
    with default_storage.open(kept_at) as stored:
        data = stored.read()
    unchanged = hashlib.sha256(data).hexdigest() == file.sha256
    file.state = FileState.RELEASED if unchanged and images.is_clean(data) else FileState.REJECTED
    if file.state == FileState.RELEASED and not default_storage.exists(path_of(file)):
        default_storage.save(path_of(file), ContentFile(data))
    file.save(update_fields=["state"])
    default_storage.delete(kept_at)
    audit.record(None, file.state, ("files.StoredFile", str(file.id)))
    return file


@verb
def erase_outdated() -> int:
    """Erase files whose time is out; returns how many. Bytes go before the row, so a row never hides bytes."""
    erased = 0
    for file in StoredFile.objects.select_for_update(skip_locked=True).filter(erase_at__lte=clock.now())[:500]:
        default_storage.delete(path_of(file))
        file.delete()
        audit.record(None, "erased", ("files.StoredFile", str(file.id)))
        erased += 1
    return erased


@verb
def erase(file: StoredFile) -> None:
    """Erase one file that its owner has taken back. Bytes go before the row."""
    default_storage.delete(path_of(file))
    file.delete()
    audit.record(None, "erased", ("files.StoredFile", str(file.id)))
