"""Persons, households or cases drawn one by one: a difference in means that may be looked at any day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics import sequence
from stadig.pilots.statistics.terms import Design, Estimate, Finding, Look, Plan, Series

PILOT, COMPARISON = "pilot", "comparison"
FEW_EVENTS = 10
"""Events, and their absence, that each group needs before a yes or no is treated as a mean."""


@dataclass(frozen=True, slots=True)
class Units:
    """What is known of each unit at a look: one mean per unit, in the order of the units' names."""

    mean: NDArray[np.float64]
    weight: NDArray[np.float64]
    pilot: NDArray[np.bool_]


def arms(plan: Plan, series: Series) -> NDArray[np.str_]:
    """``pilot``, ``comparison`` or nothing per row: for persons the row's own arm, otherwise what the draw says of its unit."""
    if series.arm is not None and (plan.design is Design.PERSONS or plan.allocation is None):
        return series.arm
    found = np.full(len(series.unit), "", dtype="U10")
    if plan.allocation is not None:
        found[np.isin(series.unit, plan.allocation.units)] = COMPARISON
        found[np.isin(series.unit, plan.allocation.treated)] = PILOT
    return found


def inside(plan: Plan, series: Series, through: dt.date) -> NDArray[np.bool_]:
    """The rows with a figure, from the trial's first day through the given one or the last."""
    days = (series.day >= np.datetime64(plan.begins)) & (series.day <= np.datetime64(min(through, plan.ends)))
    return days & np.isfinite(series.value)


def usable(plan: Plan, series: Series, through: dt.date) -> NDArray[np.bool_]:
    """The rows that count: inside the trial's days, finite, of a unit in exactly one arm. ``checks`` names all the others."""
    arm = arms(plan, series)
    both = np.intersect1d(series.unit[arm == PILOT], series.unit[arm == COMPARISON])
    return inside(plan, series, through) & np.isin(arm, (PILOT, COMPARISON)) & ~np.isin(series.unit, both)


def units(plan: Plan, series: Series, keep: NDArray[np.bool_]) -> Units:
    """The weighted mean of each unit's kept rows."""
    _, first, where = np.unique(series.unit[keep], return_index=True, return_inverse=True)
    weight = np.bincount(where, series.weight[keep], len(first)).astype(np.float64)
    total = np.bincount(where, series.weight[keep] * series.value[keep], len(first)).astype(np.float64)
    some = weight > 0
    mean = np.divide(total, weight, out=np.zeros_like(total), where=some)
    return Units(mean[some], weight[some], (arms(plan, series)[keep][first] == PILOT)[some])


def looks(plan: Plan, series: Series, days: Sequence[dt.date]) -> tuple[tuple[Look, ...], tuple[Finding, ...]]:
    """One look per day, each with all rows from the trial's first day through that day; and what the last of them lacks.

    A unit with several rows counts once, with its mean. Below the burn-in, while a yes-or-no outcome has few events, and while a group
    is too small beside the other for how skewed the outcome is, the exact sequences of :func:`sequence.proportions` are used for yes
    and no; other outcomes have no estimate then.
    """
    keep = usable(plan, series, days[-1]) if days else np.zeros(len(series.unit), dtype=bool)
    found: list[Look] = []
    lacks: tuple[Finding, ...] = ()
    for number, day in enumerate(days, 1):
        seen = units(plan, series, keep & (series.day <= np.datetime64(day)))
        estimate, lacks = compare(plan, seen)
        found.append(Look(number, day, estimate))
    return tuple(found), lacks


def compare(plan: Plan, seen: Units) -> tuple[Estimate | None, tuple[Finding, ...]]:
    """The estimate of one look, or None with the finding that says why."""
    pilot, comparison = seen.mean[seen.pilot], seen.mean[~seen.pilot]
    fewest = min(len(pilot), len(comparison))
    whole = yes_is(seen.mean)
    enough = fewest >= max(plan.burn_in, 2) and not (whole and _fewest_events(pilot / whole, comparison / whole) < FEW_EVENTS)
    own, theirs = sequence.Moments.of(pilot), sequence.Moments.of(comparison)
    skew = sequence.skew(own, theirs) if fewest else 0.0
    near_zero = Finding("comparison_near_zero", "warning", plan.outcome)
    if enough and skew <= sequence.MOST_SKEW:
        estimate = sequence.difference(own, theirs, alpha=plan.alpha, planned=plan.planned_n, scale=plan.scale)
        return estimate, () if estimate else (near_zero,)
    exact = whole is not None and fewest > 0
    figures = {"pilot": own.n, "comparison": theirs.n, "needed": plan.burn_in, "exact": exact, "skew": skew}
    few = Finding("too_few_yet", "note", plan.outcome, figures)
    if not whole or not fewest:
        return None, (few,)
    counts = (float(pilot.sum()) / whole, len(pilot)), (float(comparison.sum()) / whole, len(comparison))
    estimate = sequence.proportions(*counts, alpha=plan.alpha, scale=plan.scale, whole=whole)
    return estimate, (few,) if estimate else (near_zero,)


def yes_is(values: NDArray[np.float64]) -> float | None:
    """What a yes is written as when all values are yes or no: 1, or 100 where they are in per cent; None for other outcomes."""
    return next((whole for whole in (1.0, 100.0) if np.isin(values, (0.0, whole)).all()), None)


def _fewest_events(pilot: NDArray[np.float64], comparison: NDArray[np.float64]) -> int:
    """The smallest count of yes or of no in either group."""
    return min(int(min(one.sum(), len(one) - one.sum())) for one in (pilot, comparison))
