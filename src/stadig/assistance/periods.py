"""Which months a question is about. Plain dates.

The month applied for (M), the month that is checked (M−1) and the one it is compared with (M−2): no more is asked than the calculation uses.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Final

BACK: Final = 2


def first_of(day: dt.date, months: int = 0) -> dt.date:
    """The first day of the month that lies ``months`` after the day's own."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, 1)


def last_of(day: dt.date) -> dt.date:
    """The last day of the day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def asked(month: dt.date) -> tuple[dt.date, dt.date]:
    """The period that agencies are asked about in an application for ``month``: from the first day of M−2 to the last of M."""
    return first_of(month, -BACK), last_of(month)


def read(written: str) -> dt.date | None:
    """The first day of a month written ``2026-12``; None for what is no month."""
    try:
        return dt.date.fromisoformat(f"{written}-01")
    except ValueError:
        return None
