"""Rows about people of areas as anyone may have them: none speaks of so few that one of them could be known by it. No Django."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.card import Card, Outcome
from stadig.pilots.statistics import meters
from stadig.pilots.statistics.parts import FEWEST
from stadig.pilots.statistics.terms import Plan, Series

OF_PEOPLE: Final = ("cases", "ratings")
AMONG_ALL: Final = ("", "subjects", "residents")
"""What an outcome of the ledger is divided by where it is no share of those whom something happened to."""


def about_people(card: Card) -> frozenset[str]:
    """The outcomes each of whose rows speaks of the persons or cases that it counts: answers, cases, and shares of those who did something."""
    every = [one for one in (card.primary, *(limit.outcome for limit in card.guardrails), *card.benefits) if one is not None]
    own = {one.slug for one in every if _counts_people(one)}
    return frozenset(own | {one.slug for one in every if one.source == "derived" and one.of in own})


def _counts_people(one: Outcome) -> bool:
    return one.source in OF_PEOPLE or (one.source == "effects" and one.each not in AMONG_ALL)


def folded(plan: Plan, series: Series) -> Series:
    """The rows of each unit put together in order of time until each speaks of at least ``FEWEST``: the mean of them, on the first one's day.

    What comes before the start is kept apart from what comes after. A row once given out stays as it is when more come: two files laid beside
    each other show no smaller ones. What is left at the end, too few to be shown, is left out.
    """
    begins = np.datetime64(plan.begins)
    rows = np.isfinite(series.value) & (series.weight > 0)
    kept: list[tuple[int, float, float]] = []
    for _name, places in meters.by_unit(series, rows):
        before = series.day[places] < begins
        for side in (places[before], places[~before]):
            kept += _together(series, side)
    kept.sort(key=lambda one: (series.day[one[0]], str(series.unit[one[0]])))
    at = np.array([one[0] for one in kept], dtype=np.intp)
    return replace(
        series,
        unit=series.unit[at],
        day=series.day[at],
        value=np.array([one[1] for one in kept], dtype=np.float64),
        weight=np.array([one[2] for one in kept], dtype=np.float64),
        source=series.source[at],
        arm=None if series.arm is None else series.arm[at],
        group={},
    )


def _together(series: Series, places: NDArray[np.intp]) -> list[tuple[int, float, float]]:
    """(the first row, mean, weight) of each run of rows that speaks of enough."""
    found: list[tuple[int, float, float]] = []
    first, total, weight = -1, 0.0, 0.0
    for place in places.tolist():
        first = place if first < 0 else first
        total += float(series.value[place] * series.weight[place])
        weight += float(series.weight[place])
        if weight >= FEWEST:
            found.append((first, total / weight, weight))
            first, total, weight = -1, 0.0, 0.0
    return found
