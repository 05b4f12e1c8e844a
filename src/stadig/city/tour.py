"""Stops of the newcomer's tour. Each room registers its own in ``apps.ready()``; the roof draws the tour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop: ``url`` names the page to open, ``as_user`` the person of the demo town to open it as ("" is no one)."""

    order: int
    title: Any
    text: Any
    try_this: Any
    url_name: str
    as_user: str
    url_args: tuple[Any, ...] = ()


_stops: dict[str, Stop] = {}


def stop(
    order: int, title: Any, text: Any, url_name: str, *, try_this: Any = "", as_user: str = "", url_args: tuple[Any, ...] = ()
) -> None:
    """Add a stop; texts may be lazily translated. A later registration of the same page and person replaces it."""
    _stops[f"{url_name} {as_user}"] = Stop(order, title, text, try_this, url_name, as_user, url_args)


def stops() -> list[Stop]:
    """All stops, in the order they are walked."""
    return sorted(_stops.values(), key=lambda found: found.order)
