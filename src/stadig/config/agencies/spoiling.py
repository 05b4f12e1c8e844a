"""What goes wrong with an answer on purpose: against its own schema as real ones are, cut off, swollen, in the wrong charset, or a bomb."""

from __future__ import annotations

import base64
from typing import Any

from lxml import etree

HUGE_BYTES = 10 * 2**20
BOUNDARY = "stadig-stand-in"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1) if n else b"&a;") * 10) for n in range(9))
    + b"]><b>&a8;</b>"
)
LEFT_OUT = {
    "AF": ("Fraga", "LagParagraf"),
    "SO": ("Syfte", "Paragraf"),
    "TNS": ("fabrikat",),
    "MIV": ("correlationid",),
    "SKV": ("svar",),
}
"""Mandatory elements that are missing: for AF and SO the ones that real answers have been seen without."""


def against_schema(agency: str, data: etree._Element) -> None:
    """Make an agency's answer break its own schema."""
    if agency == "CSN":
        holder = data[0]
        document = base64.b64decode(holder.text or "")
        holder.text = base64.b64encode(document.replace(b"/v4.0/", b"/v3.0/").replace(b'"4.0"', b'"3.0"')).decode()
        return
    for one in list(data.iter()):
        parent = one.getparent()
        if parent is not None and isinstance(one.tag, str) and etree.QName(one).localname in LEFT_OUT[agency]:
            parent.remove(one)


def json_against_schema(said: dict[str, Any]) -> dict[str, Any]:
    """As LEFI's own example breaks it: ``avvikelser`` as a list, a letter code that is a number."""
    broken: dict[str, Any] = said | ({} if said.get("avvikelser") else {"avvikelser": []})
    for payment in broken.get("formansinformation", {}).get("utbetalningsuppgift", [])[:1]:
        payment["utbetalningsdetalj"][0]["beloppstyp"] = {"id": 101, "beskrivning": "Ersättning"}
    return broken


def wrong_charset(body: bytes, media: str) -> bytes:
    """The same text in Latin-1, though it says UTF-8."""
    if "json" in media:
        body = body.rstrip()[:-1] + ', "not": "åäö"}'.encode()
    return body.replace(b"</soap:Body>", "<!-- åäö --></soap:Body>".encode()).decode().encode("latin-1", "replace")


def truncated(body: bytes, media: str) -> tuple[bytes, str]:
    """As the first part of a MIME message that ends in the middle, and its content type."""
    head = f"--{BOUNDARY}\r\nContent-Type: {media}\r\nContent-ID: <answer>\r\n\r\n".encode()
    return head + body[: len(body) * 2 // 3], f'multipart/related; boundary="{BOUNDARY}"; type="text/xml"; start="<answer>"'


def huge(body: bytes, media: str) -> bytes:
    """Ten megabytes, well-formed."""
    filling = b" " * (HUGE_BYTES - len(body))
    return filling + body if "json" in media else body.replace(b"</soap:Envelope>", filling + b"</soap:Envelope>")
