"""What a visitor meets when something goes wrong: what happened and what to do, never a stack trace.

A page for 413, 429, 500 and 503 is drawn without the database, the session or the visitor: one of them may be what failed.
"""

from __future__ import annotations

import errno
import sys

import psycopg
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.utils import translation

from stadig.config import frame
from stadig.exchange.sealing import KeyChanged

RETRY_S = 30
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says when a file cannot grow: the disk is full, the quota is spent, the file is as large as it may be."""
PASSES = (
    OperationalError,
    InterfaceError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
)
"""Faults that pass: the database is away, out of memory, or takes no writes while it changes over to another machine."""
OTHER_KEY = 599
"""Not a status that is sent: what agencies answered does not open, since ``keys/exchange_key`` is another one or is gone. Sent as 500."""
TEMPLATES = {507: "config/full.html", OTHER_KEY: "config/other_key.html"}
SENT = {507: 503, OTHER_KEY: 500}
"""Status → template, where it is not ``ui/errors/STATUS.html``."""
BARE = (
    '<!doctype html><html lang="sv"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>Stadig</title><main><h1>Sidan kan inte visas just nu</h1><p>Vänta en halv minut och försök igen.</p>"
    '<p lang="en">The page cannot be shown right now. Wait half a minute and try again.</p></main></html>'
)
"""The last resort, when not even the plain page can be drawn."""


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was sent from somewhere else, or the page had been open too long."""
    return _in_frame(request, 403, "ui/errors/csrf.html")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 when what was sent is too large."""
    return _plainly(request, 413 if isinstance(exception, (RequestDataTooBig, TooManyFilesSent)) else 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The person may not see or do this."""
    return _in_frame(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is nothing at that address."""
    return _in_frame(request, 404)


def too_many(request: HttpRequest, exception: Exception | None = None, *, retry_after_s: int = 60) -> HttpResponse:
    """429: someone has tried too often."""
    return _plainly(request, 429, retry_after_s)


def broken(request: HttpRequest) -> HttpResponse:
    """500; or 503 when it is the database that is away or a disk that is full, since that passes."""
    status = status_of(sys.exc_info()[1])
    return _plainly(request, status, RETRY_S if status in (503, 507) else None)


def status_of(fault: BaseException | None) -> int:
    """507 for a full disk, 503 for a database that is away, ``OTHER_KEY`` for sealed answers that do not open, 500 for all else."""
    for _ in range(10):
        if fault is None:
            break
        if isinstance(fault, KeyChanged):
            return OTHER_KEY
        if isinstance(fault, psycopg.errors.DiskFull) or (isinstance(fault, OSError) and fault.errno in NO_ROOM):
            return 507
        cause = fault.__cause__ or fault.__context__
        if isinstance(fault, (OperationalError, InterfaceError)) and isinstance(cause, psycopg.errors.DiskFull):
            return 507
        if isinstance(fault, PASSES):
            return 503
        fault = cause
    return 500


def draw(status: int, language: str, *, sent: bool = False) -> str:
    """An error page from memory alone. ``sent``: the reader had sent a form, and is told how to keep what they wrote."""
    template = TEMPLATES.get(status, f"ui/errors/{status}.html")
    values = {
        "municipality": frame.remembered(),
        "LANGUAGE_CODE": language,
        "color_scheme": "auto",
        "status": status,
        "sent": sent,
    }
    try:
        with translation.override(language):
            return loader.render_to_string(template, values)
    except Exception:
        return BARE


def plain(status: int, *, retry_after_s: int | None = None, sent: bool = False) -> HttpResponse:
    """The page for ``status`` drawn from memory alone. A full disk and a key that is another are told apart in words alone."""
    text = draw(status, translation.get_language() or "sv", sent=sent)
    answer = HttpResponse(text, status=SENT.get(status, status))
    return _finished(answer, retry_after_s)


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks."""
    accepts = request.headers.get("Accept", "")
    return "json" in accepts and "html" not in accepts


def _plainly(request: HttpRequest, status: int, retry_after_s: int | None = None) -> HttpResponse:
    if wants_json(request):
        code = SENT.get(status, status)
        return _finished(JsonResponse({"code": code}, status=code), retry_after_s)
    return plain(status, retry_after_s=retry_after_s, sent=request.method not in ("GET", "HEAD"))


def _in_frame(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
    """The page inside the city's frame; drawn from memory when the frame cannot be made."""
    if wants_json(request):
        return _finished(JsonResponse({"code": status}, status=status), None)
    try:
        text = loader.render_to_string(template or f"ui/errors/{status}.html", request=request)
    except Exception as fault:
        found = status_of(fault)
        return plain(500 if found == 500 else found, retry_after_s=RETRY_S)
    return _finished(HttpResponse(text, status=status), None)


def _finished(answer: HttpResponse, retry_after_s: int | None) -> HttpResponse:
    if retry_after_s:
        answer["Retry-After"] = str(retry_after_s)
    answer["Cache-Control"] = "no-store"
    return answer
