"""Files that the diary desk takes in: scanned letters, saved e-mails, documents and pictures, told apart by what they hold.

They lie in quarantine until they are checked, as what residents send does. A file is kept from the first try, so that a form with a fault
in it does not have to be given the file again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from stadig.cases import mail_file
from stadig.files import actions as files
from stadig.files import purposes, sniffing
from stadig.files.models import StoredFile

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from stadig.city.models import User

PURPOSE: Final = "cases.desk"
MOST_BYTES: Final = 25 * 2**20
FAMILIES: Final = ("picture", "pdf", "office", "mail")
KEEP: Final = timedelta(days=3)


def register() -> None:
    """Said when the program starts: a file at the desk is read by the one who took it in."""
    purposes.register(
        PURPOSE, may_read=lambda user, file: file.stored_by == user, keep=KEEP, most_bytes=MOST_BYTES, families=FAMILIES
    )


def take_in(upload: UploadedFile, by: User) -> StoredFile:
    """Keep the file at the desk, in quarantine until it is checked. Raises ``files.FileError`` with words for the one at the desk."""
    if upload.size and upload.size > MOST_BYTES:
        raise files.TooLarge(_("Filen är för stor. Den får vara högst %(most)s MB.") % {"most": MOST_BYTES // 2**20})
    try:
        kind = sniffing.kind_of(upload.read())
        upload.seek(0)
    except sniffing.NotTaken as error:
        if str(error) == "unknown":
            raise files.WrongType(
                _(
                    "Vi kan ta emot PDF, sparad e-post (.eml), bilder och dokument från Word eller Excel. Spara filen så och välj den igen."
                )
            ) from error
        upload.seek(0)
    else:
        if kind is sniffing.MAIL:
            _check_mail(upload)
    return files.store(upload, by, purpose=PURPOSE, name="handling")


def find(by: User, file_id: Any) -> StoredFile | None:
    """A file that ``by`` took in and has not registered yet."""
    return StoredFile.objects.filter(pk=file_id, purpose=PURPOSE, stored_by=by).first() if file_id else None


def mail_of(file: StoredFile) -> mail_file.Mail | None:
    """What a saved e-mail says; None for another file."""
    if file.content_type != sniffing.MAIL.content_type:
        return None
    with default_storage.open(files.path_of(file)) as stored:
        return mail_file.read(stored.read())


def _check_mail(upload: UploadedFile) -> None:
    """Raises ``files.WrongType`` for headers without a sender."""
    try:
        mail_file.read(upload.read())
    except mail_file.NotAnEmail as error:
        raise files.WrongType(_("Vi kan inte läsa e-posten. Spara den på nytt som .eml, eller som PDF.")) from error
    finally:
        upload.seek(0)
