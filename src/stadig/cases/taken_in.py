"""Files that the diary desk takes in: scanned letters (PDF), saved e-mails and pictures, told apart by what they hold.

A file is kept from the first try, so that a form with a fault in it does not have to be given the file again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from stadig.cases import mail_file
from stadig.city import clock
from stadig.files import actions as files
from stadig.files import purposes
from stadig.files.models import StoredFile

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from stadig.city.models import User

PURPOSE: Final = "cases.desk"
MOST_BYTES: Final = 25 * 2**20
MAIL: Final = "message/rfc822"
KEEP: Final = timedelta(days=3)


def register() -> None:
    """Said when the program starts: a file at the desk is read by the one who took it in."""
    purposes.register(PURPOSE, may_read=lambda user, file: file.stored_by == user, keep=KEEP, most_bytes=MOST_BYTES)


def take_in(upload: UploadedFile, by: User) -> StoredFile:
    """Keep the file at the desk. Raises ``files.FileError`` with words for the one at the desk."""
    if not upload.size or upload.size > MOST_BYTES:
        raise files.TooLarge(
            _("Filen är för stor. Den får vara högst %(most)s MB.") % {"most": MOST_BYTES // 2**20}
            if upload.size
            else _("Filen är tom. Välj den en gång till.")
        )
    head = upload.read(1024)
    upload.seek(0)
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG", b"RIFF")):
        return files.store(upload, by, purpose=PURPOSE)
    data = upload.read()
    name = f"handling-{clock.now():%Y%m%d-%H%M%S}"
    if head.startswith(b"%PDF-"):
        return files.keep(data, by, purpose=PURPOSE, name=f"{name}.pdf")
    try:
        mail_file.read(data)
    except mail_file.NotAnEmail as error:
        raise files.WrongType(
            _("Vi kan ta emot PDF, sparad e-post (.eml) och bilder. Spara filen så och välj den igen.")
        ) from error
    return files.keep(data, by, purpose=PURPOSE, name=f"{name}.eml", content_type=MAIL)


def find(by: User, file_id: Any) -> StoredFile | None:
    """A file that ``by`` took in and has not registered yet."""
    return StoredFile.objects.filter(pk=file_id, purpose=PURPOSE, stored_by=by).first() if file_id else None


def mail_of(file: StoredFile) -> mail_file.Mail | None:
    """What a saved e-mail says; None for another file."""
    if file.content_type != MAIL:
        return None
    with default_storage.open(files.path_of(file)) as stored:
        return mail_file.read(stored.read())
