"""Walking an answer and knowing where one stands: an element or a JSON value together with its path in the raw answer.

A path names elements without prefixes and with a number where a name repeats: ``/Envelope/Body/…/SO/data/Lista/Post[2]``. What lies inside
an element as text of its own (base64, CDATA) goes on after ``#``: with names again, or as a JSON Pointer.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, cast

import msgspec
from lxml import etree

from stadig.exchange.contracts import xml
from stadig.exchange.contracts.errors import Reason, Unreadable
from stadig.exchange.contracts.xml import Element

_JSON: Final = msgspec.json.Decoder(float_hook=Decimal)
Json = dict[str, object]


class Node:
    """An element and its path."""

    __slots__ = ("element", "path")

    def __init__(self, element: Element, path: str) -> None:
        self.element = element
        self.path = path

    @property
    def name(self) -> str:
        return xml.name_of(self.element)

    def one(self, name: str) -> Node | None:
        """The first child of that name, in whatever namespace."""
        found = next(self.element.iterchildren("{*}" + name), None)
        return None if found is None else Node(found, f"{self.path}/{name}")

    def down(self, *names: str) -> Node | None:
        """The first child of the first child of …"""
        here: Node | None = self
        for name in names:
            if here is None:
                return None
            here = here.one(name)
        return here

    def each(self, name: str) -> Iterator[Node]:
        """All children of that name."""
        for number, found in enumerate(self.element.iterchildren("{*}" + name), 1):
            yield Node(found, f"{self.path}/{name}[{number}]")

    def children(self) -> Iterator[Node]:
        """All child elements."""
        counts: dict[str, int] = {}
        for found in self.element.iterchildren(etree.Element):
            name = xml.name_of(found)
            counts[name] = counts.get(name, 0) + 1
            yield Node(found, f"{self.path}/{name}[{counts[name]}]")

    def strangers(self, *known: str) -> list[str]:
        """Names of child elements that are none of those known and hold something: an answer with one says more than can be read."""
        return [
            xml.name_of(found)
            for found in self.element.iterchildren(etree.Element)
            if xml.name_of(found) not in known and (len(found) or (found.text or "").strip())
        ]

    def text(self, name: str = "") -> str:
        """The text of a child, or of the element itself, without space around it; empty where there is none."""
        if not name:
            return (self.element.text or "").strip()
        found = next(self.element.iterchildren("{*}" + name), None)
        return "" if found is None else (found.text or "").strip()

    def says(self, name: str) -> str | None:
        """The text of a child as it stands, None where there is no such child."""
        found = next(self.element.iterchildren("{*}" + name), None)
        return None if found is None else (found.text or "").strip()

    def attribute(self, name: str) -> str:
        """An attribute's value, stripped."""
        return str(self.element.get(name) or "").strip()

    def inside(self, text: str) -> Node:
        """The document that lies in this element as text. Raises Unreadable."""
        return root(xml.parse_text(text), self.path + "#")

    def inside_bytes(self, data: bytes) -> Node:
        """The document that lies in this element as base64. Raises Unreadable."""
        return root(xml.parse(data), self.path + "#")


def root(element: Element, before: str = "") -> Node:
    """The top of a document."""
    return Node(element, f"{before}/{xml.name_of(element)}")


def unbase64(text: str) -> bytes:
    """The bytes of base64 text; white space in it is the agency's line breaks. Raises Unreadable."""
    if len(text) > 2 * xml.LARGEST:
        raise Unreadable(Reason.TOO_LARGE)
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable(Reason.NOT_BASE64) from None
    if not data:
        raise Unreadable(Reason.EMPTY)
    return data


def json(data: bytes) -> object:
    """A JSON document; decimals as Decimal. Raises Unreadable."""
    if len(data) > xml.LARGEST:
        raise Unreadable(Reason.TOO_LARGE)
    data = data.removeprefix(b"\xef\xbb\xbf").strip()
    if not data:
        raise Unreadable(Reason.EMPTY)
    try:
        return _JSON.decode(data)
    except RecursionError:
        raise Unreadable(Reason.TOO_DEEP) from None
    except UnicodeError:
        raise Unreadable(Reason.WRONG_CHARSET) from None
    except (msgspec.DecodeError, ValueError):
        raise Unreadable(_not_json(data)) from None


def _not_json(data: bytes) -> Reason:
    try:
        data.decode()
    except UnicodeError:
        return Reason.WRONG_CHARSET
    return Reason.NOT_JSON


def thing(value: object) -> Json:
    """The object, or an empty one where it is none."""
    return cast("Json", value) if isinstance(value, dict) else {}


def things(value: object) -> list[Json]:
    """The objects of a list; empty where it is no list."""
    return [thing(one) for one in cast("list[object]", value)] if isinstance(value, list) else []


def is_thing(value: object) -> bool:
    """Whether it is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> bool:
    """Whether it is a list, empty or not."""
    return isinstance(value, list)


def text(value: object) -> str:
    """A JSON string or number as text; empty for anything else."""
    return str(value).strip() if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool) else ""
