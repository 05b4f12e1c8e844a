"""On which days a trial is looked at, when it is late, and when its owner is told. Plain dates."""

from __future__ import annotations

import datetime as dt

from stadig.pilots.statistics.analysis import look_days
from stadig.pilots.statistics.terms import Plan

REMIND_BEFORE = 14
"""Days before the last one that the owner is told the first time."""
REMIND_EVERY = 7
"""Days between reminders once it is late."""


def latest_due(plan: Plan, today: dt.date) -> dt.date | None:
    """The latest day of the rule whose figures are whole, or None when the first is still to come."""
    days = look_days(plan, today - dt.timedelta(days=1))
    return days[-1] if days else None


def next_look(plan: Plan, today: dt.date) -> dt.date | None:
    """The next day of the rule, today among them; None when the trial is over."""
    return next((day for day in look_days(plan, plan.ends) if day >= today), None)


def overdue_days(last_day: dt.date | None, today: dt.date) -> int:
    """How many days ago the last day was; 0 while it has not passed."""
    return max((today - last_day).days, 0) if last_day else 0


def reminder(last_day: dt.date, today: dt.date, told: dt.date | None) -> str:
    """``soon`` 14 days before the last one, ``today`` on it, ``late`` each week after; empty when nothing is to be told."""
    left = (last_day - today).days
    if left > REMIND_BEFORE or (told is not None and told >= today):
        return ""
    if left > 0:
        return "" if told is not None and (last_day - told).days <= REMIND_BEFORE else "soon"
    if told is None or told < last_day:
        return "today" if left == 0 else "late"
    return "late" if (today - told).days >= REMIND_EVERY else ""
