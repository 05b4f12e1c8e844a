"""When we say that a report will be dealt with. Plain rules a municipality can read; no clock, no database."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

CREWS_START = time(6, 30)
SAME_DAY_UNTIL = time(10, 0)
"""A report before this is met on the same working day."""
DONE_BY = time(14, 0)
WORKING_DAYS = {"full": 1, "litter": 1, "broken": 3}
"""Working days after the day of the report, at most. For a full bin also the same day when it comes in early."""


def working_days_after(day: date, count: int, closed: frozenset[date] = frozenset()) -> date:
    """The ``count``-th working day after ``day`` (Monday to Friday, not in ``closed``); 0 moves to the nearest from ``day`` on."""
    left = count
    while left > 0 or day.isoweekday() > 5 or day in closed:
        day += timedelta(days=1)
        if day.isoweekday() <= 5 and day not in closed:
            left -= 1
    return day


def promised(kind: str, at: datetime, closed: frozenset[date] = frozenset()) -> datetime:
    """The latest time a report of ``kind`` is dealt with. ``at`` is local time; the answer has the same zone."""
    days = WORKING_DAYS[kind]
    if kind == "full" and at.time() < SAME_DAY_UNTIL:
        days = 0
    day = working_days_after(at.date(), days, closed)
    return datetime.combine(day, DONE_BY, tzinfo=at.tzinfo)
