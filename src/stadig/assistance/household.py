"""Who the household is: from the application's answers, or as a case worker has set it. Plain data in, plain data out.

A child's age is the one it reaches during the month. Young people of 18 to 20 count as children while they go to school (the ordinance's
*skolungdom*); where nobody has said, they count so far and the question is a piece that is missing.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast

from stadig.assistance.norm import OLDEST, Child, Home, Living

GROWN: Final = 18


@dataclass(frozen=True, slots=True)
class AtHome:
    """A child or young person as it was answered or set. ``days`` is None for one who lives there always."""

    born: dt.date
    days: int | None = None
    lunch: bool = True
    in_school: bool | None = None
    """None: nobody has said. Matters from 18."""
    counts: bool = True
    """False: a case worker has taken the child out of the household."""


@dataclass(frozen=True, slots=True)
class Composition:
    """Adults and children of one month."""

    living: Living
    children: tuple[AtHome, ...] = ()
    shares_with: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A child as the norm sees it in a month. ``why_not`` says why it has no row: grown, unborn, out."""

    index: int
    age: int
    days: int | None
    lunch: bool
    asks_school: bool = False
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Household:
    """The household of one month: what the norm is computed for, each child, and what a person should look at."""

    home: Home
    members: tuple[Member, ...]
    at_home: int | None
    """How many live in the dwelling, as answered; None where it was not asked."""
    corrected: bool

    @property
    def persons(self) -> int:
        return self.home.adults + len(self.home.children)

    @property
    def more_at_home(self) -> int:
        """Persons in the dwelling who are not part of the application and whose part a case worker has not set."""
        if self.at_home is None or self.corrected:
            return 0
        return max(0, self.at_home - self.persons)


def age_in(born: dt.date, month: dt.date) -> int:
    """The age in whole years that someone reaches by the last day of the month; negative before the month of birth."""
    last = dt.date(month.year, month.month, calendar.monthrange(month.year, month.month)[1])
    if born > last:
        return -1
    return last.year - born.year - ((last.month, last.day) < (born.month, born.day))


def answered(answers: Mapping[str, Any]) -> Composition:
    """The household that the application speaks of. What is not a day or a number is left out of it."""
    living = Living.COUPLE if answers.get("household") == "couple" else Living.SINGLE
    listed: Any = answers.get("children") if answers.get("has_children") else None
    rows = cast("Sequence[Any]", listed) if isinstance(listed, list) else ()
    found: list[AtHome] = []
    for row in rows:
        said: Mapping[str, Any] = cast("Mapping[str, Any]", row) if isinstance(row, Mapping) else {}
        try:
            born = dt.date.fromisoformat(str(said.get("born", "")))
        except ValueError:
            continue
        days: Any = said.get("days") if said.get("lives") == "part" else None
        found.append(AtHome(born, days if isinstance(days, int) else None))
    return Composition(living, tuple(found))


def compose(
    answers: Mapping[str, Any], month: dt.date, part_month_days: Decimal, *, corrected: Composition | None = None
) -> Household:
    """The household of a month: as a case worker has set it, else as the application says."""
    said = corrected or answered(answers)
    members = tuple(_member(index, one, month) for index, one in enumerate(said.children))
    children = tuple(
        Child(one.age, one.lunch, Decimal(1) if one.days is None else min(Decimal(1), Decimal(one.days) / part_month_days))
        for one in members
        if not one.why_not
    )
    at_home: Any = answers.get("persons_at_home")
    return Household(
        Home(said.living, children, said.shares_with),
        members,
        at_home if isinstance(at_home, int) and not isinstance(at_home, bool) else None,
        corrected is not None,
    )


def _member(index: int, one: AtHome, month: dt.date) -> Member:
    age = age_in(one.born, month)
    why_not = ""
    if not one.counts:
        why_not = "out"
    elif age < 0:
        why_not = "unborn"
    elif age > OLDEST or (age >= GROWN and one.in_school is False):
        why_not = "grown"
    asks = not why_not and age >= GROWN and one.in_school is None
    return Member(index, age, one.days, one.lunch, asks, why_not)
