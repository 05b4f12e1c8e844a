"""Calls to other systems, declared in a file: address, headers, body, what counts as success, where the answer's number stands.

>>> call = read({"url": "https://sms.example/v1/{key}", "body": {"to": "{phone}", "n": "{n}"}, "success": {"status": [201]}})
>>> filled(call, {"key": "a b", "phone": "+46701234567", "n": 3}).url
'https://sms.example/v1/a%20b'
>>> filled(call, {"key": "a b", "phone": "+46701234567", "n": 3}).content
b'{"to": "+46701234567", "n": 3}'

``{name}`` and ``{name.inside}`` are words of what is sent, ``{secret.name}`` a secret that lies outside the file. A value that is one such
word alone keeps its kind, and is left out with its key where there is none. No Django, no clock, no network.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

WORD: Final = re.compile(r"\{([A-Za-z_][\w.\[\]-]*)\}")
METHODS: Final = ("POST", "PUT", "PATCH", "GET")
FORMATS: Final = {"json": "application/json", "form": "application/x-www-form-urlencoded", "text": "text/plain; charset=utf-8"}
STATUSES: Final = (200, 201, 202, 204)
"""What means success where nothing is declared."""
ABSENT: Final = object()


class DeclarationError(Exception):
    """The declaration cannot be used; the text names the place and what to mend."""


@dataclass(frozen=True, slots=True)
class OAuth2:
    """Client credentials (RFC 6749, 4.4). The secret is named, never written in the file."""

    token_url: str
    client_id: str
    secret: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One declared call."""

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Any = None
    format: str = "json"
    statuses: tuple[int, ...] = STATUSES
    equals: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Paths in a JSON answer and what must stand there: some answer 200 and say no in the text."""
    number: str = ""
    """The path in a JSON answer where the other system's number stands."""
    oauth2: OAuth2 | None = None
    certificate: str = ""
    """The name of a file with our certificate and key (PEM) for mutual TLS, in the folder of secrets."""
    timeout_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Filled:
    """A call with everything filled in, ready to be sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes


def read(data: Mapping[str, Any]) -> Call:
    """Read a declaration. Raises DeclarationError."""
    known = {"url", "method", "headers", "body", "format", "success", "number", "oauth2", "certificate", "timeout_seconds"}
    if strange := set(data) - known:
        raise DeclarationError(f"{sorted(strange)[0]} is not a word of a call. Known are {', '.join(sorted(known))}.")
    url = str(data.get("url") or "")
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or "{" in parts.netloc or "@" in parts.netloc:
        raise DeclarationError("url: write the whole address, https://…, with no word in the name of the server.")
    method = str(data.get("method") or "POST").upper()
    form = str(data.get("format") or "json")
    success, headers = data.get("success") or {}, data.get("headers") or {}
    if method not in METHODS:
        raise DeclarationError(f"method: one of {', '.join(METHODS)}.")
    if form not in FORMATS:
        raise DeclarationError(f"format: one of {', '.join(FORMATS)}.")
    if not isinstance(success, Mapping) or not isinstance(headers, Mapping):
        raise DeclarationError("success and headers are mappings.")
    try:
        statuses = tuple(int(one) for one in success.get("status") or STATUSES)
        timeout_s = min(60.0, max(1.0, float(data.get("timeout_seconds") or 10)))
    except (TypeError, ValueError):
        raise DeclarationError("success.status is a list of numbers, timeout_seconds a number.") from None
    return Call(
        url=url,
        method=method,
        headers={str(name): str(value) for name, value in headers.items()},
        body=data.get("body"),
        format=form,
        statuses=statuses,
        equals=dict(success.get("equals") or {}),
        number=str(data.get("number") or ""),
        oauth2=_oauth2(data.get("oauth2")),
        certificate=str(data.get("certificate") or ""),
        timeout_s=timeout_s,
    )


def _oauth2(data: Any) -> OAuth2 | None:
    if not data:
        return None
    if not isinstance(data, Mapping) or not all(data.get(one) for one in ("token_url", "client_id", "secret")):
        raise DeclarationError("oauth2 is a mapping with token_url, client_id and secret (the secret's name).")
    return OAuth2(str(data["token_url"]), str(data["client_id"]), str(data["secret"]), str(data.get("scope") or ""))


def filled(call: Call, values: Mapping[str, Any]) -> Filled:
    """The call with its words filled in. Words in the address are percent-encoded; a header takes no line break.

    Raises DeclarationError where a word that stands in a text has no value.
    """
    headers = {name: _text(value, values).replace("\r", " ").replace("\n", " ") for name, value in call.headers.items()}
    content = b""
    if call.body is not None and call.method != "GET":
        headers.setdefault("Content-Type", FORMATS[call.format])
        content = _content(call, with_words(call.body, values))
    url = WORD.sub(lambda found: quote(str(_needed(found[1], values)), safe=""), call.url)
    return Filled(call.method, url, headers, content)


def with_words(shape: Any, values: Mapping[str, Any]) -> Any:
    """``shape`` with its words filled in: mappings, lists and texts, all the way in. What has no value is left out."""
    if isinstance(shape, Mapping):
        pairs = ((str(name), with_words(value, values)) for name, value in shape.items())
        return {name: value for name, value in pairs if value is not ABSENT}
    if isinstance(shape, list):
        return [value for value in (with_words(one, values) for one in shape) if value is not ABSENT]
    if not isinstance(shape, str):
        return shape
    alone = WORD.fullmatch(shape)
    return found(values, alone[1]) if alone else _text(shape, values)


def found(values: Any, path: str) -> Any:
    """What stands at a dotted path; ``list.0.name`` goes into a list, ``list[].name`` gives all. :data:`ABSENT` where there is nothing."""
    here, _, rest = path.partition(".")
    many = here.endswith("[]")
    here = here.removesuffix("[]")
    if isinstance(values, Mapping) and here in values:
        value = values[here]
    elif isinstance(values, list) and here.isdecimal() and int(here) < len(values):
        value = values[int(here)]
    else:
        return ABSENT
    if many:
        rows = value if isinstance(value, list) else []
        return [one for one in (found(row, rest) if rest else row for row in rows) if one is not ABSENT]
    return found(value, rest) if rest else value


def answered(call: Call, status: int, body: bytes) -> tuple[bool, str]:
    """Whether the answer means success, and the other system's number (empty where it gave none)."""
    if status not in call.statuses:
        return False, ""
    if not call.equals and not call.number:
        return True, ""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return False, ""
    if any(found(data, path) != wanted for path, wanted in call.equals.items()):
        return False, ""
    number = found(data, call.number) if call.number else ""
    if number is ABSENT or isinstance(number, (dict, list)) or number is None:
        return False, ""
    return True, str(number)[:80]


def _content(call: Call, body: Any) -> bytes:
    if call.format == "json":
        return json.dumps(body, ensure_ascii=False).encode()
    if call.format == "form" and isinstance(body, dict):
        return urlencode(body).encode()
    return str(body).encode()


def _text(text: str, values: Mapping[str, Any]) -> str:
    return WORD.sub(lambda word: str(_needed(word[1], values)), text)


def _needed(path: str, values: Mapping[str, Any]) -> Any:
    value = found(values, path)
    if value is ABSENT:
        raise DeclarationError(f"{{{path}}} has no value.")
    return value
