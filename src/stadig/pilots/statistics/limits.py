"""Guardrails: a level among those who have the service, or a difference beside those who have not."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics import persons, sequence
from stadig.pilots.statistics.terms import Design, Estimate, Plan, Series


def level(plan: Plan, series: Series, through: dt.date, *, alpha: float, bound: float = 1.0) -> Estimate | None:
    """The weighted level among those who have the service, valid at any look; None while too little is known.

    Independent are persons or, where areas have the service, days: areas are few, and neighbouring days that resemble each other
    widen the interval (first-order autocorrelation). Both need the plan's burn-in, and more where the outcome is skewed. Until then, and
    while a yes-or-no outcome has few events, rows of yes and no (or shares whose weight says how many were asked) are counted as trials
    of one probability, exactly. While nothing has happened, only a ``bound`` above 1 tells that they are in per cent.
    """
    rows = _pilot_rows(plan, series, through)
    value, weight = series.value[rows], series.weight[rows]
    if not len(value) or not weight.sum() > 0:
        return None
    happened, asked = value * weight, float(weight.sum())
    whole = _whole(value, weight, happened, bound)
    yes = float(happened.sum()) / (whole or 1.0)
    clusters = series.unit[rows] if plan.design is Design.PERSONS else series.day[rows]
    seen = _ratio(clusters, happened, weight, daily=plan.design is not Design.PERSONS)
    rare = whole is not None and min(yes, asked - yes) < persons.FEW_EVENTS
    if seen.n >= max(plan.burn_in, 2) and not rare and sequence.skew(seen) <= sequence.MOST_SKEW:
        return sequence.level(seen, alpha=alpha, planned=max(round(plan.planned_n * plan.share), 1))
    return sequence.proportion(yes, asked, alpha=alpha, whole=whole) if whole else None


def _pilot_rows(plan: Plan, series: Series, through: dt.date) -> NDArray[np.bool_]:
    """Rows of those who have the service, from the day they got it."""
    if plan.design is Design.PERSONS or plan.allocation is None:
        pilot = persons.arms(plan, series) == persons.PILOT
        if plan.design is Design.BEFORE_AFTER and series.arm is None:
            pilot = np.ones(len(series.unit), dtype=bool)
        return persons.inside(plan, series, through) & pilot
    own = dict(plan.allocation.begins)
    rows = persons.inside(plan, series, through) & np.isin(series.unit, plan.allocation.treated)
    for unit, day in own.items():
        rows &= (series.unit != unit) | (series.day >= np.datetime64(day))
    return rows


def _whole(value: NDArray[np.float64], weight: NDArray[np.float64], happened: NDArray[np.float64], bound: float) -> float | None:
    """What all of those asked would be written as when the rows are whole numbers of yes among whole numbers asked; otherwise None.

    100 where every row is a whole number of yes in per cent (0 or 100 of one person, 2.5 of forty), 1 for plain shares.
    """
    if (weight != np.round(weight)).any() or (value < 0).any():
        return None
    for whole in (100.0, 1.0):
        yes = happened / whole
        if (value <= whole).all() and (np.abs(yes - np.round(yes)) < 1e-6).all() and (whole == 1 or yes.any() or bound > 1):
            return whole
    return None


def _ratio(
    clusters: NDArray[np.generic], happened: NDArray[np.float64], weight: NDArray[np.float64], *, daily: bool
) -> sequence.Moments:
    """Sum over sum, with the variance of what each cluster adds to it (a linearised ratio)."""
    names, where = np.unique(clusters, return_inverse=True)
    sums, weights = np.bincount(where, happened, len(names)), np.bincount(where, weight, len(names))
    mean = float(sums.sum() / weights.sum())
    adds = (sums - mean * weights) / weights.mean()
    plain = sequence.Moments.of(adds.astype(np.float64))
    return sequence.Moments(plain.n, mean, plain.variance * (_inflation(adds) if daily else 1.0), plain.skewness)


def _inflation(means: NDArray[np.float64]) -> float:
    """How much larger the variance of the mean is than if the days were independent: (1 + r) / (1 − r), at least 1."""
    around = means - means.mean()
    spread = float((around**2).sum())
    if len(means) < 3 or not spread:
        return 1.0
    r = min(max(float((around[1:] * around[:-1]).sum()) / spread, 0.0), 0.95)
    return (1 + r) / (1 - r)
