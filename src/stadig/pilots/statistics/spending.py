"""Sequential re-randomisation: look as often as you like at areas drawn by lot, and still err at most as often as you said.

At each look every possible draw gets its statistic on the data so far. The budget is the share ``f`` of α that may have been spent by then, times
the number of draws, rounded down. Among draws not yet spent the most extreme are spent, whole ties only, as many as the budget allows. The trial
shows something when the draw that was made is spent. Which draws are spent is decided from outcomes that, under the sharp null, are the
same whatever the draw: so the draw that was made is as likely as any other to be among them, and the error is at most α at any time of stopping.

The interval at a look holds every effect under which the same test, run over all looks so far, has not spent the draw that was made. It is the
sequential test inverted, not each look's own: so all intervals of a trial cover the truth together with probability 1 − α, they never widen,
and one excludes no effect exactly when the test shows something.

References
----------
Lan & DeMets (1983), Biometrika 70:659-663 (spending); O'Brien & Fleming (1979), Biometrics 35:549-556.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics.permutation import TIE, Lines, interval

BLOCK = 4_000_000
"""How many statistics are held at once."""
PROBES = 17
"""Between the effects that are surely out and those that may be in, so many are tried before the boundary is halved."""
HALVINGS = 12
LEVELS = np.concatenate([[0.0005, 0.001, 0.002, 0.005], np.arange(1, 100) / 100])
"""The levels among which an always-valid p is found."""


def share(spending: str, passed: float, alpha: float) -> float:
    """How much of α may have been spent when this share of the trial's time has passed: 0 to 1.

    ``obf``: 2 − 2Φ(z/√t), over α, little at first; ``linear``: t. Raises ValueError for another name.
    """
    if passed <= 0:
        return 0.0
    if passed >= 1:
        return 1.0
    if spending == "linear":
        return passed
    if spending != "obf":
        raise ValueError(f"The spending {spending!r} is not known. Choose obf or linear.")
    normal = NormalDist()
    return min(1.0, 2 * (1 - normal.cdf(normal.inv_cdf(1 - alpha / 2) / math.sqrt(passed))) / alpha)


def budgets(
    shares: Sequence[float] | NDArray[np.float64], alpha: float, draws: int, *, mirrored: bool = False
) -> NDArray[np.intp]:
    """(looks,): how many of ``draws`` may have been spent by each look.

    ``mirrored``: each stands for itself and its mirror image, which tie and are spent together or not at all.
    """
    of_all = draws * (2 if mirrored else 1)
    whole = np.floor(np.asarray(shares, dtype=np.float64) * alpha * of_all + 1e-9).astype(np.intp)
    return whole // 2 if mirrored else whole


def spend(sizes: NDArray[np.float64], spent: NDArray[np.bool_], budget: NDArray[np.intp]) -> None:
    """Spend, in place, the largest of ``sizes`` (cases, draws) not yet ``spent``, whole ties only, up to ``budget`` (cases,) in all."""
    draws = sizes.shape[1]
    left = budget - spent.sum(axis=1)
    for some in np.unique(left[left > 0]):
        which = np.flatnonzero(left == some)
        open_sizes = np.where(spent[which], -1.0, sizes[which])
        tie = TIE * sizes[which].max(axis=1)
        bar = (
            np.partition(open_sizes, draws - some - 1, axis=1)[:, draws - some - 1] if some < draws else np.full(len(which), -0.5)
        )
        spent[which] |= open_sizes > (np.maximum(bar, 0.0) + tie)[:, None]


def spent_at(test: Lines, budget: NDArray[np.intp], u: NDArray[np.float64]) -> NDArray[np.intp]:
    """(len(u),): the first look at which the draw that was made is spent under each tested ``u``; the number of looks where never.

    ``budget``: (looks,), or (len(u), looks) when it differs.
    """
    looks, draws = test.at.shape
    each = np.broadcast_to(budget, (len(u), looks))
    first = np.full(len(u), looks, dtype=np.intp)
    step = max(1, BLOCK // draws)
    for begin in range(0, len(u), step):
        open_cases = np.arange(begin, min(begin + step, len(u)))
        spent = np.zeros((len(open_cases), draws), dtype=np.bool_)
        for look in range(looks):
            if not each[open_cases, look].any():
                continue
            spend(test.sizes(look, u[open_cases]), spent, each[open_cases, look])
            now = spent[:, test.own]
            if now.any():
                first[open_cases[now]] = look
                open_cases, spent = open_cases[~now], spent[~now]
    return first


def intervals(test: Lines, budget: NDArray[np.intp]) -> list[tuple[float, float]]:
    """One interval of ``u`` per look: the sequential test over all looks so far, inverted.

    Two exact intervals of single looks enclose each end: outside the one the draw is surely spent, inside the other surely not. Between them
    the boundary is searched to one part in 10⁴ of the gap; where the accepted effects have holes their hull is given. (nan, nan) where no
    effect is left: one that is the same all the time is then rejected whatever its size, as when the effect fades or turns.
    """
    outers, inners = _bounds(test, budget)
    middles = [middle for look in range(len(budget)) if (middle := test.estimate(look)) is not None]
    tried = [test.null, *middles, *(end for pair in (*outers, *inners) for end in pair if math.isfinite(end))]
    for side in (0, 1):
        if outers and math.isfinite(outers[-1][side]) and math.isfinite(inners[-1][side]):
            tried.extend(np.linspace(outers[-1][side], inners[-1][side], PROBES).tolist())
    probes = np.unique(np.array(tried, dtype=np.float64))
    first = spent_at(test, budget, probes)
    ends: list[tuple[int, int, float, float]] = []
    answer: list[list[float]] = []
    for look, outer in enumerate(outers):
        kept = probes[first > look]
        if not len(kept):
            answer.append([math.nan, math.nan])
            continue
        answer.append([-math.inf, math.inf])
        for side, hull in enumerate((float(kept[0]), float(kept[-1]))):
            if math.isfinite(outer[side]):
                beyond = probes[probes < hull][-1:] if side == 0 else probes[probes > hull][:1]
                ends.append((look, side, float(beyond[0]) if len(beyond) else outer[side], hull))
    for (look, side, _, _), bound in zip(ends, _halved(test, budget, ends), strict=True):
        answer[look][side] = bound
    return [(low, high) for low, high in answer]


def _bounds(test: Lines, budget: NDArray[np.intp]) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Per look: outside the first interval the draw is surely spent by then, inside the second surely not."""
    outer, inner = (-math.inf, math.inf), (-math.inf, math.inf)
    outers, inners = list[tuple[float, float]](), list[tuple[float, float]]()
    for look, (so_far, more) in enumerate(zip(budget.tolist(), np.diff(budget, prepend=0).tolist(), strict=True)):
        if so_far:
            surely, perhaps = interval(test, look, more), interval(test, look, so_far)
            outer = max(outer[0], surely[0]), min(outer[1], surely[1])
            inner = max(inner[0], perhaps[0]), min(inner[1], perhaps[1])
        outers.append(outer)
        inners.append(inner)
    return outers, inners


