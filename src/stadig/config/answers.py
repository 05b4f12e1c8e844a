"""Small ASGI answers, and the plain pages that must work when Django's own cannot be made."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

RETRY_AFTER_S = 30
HTML = b"text/html; charset=utf-8"
JSON = b"application/json"
SECURE: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"referrer-policy", b"same-origin"),
)
ENGLISH = {
    400: "The request could not be read.",
    403: "Not allowed, or the token has expired. Load the page again.",
    404: "There is nothing here.",
    405: "This address does not take that method.",
    408: "The request took too long to arrive. Send it again.",
    413: "The request is too large.",
    429: "Too many requests. Wait a little.",
    500: "Something went wrong on our side.",
    503: "The service cannot answer right now. Try again in half a minute.",
}


async def send_bytes(send: Send, status: int, body: bytes, kind: bytes, headers: Headers = ()) -> None:
    """A whole answer in one piece."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind), length, *headers]})
    await send({"type": "http.response.body", "body": body})


async def send_json(send: Send, status: int, value: object, headers: Headers = ()) -> None:
    """A JSON answer."""
    await send_bytes(send, status, json.dumps(value, ensure_ascii=False).encode(), JSON, (*SECURE, *headers))


async def send_error(scope: Scope, send: Send, status: int, *, machine: bool) -> None:
    """An error as JSON for programs, as a plain page for people."""
    again = ((b"retry-after", str(RETRY_AFTER_S).encode()),) if status in (429, 503) else ()
    if machine or _wants_json(scope):
        await send_json(send, status, {"code": status, "message": ENGLISH.get(status, "")}, again)
        return
    await send_bytes(send, status, page(status, language(scope)), HTML, (*SECURE, *again))


def page(status: int, wanted: str = "sv") -> bytes:
    """The error page of the frame, made without a request, a session or the database."""
    from stadig.config import errors

    return errors.draw(status, wanted).encode()


def header(scope: Scope, name: bytes) -> str:
    """The first header of that name, or an empty text."""
    for key, value in scope["headers"]:
        if key == name:
            return value.decode("latin-1")
    return ""


def language(scope: Scope) -> str:
    """Swedish, unless the reader has chosen English or the browser prefers it."""
    if "stadig_language=en" in header(scope, b"cookie"):
        return "en"
    if "stadig_language=sv" in header(scope, b"cookie"):
        return "sv"
    return "en" if header(scope, b"accept-language")[:2].lower() == "en" else "sv"


def _wants_json(scope: Scope) -> bool:
    accepts = header(scope, b"accept")
    return "json" in accepts and "html" not in accepts
