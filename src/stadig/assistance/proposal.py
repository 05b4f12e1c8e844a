"""What a proposal is made of and what it says, as plain data: kept as it stands, and read again later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from stadig.assistance.household import Household
from stadig.assistance.incomes import Cell, Counted, Source, Statement
from stadig.assistance.norm import Table
from stadig.assistance.rates import Rates

NOT_ASKED_YET: Final = "never_asked"
NOT_REPORTED: Final = "not_reported"
PERIOD: Final = "period"
SCHOOL: Final = "school"
NOT_OVER: Final = "not_over"
UNPLACED: Final = "unplaced"
REST: Final = "rest"
"""What an agency may pay beside its usual row."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a case worker has entered about a row: the amount that counts, and why."""

    key: str
    amount: Decimal
    why: str
    entry: int = 0
    by: str = ""
    label: str = ""
    who: str = ""
    settled: bool = False
    """A missing piece decided upon: "count 0 kr according to …"."""


@dataclass(frozen=True, slots=True)
class Cost:
    """A reasonable cost (socialtjänstlagen (2025:400) 12 kap. 7 §) or another that was applied for."""

    key: str
    kind: str
    applied: Decimal
    label: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """An income that the applicant stated in the application."""

    index: int
    kind: str
    who: str
    amount: Decimal
    month: dt.date
    label: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """All that a proposal depends on."""

    month: dt.date
    table: Table
    norm_source: str
    rates: Rates
    household: Household
    adults: tuple[str, ...]
    costs: tuple[Cost, ...] = ()
    statements: tuple[Statement, ...] = ()
    declared: tuple[Declared, ...] = ()
    given: Mapping[str, Given] = field(default_factory=dict[str, Given])
    used_before: tuple[str, ...] = ()
    """Keys of the incomes that the calculation of the month before counted."""
    remembered: tuple[str, ...] = ()
    """The adults whose incomes that calculation is known for. Of others nobody knows here what was counted."""
    stimulus_from: Mapping[str, dt.date] = field(default_factory=dict[str, dt.date])
    youth_earlier: Decimal = Decimal(0)
    assets: Decimal | None = None
    working: tuple[str, ...] = ()
    """Adults who answered that they work."""
    counted_before: tuple[Counted, ...] = ()
    """What that calculation's own agencies stated of its month, which is M−2 here."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the amounts that a row is made of. ``days``: for a child who lives there a part of the month."""

    about: str
    label: str
    amount: Decimal
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the proposal. ``counts`` is signed kronor, and None where it is not known: "?". A row that is missing may have counts: what
    the applicant has stated, until it is shown to be so."""

    kind: str
    """norm, cost, income, stimulus or missing"""
    key: str
    about: str
    """What it is: a norm line, a cost's kind, a benefit's row, an agency."""
    counts: Decimal | None
    who: str = ""
    label: str = ""
    """The agency's or a person's own words."""
    agency: str = ""
    cells: tuple[Cell, ...] = ()
    """M−2, M−1 and M."""
    sources: tuple[Source, ...] = ()
    missing: str = ""
    """Why it is not known: an outcome, or one of this module's reasons."""
    notes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    entered: Given | None = None
    asks: bool = False
    """A person has to say whether it counts; until then it does not."""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to look at. ``code`` has its words in ``words.py``."""

    code: str
    who: str = ""
    about: str = ""
    label: str = ""
    before: Decimal | None = None
    now: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """An agency that has said that it has nothing about someone."""

    who: str
    agency: str
    source: Source


@dataclass(frozen=True, slots=True)
class Proposal:
    """The calculation of a month."""

    month: dt.date
    rows: tuple[Row, ...]
    total: Decimal
    """Kronor: what is granted if nothing is changed; the highest it can be while something is missing. Below zero is a surplus."""
    missing: tuple[str, ...]
    """The first row's key of each piece of evidence that is missing: one for each person and agency."""
    unassessed: tuple[str, ...]
    """Keys of what no one has taken a stand on yet: costs, which count as applied for, and incomes that ask, which do not."""
    warnings: tuple[Notice, ...]
    nothing: tuple[Nothing, ...]

    @property
    def complete(self) -> bool:
        return not self.missing and not any(row.asks for row in self.rows)
