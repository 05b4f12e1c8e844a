"""When an agency answers: weekdays, Saturdays, Sundays and holidays, each with a time from and to. What is unknown is always open."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from stadig.city import holidays

STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")
Span = tuple[dt.time, dt.time]
"""From and to on a Stockholm clock. Midnight as *to* is the end of the day."""
ALL_DAY: Final[Span] = (dt.time(0), dt.time(0))
LONGEST_DAYS: Final = 30
"""No agency is closed for longer than this at a stretch; further ahead no one looks."""


class BadHours(ValueError):
    """The text is not opening hours. Write them as ``06:00-22:00``, ``open`` or ``closed``."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours of one agency on a Stockholm clock; None is closed that kind of day."""

    weekdays: Span | None = ALL_DAY
    saturdays: Span | None = ALL_DAY
    sundays: Span | None = ALL_DAY
    holidays: Span | None = ALL_DAY
    """General holidays, and the three eves that count as Sundays."""

    def on(self, day: dt.date) -> Span | None:
        """The hours of a day."""
        if holidays.name_of(day):
            return self.holidays
        if day.weekday() == holidays.SATURDAY:
            return self.saturdays
        return self.sundays if day.weekday() == holidays.SUNDAY else self.weekdays

    def is_open(self, moment: dt.datetime) -> bool:
        """Whether the agency answers then."""
        if self == ALWAYS:
            return True
        begins, ends = self._of(moment.astimezone(STOCKHOLM).date())
        return begins <= moment < ends

    def opens(self, moment: dt.datetime) -> dt.datetime | None:
        """The first moment from ``moment`` on when the agency answers, in UTC; None where that is more than a month away."""
        if self == ALWAYS:
            return moment
        day = moment.astimezone(STOCKHOLM).date()
        for ahead in range(LONGEST_DAYS + 1):
            begins, ends = self._of(day + dt.timedelta(ahead))
            if moment < ends:
                return max(moment, begins).astimezone(dt.UTC)
        return None

    def _of(self, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
        """From and to of a day as moments; an empty span in the past where it is closed."""
        span = self.on(day)
        if span is None:
            nothing = dt.datetime.min.replace(tzinfo=dt.UTC)
            return nothing, nothing
        last = day if span[1] > dt.time(0) else day + dt.timedelta(1)
        return dt.datetime.combine(day, span[0], STOCKHOLM), dt.datetime.combine(last, span[1], STOCKHOLM)


ALWAYS: Final = Hours()


def read(text: str) -> Span | None:
    """A span as it is written: ``06:00-22:00``, ``open`` or ``closed``. Raises BadHours."""
    plain = text.strip().lower()
    if plain in ("open", "closed"):
        return ALL_DAY if plain == "open" else None
    first, dash, last = plain.partition("-")
    try:
        begins = dt.time.fromisoformat(first.strip())
        ends = dt.time(0) if last.strip() == "24:00" else dt.time.fromisoformat(last.strip())
    except ValueError:
        raise BadHours(text) from None
    if not dash or begins.tzinfo or ends.tzinfo or (dt.time(0) < ends <= begins):
        raise BadHours(text)
    return begins, ends
