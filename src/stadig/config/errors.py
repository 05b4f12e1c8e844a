"""What a visitor meets when something goes wrong: what happened and what to do.

A page for 500 and 503 is drawn without the database, the session or the visitor: one of them may be what failed.
"""

from __future__ import annotations

import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language

from stadig.config import frame

RETRY_S = 30


def plain(status: int, *, retry_after_s: int | None = None) -> HttpResponse:
    """The page for ``status`` (413, 429, 500 or 503) drawn from memory alone."""
    text = render_to_string(
        f"ui/errors/{status}.html",
        {"municipality": frame.remembered(), "LANGUAGE_CODE": get_language() or "sv", "color_scheme": "auto", "status": status},
    )
    response = HttpResponse(text, status=status)
    if retry_after_s:
        response["Retry-After"] = str(retry_after_s)
    response["Cache-Control"] = "no-store"
    return response


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was sent from somewhere else, or the page had been open too long."""
    return render(request, "ui/errors/csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 when what was sent is too large."""
    if isinstance(exception, (RequestDataTooBig, TooManyFilesSent)):
        return plain(413)
    return plain(400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "ui/errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "ui/errors/404.html", status=404)


def too_many(request: HttpRequest, retry_after_s: int = 60) -> HttpResponse:
    """429: someone has tried too often."""
    return plain(429, retry_after_s=retry_after_s)


def broken(request: HttpRequest) -> HttpResponse:
    """500; or 503 when it is the database that is away or full, since that passes."""
    if _away(sys.exc_info()[1]):
        return plain(503, retry_after_s=RETRY_S)
    return plain(500)


def _away(error: Any) -> bool:
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, (OperationalError, InterfaceError)):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False
