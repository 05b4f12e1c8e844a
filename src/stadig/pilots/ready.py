"""Why a design can never show anything with these units: said before the start, not after it. Plain data, no Django."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from stadig.pilots.card import Card
from stadig.pilots.statistics import allocation as lots
from stadig.pilots.statistics import chooser, comparison
from stadig.pilots.statistics.terms import Allocation, Design, Finding


def refusals(card: Card) -> list[Finding]:
    """All that keeps the card's draw or choice from ever carrying a verdict; empty when nothing does."""
    by_person = card.unit in chooser.PERSONS
    if card.design is Design.PERSONS and card.unit and not by_person:
        found = chooser.refused("person-level", len(card.allocation.units) if card.allocation else 0)
        return [replace(found, where="design")] if found else []
    if card.design is Design.COMPARISON and by_person:
        return [Finding("persons_not_chosen", "withhold", "design")]
    if card.allocation is None or card.design not in (Design.AREAS, Design.COMPARISON):
        return []
    try:
        return list(_drawn(card, card.allocation) if card.design is Design.AREAS else _chosen(card, card.allocation))
    except lots.BadDraw as bad:
        return [Finding("draw_impossible", "withhold", "allocation", {"reason": str(bad)})]


def _drawn(card: Card, allocation: Allocation) -> Iterator[Finding]:
    if allocation.method == "chosen":
        yield Finding("not_drawn", "withhold", "allocation", {"units": list(allocation.treated)})
        return
    draws = lots.admissible(allocation)
    if draws.number_of(lots.mask(allocation)) is None:
        values = {"units": list(allocation.treated), "draws": len(draws.rows)}
        yield Finding("not_admissible", "withhold", "allocation", values)
    if draws.smallest_p > card.alpha:
        values = {"smallest_p": draws.smallest_p, "draws": len(draws.rows), "alpha": card.alpha}
        yield Finding("areas_too_few", "withhold", "allocation", values)


def _chosen(card: Card, allocation: Allocation) -> Iterator[Finding]:
    beside = int((~lots.mask(replace(allocation, method="complete"))).sum())
    if beside < comparison.needed(card.alpha):
        needed = comparison.needed(card.alpha)
        values = {"comparison": beside, "needed": needed, "smallest_p": 1 / (beside + 1), "alpha": card.alpha}
        yield Finding("comparison_too_few", "withhold", "allocation", values)
