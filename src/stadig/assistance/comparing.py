"""A benefit in M−1 beside the same benefit in M−2: what changed, what is new, what is gone, and what we do not know.

Sums are compared, never rounded percentages: 1250 and 1255 differ. A benefit that is gone is a warning of its own, and only where the later
month's blocks are evidence; where they are not, nothing is said to have changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from stadig.assistance.incomes import Cell, Series


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

    @property
    def warns(self) -> bool:
        return self.change in (Change.CHANGED, Change.NEW, Change.VANISHED)


def compare(one: Series, threshold_percent: Decimal) -> Compared:
    """The benefit's two months. ``threshold_percent`` 0 means that any difference of sums counts as a change."""
    change = _change(one.before, one.control, threshold_percent)
    before, now = one.before.amount, one.control.amount
    percent = (now - before) * 100 / before if before and now is not None else None
    return Compared(one.who, one.row, one.agency, one.label, change, before, now, percent)


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
