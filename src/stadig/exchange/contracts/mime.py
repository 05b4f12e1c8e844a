"""Multipart answers: the SOAP message is the first part, what follows are attachments (SOAP with attachments, MTOM).

The standard library's parser mends what is broken without a word, and an answer that was cut off must be seen to be: so the few rules that
matter are here (RFC 2046, section 5.1; RFC 2387).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from stadig.exchange.contracts import xml
from stadig.exchange.contracts.errors import Reason, Unreadable
from stadig.exchange.contracts.trees import unbase64

_PARAMETER: Final = re.compile(r""";\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s;]+))""")
_BOUNDARY_LINE: Final = re.compile(rb"\s*--([^\r\n]{1,70}?)[ \t]*\r?\n")
MOST_PARTS: Final = 50


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its media type, its parameters and its bytes, decoded."""

    media_type: str
    charset: str
    data: bytes
    content_id: str = ""
    """Without its angle brackets."""


def parameters(content_type: str) -> dict[str, str]:
    """The parameters of a content type, their names in small letters."""
    return {found[1].lower(): found[2] or found[3] or "" for found in _PARAMETER.finditer(content_type[:2000])}


def media_type(content_type: str) -> str:
    """The type itself, in small letters: ``text/xml``."""
    return content_type.partition(";")[0].strip().lower()


def is_multipart(content_type: str, data: bytes) -> bool:
    """Whether the answer has parts: because it says so, or because it begins as such an answer does when its header is lost."""
    return media_type(content_type).startswith("multipart/") or (not content_type and data.lstrip()[:2] == b"--")


def parts(content_type: str, data: bytes) -> tuple[Part, ...]:
    """All parts, in order. Raises Unreadable: too large, no boundary, or cut off before the closing one."""
    if len(data) > xml.LARGEST:
        raise Unreadable(Reason.TOO_LARGE)
    boundary = parameters(content_type).get("boundary", "").encode("ascii", "replace")
    if not boundary:
        first = _BOUNDARY_LINE.match(data)
        if first is None:
            raise Unreadable(Reason.FAULTY_MIME, "boundary")
        boundary = first[1]
    delimiter = re.compile(rb"(?:\A\s*|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    found: list[Part] = []
    start = -1
    for mark in delimiter.finditer(data):
        if start >= 0:
            found.append(_part(data[start : mark.start()]))
        if len(found) > MOST_PARTS:
            raise Unreadable(Reason.FAULTY_MIME, "parts")
        if mark[1]:
            if not found:
                raise Unreadable(Reason.FAULTY_MIME, "parts")
            return tuple(found)
        start = mark.end()
    raise Unreadable(Reason.TRUNCATED_MIME)


def _part(data: bytes) -> Part:
    """The part between two boundaries: header lines, an empty line, the body."""
    data = data[2:] if data.startswith(b"\r\n") else data.removeprefix(b"\n")
    if data.startswith((b"\r\n", b"\n")):
        head, body = b"", data.lstrip(b"\r\n")
    else:
        split = re.search(rb"\r?\n\r?\n", data)
        head, body = (data, b"") if split is None else (data[: split.start()], data[split.end() :])
    headers: dict[str, str] = {}
    for line in re.split(r"\r?\n(?![ \t])", head.decode("latin-1")):
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    said = headers.get("content-type", "")
    if headers.get("content-transfer-encoding", "").lower() == "base64":
        body = unbase64(body.decode("latin-1"))
    return Part(media_type(said), parameters(said).get("charset", ""), body, headers.get("content-id", "").strip(" <>"))
