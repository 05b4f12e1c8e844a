"""The one way XML is read: no entities, no network, no document type, bounded in size and depth. Nested XML takes the same way."""

from __future__ import annotations

import codecs
import re
import threading
from typing import Final, TypeAlias

from lxml import etree

from stadig.exchange.contracts.errors import Reason, Unreadable

Element: TypeAlias = etree._Element  # pyright: ignore[reportPrivateUsage] – lxml gives its element no public name
LARGEST: Final = 2 * 1024 * 1024
"""Bytes. The greatest answer seen is some ten kilobytes; a year of everything is some hundred."""

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHARSETS: Final = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "iso-8859-1",
    "latin-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
_DECLARED: Final = re.compile(r"""\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_PARSER: Final = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    no_network=True,
    huge_tree=False,
    load_dtd=False,
    dtd_validation=False,
    attribute_defaults=False,
    remove_comments=True,
    remove_pis=True,
)
_XML_ERR_RESOURCE_LIMIT: Final = 114
ONE_AT_A_TIME: Final = threading.Lock()
"""Held by what parses or compiles. Both exchange libxml2's finder of files, one for the whole process, and put back what was there:
two that overlap leave a schema without what it imports."""


def parse(data: bytes, *, charset: str = "") -> Element:
    """The root of a document. ``charset`` is what the transport says, if it says anything. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(Reason.TOO_LARGE)
    return parse_text(decode(data, charset=charset))


def parse_text(text: str) -> Element:
    """The root of a document that is text already (CDATA): what its declaration says of an encoding no longer means anything."""
    if len(text) > LARGEST:
        raise Unreadable(Reason.TOO_LARGE)
    text = text.lstrip("\ufeff \t\r\n")
    if not text:
        raise Unreadable(Reason.EMPTY)
    if has_doctype(text):
        raise Unreadable(Reason.HAS_DOCTYPE)
    try:
        with ONE_AT_A_TIME:
            root = etree.fromstring(text.encode(), _PARSER)
    except etree.XMLSyntaxError as fault:
        raise Unreadable(Reason.TOO_DEEP if fault.code == _XML_ERR_RESOURCE_LIMIT else Reason.NOT_XML) from None
    except ValueError:
        raise Unreadable(Reason.NOT_XML) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(Reason.HAS_DOCTYPE)
    return root


def decode(data: bytes, *, charset: str = "") -> str:
    """The document's text. A byte order mark wins over the transport, the transport over the declaration, and then it is UTF-8.

    A document that calls itself UTF-16 in ASCII letters was encoded anew by someone who left its first line as it stood: that line is
    wrong in a way that leaves no doubt. Everything else that does not fit is refused, never guessed at. Raises Unreadable.
    """
    if not data:
        raise Unreadable(Reason.EMPTY)
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _decode(data[len(mark) :], name)
    declared = _DECLARED.match(data[:300].decode("ascii", "replace"))
    if charset:
        return _decode(data, _known(charset))
    if declared:
        name = _known(declared[1])
        return _decode(data, "utf-8" if name.startswith("utf-16") else name)
    if data[:4] == b"<\0?\0":
        return _decode(data, "utf-16-le")
    if data[:4] == b"\0<\0?":
        return _decode(data, "utf-16-be")
    return _decode(data, "utf-8")


def _known(charset: str) -> str:
    return _CHARSETS.get(charset.strip().strip("\"'").lower(), "")


def _decode(data: bytes, charset: str) -> str:
    if not charset:
        raise Unreadable(Reason.WRONG_CHARSET)
    try:
        return data.decode(charset)
    except UnicodeError:
        raise Unreadable(Reason.WRONG_CHARSET) from None


def has_doctype(text: str) -> bool:
    """Whether a document type stands where one may stand: before the first element, after declarations and comments."""
    at, end = 0, len(text)
    while at < end:
        while at < end and text[at] in " \t\r\n":
            at += 1
        if text.startswith("<?", at):
            at = text.find("?>", at)
        elif text.startswith("<!--", at):
            at = text.find("-->", at)
        else:
            return text[at : at + 9].upper() == "<!DOCTYPE"
        if at < 0:
            return False
        at += 2 if text[at] == "?" else 3
    return False


def name_of(element: Element) -> str:
    """The element's name without its namespace."""
    tag = element.tag
    return tag[tag.rfind("}") + 1 :] if isinstance(tag, str) else ""


def space_of(element: Element) -> str:
    """The element's namespace, empty where it has none."""
    tag = element.tag
    return tag[1 : tag.find("}")] if isinstance(tag, str) and tag.startswith("{") else ""
