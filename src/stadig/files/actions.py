"""Take in a file, release it after a check, erase it when its time is out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from stadig.city import audit, clock
from stadig.city.verbs import verb
from stadig.files import purposes, scanning, sniffing
from stadig.files.models import FileState, StoredFile

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.files.uploadedfile import UploadedFile

    from stadig.city.models import Person, User


class FileError(Exception):
    """Why a file was not taken. The text is for the person who sent it."""


class TooLarge(FileError):
    """More bytes than the purpose allows."""


class WrongType(FileError):
    """Not a kind of file that the purpose allows, or one that cannot be trusted."""


def path_of(file: StoredFile) -> str:
    """Where the bytes lie, under the storage's own root, outside everything a web server serves."""
    folder = "quarantine" if file.state == FileState.QUARANTINED else "stored"
    return f"{folder}/{file.id.hex[:2]}/{file.id.hex}"


@verb
def store(
    upload: UploadedFile, by: User | None, *, purpose: str, families: Collection[str] | None = None, name: str = ""
) -> StoredFile:
    """Keep a file for a purpose. In quarantine until ``release`` has checked it.

    A picture is stripped of all but its pixels; a document is kept as it is. ``families`` narrows what the purpose allows;
    ``name`` is the beginning of the name it is downloaded under, never the sender's own.
    Raises TooLarge or WrongType, with words for the sender; KeyError for an unregistered purpose.
    """
    rules = purposes.of(purpose)
    allowed = set(rules.families) & set(families) if families is not None else set(rules.families)
    if not upload.size or upload.size > rules.most_bytes:
        raise TooLarge(
            _("Filen är för stor. Skicka en fil som är mindre än %(most)s MB.") % {"most": rules.most_bytes // 2**20}
            if upload.size
            else _("Filen är tom. Välj filen en gång till.")
        )
    kind, data = _taken(upload.read(), allowed)
    now = clock.now()
    file = StoredFile.objects.create(
        purpose=purpose,
        name=f"{(name or purpose).replace('.', '-')[:80]}-{now:%Y%m%d-%H%M%S}{kind.ending}",
        content_type=kind.content_type,
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


def _taken(data: bytes, allowed: Collection[str]) -> tuple[sniffing.Kind, bytes]:
    """What the bytes are, and the bytes to keep. Raises WrongType."""
    from stadig.files import images  # the picture libraries are loaded when the first picture comes

    try:
        kind = sniffing.kind_of(data)
        if kind.family in allowed:
            return kind, images.cleaned(data) if kind.family == "picture" else data
    except images.NotAPicture as error:
        raise WrongType(_("Vi kan inte läsa bilden. Ta en ny bild, eller spara den som JPEG.")) from error
    except sniffing.NotTaken as error:
        if str(error) == "programs":
            raise WrongType(_("Dokumentet innehåller program, till exempel makron. Spara det som PDF utan dem.")) from error
        if str(error) != "unknown":
            raise WrongType(_("Filen är skadad eller går inte att lita på. Spara dokumentet på nytt som PDF.")) from error
    if set(allowed) == {"picture"}:
        raise WrongType(_("Vi kan inte läsa filen som en bild. Skicka en bild av typen JPEG, PNG, WebP eller HEIC."))
    raise WrongType(_("Vi kan inte ta emot den sortens fil. Skicka en PDF, en bild eller ett dokument från Word eller Excel."))


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
    """Let a quarantined file out when its bytes are what was stored and nothing harmful was found; otherwise stop it for good.

    Raises ``scanning.ScannerDown`` when a scanner is set (``STADIG_CLAMD``) and does not answer: the file stays, and the job tries again.
    """
    file = StoredFile.objects.select_for_update().get(pk=file_id)
    if file.state != FileState.QUARANTINED:
        return file
    kept_at = path_of(file)
    with default_storage.open(kept_at) as stored:
        data = stored.read()
    file.state = FileState.RELEASED if _is_sound(file, data) else FileState.REJECTED
    if file.state == FileState.RELEASED and not default_storage.exists(path_of(file)):
        default_storage.save(path_of(file), ContentFile(data))
    file.save(update_fields=["state"])
    default_storage.delete(kept_at)
    audit.record(None, file.state, ("files.StoredFile", str(file.id)))
    return file


def _is_sound(file: StoredFile, data: bytes) -> bool:
    """Whether the bytes are those that were stored, are still what they were taken for, and carry nothing harmful."""
    if hashlib.sha256(data).hexdigest() != file.sha256:
        return False
    try:
        kind = sniffing.kind_of(data)
    except sniffing.NotTaken:
        return False
    from stadig.files import images

    clean = kind.content_type == file.content_type and (kind.family != "picture" or images.is_clean(data))
    return clean and not (settings.CLAMD and scanning.harm_in(data, settings.CLAMD))


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


def forget_sender(person: Person) -> None:
    """The person who sent in files is being destroyed: the files are whose they are part of, and no longer theirs."""
    StoredFile.objects.filter(stored_by__person=person, stored_by__is_staff=False).update(stored_by=None)
