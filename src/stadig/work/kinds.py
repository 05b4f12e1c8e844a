"""The kinds of work a crew may meet. Rooms above register theirs, so that this one need not know a service by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Kind:
    slug: str
    label: Any
    icon: str


_kinds: dict[str, Kind] = {}


def register(slug: str, label: Any, icon: str = "wrench") -> None:
    _kinds[slug] = Kind(slug, label, icon)


def of(slug: str) -> Kind:
    """The registered kind, or a plain one for work whose room is no longer installed."""
    return _kinds.get(slug) or Kind(slug, _("Arbete"), "wrench")


def all_kinds() -> list[Kind]:
    return list(_kinds.values())
