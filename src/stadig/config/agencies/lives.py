"""What the agencies know of a person: a story we have written, or a life that is drawn. None of it is true of anyone.

Months are counted from the town's present month, 0; so a story reads the same whatever year the town lives in.
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

STORIES = Path(__file__).with_name("stories.json")
FUNDS = ("Hamnarbetarnas a-kassa", "Kustens a-kassa", "Småföretagens a-kassa")
"""The unemployment funds there are. Each answers about everyone, if only that it has nothing."""
FOREVER = (-60, 60)
"""Months: from five years ago, for five years to come."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Money that comes each month from one month to another. Kronor; ``net`` is what reaches the person."""

    benefit: str
    net: int
    months: tuple[int, int] = FOREVER
    """The first and the last."""
    gross: int = 0
    """Before tax; 0 is as much as ``net``."""
    day: int = 20
    days: int = 0
    payer: str = ""
    payer_number: str = ""

    @property
    def before_tax(self) -> int:
        """Kronor before tax."""
        return self.gross or self.net

    def paid(self, present: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
        """Each payment's day and the first day of the month it is for."""
        for offset in range(self.months[0], self.months[1] + 1):
            month = month_at(present, offset)
            yield month.replace(day=min(self.day, calendar.monthrange(month.year, month.month)[1])), month


@dataclass(frozen=True, slots=True)
class Seeker:
    """What Arbetsförmedlingen has: registered when, how much, the latest activity report, the fund, decisions."""

    registered: tuple[int, int] | None = None
    """Month and day."""
    left: tuple[int, int] | None = None
    extent_percent: int = 100
    category: str = "Öppet arbetslös"
    report: tuple[int, int] | None = None
    report_code: str = "200"
    fund: str = ""
    decisions: tuple[tuple[str, int, int, int], ...] = ()
    """Kind of compensation, extent in percent, first and last month."""


@dataclass(frozen=True, slots=True)
class Fund:
    """What one unemployment fund answers."""

    name: str
    status: str = "all clear"
    flows: tuple[Flow, ...] = ()
    suspended: tuple[int, int] | None = None
    """From the first day of one month to the last of another."""
    applied: bool = False


@dataclass(frozen=True, slots=True)
class Life:
    """A person as all agencies together would see them."""

    given: str
    family: str
    person: str = field(default="", repr=False)
    fk: tuple[Flow, ...] = ()
    pm: tuple[Flow, ...] = ()
    csn: tuple[Flow, ...] = ()
    salaries: tuple[Flow, ...] = ()
    reported_until: int = -1
    """The last month the employers have reported."""
    seeker: Seeker | None = None
    funds: tuple[Fund, ...] = ()
    vehicles: tuple[tuple[str, str, str, str, str], ...] = ()
    """Registration, make, year, kind, model."""
    permits: tuple[dict[str, Any], ...] = ()
    capital: int = 0
    """Kronor of interest and the like in the latest tax year."""
    tax_refund: int = 0
    """Kronor that Skatteverket paid out last month."""
    tax_balance: int = 0
    """Kronor on the tax account."""
    states: dict[str, str] = field(default_factory=dict[str, str])
    """Agency → ``protected``, ``no_match``, ``not_entitled``, ``unknown_code``, ``partial`` or ``error``."""
    moods: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    """Agency → how it behaves about this person where the profile lets stories do so (``hang_times``, ``late_s``)."""


def month_at(present: dt.date, offset: int) -> dt.date:
    """The first day of the month ``offset`` months from that of ``present``."""
    count = present.year * 12 + present.month - 1 + offset
    return dt.date(count // 12, count % 12 + 1, 1)


def day_at(present: dt.date, place: tuple[int, int]) -> dt.date:
    """A day of a month: ``(-3, 3)`` is the third, three months before the present one."""
    month = month_at(present, place[0])
    return month.replace(day=min(place[1], calendar.monthrange(month.year, month.month)[1]))


def last_day(month: dt.date) -> dt.date:
    """The month's last day."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def life(person: str) -> Life:
    """What is known of a person by twelve digits."""
    from stadig.config.agencies import drawing

    return stories().get(person) or drawing.drawn(person)


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    note: str
    people: tuple[Life, ...]


_STORIES = msgspec.json.Decoder(_Written)


@functools.cache
def stories() -> dict[str, Life]:
    """The stories we have written, by number."""
    return {one.person: one for one in _STORIES.decode(STORIES.read_bytes()).people}
