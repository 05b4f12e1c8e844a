"""Pieces of SQL that carry their bound values, so that text and values can't come apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fragment:
    """SQL text with as many ``%s`` as there are values. The text is never made from what a client sent."""

    sql: str
    values: tuple[Any, ...] = ()

    def __and__(self, other: Fragment) -> Fragment:
        return join("{} AND {}", self, other)


def join(template: str, *parts: Fragment) -> Fragment:
    """Put fragments in the places of a constant template; their values follow in the same order."""
    return Fragment(template.format(*(part.sql for part in parts)), tuple(v for part in parts for v in part.values))


def listed(parts: list[Fragment], mark: str) -> Fragment:
    """Fragments with a constant mark between them."""
    return Fragment(mark.join(part.sql for part in parts), tuple(v for part in parts for v in part.values))


def bound(value: Any, cast: str = "") -> Fragment:
    """A value as a placeholder, with a constant cast."""
    return Fragment("%s" + cast, (value,))


TRUE = Fragment("TRUE")
