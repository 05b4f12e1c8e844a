"""What stands in the menus. Rooms register their pages; a page that a person may not open is not shown to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext

Held = Callable[[Any], frozenset[str]]
"""The names of the permissions that a user holds."""
MOST_SHOWN = 8
"""A longer menu keeps its administrative pages under one word."""
MOST_IN_LINE = 10
"""Where more than so many are left on the line, the pages of daily operations stand under one word as well."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One place in a menu. ``label`` may be a lazy translation; ``permission`` is the permission's name or empty."""

    label: Any
    url_name: str
    permission: str = ""
    order: int = 50
    administrative: bool = False
    """Stands under one word when the menu is long."""
    operations: bool = False
    """Stands under another word when the menu is longer still."""


class Item(NamedTuple):
    """One link as it is drawn."""

    label: str
    url: str
    current: bool
    folded: str = ""
    """The word that it stands under: *Drift*, *Administrera*."""


_staff: dict[str, Entry] = {}
_resident: dict[str, Entry] = {}
_foot: dict[str, Entry] = {}
_held: list[Held] = []


def staff(
    label: Any,
    url_name: str,
    permission_name: Any = "",
    *,
    order: int = 50,
    administrative: bool = False,
    operations: bool = False,
) -> None:
    """Put a page in the staff menu, for those who hold the permission (its name, or an object with ``.name``)."""
    name = permission_name if isinstance(permission_name, str) else permission_name.name
    _staff[url_name] = Entry(label, url_name, name, order, administrative, operations)


def resident(label: Any, url_name: str, *, order: int = 50) -> None:
    """Put a page in the residents' menu."""
    _resident[url_name] = Entry(label, url_name, "", order)


def foot(label: Any, url_name: str, *, order: int = 50) -> None:
    """Put a page at the foot of every page: what the law wants found from everywhere."""
    _foot[url_name] = Entry(label, url_name, "", order)


def foot_items() -> tuple[tuple[str, str], ...]:
    """(label, address) of what stands at the foot, in the reader's language."""
    every = sorted(_foot.values(), key=lambda entry: entry.order)
    return tuple((str(one.label), url) for one in every if (url := _url(one.url_name, settings.ROOT_URLCONF)))


def use_permissions(held: Held) -> None:
    """Let the menu ask what a user holds; called by the room that owns permissions."""
    _held[:] = [held]


def _draw(menu: tuple[Item, ...], path: str) -> tuple[Item, ...]:
    """The menu with the page that the reader is on marked: the longest address that begins the page's own."""
    here = max((item.url for item in menu if path.startswith(item.url)), key=len, default="")
    return tuple([Item(label, url, url == here, folded) for label, url, _current, folded in menu])


@lru_cache(maxsize=256)
def _menu(entries: tuple[Entry, ...], held: frozenset[str], _language: str | None, urls: str) -> tuple[Item, ...]:
    """The menu of those who hold these permissions, in a language."""
    shown = [entry for entry in sorted(entries, key=attrgetter("order")) if not entry.permission or entry.permission in held]
    found = [(entry, url) for entry in shown if (url := _url(entry.url_name, urls))]
    under: dict[str, str] = {}
    if len(found) > MOST_SHOWN:
        under = {entry.url_name: gettext("Administrera") for entry, _url in found if entry.administrative}
    if len(found) - len(under) + bool(under) > MOST_IN_LINE:
        under |= {entry.url_name: gettext("Drift") for entry, _url in found if entry.operations}
    items = [Item(str(entry.label), url, False, under.get(entry.url_name, "")) for entry, url in found]
    return tuple(_together(items))


def _together(items: list[Item]) -> list[Item]:
    """Those that stand under the same word beside each other, where the first of them stood."""
    first = {one.folded: at for at, one in reversed(list(enumerate(items)))}
    return [one for at, one in sorted(enumerate(items), key=lambda pair: first[pair[1].folded] if pair[1].folded else pair[0])]


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
    held = _held[0](user) if _held else frozenset[str]()
    return _draw(_menu(tuple(_staff.values()), held, get_language(), settings.ROOT_URLCONF), request.path)


def resident_items(request: HttpRequest) -> tuple[Item, ...]:
    """The residents' menu: the same for everyone."""
    return _draw(_menu(tuple(_resident.values()), frozenset(), get_language(), settings.ROOT_URLCONF), request.path)
