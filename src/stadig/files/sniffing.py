"""What a file is, by its bytes and never by its name; and whether it is something else as well.

A file that two programs would read as two different things (a *polyglot*) is refused: what a check saw would not be what someone
opens. So is a document that carries programs. No Django, no clock.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from typing import Final

import puremagic


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that may be taken. ``family`` is picture, pdf, office or mail."""

    family: str
    ending: str
    content_type: str


PICTURE: Final = Kind("picture", ".jpg", "image/jpeg")
PDF: Final = Kind("pdf", ".pdf", "application/pdf")
_OPEN_XML: Final = "application/vnd.openxmlformats-officedocument."
OFFICE: Final = {
    "word/document.xml": Kind("office", ".docx", _OPEN_XML + "wordprocessingml.document"),
    "xl/workbook.xml": Kind("office", ".xlsx", _OPEN_XML + "spreadsheetml.sheet"),
    "ppt/presentation.xml": Kind("office", ".pptx", _OPEN_XML + "presentationml.presentation"),
}
"""A part that must be in the archive → what it is (ECMA-376)."""
_OPEN_DOCUMENT: Final = "application/vnd.oasis.opendocument."
OPEN_DOCUMENT: Final = {
    _OPEN_DOCUMENT + "text": Kind("office", ".odt", _OPEN_DOCUMENT + "text"),
    _OPEN_DOCUMENT + "spreadsheet": Kind("office", ".ods", _OPEN_DOCUMENT + "spreadsheet"),
    _OPEN_DOCUMENT + "presentation": Kind("office", ".odp", _OPEN_DOCUMENT + "presentation"),
}
"""What ``mimetype``, the archive's first part, says → what it is (ISO/IEC 26300-2)."""
MAIL: Final = Kind("mail", ".eml", "message/rfc822")
"""A saved e-mail: header fields, From among them, and an empty line (RFC 5322)."""
PICTURES: Final = ("image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/mpo")
MOST_PARTS: Final = 5_000
MOST_UNPACKED: Final = 200 * 2**20
TAIL: Final = 2048
"""Bytes after a PDF's last %%EOF that some printers and signers add."""
_PROGRAMS: Final = re.compile(r"(^|/)(vbaProject\.bin|activeX/|embeddings/.*\.(bin|exe|js))|(^|/)(Scripts|Basic)/", re.IGNORECASE)
_ACTIVE: Final = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia)\b")
_HEADER: Final = re.compile(rb"(?:[!-9;-~]{1,60}:[^\r\n]{0,998}\r?\n(?:[ \t][^\r\n]*\r?\n)*){2,}\r?\n?")
_FROM: Final = re.compile(rb"^From:", re.IGNORECASE | re.MULTILINE)
_WHEN: Final = re.compile(rb"^(?:Date|Subject):", re.IGNORECASE | re.MULTILINE)
_MARKUP: Final = re.compile(rb"<(?:script|html|svg|!doctype|\?php)", re.IGNORECASE)


class NotTaken(ValueError):
    """Why a file is not taken: *unknown*, *polyglot*, *programs* or *damaged*."""


def kind_of(data: bytes) -> Kind:
    """What the bytes are. Raises NotTaken."""
    if data.startswith(b"%PDF-"):
        return _pdf(data)
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    if _is_picture(data):
        return PICTURE
    if (head := _HEADER.match(data[:65_536])) and _FROM.search(head[0]) and _WHEN.search(head[0]):
        return MAIL
    raise NotTaken("unknown")


def _is_picture(data: bytes) -> bool:
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"):
        return True
    try:
        return puremagic.from_string(data[:4096], mime=True) in PICTURES
    except (puremagic.PureError, ValueError):
        return False


def _pdf(data: bytes) -> Kind:
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise NotTaken("damaged")
    after = data[end + 5 :]
    if len(after) > TAIL or b"PK\x05\x06" in data[-66_000:] or _MARKUP.search(data[:1024]) or _MARKUP.search(after):
        raise NotTaken("polyglot")
    if _ACTIVE.search(data):
        raise NotTaken("programs")
    return PDF


def _first_words(archive: zipfile.ZipFile) -> str:
    """What ``mimetype`` says; no more of it is unpacked than a type is long."""
    with archive.open("mimetype") as part:
        return part.read(200).decode("ascii", "replace").strip()


def _office(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if min((entry.header_offset for entry in entries), default=1) != 0 or b"%PDF-" in data[:1024]:
                raise NotTaken("polyglot")
            if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
                raise NotTaken("damaged")
            names = {entry.filename for entry in entries}
            said = _first_words(archive) if entries[0].filename == "mimetype" else ""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, KeyError) as error:
        raise NotTaken("damaged") from error
    if len(data) - data.rfind(b"PK\x05\x06") > 22 + 4096:
        raise NotTaken("polyglot")
    if any(_PROGRAMS.search(name) for name in names):
        raise NotTaken("programs")
    found = OPEN_DOCUMENT.get(said) or next((kind for part, kind in OFFICE.items() if part in names), None)
    if found is None or (found.content_type.startswith(_OPEN_XML) and "[Content_Types].xml" not in names):
        raise NotTaken("unknown")
    return found
