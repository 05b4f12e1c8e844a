"""The cards of a staff member's start page. Each room registers its own; no one's card is another's business."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to know or do now, with one link."""

    title: str
    text: str
    url: str
    tag: str = ""
    """A word for the state; shown as a tag."""
    kind: str = "neutral"
    """success, info, warning, danger or neutral."""
    icon: str = "circle"
    order: int = 50
    """Lower comes first; alarms 10, today's work 30, news 70."""


Cards = Callable[[Any], Iterable[Card]]
_registered: list[Cards] = []


def register(cards: Cards) -> Cards:
    """Register ``cards(user) -> list[Card]`` in ``apps.ready()``; it returns nothing to those it does not concern."""
    if cards not in _registered:
        _registered.append(cards)
    return cards


def cards_for(user: Any) -> list[Card]:
    """The user's cards, the most urgent first."""
    return sorted((card for cards in _registered for card in cards(user)), key=lambda card: card.order)
