"""Two who change the same card at once: each keeps what they wrote, unless it is the same field. Plain data, no Django."""

from __future__ import annotations

from typing import Any, cast

from stadig.pilots import card as cards
from stadig.pilots.card import Card

Clash = tuple[str, Any, Any]


def merge(base: Card, theirs: Card, mine: Card) -> tuple[Card, list[Clash]]:
    """The card with both's changes since ``base``, and (field, theirs, mine) where they cannot both stand.

    Lists (guardrails, co-benefits) count as one field each.
    """
    other = {where: after for where, _, after in cards.changed(base, theirs)}
    merged = cards.plain(theirs)
    clashes: list[Clash] = []
    for where, _, after in cards.changed(base, mine):
        same = [path for path in other if path == where or path.startswith(where + ".") or where.startswith(path + ".")]
        if same and _at(merged, where) != after:
            clashes.append((where, _at(merged, where), after))
        else:
            _put(merged, where, after)
    return (mine if clashes else cards.read(merged)), clashes


def _at(data: dict[str, Any], where: str) -> Any:
    found: Any = data
    for name in where.split("."):
        found = cast("dict[str, Any]", found).get(name) if isinstance(found, dict) else None
    return found


def _put(data: dict[str, Any], where: str, value: Any) -> None:
    *way, last = where.split(".")
    for name in way:
        data = data[name]
    data[last] = value
