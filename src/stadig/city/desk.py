"""The cards of a staff member's start page. Each room registers its own; no one's card is another's business."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

REVEALS_SHOWN = timedelta(days=7)
"""How long the start page tells the one who answers for it that a protected person's data were seen."""


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
    about: frozenset[str] = frozenset()
    """What it tells of (``alarm:7``)."""
    instead_of: frozenset[str] = frozenset()
    """What need not be told of by others: a card that is about nothing else is left out."""


Cards = Callable[[Any], Iterable[Card]]
_registered: list[Cards] = []


def register(cards: Cards) -> Cards:
    """Register ``cards(user) -> list[Card]`` in ``apps.ready()``; it returns nothing to those it does not concern."""
    if cards not in _registered:
        _registered.append(cards)
    return cards


def cards_for(user: Any) -> list[Card]:
    """The user's cards, the most urgent first; what one room tells of in its own words is told once."""
    found = [card for cards in _registered for card in cards(user)]
    told = frozenset[str]().union(*(card.instead_of for card in found))
    return sorted((card for card in found if not card.about or not card.about <= told), key=lambda card: card.order)


def own_cards(user: Any) -> list[Card]:
    """The ground's: services that are paused, for those who may start them again; the log's state, for auditors."""
    from django.urls import reverse
    from django.utils.translation import gettext as _
    from django.utils.translation import ngettext

    from stadig.city import access, clock, queries
    from stadig.city.models import AuditHead, Service

    cards: list[Card] = []
    if access.SERVICES.held_by(user):
        paused = list(
            Service.objects.filter(paused=True, declared=True).order_by("sort_key").values_list("title", flat=True)[:20]
        )
        if paused:
            title = ngettext("En tjänst är pausad", "%(count)s tjänster är pausade", len(paused)) % {"count": len(paused)}
            cards.append(Card(title, ", ".join(paused), reverse("city:services-admin"), _("Pausad"), "warning", "pause", 40))
    if access.REVEALS.held_by(user):
        latest = queries.reveals_since(user, clock.real_now() - REVEALS_SHOWN)
        if latest:
            title = ngettext(
                "Skyddade uppgifter har visats en gång", "Skyddade uppgifter har visats %(count)s gånger", latest
            ) % {"count": latest}
            text = _("Den senaste veckan. Läs vem som såg dem och varför.")
            cards.append(Card(title, text, reverse("city:reveals"), icon="eye", order=45))
    if access.AUDIT.held_by(user):
        head = AuditHead.objects.filter(pk=1).values_list("position", flat=True).first() or 0
        text = ngettext("En rad i loggen.", "%(count)s rader i loggen.", head) % {"count": head}
        cards.append(Card(_("Granska"), text, reverse("city:audit"), icon="scroll-text", order=60))
    return cards
