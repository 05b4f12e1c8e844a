"""The clocks of a case: when something must be done, and what a pause does to it.

Source: förvaltningslagen (2017:900) 9, 11 and 12 §§; lag (1930:173) om beräkning av lagstadgad tid 2 §.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from stadig.city.holidays import last_day

STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")
MAY_ASK_AFTER_MONTHS: Final = 6
"""After so long without a decision in the first instance, a party may once ask in writing that the case be decided (FL 12 §)."""
ANSWER_WITHIN_DAYS: Final = 28
"""Then the authority has four weeks: to decide, or to refuse in a decision of its own (FL 12 §)."""
DECISION_ASKED: Final = "decision-asked"
"""The clock of those four weeks."""
APPEAL_DAYS: Final = 21
"""Three weeks from when the party was told of the decision (FL 44 §)."""


def end_of_day(day: date) -> datetime:
    """The last second of a day in Stockholm."""
    return datetime.combine(day, time(23, 59, 59), STOCKHOLM)


def due(start: datetime, days: int) -> datetime:
    """The end of the day that lies ``days`` after the day of ``start``."""
    return end_of_day(start.astimezone(STOCKHOLM).date() + timedelta(days=days))


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError  # pragma: no cover - every month has 28 days


def may_ask_for_decision(registered: datetime) -> date:
    """The first day a party may ask for a decision (FL 12 §)."""
    return months_after(registered.astimezone(STOCKHOLM).date(), MAY_ASK_AFTER_MONTHS)


def appeal_until(told: date) -> date:
    """The last day an appeal may come in: three weeks from when the party was told, moved to a working day (FL 44 §)."""
    return last_day(told + timedelta(days=APPEAL_DAYS))


def valid_until(first: date, months: int) -> date:
    """The last day of something that is valid for some months from ``first``."""
    return months_after(first, months) - timedelta(days=1)


def after_pause(due_at: datetime, paused_at: datetime, now: datetime) -> datetime:
    """A deadline moved by as many whole days as the case waited for the applicant, at least none."""
    waited = (now.astimezone(STOCKHOLM).date() - paused_at.astimezone(STOCKHOLM).date()).days
    return end_of_day(due_at.astimezone(STOCKHOLM).date() + timedelta(days=max(0, waited)))