def _halved(test: Lines, budget: NDArray[np.intp], ends: list[tuple[int, int, float, float]]) -> list[float]:
    """Halve the stretch between an effect that is out and one that is in, for every (look, side, out, in) at once; the last that was out."""
    looks = np.array([one[0] for one in ends], dtype=np.intp)
    out, within = np.array([one[2] for one in ends]), np.array([one[3] for one in ends])
    for _ in range(HALVINGS if ends else 0):
        middle = (out + within) / 2
        tried, back = np.unique(middle, return_inverse=True)
        kept = spent_at(test, budget, tried)[back] > looks
        out, within = np.where(kept, out, middle), np.where(kept, middle, within)
    return out.tolist()


def always_valid_p(
    test: Lines, shares: NDArray[np.float64], *, alpha: float = 0.05, mirrored: bool = False
) -> NDArray[np.float64]:
    """(looks,): the smallest level from which on this sequential test has shown something by each look, rounded up to ``LEVELS`` or ``alpha``.

    At most ``alpha`` exactly when the test at ``alpha`` has spent the draw that was made; 1 where no level has. A smaller p has also been
    spent at every level between it and ``alpha``, so it is valid at any of them whenever one stops: what Holm's method asks for.
    """
    levels = np.unique(np.append(LEVELS, alpha))
    budget = np.stack([budgets(shares, float(level), test.at.shape[1], mirrored=mirrored) for level in levels])
    first = spent_at(test, budget, np.full(len(levels), test.null))
    decided = int(np.searchsorted(levels, alpha))
    found = np.ones(len(shares))
    for look in range(len(shares)):
        shown = first <= look
        end = decided + 1 if shown[decided] else len(levels)
        without = np.flatnonzero(~shown[:end])
        begin = int(without[-1]) + 1 if len(without) else 0
        found[look] = levels[begin] if begin < end else 1.0
    return found
