"""From values to places in a drawing: scales, and ticks at round numbers and whole hours, days and months."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from stadig.ui.formatting import STOCKHOLM

NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


def finite(value: float | None) -> bool:
    """Whether there is a number to draw."""
    return value is not None and math.isfinite(value)


def extent(values: Iterable[float | None]) -> tuple[float, float] | None:
    """The lowest and highest number, or None where there is none."""
    kept = [float(value) for value in values if value is not None and math.isfinite(value)]
    return (min(kept), max(kept)) if kept else None


def step(span: float, wanted: int) -> float:
    """The round step (1, 2, 2.5 or 5 times a power of ten) that cuts ``span`` into about ``wanted`` parts."""
    if span <= 0 or not math.isfinite(span):
        return 1.0
    raw = span / max(1, wanted)
    power = 10.0 ** math.floor(math.log10(raw))
    if power == 0.0:
        return raw
    return next(factor * power for factor in NICE if factor * power >= raw * 0.999999)


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers, strictly rising, of which the first is at or below ``low`` and the last at or above ``high``."""
    if high - low < 1e-300:  # a span so small can't be cut
        pad = abs(low) * 0.1 or 1.0
        low, high = low - pad, high + pad
    size = step(high - low, wanted)
    first, last = math.floor(low / size + 1e-9), math.ceil(high / size - 1e-9)
    values = [index * size for index in range(int(first), int(last) + 1)]
    digits = max(0, 2 - math.floor(math.log10(size)))
    return [round(value, digits) + 0.0 for value in values] if digits < 300 else values


def decimals(size: float) -> int:
    """How many decimals a tick at multiples of ``size`` needs."""
    for count in range(7):
        if abs(size * 10**count - round(size * 10**count)) < 1e-6:
            return count
    return 6


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight scale from ``low…high`` to ``start…end``; values outside are held at the edge."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low
        share = 0.5 if span == 0 else (value - self.low) / span
        return round(self.start + min(1.0, max(0.0, share)) * (self.end - self.start), 1)

    def places(self, values: Sequence[float]) -> list[str]:
        """The same for many values, as text for a path."""
        low, high, start, room = self.low, self.high, self.start, self.end - self.start
        span = high - low
        if span == 0:
            return [f"{start + room / 2:.1f}"] * len(values)
        return [f"{start + ((low if v < low else high if v > high else v) - low) / span * room:.1f}" for v in values]


def seconds(moment: datetime | date | float) -> float:
    """A place on the x axis as a number: seconds since 1970 for times, the number itself otherwise."""
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=STOCKHOLM)).timestamp()
    if isinstance(moment, date):
        return datetime(moment.year, moment.month, moment.day, tzinfo=STOCKHOLM).timestamp()
    return float(moment)


HOUR, DAY = 3600.0, 86400.0
TIME_STEPS: Sequence[tuple[float, str, int]] = (
    (HOUR, "hour", 1),
    (2 * HOUR, "hour", 2),
    (3 * HOUR, "hour", 3),
    (6 * HOUR, "hour", 6),
    (12 * HOUR, "hour", 12),
    (DAY, "day", 1),
    (2 * DAY, "day", 2),
    (7 * DAY, "week", 1),
    (14 * DAY, "week", 2),
    (30.5 * DAY, "month", 1),
    (61 * DAY, "month", 2),
    (91.5 * DAY, "month", 3),
    (183 * DAY, "month", 6),
    (365 * DAY, "year", 1),
    (730 * DAY, "year", 2),
    (3652 * DAY, "year", 10),
)


def _begin(moment: datetime, unit: str, count: int) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "hour":
        return day.replace(hour=moment.hour - moment.hour % count)
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1, month=(day.month - 1) // count * count + 1)
    if unit == "year":
        return day.replace(day=1, month=1, year=day.year - day.year % count)
    return day


def _next(moment: datetime, unit: str, count: int) -> datetime:
    if unit == "hour":
        later = (moment.astimezone(UTC) + timedelta(hours=1)).astimezone(STOCKHOLM)
        while later.hour % count:
            later = (later.astimezone(UTC) + timedelta(hours=1)).astimezone(STOCKHOLM)
        return later
    if unit in {"day", "week"}:
        return moment + timedelta(days=count * (7 if unit == "week" else 1))
    if unit == "month":
        months = moment.month - 1 + count
        return moment.replace(year=moment.year + months // 12, month=months % 12 + 1)
    return moment.replace(year=moment.year + count)


def time_ticks(low: float, high: float, wanted: int = 6) -> tuple[list[datetime], str]:
    """Whole hours, midnights, Mondays, months or years in Stockholm between two moments, and which of these they are."""
    span = max(1.0, high - low)
    _, unit, count = next((entry for entry in TIME_STEPS if span / entry[0] <= wanted), TIME_STEPS[-1])
    moment = _begin(datetime.fromtimestamp(low, STOCKHOLM), unit, count)
    found: list[datetime] = []
    while moment.timestamp() <= high:
        if moment.timestamp() >= low:
            found.append(moment)
        moment = _next(moment, unit, count)
    return found, unit


def thin(ys: Sequence[float | None], most: int) -> list[int]:
    """Which points to draw so that at most about ``most`` remain: the lowest and highest of each stretch, and every gap."""
    if len(ys) <= most:
        return list(range(len(ys)))
    kept: set[int] = {0, len(ys) - 1}
    size = max(2, math.ceil(len(ys) / (most / 2)))
    for start in range(0, len(ys), size):
        stretch = range(start, min(start + size, len(ys)))
        solid = [(value, index) for index in stretch if (value := ys[index]) is not None]
        if solid:
            kept |= {min(solid)[1], max(solid)[1]}
        if len(solid) < len(stretch):
            kept |= {index for index in stretch if ys[index] is None and (index == start or ys[index - 1] is not None)}
    return sorted(kept)
