"""Intervals that hold at every look at once: confidence sequences for means, differences and proportions.

A fixed-time 95 % interval that is looked at twelve times errs in a fifth of all trials without effect; these do not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics.terms import Estimate, Scale

MOST_SKEW = 0.15
"""The largest skewness that an estimate may have to be treated as normal: simulated with lognormal outcomes and one in ten drawn."""


@dataclass(frozen=True, slots=True)
class Moments:
    """How many, their mean, their variance (divisor n − 1), and their skewness."""

    n: int
    mean: float
    variance: float
    skewness: float = 0.0

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Moments:
        """The moments of plain values; variance and skewness 0 where there is nothing to compute them from."""
        n = len(values)
        mean = float(values.mean()) if n else 0.0
        variance = float(values.var(ddof=1)) if n > 1 else 0.0
        skewness = float(((values - mean) ** 3).mean()) / variance**1.5 if variance > 0 else 0.0
        return cls(n, mean, variance, skewness)

    @classmethod
    def of_sums(cls, total: float, squares: float, n: int) -> Moments:
        """The moments from a sum and a sum of squares."""
        return cls(n, total / n, (squares - total * total / n) / (n - 1))


def skew(pilot: Moments, comparison: Moments | None = None) -> float:
    """At most how skewed the mean is, or the difference of two: 0 for groups of one size, large for a small group of a skewed outcome."""
    most = max(abs(pilot.skewness), abs(comparison.skewness) if comparison else 0.0)
    one, other = 1 / pilot.n, 1 / comparison.n if comparison else 0.0
    return most * abs(one**2 - other**2) / (one + other) ** 1.5


def rho(alpha: float, planned: int) -> float:
    """The tuning that makes the sequence tightest at ``planned`` observations (arXiv:2103.06476, appendix on choosing ρ)."""
    return math.sqrt((-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / planned)


def reach(n: NDArray[np.float64], *, alpha: float, planned: int) -> NDArray[np.float64]:
    """Half the interval's width in standard errors, after each of ``n`` observations in all.

    References
    ----------
    Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas: arXiv:2103.06476, equation 9.
    """
    r2 = rho(alpha, planned) ** 2
    return np.sqrt(2 * (n * r2 + 1) / (n * r2) * np.log(np.sqrt(n * r2 + 1) / alpha))


def half_width(se: float, n: int, *, alpha: float, planned: int) -> float:
    """Half the interval's width: ``se`` is the estimate's standard error after ``n`` observations in all."""
    return se * float(reach(np.array([float(n)]), alpha=alpha, planned=planned)[0])


def p_value(effect: float, se: float, n: int, *, alpha: float, planned: int) -> float:
    """One through the e-value of the same sequence: valid whenever one stops. Below ``alpha`` exactly when 0 is outside the interval."""
    if se == 0:
        return 1.0 if effect == 0 else 0.0
    r2 = rho(alpha, planned) ** 2
    log_e = (effect / se) ** 2 * n * r2 / (2 * (n * r2 + 1)) - math.log(n * r2 + 1) / 2
    return min(1.0, math.exp(-log_e))


def difference(
    pilot: Moments, comparison: Moments, *, alpha: float, planned: int, scale: Scale = Scale.ABSOLUTE
) -> Estimate | None:
    """Pilot minus comparison, or as a share of the comparison by the delta method; None where that share cannot be formed.

    The share is refused while the comparison's mean lies within three standard errors of 0: the delta method is wrong there. A ratio is
    skewed where a difference is not: its interval excludes 0 only when the difference's own does.
    """
    n, base = pilot.n + comparison.n, comparison.mean
    own, theirs = pilot.variance / pilot.n, comparison.variance / comparison.n
    effect, se = pilot.mean - base, math.sqrt(own + theirs)
    half, p = half_width(se, n, alpha=alpha, planned=planned), p_value(effect, se, n, alpha=alpha, planned=planned)
    if scale is Scale.ABSOLUTE:
        return Estimate(effect, effect - half, effect + half, 1 - alpha, p, pilot.n, comparison.n)
    if abs(base) <= 3 * math.sqrt(theirs):
        return None
    share, error = effect / base, math.sqrt(own / base**2 + theirs * pilot.mean**2 / base**4)
    wide = half_width(error, n, alpha=alpha, planned=planned)
    low, high = share - wide, share + wide
    if abs(effect) <= half:
        low, high = min(low, 0.0), max(high, 0.0)
    p = max(p, p_value(share, error, n, alpha=alpha, planned=planned))
    return Estimate(share, low, high, 1 - alpha, p, pilot.n, comparison.n)


def level(seen: Moments, *, alpha: float, planned: int) -> Estimate:
    """The mean alone, with its interval."""
    half = half_width(math.sqrt(seen.variance / seen.n), seen.n, alpha=alpha, planned=planned)
    return Estimate(seen.mean, seen.mean - half, seen.mean + half, 1 - alpha, None, seen.n)


def _log_e(share: float, successes: float, trials: float) -> float:
    """Logarithm of the e-value against the probability ``share``: a uniform mixture of binomials over it."""
    failures = trials - successes
    mixture = math.lgamma(successes + 1) + math.lgamma(failures + 1) - math.lgamma(trials + 2)
    against = successes * math.log(share) if successes else 0.0
    against += failures * math.log1p(-share) if failures else 0.0
    return mixture - against


def proportion_bounds(successes: float, trials: float, *, alpha: float) -> tuple[float, float]:
    """Low and high of a probability, exact for any number of trials and any stop.

    References
    ----------
    Robbins (1970), Annals of Mathematical Statistics 41, 1397–1409: mixtures and Ville's inequality.
    """
    return _low(successes, trials, -math.log(alpha)), _high(successes, trials, -math.log(alpha))


def _low(successes: float, trials: float, top: float) -> float:
    return _edge(1e-15, successes / trials, successes, trials, top) if successes else 0.0


def _high(successes: float, trials: float, top: float) -> float:
    return _edge(1 - 1e-15, successes / trials, successes, trials, top) if successes < trials else 1.0


def _edge(outside: float, inside: float, successes: float, trials: float, top: float) -> float:
    """Where the logarithm of the e-value passes ``top`` between a share far out and the one that was seen."""
    for _ in range(46):
        middle = (outside + inside) / 2
        if _log_e(middle, successes, trials) >= top:
            outside = middle
        else:
            inside = middle
    return outside


def proportion(successes: float, trials: float, *, alpha: float, whole: float = 1.0) -> Estimate:
    """A probability alone, with its exact interval, told as a part of ``whole`` (100: in per cent)."""
    low, high = proportion_bounds(successes, trials, alpha=alpha)
    return Estimate(whole * successes / trials, whole * low, whole * high, 1 - alpha, None, round(trials))


def proportions(
    pilot: tuple[float, int],
    comparison: tuple[float, int],
    *,
    alpha: float,
    scale: Scale = Scale.ABSOLUTE,
    whole: float = 1.0,
) -> Estimate | None:
    """The difference of two probabilities, each (successes, trials), exact however few there are; absolute as a part of ``whole``.

    The product of the groups' e-values holds for every pair of probabilities at once; the interval is what the pairs that it does not
    exclude span. None for a share of a comparison where nothing has happened yet.
    """
    (s1, n1), (s0, n0) = pilot, comparison
    if scale is Scale.RELATIVE and not s0:
        return None
    relative = scale is Scale.RELATIVE
    value = s1 / n1 / (s0 / n0) - 1 if relative else whole * (s1 / n1 - s0 / n0)
    low, high = (_furthest(pilot, comparison, -math.log(alpha), relative=relative, up=up) for up in (False, True))
    if not relative:
        low, high = whole * low, whole * high
    common = (s1 + s0) / (n1 + n0)
    p = min(1.0, math.exp(-_log_e(common, s1, n1) - _log_e(common, s0, n0)))
    return Estimate(value, low, high, 1 - alpha, p, n1, n0)


def _furthest(pilot: tuple[float, int], comparison: tuple[float, int], top: float, *, relative: bool, up: bool) -> float:
    """The largest (``up``) or smallest difference, or share, of a pair whose e-values' product stays below ``top``.

    The pairs are a convex set, so along the comparison's probability the difference has one peak: golden section finds it.
    """
    (s1, n1), (s0, n0) = pilot, comparison
    least = top - _log_e(s1 / n1, s1, n1)
    start, end = _low(s0, n0, least), _high(s0, n0, least)

    def difference_at(theirs: float) -> float:
        left = top - _log_e(min(max(theirs, 1e-15), 1 - 1e-15), s0, n0)
        own = _high(s1, n1, left) if up else _low(s1, n1, left)
        one = own / theirs - 1 if relative else own - theirs
        return one if up else -one

    golden = (math.sqrt(5) - 1) / 2
    first, second = end - golden * (end - start), start + golden * (end - start)
    at_first, at_second = difference_at(first), difference_at(second)
    for _ in range(30):
        if at_first > at_second:
            end, second, at_second = second, first, at_first
            first = end - golden * (end - start)
            at_first = difference_at(first)
        else:
            start, first, at_first = first, second, at_second
            second = start + golden * (end - start)
            at_second = difference_at(second)
    best = max(at_first, at_second)
    return best if up else -best
