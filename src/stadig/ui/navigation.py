"""What stands in the menus. Rooms register their pages; a page that a person may not open is not shown to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

Held = Callable[[Any, str], bool]
MOST_SHOWN = 8
"""A longer menu keeps its administrative pages under one word."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in a menu. ``label`` may be a lazy translation; ``permission`` is the permission's name or empty."""

    label: Any
    url_name: str
    permission: str = ""
    order: int = 50
    administrative: bool = False
    """Stands under one word when the menu is long."""


@dataclass(frozen=True, slots=True)
class Item:
    """One link as it is drawn."""

    label: str
    url: str
    current: bool
    folded: bool = False
    """Stands under *Administrera*."""


_staff: dict[str, Entry] = {}
_resident: dict[str, Entry] = {}
_held: list[Held] = []


def staff(label: Any, url_name: str, permission_name: Any = "", *, order: int = 50, administrative: bool = False) -> None:
    """Put a page in the staff menu, for those who hold the permission (its name, or an object with ``.name``)."""
    name = permission_name if isinstance(permission_name, str) else permission_name.name
    _staff[url_name] = Entry(label, url_name, name, order, administrative)


def resident(label: Any, url_name: str, *, order: int = 50) -> None:
    """Put a page in the residents' menu."""
    _resident[url_name] = Entry(label, url_name, "", order)


def use_permissions(held: Held) -> None:
    """Let the menu ask ``held(user, permission_name)``; called by the room that owns permissions."""
    _held[:] = [held]


def _draw(entries: dict[str, Entry], request: HttpRequest, user: Any) -> tuple[Item, ...]:
    items: list[tuple[str, str, bool]] = []
    for entry in sorted(entries.values(), key=lambda entry: entry.order):
        if entry.permission and not (_held and _held[0](user, entry.permission)):
            continue
        url = _url(entry.url_name, settings.ROOT_URLCONF)
        if url:
            items.append((str(entry.label), url, entry.administrative))
    path = request.path
    here = max((url for _, url, _ in items if path.startswith(url)), key=len, default="")
    fold = len(items) > MOST_SHOWN
    return tuple(Item(label, url, url == here, fold and administrative) for label, url, administrative in items)


@lru_cache(maxsize=256)
def _url(name: str, _urls: str) -> str:
    """The address of a page; empty when this city does not have it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def staff_items(request: HttpRequest) -> tuple[Item, ...]:
    """The staff menu for the one who asks; empty for a visitor."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ()
    return _draw(_staff, request, user)


def resident_items(request: HttpRequest) -> tuple[Item, ...]:
    """The residents' menu: the same for everyone."""
    return _draw(_resident, request, None)
