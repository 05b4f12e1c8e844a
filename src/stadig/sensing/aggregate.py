"""What a sensor showed per hour or day: time-weighted mean, lowest, highest, number and coverage.

A sensor that reports when something changes is a *step*: its value holds until the next one. A plain mean of the
reports would let an hour of quiet count for nothing, so every mean here is weighted by how long each value held,
beginning with the last value before the period. Times are whole microseconds since 1970 in UTC (``int64``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
Values = NDArray[np.float64]

MICROSECONDS = 1_000_000
INTERVALS = {"PT15M": 900, "PT1H": 3600, "PT3H": 10_800, "P1D": 86_400}
"""What may be asked for (ISO 8601 durations) and its nominal length in seconds; a local day may be 23 or 25 hours."""
MOST_PERIODS = 20_000
"""More periods than this in one answer are refused: over two years of hours."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnknownInterval(ValueError):
    """The interval is not one of :data:`INTERVALS`."""


class TooManyPeriods(ValueError):
    """The window holds more than :data:`MOST_PERIODS` periods."""


@dataclass(frozen=True, slots=True)
class Aggregates:
    """One entry per period ``[edges[i], edges[i+1])``. Where nothing is known, ``mean``, ``low`` and ``high`` are NaN."""

    edges: Times
    mean: Values
    low: Values
    high: Values
    count: NDArray[np.int64]
    """Observations made in the period; NaN ("no value") is not counted."""
    coverage: Values
    """Share of the period, 0–1, in which a value was known."""

    def __len__(self) -> int:
        return len(self.edges) - 1


def to_microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970, exact (a float of seconds would not be). The moment must be timezone-aware."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_microseconds(value: int) -> datetime:
    """The UTC moment of whole microseconds since 1970."""
    return EPOCH + timedelta(microseconds=int(value))


def period_edges(start: datetime, end: datetime, interval: str, zone: ZoneInfo) -> Times:
    """Borders of the periods that together cover ``[start, end)``.

    Quarters and hours, three hours too, follow UTC; days run from midnight to midnight in ``zone``, so the day when
    summer time begins has 23 hours and the day when it ends has 25.

    Raises
    ------
    UnknownInterval, TooManyPeriods, ValueError
        ``ValueError`` when ``end`` is not after ``start``.
    """
    if interval not in INTERVALS:
        raise UnknownInterval(f"interval must be one of {', '.join(INTERVALS)}, not {interval!r}")
    if end <= start:
        raise ValueError("the window's end must be after its start")
    step = INTERVALS[interval]
    if (end - start).total_seconds() / step > MOST_PERIODS:
        raise TooManyPeriods(f"the window holds more than {MOST_PERIODS} periods of {interval}; ask for a shorter one")
    if interval != "P1D":
        width = step * MICROSECONDS
        first = to_microseconds(start) // width * width
        return np.arange(first, to_microseconds(end) + width, width, dtype=np.int64)[
            : _ceil(to_microseconds(end) - first, width) + 1
        ]
    day = start.astimezone(zone).date()
    borders = [day]
    while _midnight(borders[-1], zone) < end:
        borders.append(borders[-1] + timedelta(days=1))
    return np.array([to_microseconds(_midnight(each, zone)) for each in borders], dtype=np.int64)


def aggregate(
    times: Times,
    values: Values,
    edges: Times,
    *,
    before: tuple[int, float] | None = None,
    until: int | None = None,
    longest_hold: int | None = None,
) -> Aggregates:
    """Reduce a step series to periods.

    Parameters
    ----------
    times, values
        Observations in order of time; several at one instant are allowed, the last of them holds.
        A value of NaN means "not known from here on".
    edges
        Strictly growing borders, microseconds; n+1 of them give n periods.
    before
        The last observation before ``edges[0]``: what held when the first period began.
    until
        No value holds past this moment (now). Default: the last edge.
    longest_hold
        A value is taken as unknown when it is older than this, in microseconds. Default: it holds until the next one.

    Returns
    -------
    Aggregates
        ``low`` and ``high`` are taken over the values that held for some time in the period.
    """
    until = int(edges[-1]) if until is None else until
    inside = (times >= edges[0]) & (times < edges[-1])
    counted = times[inside & ~np.isnan(values)]
    count = np.bincount(np.searchsorted(edges, counted, side="right") - 1, minlength=len(edges) - 1).astype(np.int64)
    if before is not None:
        times = np.concatenate(([before[0]], times))
        values = np.concatenate(([before[1]], values))
    ends = np.append(times[1:], max(until, int(times[-1]))) if len(times) else times
    ends = np.minimum(ends, until)
    if longest_hold is not None:
        ends = np.minimum(ends, times + longest_hold)

    # Cut time wherever a value begins or ends and at every edge: in each piece one value holds, or none.
    cuts = np.unique(np.concatenate((edges, times, ends)))
    cuts = cuts[(cuts >= edges[0]) & (cuts <= edges[-1])]
    begin = cuts[:-1]
    holder = np.searchsorted(times, begin, side="right") - 1
    known = holder >= 0
    if len(times):
        known &= begin < ends[holder]
        known &= ~np.isnan(values[holder])
        held = np.where(known, values[holder], np.nan)
    else:
        held = np.full(len(begin), np.nan)
    weight = np.where(known, np.diff(cuts), 0).astype(np.float64)
    first = np.searchsorted(begin, edges[:-1])

    covered = np.add.reduceat(weight, first)
    whole = np.diff(edges).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        share = weight / np.repeat(covered, np.diff(np.append(first, len(begin))))
        mean = np.add.reduceat(np.where(known, held * share, 0.0), first)
    nothing = covered == 0
    low = np.minimum.reduceat(np.where(known, held, np.inf), first)
    high = np.maximum.reduceat(np.where(known, held, -np.inf), first)
    # Rounding must not push a mean outside what it is a mean of.
    mean = np.clip(mean, low, high)
    for column in (mean, low, high):
        column[nothing] = np.nan
    return Aggregates(edges, mean, low, high, count, covered / whole)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)


def _ceil(amount: int, width: int) -> int:
    return -(-amount // width)
