"""What the layout needs on every page.

``ui`` lies beneath all other rooms and knows none of them, so they hand in what the frame shows:
``context.provide(function)`` is called in ``apps.ready()``; the function takes the request and returns template values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

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


def frame(request: HttpRequest) -> dict[str, object]:
    """Values for the layout alone; a page's own values come from its view."""
    values: dict[str, object] = {
        "color_scheme": scheme(request),
        "demo": settings.DEMO,
        "map_tiles": settings.MAP_TILES_URL,
        "resident_nav": SimpleLazyObject(lambda: navigation.resident_items(request)),
        "staff_nav": SimpleLazyObject(lambda: navigation.staff_items(request)),
    }
    for provider in _providers:
        values.update(provider(request))
    return values
