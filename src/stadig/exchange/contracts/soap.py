"""SOAP 1.1: the envelope, what it carries, or the named reason why it cannot be read; whose fault a fault is."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from stadig.exchange.contracts import mime, trees, xml
from stadig.exchange.contracts.errors import Reason, Unreadable
from stadig.exchange.contracts.trees import Node
from stadig.exchange.contracts.xml import Element
from stadig.exchange.terms import Source

XOP: Final = "http://www.w3.org/2004/08/xop/include"
SOAP_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_XML_TYPES: Final = frozenset({"", "text/xml", "application/xml", "application/soap+xml", "application/xop+xml"})
_X_ROAD_SIDES: Final = ("client.", "server.clientproxy", "server.serverproxy")
"""How X-Road's own fault codes begin (message protocol 4.0, *error messages*): the infrastructure's, not the provider's."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A SOAP fault. ``detail`` is its detail element, if it has one."""

    code: str
    text: str
    detail: Node | None


@dataclass(frozen=True, slots=True)
class Message:
    """What an envelope carries: one element or a fault."""

    content: Node | None
    fault: Fault | None
    attachments: tuple[mime.Part, ...] = ()
    headers: tuple[str, ...] = ()
    """Names of the header's elements."""
    message_id: str = ""
    """X-Road's own id of the message, when it has one."""


def open_message(data: bytes, content_type: str = "") -> Message:
    """The message in an answer's bytes. Raises Unreadable."""
    if len(data) > xml.LARGEST:
        raise Unreadable(Reason.TOO_LARGE)
    if not data.strip():
        raise Unreadable(Reason.EMPTY)
    if not mime.is_multipart(content_type, data):
        charset = mime.parameters(content_type).get("charset", "")
        return _envelope(xml.parse(data, charset=charset), ())
    first, *rest = mime.parts(content_type, data)
    if first.media_type not in _XML_TYPES or not first.data.strip():
        raise Unreadable(Reason.NO_SOAP_PART)
    element = xml.parse(first.data, charset=first.charset)
    _include(element, rest)
    return _envelope(element, tuple(rest))


def _include(element: Element, attachments: list[mime.Part]) -> None:
    """Put back what was taken out of the message (XOP 1.0, section 3.2): each reference becomes the base64 text it stands for."""
    held = {part.content_id: part.data for part in attachments if part.content_id}
    for reference in list(element.iter(f"{{{XOP}}}Include")):
        name = unquote((reference.get("href") or "").removeprefix("cid:"))
        parent = reference.getparent()
        if name not in held or parent is None:
            raise Unreadable(Reason.FAULTY_MIME, "Include")
        parent.remove(reference)
        parent.text = base64.b64encode(held[name]).decode()


def _envelope(element: Element, attachments: tuple[mime.Part, ...]) -> Message:
    if xml.name_of(element) != "Envelope" or xml.space_of(element) != SOAP_11:
        raise Unreadable(Reason.NOT_SOAP)
    top = trees.root(element)
    header: Node | None = None
    body: Node | None = None
    for child in top.children():
        if xml.space_of(child.element) != SOAP_11:
            raise Unreadable(Reason.NOT_SOAP, "Envelope")
        if child.name == "Header" and header is None and body is None:
            header = Node(child.element, f"{top.path}/Header")
        elif child.name == "Body" and body is None:
            body = Node(child.element, f"{top.path}/Body")
        else:
            raise Unreadable(Reason.NOT_SOAP, "Envelope")
    if body is None:
        raise Unreadable(Reason.NO_BODY)
    names, message_id = _header(header)
    contents = list(body.children())
    if len(contents) != 1:
        raise Unreadable(Reason.EMPTY_BODY if not contents else Reason.NOT_SOAP, "Body")
    content = Node(contents[0].element, f"{body.path}/{contents[0].name}")
    if content.name == "Fault" and xml.space_of(content.element) == SOAP_11:
        return Message(None, _fault(content), attachments, names, message_id)
    return Message(content, None, attachments, names, message_id)


def _header(header: Node | None) -> tuple[tuple[str, ...], str]:
    """The header's names and X-Road's message id. A header that says something twice says nothing."""
    if header is None:
        return (), ""
    names = tuple(child.name for child in header.children())
    if len(names) != len(set(names)):
        raise Unreadable(Reason.FAULTY_HEADER)
    return names, header.text("id")


def _fault(fault: Node) -> Fault:
    return Fault(
        code=fault.text("faultcode")[:80] or Reason.SOAP_FAULT.value,
        text=fault.text("faultstring")[:400],
        detail=fault.one("detail"),
    )


def fault_source(code: str, headers: Mapping[str, str]) -> Source:
    """Whose a fault is. X-Road's rule: an answer with the header ``X-Road-Error`` is the infrastructure's, one without is the provider's;
    in SOAP the infrastructure's fault codes say the same."""
    if infrastructure(headers) is not None:
        return Source.COMPOSITE
    return Source.COMPOSITE if code.rpartition(":")[2].lower().startswith(_X_ROAD_SIDES) else Source.AGENCY


def infrastructure(headers: Mapping[str, str]) -> str | None:
    """The error that X-Road says is its own: the agency has then answered nothing, whatever status and content stand beside it. None without."""
    return next((value for name, value in headers.items() if name.lower() == "x-road-error"), None)
