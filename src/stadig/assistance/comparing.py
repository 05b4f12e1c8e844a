"""A benefit in M−1 beside the same benefit in M−2: what changed, what is new, what is gone, and what we do not know.

Sums are compared, never rounded percentages: 1250 and 1255 differ. A benefit that is gone is a warning of its own, and only where the later
month's blocks are evidence; where they are not, nothing is said to have changed. A sum *so far* that is larger than the other month's has risen;
while it is smaller nobody knows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from stadig.assistance import benefits, incomes
from stadig.assistance.incomes import Cell, Counted, Series, Statement
from stadig.assistance.rates import Rates


class Change(StrEnum):
    """How a benefit in the control month stands to the month before."""

    SAME = "same"
    CHANGED = "changed"
    NEW = "new"
    """Nothing in M−2, known to be nothing: compared with 0."""
    VANISHED = "vanished"
    UNKNOWN = "unknown"
    """One of the months is not known: "vi vet inte"."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One benefit of one person in two months. ``percent`` is exact, and None where there was nothing before."""

    who: str
    row: str
    agency: str
    label: str
    change: Change
    before: Decimal | None
    now: Decimal | None
    percent: Decimal | None = None
    counted: bool = False
    """What it was before is known from the calculation kept for that month alone: now the agency states nothing of it."""

    @property
    def warns(self) -> bool:
        return self.change in (Change.CHANGED, Change.NEW, Change.VANISHED)


class SoFar(NamedTuple):
    """Whether the sums of M−2 and M−1 may have grown since the agency was asked."""

    before: bool = False
    now: bool = False


WHOLE: Final = SoFar()


def two_months(
    statements: Sequence[Statement], found: Sequence[Series], month: dt.date, rates: Rates, counted: Sequence[Counted] = ()
) -> tuple[Compared, ...]:
    """The benefits to look at in the calculation of a month: changed, new and vanished, and nothing that is not known.

    ``found`` are the series of ``statements``; ``counted`` is what last month's kept calculation holds.
    """
    months, day = (incomes.earlier(month, 2), incomes.earlier(month, 1)), rates["wage_reported_day"]
    said: list[Compared] = []
    for one in found:
        before, now = (incomes.so_far(statements, one, each, day) for each in months)
        said.append(compare(one, rates["change_percent"], SoFar(before, now)))
    said += _no_longer_stated(statements, found, month, rates["wage_reported_day"], counted)
    return tuple(one for one in said if one.warns and not _pauses(one, month))


def _pauses(one: Compared, month: dt.date) -> bool:
    """A grant that pauses in summer has not vanished."""
    return one.change == Change.VANISHED and incomes.grant_pauses(one.row, month)


def _no_longer_stated(
    statements: Sequence[Statement], found: Sequence[Series], month: dt.date, reported_day: Decimal, counted: Sequence[Counted]
) -> list[Compared]:
    """What was counted of M−2 when the month before was computed and of which the agency, asked about both months, now states nothing."""
    stated = {(one.key, one.agency) for one in found if one.before.amount or one.control.amount}
    said: list[Compared] = []
    for one in counted:
        asked = [block for block in statements if (block.who, block.agency) == (one.who, one.agency)]
        if asked and (one.key, one.agency) not in stated and all(_silent(block, one.row, month, reported_day) for block in asked):
            said.append(Compared(one.who, one.row, one.agency, one.label, Change.VANISHED, one.amount, None, counted=True))
    return said


def _silent(block: Statement, row: str, month: dt.date, reported_day: Decimal) -> bool:
    """Whether a block that does not state a benefit is evidence that there is none in M−1 and M−2."""
    control, before = incomes.earlier(month, 1), incomes.earlier(month, 2)
    covered = incomes.safe(block, control) and incomes.safe(block, before)
    return covered and incomes.is_over(block, control) and incomes.reported(row, block.asked_on, control, reported_day)


def compare(one: Series, threshold_percent: Decimal, so_far: SoFar = WHOLE) -> Compared:
    """The benefit's two months. ``threshold_percent`` 0 means that any difference of sums counts as a change."""
    before, now = one.before.amount, one.control.amount
    change = _change(one.before, one.control, threshold_percent)
    if change != Change.SAME and before is not None and now is not None and (so_far.now if now < before else so_far.before):
        change = Change.UNKNOWN
    percent = (now - before) * 100 / before if before and now is not None else None
    label = one.label if benefits.off_list(one.row) else one.named
    return Compared(one.who, one.row, one.agency, label, change, before, now, percent)


def _change(before: Cell, now: Cell, threshold: Decimal) -> Change:
    if not (before.known and now.known):
        return Change.UNKNOWN
    if now.amount is None:
        gone = Change.VANISHED if now.over else Change.UNKNOWN
        return Change.SAME if before.amount is None else gone
    if not before.amount:
        return Change.NEW if now.amount else Change.SAME
    differs = now.amount != before.amount and abs(now.amount - before.amount) * 100 >= threshold * abs(before.amount)
    return Change.CHANGED if differs else Change.SAME
