"""When cases come in: how many each month of the year, on which days and at what hour. Plain numbers, no Django."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")
MONTHS: Final[dict[str, tuple[float, ...]]] = {
    "street-fault": (1.7, 1.6, 1.5, 1.1, 0.8, 0.7, 0.5, 0.7, 0.8, 1.1, 1.3, 1.6),
    "financial-assistance": (1.1, 1.0, 1.0, 1.0, 0.9, 1.1, 1.2, 1.0, 0.9, 0.9, 1.0, 1.2),
    "parking-permit": (1.0, 1.0, 1.1, 1.1, 1.1, 0.9, 0.6, 1.0, 1.1, 1.1, 1.1, 0.9),
    "preschool-place": (1.3, 1.8, 2.2, 1.7, 0.9, 0.5, 0.3, 0.7, 0.9, 0.9, 0.8, 0.6),
    "association-grant": (0.6, 0.5, 0.6, 0.5, 0.4, 0.2, 0.2, 0.8, 2.3, 3.2, 1.7, 0.6),
    "access-rights": (1.6, 1.0, 0.9, 0.8, 0.8, 1.0, 0.4, 1.8, 1.6, 1.0, 0.9, 0.7),
    "food-registration": (0.7, 0.8, 1.2, 1.9, 2.0, 1.3, 0.6, 0.7, 0.8, 0.7, 0.7, 0.9),
}
"""January to December, in relation to an ordinary month: ice and dark in winter, preschool in spring, grants in autumn."""
HOURS: Final = (1, 1, 0, 0, 0, 1, 3, 6, 9, 10, 10, 8, 8, 7, 7, 6, 5, 5, 6, 8, 9, 8, 5, 2)
"""When people fill in forms, by the hour."""
OFFICE: Final = frozenset({"access-rights"})
"""Services that are used in working hours alone."""


def arrivals(service: str, start: datetime, end: datetime, count: int, rng: np.random.Generator) -> list[datetime]:
    """``count`` moments in [start, end), in order, by the seasons of the service."""
    first = start.astimezone(STOCKHOLM).date()
    days = [first + timedelta(days=number) for number in range((end.astimezone(STOCKHOLM).date() - first).days)]
    weight = np.array([_weight(service, day) for day in days])
    chosen: NDArray[np.int64] = rng.choice(len(days), size=count, p=weight / weight.sum())
    return sorted(at(days[int(number)], rng, office=service in OFFICE) for number in chosen)


def _weight(service: str, day: date) -> float:
    weight = MONTHS[service][day.month - 1]
    if day.isoweekday() > 5:
        weight *= 0.05 if service in OFFICE else 0.45
    if service == "financial-assistance" and day.day <= 10:
        weight *= 2.5
    return weight


def at(day: date, rng: np.random.Generator, *, office: bool = False) -> datetime:
    """A moment of the day when people do such things."""
    hours = np.array(HOURS, float)
    hour = int(rng.integers(8, 17)) if office else int(rng.choice(24, p=hours / hours.sum()))
    return datetime.combine(day, time(hour, int(rng.integers(60)), int(rng.integers(60))), STOCKHOLM)


def at_work(after: datetime, days: float, rng: np.random.Generator) -> datetime:
    """A moment on a weekday between 8 and 16, at least ``days`` after, and always later than ``after``."""
    wanted = (after + timedelta(days=days)).astimezone(STOCKHOLM)
    day = wanted.date()
    while day.isoweekday() > 5 or datetime.combine(day, time(16), STOCKHOLM) <= after:
        day += timedelta(days=1)
    opens = max(datetime.combine(day, time(8), STOCKHOLM), after)
    closes = datetime.combine(day, time(16, 30), STOCKHOLM)
    return opens + (closes - opens) * float(rng.uniform(0.05, 0.95))


def weekday(day: date) -> date:
    """The same day, or the Monday after a weekend: committees meet when people work."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() > 4 else day
