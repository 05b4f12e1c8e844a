"""Why a design can never show anything with these units, and what to know of it: said before the start, not after it. Plain data, no Django."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from stadig.pilots.card import Card
from stadig.pilots.statistics import allocation as lots
from stadig.pilots.statistics import chooser, comparison
from stadig.pilots.statistics.chooser import Question
from stadig.pilots.statistics.terms import Allocation, Design, Finding

BY_AREA = (Design.AREAS, Design.COMPARISON)
ELSEWHERE = ("never_by_lot", "not_drawn", "draw_impossible", "variation_unknown")
"""Told as a problem of the card, or of the lot that was cast, or on the chooser's own page."""


def refusals(card: Card, units: int = 0) -> list[Finding]:
    """All that keeps the card's way to compare from ever carrying a verdict; empty when nothing does. ``units`` as in :func:`found`."""
    return [one for one in found(card, units) if one.severity == "withhold"]


def found(card: Card, units: int = 0) -> list[Finding]:
    """What the chooser says of the way that the card compares: refusals (``withhold``) and warnings, each code once.

    ``units`` is how many have been chosen: with it too few are told before the lot is cast.
    """
    said: dict[str, Finding] = {}
    for one in [*_held(card), *_advised(card, units)]:
        said.setdefault(one.code, one)
    return list(said.values())


def _advised(card: Card, units: int) -> Iterator[Finding]:
    """The chooser's own reasons. Without figures from before it simulates nothing."""
    count = card.planned_n if card.design is Design.PERSONS else len(card.allocation.units) if card.allocation else units
    if card.design is None or not card.unit or count < 2:
        return
    chosen = card.allocation.treated if card.allocation and card.design is Design.COMPARISON else ()
    question = Question(
        card.unit, card.lever, count, card.worthwhile if card.worthwhile and card.worthwhile > 0 else 1.0,
        pilots=len(card.allocation.treated) if card.allocation else None,
        names=card.allocation.units if card.allocation else (),
        before=max(1, round(card.baseline_days / 30.4)), alpha=card.alpha,
        chosen=chosen, chosen_because_worst=card.chosen_because_worst,
    )  # fmt: skip
    own = next((one for one in chooser.advise(question) if one.design is card.design and one.method in _METHODS), None)
    for one in own.why if own else ():
        if one.code not in ELSEWHERE and not (one.code == "areas_too_few" and card.allocation):
            yield one


_METHODS = ("complete", "chosen", "none")
"""What a design is judged by before its lot is cast: if this shows nothing, pairs or balance show less."""


def _held(card: Card) -> list[Finding]:
    """What follows from the lot that was cast, or from those that were chosen."""
    by_person = card.unit in chooser.PERSONS
    if card.design is Design.PERSONS and card.unit and not by_person:
        refused = chooser.refused("person-level", len(card.allocation.units) if card.allocation else 0)
        return [replace(refused, where="design")] if refused else []
    if card.design is Design.COMPARISON and by_person:
        return [Finding("persons_not_chosen", "withhold", "design")]
    if card.design is Design.BEFORE_AFTER:  # the chooser never recommends it, but it may be begun: described, and never scaled up
        return [Finding("before_after", "warning", "design")]
    if card.allocation is None or card.design not in BY_AREA:
        return []
    try:
        return list(_drawn(card.allocation, card.alpha) if card.design is Design.AREAS else _chosen(card.allocation, card.alpha))
    except lots.BadDraw as bad:
        return [Finding("draw_impossible", "withhold", "allocation", {"reason": str(bad)})]


@lru_cache(maxsize=64)
def _drawn(allocation: Allocation, alpha: float) -> tuple[Finding, ...]:
    """Remembered by value: going through the draws under a constraint takes up to a quarter of a second."""
    if allocation.method == "chosen":
        return (Finding("not_drawn", "withhold", "allocation", {"units": list(allocation.treated)}),)
    draws = lots.admissible(allocation)
    said: list[Finding] = []
    if draws.number_of(lots.mask(allocation)) is None:
        values = {"units": list(allocation.treated), "draws": len(draws.rows)}
        said.append(Finding("not_admissible", "withhold", "allocation", values))
    if draws.smallest_p > alpha:
        values = {"smallest_p": draws.smallest_p, "draws": len(draws.rows), "alpha": alpha}
        said.append(Finding("areas_too_few", "withhold", "allocation", values))
    return tuple(said)


def _chosen(allocation: Allocation, alpha: float) -> Iterator[Finding]:
    beside = int((~lots.mask(replace(allocation, method="complete"))).sum())
    if beside < comparison.needed(alpha):
        needed = comparison.needed(alpha)
        values = {"comparison": beside, "needed": needed, "smallest_p": 1 / (beside + 1), "alpha": alpha}
        yield Finding("comparison_too_few", "withhold", "allocation", values)
