"""What agencies may be asked for: purposes, each registered by the service that owns it. This room knows no service by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stadig.exchange.models import Lookup, Permit

MayRead = Callable[[Any, int, int], bool]
"""(user, case id, person id) → whether the user may see what agencies answered about the person in the case."""
Renew = Callable[["Lookup", tuple[str, ...]], "Permit | None"]
"""(lookup, agencies) → a fresh permit, issued after the owner's gate, to ask them once more; None when the case is closed or may not be."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose, as its owner registered it."""

    slug: str
    title: Any
    """As it is shown and sent; translatable."""
    may_read: MayRead
    renew: Renew | None


_known: dict[str, Purpose] = {}


def register(slug: str, title: Any, may_read: MayRead, *, renew: Renew | None = None) -> None:
    """Register a purpose. ``renew`` lets what is missing be asked again in the background; without it no one is asked by themselves."""
    _known[slug] = Purpose(slug, title, may_read, renew)


def get(slug: str) -> Purpose | None:
    """The purpose of this name, if a service has registered it."""
    return _known.get(slug)
