"""Incomes that the law leaves out: a quarter of earnings after six months of support, and what home-living children and pupils earn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from stadig.assistance.norm import ore


def months_between(first: dt.date, last: dt.date) -> int:
    """Whole months from one month to another."""
    return (last.year - first.year) * 12 + last.month - first.month


def left_out(earned: Decimal, percent: Decimal) -> Decimal:
    """What is not counted of earnings from employment: 25 percent (socialtjänstlagen (2025:400) 12 kap. 8 § first paragraph)."""
    return ore(max(earned, Decimal(0)) * percent / 100)


def holds(began: dt.date, month: dt.date, months: int) -> bool:
    """Whether the special rule that began in a month still holds: for two years (12 kap. 8 § second paragraph)."""
    return 0 <= months_between(began, month) < months


def in_a_row(supported: Iterable[dt.date], month: dt.date) -> int:
    """How many months in a row someone has had support, up to the month before ``month``; the rule asks for six (12 kap. 8 §)."""
    had = {(one.year, one.month) for one in supported}
    count, year, number = 0, month.year, month.month
    while True:
        year, number = (year, number - 1) if number > 1 else (year - 1, 12)
        if (year, number) not in had:
            return count
        count += 1


def youth_counted(earned: Decimal, earlier_this_year: Decimal, price_base_amount: Decimal) -> Decimal:
    """What may be counted of a home-living child's or pupil's earnings: the part above one price base amount a calendar year
    (socialtjänstlagen (2025:400) 12 kap. 9 § third paragraph)."""
    room = max(Decimal(0), price_base_amount - earlier_this_year)
    return max(Decimal(0), earned - room)
