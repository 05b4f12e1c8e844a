"""How long a case is kept, read from the rule of its type: *bevaras*, or *gallras 2 år efter att tillståndet har slutat gälla*.

A rule that says nothing of time, or that cannot be read, keeps: what is destroyed never comes back (arkivlagen 10 §: public documents
may be destroyed, but only as the archive authority or the committee has decided). No Django, no clock, no database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

_SHAPE: Final = re.compile(r"\s*gallras\s+(\d{1,3})\s+(år|månader|månad)\s+efter\s+(.+)", re.IGNORECASE | re.DOTALL)
_KNOWN: Final = re.compile(
    r"^(?:avslut|beslut(?:et)?\b|den sista (?:anteckning|handling)|(?:att )?(?:tillståndet|beslutet) har slutat gälla)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """``months`` after the case ended; None: kept for good. ``outside``: from something that Stadig is not told of, such as that a
    child has left the preschool, so that a person must say when it was."""

    months: int | None
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """What is known of the end of a case: when it was closed, when something was last written or came in, until when its decision holds."""

    closed: date | None
    last: date | None = None
    valid_to: date | None = None


def read(text: str) -> Rule:
    """The rule. Text that is no rule of destruction keeps the case."""
    found = _SHAPE.match(text)
    if found is None:
        return Rule(None)
    number, unit, event = found.groups()
    return Rule(int(number) * (12 if unit.casefold() == "år" else 1), outside=_KNOWN.search(event) is None)


def first_day(rule: Rule, ended: Ended, told: date | None = None) -> date | None:
    """The first day on which the case may be destroyed; None while it is open, kept for good, or nobody has told what must be told.

    The time runs from the latest of all that is known: never from a day before the case was closed, before the last thing in it or
    before its decision ceased to hold.
    """
    if rule.months is None or ended.closed is None or (rule.outside and told is None):
        return None
    return _later(max(day for day in (ended.closed, ended.last, ended.valid_to, told) if day is not None), rule.months)


def done_by(first: date) -> date:
    """The last day on which a destruction that may begin on ``first`` is to be done: the end of the calendar year after (16 kap. 1 § third
    paragraph, socialtjänstlagen (2025:400))."""
    return date(first.year + 1, 12, 31)


def _later(day: date, months: int) -> date:
    """The day after so many whole months; a day that the month lacks is its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1).toordinal()
    length = date(year + (month == 11), (month + 1) % 12 + 1, 1).toordinal() - first
    return date.fromordinal(first + min(day.day, length))
