"""The same trial in several municipalities, taken together: the mean effect, and how far the places differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics.terms import Estimate


@dataclass(frozen=True, slots=True)
class Pooled:
    """The mean of the places' effects with its interval, and where the effect of one more place would lie."""

    value: float
    low: float
    high: float
    level: float
    between: float
    """Standard deviation between places (τ); 0 when chance alone explains that they differ."""
    next_low: float | None
    next_high: float | None
    """The prediction interval of a new place; None for fewer than three."""
    weights: tuple[float, ...]
    """Each place's share, in the order they came; they sum to 1."""


def standard_error(estimate: Estimate) -> float:
    """Of an interval as if it were a fixed-time one: too large for one that is valid at any look, never too small.

    Raises ValueError for an estimate whose interval has no end.
    """
    if estimate.low is None or estimate.high is None:
        raise ValueError("An effect without an interval cannot be pooled.")
    return (estimate.high - estimate.low) / 2 / NormalDist().inv_cdf(0.5 + estimate.level / 2)


def pooled(effects: Sequence[float], errors: Sequence[float], *, level: float = 0.95) -> Pooled:
    """Random effects of at least two places: effects and their standard errors, on one scale.

    τ² by Paule and Mandel; the interval by Hartung and Knapp with k − 1 degrees of freedom, never narrower than without their factor.
    The prediction interval has k − 2.

    Raises
    ------
    ValueError
        Fewer than two places, or a standard error that is not positive.

    References
    ----------
    Paule & Mandel (1982), J. Res. Natl. Bur. Stand. 87, 377–385. Hartung & Knapp (2001), Statistics in Medicine 20, 1771–1782.
    Röver, Knapp & Friede (2015), BMC Medical Research Methodology 15:99 (the factor at least 1). Higgins, Thompson & Spiegelhalter
    (2009), J. R. Statist. Soc. A 172, 137–159 (prediction).
    """
    y, variance = np.array(effects, dtype=np.float64), np.array(errors, dtype=np.float64) ** 2
    if len(y) < 2:
        raise ValueError("At least two places are needed to pool.")
    if not (variance > 0).all():
        raise ValueError("Every place needs a standard error above 0.")
    between = _paule_mandel(y, variance)
    w = 1 / (variance + between)
    mean = float((w * y).sum() / w.sum())
    factor = max(1.0, float((w * (y - mean) ** 2).sum()) / (len(y) - 1))
    se = math.sqrt(factor / float(w.sum()))
    half = _t(len(y) - 1, level) * se
    reach = _t(len(y) - 2, level) * math.sqrt(between + se * se) if len(y) > 2 else None
    return Pooled(
        mean,
        mean - half,
        mean + half,
        level,
        math.sqrt(between),
        None if reach is None else mean - reach,
        None if reach is None else mean + reach,
        tuple((w / w.sum()).tolist()),
    )


def _excess(y: NDArray[np.float64], variance: NDArray[np.float64], between: float) -> float:
    """How far Cochran's Q with this τ² lies above what chance gives, k − 1."""
    w = 1 / (variance + between)
    return float((w * (y - (w * y).sum() / w.sum()) ** 2).sum()) - (len(y) - 1)


def _paule_mandel(y: NDArray[np.float64], variance: NDArray[np.float64]) -> float:
    """The τ² with which Q is k − 1; Q falls with τ², so halving the range finds it."""
    if _excess(y, variance, 0.0) <= 0:
        return 0.0
    low, high = 0.0, float(y.var(ddof=1)) + float(variance.max())
    while _excess(y, variance, high) > 0:
        high *= 2
    for _ in range(200):
        middle = (low + high) / 2
        if _excess(y, variance, middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _t(freedom: int, level: float) -> float:
    """Two-sided quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + level / 2))
