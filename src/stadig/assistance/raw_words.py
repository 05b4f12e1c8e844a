"""A raw answer made readable: indented, with what lies nested in base64 or as text of its own opened beneath. Never interpreted, never run.

Text in, text out; a template escapes it. What cannot be read is shown as the text it is, or said to be bytes.
"""

from __future__ import annotations

import json
from typing import Final, NamedTuple

from lxml import etree

from stadig.exchange.contracts import mime, trees, xml
from stadig.exchange.contracts.errors import Unreadable

MOST_SHOWN: Final = 200_000
"""Characters of one part on the page; the whole can be fetched as a file."""
MOST_PARTS: Final = 20
SHORTEST_NESTED: Final = 12


class Piece(NamedTuple):
    """A part of an answer. ``path`` is where in the whole it lay, empty for the whole; ``cut`` is whether more follows in the file."""

    path: str
    text: str
    cut: bool


def pieces(body: bytes, content_type: str = "") -> tuple[Piece, ...]:
    """The answer, each part of one that came in several, and beneath it what lay inside as text or base64."""
    if not mime.is_multipart(content_type, body):
        return _pieces("", body)
    try:
        parts = mime.parts(content_type, body)
    except Unreadable:
        return _pieces("", body)
    found = [piece for number, part in enumerate(parts, 1) for piece in _pieces(str(number), part.data)]
    return tuple(found[:MOST_PARTS])


def _pieces(path: str, body: bytes) -> tuple[Piece, ...]:
    text, root = _whole(body)
    found = [_piece(path, text)]
    for element in root.iter("*") if root is not None else ():
        if len(found) >= MOST_PARTS:
            break
        inner = _nested(element)
        if inner:
            found.append(
                _piece(
                    "/".join(
                        [*(xml.name_of(one) for one in reversed(list(element.iterancestors("*"))[:2])), xml.name_of(element)]
                    ),
                    inner,
                )
            )
    return tuple(found)


def _piece(path: str, text: str) -> Piece:
    return Piece(path, text[:MOST_SHOWN], len(text) > MOST_SHOWN)


def _whole(body: bytes) -> tuple[str, xml.Element | None]:
    as_json = _json(body)
    if as_json:
        return as_json, None
    try:
        root = xml.parse(body)
    except Unreadable:
        return body.decode("utf-8", "replace"), None
    return _indented(root), root


def _nested(element: xml.Element) -> str:
    """What an element holds as text of its own, opened; empty where it holds none."""
    text = (element.text or "").strip()
    if len(element) or len(text) < SHORTEST_NESTED:
        return ""
    if text.startswith("<"):
        inner = text.encode()
    else:
        try:
            inner = trees.unbase64(text)
        except Unreadable:
            return ""
    as_json = _json(inner)
    if as_json:
        return as_json
    try:
        return _indented(xml.parse(inner))
    except Unreadable:
        return ""


def _json(data: bytes) -> str:
    if data[:1] not in (b"{", b"["):
        return ""
    try:
        return json.dumps(json.loads(data), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""


def _indented(root: xml.Element) -> str:
    etree.indent(root, "  ")
    return etree.tostring(root, encoding="unicode")
