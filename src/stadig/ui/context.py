"""What the layout needs on every page.

``ui`` lies beneath all other rooms and knows none of them, so they hand in what the frame shows:
``context.provide(function)`` is called in ``apps.ready()``; the function takes the request and returns template values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest

from stadig.ui import navigation

Provider = Callable[[HttpRequest], Mapping[str, Any]]
_providers: list[Provider] = []

SCHEMES = ("auto", "light", "dark")
SCHEME_COOKIE = "stadig_scheme"


def provide(provider: Provider) -> Provider:
    """Add values to every page: ``municipality`` (an object with name, phone …), strips, banners."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def scheme(request: HttpRequest) -> str:
    """``auto``, ``light`` or ``dark``, as the reader chose."""
    chosen = request.COOKIES.get(SCHEME_COOKIE, "auto")
    return chosen if chosen in SCHEMES else "auto"


class Account(NamedTuple):
    """The one who is logged in, as the menu writes it."""

    name: str
    first_name: str
    initials: str
    organisation: str


def _account(request: HttpRequest) -> Account | None:
    user: Any = getattr(request, "user", None)
    if not user or not user.is_authenticated:
        return None
    initials = (user.first_name[:1] + user.last_name[:1] or user.username[:2]).upper()
    unit = str(user.organisation or "")
    return Account(user.get_full_name() or user.username, user.first_name or user.username, initials, unit)


def frame(request: HttpRequest) -> dict[str, object]:
    """Values for the layout alone; a page's own values come from its view. What reads the log-in waits until it is drawn."""
    values: dict[str, object] = {
        "color_scheme": scheme(request),
        "map_tiles": settings.MAP_TILES_URL,
        "account": lambda: _account(request),
        "resident_nav": lambda: navigation.resident_items(request),
        "staff_nav": lambda: navigation.staff_items(request),
    }
    for provider in _providers:
        values.update(provider(request))
    return values
