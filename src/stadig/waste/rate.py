"""How fast a bin fills, in percent per hour: one robust rate per bin, with an interval and a word for how sure it is.

Levels are cleaned first: readings that cannot be are dropped, single spikes healed, frozen stretches left out. A series
is cut at each emptying and where the bin becomes full (from then on we only know "at least"). What remains is pooled over
stretches of about a day, newer ones weighing more, and drawn towards the rate of similar bins when there is little.
The spread follows a gamma process (`operations.md` §3). A common profile over weekday or hour is left out: measured on held-out
readings it made Wyndham worse (Brier .1204 to .1209 for one day) and Edinburgh hardly better (pinball 7.41 to 7.35 by weekday,
7.41 by hour).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

FULL = 97.0
"""Percent from which a reading says "full" and no longer how much."""
EMPTIED_TO, EMPTIED_FALL, PARTLY_FALL = 15.0, 12.0, 30.0
"""A fall to at most 15 % of at least 12 points is an emptying; for a bin that does not compact, also any fall of 30."""
SPIKE = 10.0
"""A reading this far from two neighbours that agree is a fault of the sensor."""
STRETCH_H = 20.0
DENSE_H = 6.0
"""With readings closer than this, single spikes and frozen stretches can be told from real ones."""
FROZEN_H = 96.0
HALF_LIFE_H = 60 * 24.0
PRIOR_H = 72.0
"""Similar bins count as much as three days of own readings."""
USUAL_PERCENT_PER_HOUR = 0.8
"""Rate where nothing at all is known: full in five days (Edinburgh 2016: 77 % at emptying after about four)."""
USUAL_DISPERSION, PRIOR_STRETCHES = 12.0, 5.0
"""Variance per percent filled, percentage points; Edinburgh and Wyndham both lie near."""
_SHOWN_OVER = 50.0
"""The interval shown is that of a bin with 50 points left."""
_SLOWEST = 0.005


class Sure(StrEnum):
    """How far to trust a rate."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Rate:
    """Percentage points per hour; ``low`` and ``high`` are the tenth and ninetieth percentile for a half-full bin."""

    per_hour: float
    low: float
    high: float
    dispersion: float
    sure: Sure
    days: float
    """Days of usable readings behind it."""


@dataclass(frozen=True, slots=True)
class SeenEmptying:
    """An emptying seen on the level: it happened after ``after_s`` and at the latest at ``before_s``."""

    after_s: float
    before_s: float
    fill_before: float
    fill_after: float


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """A cleaned series: seconds, percent, and for each reading whether it may be counted from."""

    seconds: NDArray[np.float64]
    percent: NDArray[np.float64]
    usable: NDArray[np.bool_]
    interval_h: float


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """How much was filled in how many hours, and how many hours ago the stretch ended."""

    points: NDArray[np.float64]
    hours: NDArray[np.float64]
    age_h: NDArray[np.float64]


def clean(seconds: ArrayLike, percent: ArrayLike) -> Levels:
    """Readings in time order without what cannot be true. Seconds may be any clock that runs forward."""
    times, values = np.asarray(seconds, np.float64).reshape(-1), np.asarray(percent, np.float64).reshape(-1)
    with np.errstate(invalid="ignore"):
        possible = np.isfinite(times) & np.isfinite(values) & (values >= -5) & (values <= 105)
    times, values = times[possible], np.clip(values[possible], 0, 100)
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    last = np.append(times[1:] != times[:-1], True)[: len(times)]
    times, values = times[last], values[last]
    interval_h = float(np.median(np.diff(times))) / 3600 if len(times) > 1 else float("inf")
    if interval_h <= DENSE_H and len(values) > 2:
        around = (values[:-2] + values[2:]) / 2
        lonely = (np.abs(values[:-2] - values[2:]) <= SPIKE) & (np.abs(values[1:-1] - around) > SPIKE)
        values[1:-1][lonely] = around[lonely]
    return Levels(times, values, ~_frozen(times, values, interval_h), interval_h)


def _frozen(times: NDArray[np.float64], values: NDArray[np.float64], interval_h: float) -> NDArray[np.bool_]:
    """Readings inside a run of exactly the same value for days, in a series fine enough for that to be a fault."""
    frozen = np.zeros(len(values), bool)
    if interval_h > DENSE_H or len(np.unique(values)) < 20:
        return frozen
    starts = np.flatnonzero(np.append(True, np.diff(values) != 0))
    for start, end in zip(starts, np.append(starts[1:], len(values)), strict=True):
        if 0 < values[start] < FULL and times[end - 1] - times[start] >= FROZEN_H * 3600:
            frozen[start:end] = True
    return frozen


def emptyings(levels: Levels, *, compacts: bool = False) -> list[SeenEmptying]:
    """Emptyings seen as falls of the level. A compacting bin's own pressing, which leaves the bin partly full, is none."""
    return [
        SeenEmptying(
            float(levels.seconds[n]), float(levels.seconds[n + 1]), float(levels.percent[n]), float(levels.percent[n + 1])
        )
        for n in _falls(levels.percent, compacts=compacts)
    ]


def _falls(percent: NDArray[np.float64], *, compacts: bool) -> NDArray[np.int64]:
    fall = percent[:-1] - percent[1:]
    emptied = (fall >= EMPTIED_FALL) & (percent[1:] <= EMPTIED_TO)
    return np.flatnonzero(emptied if compacts else emptied | (fall >= PARTLY_FALL))


