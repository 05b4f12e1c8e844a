"""How much a trial has changed in all, and what each unit of it has cost. Plain arrays and numbers; no Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics.terms import Design, Direction, Estimate, Plan, Scale, Series


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount with its interval; a bound that is not known is None."""

    value: float
    low: float | None = None
    high: float | None = None


def total(plan: Plan, series: Series, estimate: Estimate, *, whole: float = 1.0) -> Amount | None:
    """What the service changed in all since it began, in the outcome's own unit, positive in the good direction.

    ``whole`` is 100 for an outcome told in hundredths: what changed is then how many more of those that the rows speak for.

    A relative difference ``r`` beside a sum ``y`` of those who had the service says that they would have had ``y / (1 + r)``
    without it. An absolute one counts once for each thing that a row speaks for. The interval follows the estimate's;
    the sum itself is known, not estimated. None when nothing was measured with the service, or when ``r`` is −1 or less.
    """
    if not np.isfinite(estimate.value):
        return None
    with_it = _with_service(plan, series)
    if not with_it.any():
        return None
    if plan.scale is Scale.ABSOLUTE:
        many = float(series.weight[with_it].sum())
        changes = [None if bound is None else bound * many for bound in (estimate.value, estimate.low, estimate.high)]
    else:
        observed = float((series.value[with_it] * series.weight[with_it]).sum())
        changes = [_from_relative(bound, observed) for bound in (estimate.value, estimate.low, estimate.high)]
    middle, low, high = [None if one is None else one / whole for one in changes]
    if middle is None:
        return None
    if plan.direction is Direction.LESS:
        return Amount(-middle, None if high is None else -high, None if low is None else -low)
    return Amount(middle, low, high)


def _from_relative(share: float | None, observed: float) -> float | None:
    return None if share is None or share <= -1 else observed * share / (1 + share)


def _with_service(plan: Plan, series: Series) -> NDArray[np.bool_]:
    """Which rows speak of those who had the service, in the days they had it."""
    began = series.day >= np.datetime64(plan.begins)
    if plan.design is Design.PERSONS and series.arm is not None:
        return began & (series.arm == "pilot")
    if plan.allocation is None:
        return began
    treated = np.isin(series.unit, np.array(plan.allocation.treated, dtype=np.str_))
    for unit, day in plan.allocation.begins:
        treated &= (series.unit != unit) | (series.day >= np.datetime64(day))
    return began & treated


def cost_of_each(spent_kr: float, amount: Amount) -> Amount | None:
    """Kronor per unit. None when nothing was gained; ``high`` is None when it cannot be said that anything was."""
    if amount.value <= 0:
        return None
    low = spent_kr / amount.high if amount.high is not None and amount.high > 0 else None
    high = spent_kr / amount.low if amount.low is not None and amount.low > 0 else None
    return Amount(spent_kr / amount.value, low, high)


def times(amount: Amount, factor: float, factor_low: float | None, factor_high: float | None) -> Amount:
    """An amount times a factor, each with its own bounds: the widest of the products."""
    bounds = [
        one * other
        for one in (amount.low, amount.high)
        for other in (factor_low, factor_high, factor)
        if one is not None and other is not None
    ]
    return Amount(amount.value * factor, min(bounds, default=None), max(bounds, default=None))


def shrunk(values: Sequence[float], errors: Sequence[float], mean: float, between: float) -> list[float]:
    """Each effect drawn towards the mean, the more the less sure it is: the best of many looks better than it is.

    ``between`` is the standard deviation between trials (τ). Empirical Bayes: Efron & Morris (1973), JASA 68, 117–130.
    """
    parts = [between**2 / (between**2 + error**2) for error in errors]
    return [mean + part * (value - mean) for value, part in zip(values, parts, strict=True)]
