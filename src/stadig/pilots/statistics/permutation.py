"""The randomisation test over the draws that were possible, adjusted for the baseline, and its exact interval.

The statistic. Each area counts as one, whatever its size: it is the area that was drawn. With ``c`` the contrast of a draw (one over how many
got it, minus one over how many did not) and ``y`` the areas' means since the start, adjusted for their baseline, a draw's statistic is ``|c·y|`` over
the length of ``c``. Below 20 areas ``y`` is the change from the baseline: few areas cannot afford a slope of their own (simulated with
``power.simulate``: .43 against .34 at 8 areas whose levels last, .84 against .77 at 12). From 20 areas ``y`` is what a straight line in the baseline
leaves, which loses next to nothing and wins where the baseline is a poor guide; the slope is that of the outcome under the hypothesis that is
tested, the same for every draw, and the length of ``c`` is taken after the baseline too, so the statistic orders the draws as the partial
correlation does. Which of the two depends on the number of areas alone, so either test is exact.

The interval. Under the sharp null that the service adds exactly τ to every area that has it, every draw's statistic is the absolute value of a
straight line in τ, and the line of the draw that was made is the steepest. The τ at which another draw is at least as extreme are therefore one
stretch around the estimate, with ends in closed form; the interval is an order statistic of those ends. Nothing is approximated. On the relative
scale the null multiplies by 1+ρ: additive in logarithms, hence as exact. Where an area has a zero, logarithms fail; then the statistic is the
plain difference of the areas' shares of their own baseline, a straight line in 1/(1+ρ), as exact and somewhat blunter.

References
----------
Fisher (1935), The Design of Experiments; Gail et al. (1996), Statistics in Medicine 15:1069-1092; Rosenbaum (2002), Statistical Science 17:286-327;
Raab & Butcher (2005), Journal of the Royal Statistical Society A 168:865-879.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["additive", "log", "ratio"]
Adjust = Literal["regression", "change", "none"]
SLOPE_FROM = 20
"""So many areas can afford a slope."""
TIE = 1e-9
"""Statistics that differ by less than this share of the largest are the same: a draw and its mirror image tie."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The statistic of every draw as a line in the tested parameter ``u``: ``|at + u · slope|``, one row per look.

    ``u`` is τ (``additive``), log(1+ρ) (``log``) or 1/(1+ρ) (``ratio``).
    """

    at: NDArray[np.float64]
    """(looks, draws)."""
    slope: NDArray[np.float64]
    """(looks, draws)."""
    own: int
    """The row of the draw that was made."""
    kind: Kind

    @property
    def null(self) -> float:
        """The ``u`` of no effect."""
        return 1.0 if self.kind == "ratio" else 0.0

    def effect(self, u: float) -> float:
        """``u`` as an effect: in the outcome's unit, or as a share."""
        if self.kind == "additive":
            return u
        if self.kind == "log":
            return math.expm1(u) if u < 700 else math.inf
        return 1 / u - 1 if u > 0 else math.inf

    def effects(self, low: float, high: float) -> tuple[float | None, float | None]:
        """An interval of ``u`` as an interval of effects; None where it has no end."""
        if self.kind == "ratio":
            low, high = high, low
        ends = self.effect(low), self.effect(high)
        return (None if math.isinf(ends[0]) else ends[0]), (None if math.isinf(ends[1]) else ends[1])

    def sizes(self, look: int, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """(len(u), draws): the statistics at a look under each tested parameter."""
        return np.abs(self.at[look] + u[:, None] * self.slope[look])

    def estimate(self, look: int) -> float | None:
        """The ``u`` at which the draw that was made shows nothing; None where the look tells nothing."""
        slope = float(self.slope[look, self.own])
        return -float(self.at[look, self.own]) / slope if slope != 0 else None

    def look(self, number: int) -> Lines:
        """One look alone."""
        return replace(self, at=self.at[number : number + 1], slope=self.slope[number : number + 1])


def adjustment(units: int) -> Adjust:
    """How the baseline is used: ``change`` below ``SLOPE_FROM`` areas, ``regression`` from there."""
    return "regression" if units >= SLOPE_FROM else "change"


def contrasts(rows: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(draws, units): one over how many got it, minus one over how many did not; zeros where one side is empty."""
    with_it = rows.sum(axis=1, keepdims=True).astype(np.float64)
    without = rows.shape[1] - with_it
    whole = (with_it > 0) & (without > 0)
    got = rows.astype(np.float64)
    return (got / np.maximum(with_it, 1) - (1 - got) / np.maximum(without, 1)) * whole


def without_baseline(contrast: NDArray[np.float64], baseline: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """``c·M`` for each row: the contrasts without what a straight line in the baseline tells (Frisch & Waugh 1933)."""
    if baseline is None:
        return contrast
    centred = baseline - baseline.mean()
    squares = float(centred @ centred)
    if squares <= TIE * max(1.0, float(np.abs(baseline).max())) ** 2:
        return contrast
    return contrast - np.outer(contrast @ centred, centred) / squares


def lines(
    rows: NDArray[np.bool_],
    own: int,
    after: NDArray[np.float64],
    before: NDArray[np.float64] | None,
    *,
    relative: bool = False,
    adjust: Adjust | None = None,
) -> Lines:
    """The statistic of every draw at every look as a line in the tested parameter.

    Parameters
    ----------
    rows
        (draws, units): who gets the service in each possible draw.
    own
        The row of the draw that was made.
    after
        (looks, units): area means since the start; NaN where an area is silent. It is then left out of every draw at that look.
    before
        (units,): area means of the baseline; an area without one gets the mean of the others, which favours no draw.
    adjust
        How the baseline is used; by the number of units unless said.
    """
    adjust = adjust or adjustment(rows.shape[1])
    base = None if before is None or adjust == "none" else filled(before)
    kind = _kind(after, base, relative=relative)
    if base is not None and kind == "log":
        base = np.log(base)
    at, slope = np.zeros((len(after), len(rows))), np.zeros((len(after), len(rows)))
    heard = np.isfinite(after)
    for pattern in np.unique(heard, axis=0):
        looks = np.flatnonzero((heard == pattern).all(axis=1))
        own_row, here = rows[own, pattern], None if base is None else base[pattern]
        if not (own_row.any() and (~own_row).any()):
            continue
        contrast = contrasts(rows[:, pattern])
        taken = without_baseline(contrast, here) if adjust == "regression" and kind != "ratio" else contrast
        size = (taken * contrast).sum(axis=1)
        norm = np.where(size > TIE * size.max(), 1 / np.sqrt(np.where(size > 0, size, 1)), 0.0)
        taken = taken * norm[:, None]
        figures = np.log(after[np.ix_(looks, pattern)]) if kind == "log" else after[np.ix_(looks, pattern)]
        if here is not None and kind == "ratio" and (here > 0).all():
            figures = figures / here
        elif here is not None and adjust == "change" and kind != "ratio":
            figures = figures - here
        if kind == "ratio":
            at[looks], slope[looks] = (figures * ~own_row) @ taken.T, (figures * own_row) @ taken.T
        else:
            at[looks], slope[looks] = figures @ taken.T, -(taken @ own_row.astype(np.float64))
    return Lines(_clean(at), slope, own, kind)


def filled(before: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The baselines with the mean of the known where one is missing; None where fewer than three are known."""
    known = np.isfinite(before)
    return np.where(known, before, before[known].mean()) if int(known.sum()) >= 3 else None


def _clean(at: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.nan_to_num(at, nan=0.0, posinf=0.0, neginf=0.0)


def _kind(after: NDArray[np.float64], base: NDArray[np.float64] | None, *, relative: bool) -> Kind:
    """Whether an outcome is zero is the same under every multiplicative null, so the choice leaves the test exact."""
    if not relative:
        return "additive"
    positive = bool((after[np.isfinite(after)] > 0).all()) and (base is None or bool((base > 0).all()))
    return "log" if positive else "ratio"


def p_value(test: Lines, look: int, u: float | None = None) -> float:
    """The two-sided p of the draw that was made: the share of draws at least as extreme, its own among them."""
    sizes = test.sizes(look, np.array([test.null if u is None else u]))[0]
    return int(np.count_nonzero(sizes >= sizes[test.own] - TIE * sizes.max())) / len(sizes)


def interval(test: Lines, look: int, count: int) -> tuple[float, float]:
    """All ``u`` under which more than ``count`` draws are at least as extreme as the one made: the exact inverted test.

    The level is 1 − count/draws. Infinite where no number of draws as few as ``count`` can ever be that extreme.
    """
    at, slope, own = test.at[look], test.slope[look], test.own
    middle = test.estimate(look)
    if middle is None or count >= len(at):
        return -math.inf, math.inf
    less, more = slope - slope[own], slope + slope[own]
    flat = np.abs(slope).max() * TIE
    with np.errstate(divide="ignore", invalid="ignore"):
        one: NDArray[np.float64] = np.divide(at[own] - at, less)
        other: NDArray[np.float64] = np.divide(-at[own] - at, more)
    one[np.abs(less) <= flat], other[np.abs(more) <= flat] = np.nan, np.nan
    low, high = _stretch(one, other, middle)
    steeper = np.abs(slope) > abs(slope[own]) + flat
    low[steeper], high[steeper] = -np.inf, np.inf
    return float(np.partition(low, count)[count]), float(np.partition(high, -count - 1)[-count - 1])


def _stretch(
    one: NDArray[np.float64], other: NDArray[np.float64], middle: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where each draw is at least as extreme: between its two crossings, or from its only one to the side on which the estimate lies."""
    first, second = np.fmin(one, other), np.fmax(one, other)
    both = np.isfinite(one) & np.isfinite(other)
    low: NDArray[np.float64] = np.where(first < middle, first, -np.inf)
    high: NDArray[np.float64] = np.where(second > middle, second, np.inf)
    low[both], high[both] = np.minimum(first, middle)[both], np.maximum(second, middle)[both]
    return low, high