def stretches(levels: Levels, *, compacts: bool = False, now_s: float | None = None) -> Stretches:
    """What was filled when, in stretches of about a day that no emptying, full bin or frozen reading breaks."""
    points: list[float] = []
    hours: list[float] = []
    ended: list[float] = []
    cuts = np.append(_falls(levels.percent, compacts=compacts), len(levels.percent) - 1)
    first = 0
    for last in cuts:
        for start, end in _pieces(levels, first, int(last)):
            points.append(max(0.0, float(levels.percent[end] - levels.percent[start])))
            hours.append(float(levels.seconds[end] - levels.seconds[start]) / 3600)
            ended.append(float(levels.seconds[end]))
        first = int(last) + 1
    now = now_s if now_s is not None else (float(levels.seconds[-1]) if len(levels.seconds) else 0.0)
    return Stretches(np.array(points), np.array(hours), np.maximum(0, now - np.array(ended)) / 3600)


def _pieces(levels: Levels, first: int, last: int) -> list[tuple[int, int]]:
    """Pairs of readings about a day apart, from ``first`` to ``last`` or until the bin is full."""
    full = np.flatnonzero(levels.percent[first : last + 1] >= FULL)
    if len(full):
        last = first + int(full[0])
    found: list[tuple[int, int]] = []
    start = first
    for end in range(first + 1, last + 1):
        if not levels.usable[end] or not levels.usable[start]:
            start = end
        elif levels.seconds[end] - levels.seconds[start] >= STRETCH_H * 3600 or end == last:
            found.append((start, end))
            start = end
    return found


def pooled(many: Sequence[Stretches], prior: float = USUAL_PERCENT_PER_HOUR) -> float:
    """The common rate of similar bins, percent per hour, itself drawn towards ``prior``."""
    points = sum(float(one.points.sum()) for one in many)
    hours = sum(float(one.hours.sum()) for one in many)
    return max(_SLOWEST, (points + prior * PRIOR_H) / (hours + PRIOR_H))


def rate(own: Stretches, group_rate: float = USUAL_PERCENT_PER_HOUR) -> Rate:
    """The rate of one bin from its own stretches and that of similar bins. Always finite and above zero."""
    group = max(_SLOWEST, group_rate if np.isfinite(group_rate) else USUAL_PERCENT_PER_HOUR)
    weight = 0.5 ** (own.age_h / HALF_LIFE_H)
    points = np.minimum(own.points, _most(own, group))
    hours = float((weight * own.hours).sum())
    per_hour = max(_SLOWEST, (float((weight * points).sum()) + PRIOR_H * group) / (hours + PRIOR_H))
    expected = np.maximum(per_hour * own.hours, 1e-9)
    scatter = float((weight * (points - expected) ** 2 / expected).sum())
    dispersion = (scatter + PRIOR_STRETCHES * USUAL_DISPERSION) / (float(weight.sum()) + PRIOR_STRETCHES)
    dispersion = float(np.clip(dispersion, 1.0, 40.0))
    # the rate itself is uncertain too: as after `hours` of the same process
    unsure = dispersion / max(1.0, per_hour * (hours + PRIOR_H))
    shape = 1 / (dispersion / _SHOWN_OVER + unsure)
    from scipy.special import gammaincinv  # pyright: ignore[reportMissingTypeStubs]

    low, high = (float(gammaincinv(shape, q)) / shape * per_hour for q in (0.1, 0.9))
    days = float(own.hours.sum()) / 24
    return Rate(per_hour, min(low, per_hour), max(high, per_hour), dispersion, _sure(days, (high - low) / per_hour), days)


def _most(own: Stretches, group: float) -> NDArray[np.float64]:
    """More than anyone throws in: five times the bin's own middle rate, where there is enough to tell."""
    rates = own.points / np.maximum(own.hours, 1e-3)
    usual = float(np.median(rates[rates > 0])) if (rates > 0).sum() >= 5 else 0.0
    return np.maximum(5 * max(usual, group) * own.hours, 10.0)


def _sure(days: float, relative_width: float) -> Sure:
    if days >= 21 and relative_width < 1.4:
        return Sure.HIGH
    return Sure.MEDIUM if days >= 5 else Sure.LOW


def dispersion_of(low: float, high: float, per_hour: float) -> float:
    """The dispersion behind a stored interval: the gamma process whose 10–90 % width over 50 points it is."""
    width = max(0.0, high - low) / max(per_hour, _SLOWEST)
    return float(np.clip((width / 2.563) ** 2 * _SHOWN_OVER, 1.0, 100.0))


def risk(
    fill_percent: ArrayLike, per_hour: ArrayLike, dispersion: ArrayLike, hours: ArrayLike, *, full: float = 100.0
) -> NDArray[np.float64]:
    """Probability 0–1 that a bin is ``full`` within ``hours``: the survival function of a gamma process."""
    from scipy.special import gammainc  # pyright: ignore[reportMissingTypeStubs]

    left = full - np.asarray(fill_percent, np.float64)
    spread = np.maximum(np.asarray(dispersion, np.float64), 1e-6)
    shape = np.maximum(np.asarray(per_hour, np.float64) * np.maximum(np.asarray(hours, np.float64), 0) / spread, 1e-12)
    chance = 1 - gammainc(shape, np.maximum(left, 0) / spread)
    return np.where(left <= 0, 1.0, np.clip(chance, 0.0, 1.0))


def hours_until_full(fill_percent: float, found: Rate, *, full: float = 100.0) -> tuple[float, float, float]:
    """Hours until full: expected, and the tenth and ninetieth percentile. (0, 0, 0) when it is full."""
    left = full - fill_percent
    if left <= 0:
        return (0.0, 0.0, 0.0)
    hours = np.geomspace(0.05, 40, 400) * left / found.per_hour
    chance = risk(fill_percent, found.per_hour, found.dispersion, hours, full=full)
    soonest, latest = (float(np.interp(q, chance, hours)) for q in (0.1, 0.9))
    return (left / found.per_hour, soonest, latest)
