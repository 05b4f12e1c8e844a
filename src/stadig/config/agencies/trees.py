"""Small helpers to build the agencies' XML as real trees."""

from __future__ import annotations

import datetime as dt

from lxml import etree

Value = str | int | bool | dt.date


def under(parent: etree._Element, name: str, value: Value | None = None, *, ns: str | None = None) -> etree._Element:
    """A new child of ``parent`` in namespace ``ns`` (the parent's own where none is given; none at all for ``""``)."""
    space = etree.QName(parent).namespace if ns is None else ns
    made = etree.SubElement(parent, etree.QName(space, name) if space else etree.QName(name))
    if value is not None:
        made.text = text(value)
    return made


def text(value: Value) -> str:
    """A value as XML Schema writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def whole(root: etree._Element) -> bytes:
    """A document with its declaration, in UTF-8."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
