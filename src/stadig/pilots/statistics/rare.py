"""Whether the level of something that is counted, and seldom happens, has changed: more than chance makes, and for good.

Medians and spreads say nothing of figures that mostly are zero. Here the events before and after a day are set against each other as a
binomial draw, beside what happened to the other units over the same days: a season that all share is no change of one of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FEWEST_ROWS = 20
EACH_SIDE = 7
"""So many rows are needed before and after a change."""
LASTS_DAYS = 14
"""A change that has not lasted so long is an event."""
SELDOM = 10.0
"""Events per row: with more of them medians and spreads do."""
TIMES = 2.0
"""A smaller change is not worth asking about."""
EACH_HALF = 1.5
"""So many times must either half of what came after differ from before, and either half of before from after."""
ZEROS = 0.2
"""Figures of which so large a share is zero are counted by how often they are something, however much it is."""


class Counted(NamedTuple):
    """Events and what they are counted among, per row."""

    events: NDArray[np.float64]
    among: NDArray[np.float64]


class Flow(NamedTuple):
    """Events of several units, summed through each day."""

    day: NDArray[np.datetime64]
    events: NDArray[np.float64]
    among: NDArray[np.float64]

    def through(self, day: NDArray[np.datetime64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Events, and what they are among, before each of the days."""
        at = np.searchsorted(self.day, day, side="left")
        padded = (np.concatenate([[0.0], self.events]), np.concatenate([[0.0], self.among]))
        return padded[0][at], padded[1][at]


class Shift(NamedTuple):
    """The first row of the new level, and how many times the old one it is beside the other units."""

    at: int
    factor: float
    none: bool
    """There were no events at all on one side: the factor is only a guess of how much."""


def counted(value: NDArray[np.float64], weight: NDArray[np.float64]) -> Counted | None:
    """The figures as events, where they are sums or shares of whole events; or mostly zero, and then how often they are not.

    None for figures that are measured. Each value speaks for ``weight`` things: value × weight is a whole number of the same quantum.
    """
    if not len(value) or (value < 0).any() or not (weight > 0).all():
        return None
    total = value * weight
    known = np.unique(np.concatenate([[0.0], total]))
    steps = np.diff(known)
    steps = steps[steps > known[-1] * 1e-9]
    if len(steps):
        events = total / float(steps.min())
        whole: NDArray[np.float64] = np.round(events)
        if bool((np.abs(events - whole) < 1e-4).all()):
            return Counted(whole, weight)
    if (value == 0).mean() >= ZEROS:
        return Counted((value > 0).astype(np.float64), np.ones(len(value)))
    return None


def flow(day: NDArray[np.datetime64], found: Counted) -> Flow:
    """The sums of all rows, day by day."""
    days, where = np.unique(day, return_inverse=True)
    sums = np.zeros((2, len(days)))
    for row, figures in zip(sums, found, strict=True):
        np.add.at(row, where, figures)
    events, among = np.cumsum(sums, axis=1)
    return Flow(days, events, among)


def shift(day: NDArray[np.datetime64], own: Counted, together: Flow, *, strict: float) -> Shift | None:
    """The day of a unit's rows (in order) at which its level most surely changed; None where chance may have done it, or it did not last.

    ``together`` is of the unit and those it is set beside. For each day the events after it are a binomial draw of all the unit's, whose
    share follows from the other units. By Chernoff's bound that draw is at most exp(−N·KL) likely (Hoeffding 1963, JASA 58:13-30, theorem 1);
    what is observed varies more than chance by ``φ``, and the others' share is known but from Y events. Every day is tried: Bonferroni.
    """
    count = len(day)
    k = np.arange(EACH_SIDE, count - EACH_SIDE + 1)
    k = k[(day[k] - day[0] >= np.timedelta64(LASTS_DAYS, "D")) & (day[-1] - day[k] >= np.timedelta64(LASTS_DAYS - 1, "D"))]
    if count < FEWEST_ROWS or not len(k):
        return None
    events, among = np.cumsum(own.events), np.cumsum(own.among)
    before, every = events[k - 1], events[-1]
    after = every - before
    share, others = _share(day[k], (before, every), (among[k - 1], among[-1]), together)
    unlikely = _divergence(after, before, share) / (_spread(k, own, before, after, among) * (1 + every / np.maximum(others, 1.0)))
    unlikely[others <= 0] *= 1 + every  # there is no one beside: the share is known
    at = int(np.argmax(unlikely))
    if 2 * len(k) * np.exp(-unlikely[at]) > strict:
        return None
    factor = float((after[at] + 0.5) / (before[at] + 0.5) * (1 - share[at]) / share[at])
    if not (factor >= TIMES or factor <= 1 / TIMES) or not _lasts(int(k[at]), own, float(share[at]), up=factor > 1):
        return None
    return Shift(int(k[at]), factor, bool(before[at] == 0 or after[at] == 0))


