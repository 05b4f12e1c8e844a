"""What people wrote about how easy a service was, for those who own it. Never public, and never so that one can see whose it is.

A line is shown when the month it was written in has ended, so that nobody sees after which case it came; with its month and no day;
and only where at least :data:`~.statistics.LEAST` people have answered in the months that are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import Sum

from stadig.city import clock
from stadig.eservices import statistics
from stadig.eservices.models import Remark, Tally

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``month`` is its first day."""

    value: int
    month: date
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """The lines of one service. ``enough`` is whether so many have answered that they may be shown."""

    enough: bool
    lines: tuple[Line, ...]


def of(service: str) -> Written:
    """The lines about a service, month by month, the latest first and the hardest first in each. Two queries."""
    begin, until = statistics.period()
    before = until.replace(day=1)
    rated = Tally.objects.filter(service=service, kind=Tally.Kind.RATED, day__gte=begin, day__lt=before)
    if (rated.aggregate(total=Sum("count"))["total"] or 0) < statistics.LEAST:
        return Written(enough=False, lines=())
    found = Remark.objects.filter(service=service, day__gte=begin, day__lt=before)
    rows = found.order_by("-day").values_list("value", "day", "text")[:MOST]
    lines = sorted(
        (Line(value, day.replace(day=1), text) for value, day, text in rows),
        key=lambda one: (-one.month.toordinal(), one.value, one.text),
    )
    return Written(enough=True, lines=tuple(lines))


def next_month() -> date:
    """The day when the lines of this month are shown."""
    return (clock.today().replace(day=1) + timedelta(days=32)).replace(day=1)