def _share(
    day: NDArray[np.datetime64],
    own: tuple[NDArray[np.float64], np.float64],
    among: tuple[NDArray[np.float64], np.float64],
    together: Flow,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The share of the unit's events that would come after each day if it had gone as for the others, and how many those events are."""
    seen, of = together.through(day)
    theirs, their_among = seen - own[0], of - among[0]
    later, later_among = together.events[-1] - own[1] - theirs, together.among[-1] - among[1] - their_among
    known = (their_among > 0) & (later_among > 0)
    rate = np.where(known, (theirs + 0.5) / np.where(known, their_among, 1.0), 1.0)
    later_rate = np.where(known, (later + 0.5) / np.where(known, later_among, 1.0), 1.0)
    first, second = among[0] * rate, (among[1] - among[0]) * later_rate
    return second / (first + second), np.where(known, theirs + later, 0.0)


def _divergence(after: NDArray[np.float64], before: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """N·KL(observed share ‖ expected share)."""
    total = after + before
    return _part(after, total * share) + _part(before, total * (1 - share))


def _part(seen: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.float64]:
    some = seen > 0
    return np.where(some, seen * np.log(np.where(some, seen, 1.0) / np.where(some, expected, 1.0)), 0.0)


def _spread(
    k: NDArray[np.int64], own: Counted, before: NDArray[np.float64], after: NDArray[np.float64], among: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How much more than chance the rows vary around the levels of either side of each day: Pearson's φ, at least 1."""
    count = len(own.events)
    squares = np.cumsum(np.where(own.among > 0, own.events**2 / own.among, 0.0))

    def left(level: NDArray[np.float64], squared: NDArray[np.float64], size: NDArray[np.float64]) -> NDArray[np.float64]:
        """Σ (x − rate·among)² / (rate·among) of one side, written out."""
        rate = level / size
        return np.where(rate > 0, squared / np.where(rate > 0, rate, 1.0) - level, 0.0)

    found = left(before, squares[k - 1], among[k - 1]) + left(after, squares[-1] - squares[k - 1], among[-1] - among[k - 1])
    return np.maximum(1.0, found / max(count - 2, 1))


def _lasts(at: int, own: Counted, share: float, *, up: bool) -> bool:
    """Whether either half of both sides lies well on its own side of the other: a week of much is no new level."""
    odds = (1 - share) / share * own.among[at:].sum() / own.among[:at].sum()
    levels = {
        side: [float(own.events[rows].sum() / own.among[rows].sum()) for rows in (part, *_halves(part))]
        for side, part in (("before", slice(0, at)), ("after", slice(at, len(own.events))))
    }
    old, new = levels["before"], [one * float(odds) for one in levels["after"]]
    low, high = (old, new) if up else (new, old)
    return min(high[1:]) >= EACH_HALF * low[0] and high[0] >= EACH_HALF * max(low[1:])


def _halves(part: slice) -> tuple[slice, slice]:
    middle = (part.start + part.stop) // 2
    return slice(part.start, middle), slice(middle, part.stop)
