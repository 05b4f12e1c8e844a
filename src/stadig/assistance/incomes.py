"""What the agencies state that someone was paid, month by month, and which of it a month's calculation counts.

For month M the incomes of M−1 count (*kontrollmånad*), M−2 is compared with (*jämförelsemånad*), and M itself is only shown. An income of
M−2 is carried over when its benefit has nothing in M−1 and it was not counted the month before. Planned and paid count alike, and a payment's
own net total is used, never the sum of its rows. A month is *known* for a row only where every block behind it is evidence and was asked about
the whole month: what is missing is then known to be missing, else we do not know.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from stadig.assistance import benefits
from stadig.exchange.outcomes import Outcome, is_evidence
from stadig.exchange.terms import Fact, Kind

PUPILS_WITHOUT_GRANT = (6, 7, 8)
"""Study grants are paid for September to June: from June to September their absence says nothing new."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure stands: a block of an agency's answer, an answer of the application, or a case worker's entry."""

    kind: str
    """block, declared, entry, norm, rule"""
    agency: str = ""
    part: str = ""
    block: int = 0
    lookup: int = 0
    call: int = 0
    path: str = ""
    sha256: str = ""
    contract: str = ""
    at: dt.datetime | None = None
    entry: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One block about one person: what an agency, or a part of its answer, said."""

    who: str
    """applicant or co_applicant"""
    agency: str
    outcome: Outcome
    period_from: dt.date
    period_to: dt.date
    asked_on: dt.date
    part: str = ""
    facts: tuple[Fact, ...] = ()
    source: Source = field(default_factory=lambda: Source("block"))
    reason: str = ""

    @property
    def evidence(self) -> bool:
        return is_evidence(self.outcome)


@dataclass(frozen=True, slots=True)
class Payment:
    """An amount that someone got or gets in a month."""

    who: str
    row: str
    agency: str
    amount: Decimal
    month: dt.date
    source: Source
    evidence: bool
    label: str = ""
    planned: bool = False
    before_tax: bool = False
    days: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A row's figure in a month. ``amount`` None: see ``known``; nothing was paid when it is True, and we do not know when it is False."""

    amount: Decimal | None
    known: bool
    sources: tuple[Source, ...] = ()
    planned: bool = False
    over: bool = True
    """The month was over when the agency was asked."""
    asked: bool = True
    """False: nobody was asked about this month."""


@dataclass(frozen=True, slots=True)
class Series:
    """One benefit of one person over the three months of a calculation."""

    who: str
    row: str
    agency: str
    label: str
    before: Cell
    control: Cell
    applied: Cell
    before_tax: bool = False
    days: Decimal | None = None
    """Days paid for in the control month, where the agency says."""
    named: str = ""
    """What its payments are all called, by an agency whose words name the benefit; else empty."""

    @property
    def key(self) -> str:
        return key_of(self.who, self.row)


@dataclass(frozen=True, slots=True)
class Counted:
    """What an agency stated of M−2 when the month before was computed, as that calculation was kept."""

    who: str
    row: str
    agency: str
    label: str
    amount: Decimal
    source: Source
    case: int = 0
    proposal: int = 0
    """The kept calculation and its case, which may be an earlier one."""

    @property
    def key(self) -> str:
        return key_of(self.who, self.row)


def key_of(who: str, row: str) -> str:
    """The key of a benefit's row in the proposal."""
    return f"income:{who}:{row}"


def earlier(month: dt.date, by: int) -> dt.date:
    """The first day of the month so many months before."""
    count = month.year * 12 + month.month - 1 - by
    return dt.date(count // 12, count % 12 + 1, 1)


def last_day(month: dt.date) -> dt.date:
    """The last day of a month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def payments(statement: Statement) -> tuple[Payment, ...]:
    """The amounts that a block states, whatever its outcome; ``evidence`` says whether they may count."""
    found: list[Payment] = []
    for fact in statement.facts:
        amount = fact.net if fact.net is not None else fact.gross
        month = month_of(fact)
        if fact.kind not in (Kind.PAYMENT, Kind.INCOME) or amount is None or month is None:
            continue
        found.append(
            Payment(
                who=statement.who,
                row=benefits.row_of(statement.agency, fact.benefit).key,
                agency=statement.agency,
                amount=amount,
                month=month,
                source=replace(statement.source, path=fact.path),
                evidence=statement.evidence,
                label=fact.label,
                planned=fact.planned,
                before_tax=fact.net is None,
                days=fact.days,
            )
        )
    return tuple(found)


def unplaced(statement: Statement) -> tuple[Fact, ...]:
    """Payments that a block states without an amount or without saying when: shown as missing, since they can't be counted.

    Income from capital is stated for a year and belongs to no month: see :func:`capital`.
    """
    return tuple(
        fact
        for fact in statement.facts
        if fact.kind in (Kind.PAYMENT, Kind.INCOME)
        and benefits.row_of(statement.agency, fact.benefit).key != "capital"
        and (month_of(fact) is None or (fact.net is None and fact.gross is None))
    )


def capital(statement: Statement) -> tuple[tuple[str, Decimal], ...]:
    """(year, kronor) of the incomes from capital that a block states: a sign of assets, for a person to look at."""
    return tuple(
        (dict(fact.values).get("year", ""), fact.gross)
        for fact in statement.facts
        if fact.gross and month_of(fact) is None and benefits.row_of(statement.agency, fact.benefit).key == "capital"
    )


def month_of(fact: Fact) -> dt.date | None:
    """The month a payment belongs to: that of the pay day, else of the end of its period."""
    day = fact.pay_date or fact.period_to or fact.period_from
    return day.replace(day=1) if day else None


def series(statements: Iterable[Statement], month: dt.date, wage_reported_day: Decimal) -> tuple[Series, ...]:
    """Every benefit that some block states, over M−2, M−1 and M, in the order of the agencies."""
    every = tuple(statements)
    found: dict[tuple[str, str, str], list[Payment]] = {}
    for one in every:
        for paid in payments(one):
            found.setdefault((paid.who, paid.row, paid.agency), []).append(paid)
    made = [_series(key, paid, every, month, wage_reported_day) for key, paid in found.items()]
    shown = [one for one in made if any(cell.amount is not None for cell in (one.before, one.control, one.applied))]
    order = {agency: n for n, agency in enumerate(benefits.PAYERS)}
    return tuple(sorted(shown, key=lambda one: (one.who, order.get(one.agency, 99), one.row)))


def known(statements: Iterable[Statement], who: str, agency: str, month: dt.date) -> bool:
    """Whether what an agency does not state of a person in a month is known not to be.

    Every block is evidence, was asked about the whole month, and was asked when the month was over.
    """
    asked = [one for one in statements if one.who == who and one.agency == agency]
    return bool(asked) and all(safe(one, month) for one in asked)


def safe(one: Statement, month: dt.date) -> bool:
    """Whether a block is evidence of the whole month: no contract has an agency declare that its list of coming payments is complete."""
    covers = one.period_from <= month and last_day(month) <= one.period_to
    return one.evidence and covers and is_over(one, month)


def of_row(asked: Sequence[Statement], row: str) -> list[Statement]:
    """Those of an agency's blocks that say something of a row: wages stand in a part of their own, where there is one."""
    wages = [one for one in asked if one.part == benefits.WAGES_PART]
    if not wages:
        return list(asked)
    return wages if row == "wage" else [one for one in asked if one.part != benefits.WAGES_PART]


def is_over(one: Statement, month: dt.date) -> bool:
    """Whether the month had ended, or was on its last day, when the agency was asked."""
    return one.asked_on >= last_day(month)


def reported(row: str, agency_asked_on: dt.date, month: dt.date, wage_reported_day: Decimal) -> bool:
    """Whether a month's wages are reported by the day the agency was asked; of all else, always.

    An employer reports a month's wages by the twelfth of the next (skatteförfarandelagen (2011:1244) 26 kap.).
    """
    if not (row in benefits.ROWS and benefits.ROWS[row].late):
        return True
    return agency_asked_on > earlier(month, -1).replace(day=int(wage_reported_day))


def so_far(statements: Iterable[Statement], one: Series, month: dt.date, wage_reported_day: Decimal) -> bool:
    """Whether what is stated of a benefit in a month is a sum *so far*: more may come than was known when the agency was asked."""
    asked = of_row([said for said in statements if (said.who, said.agency) == (one.who, one.agency)], one.row)
    return not _told_of(asked, one.row, month, wage_reported_day)


def may_carry(one: Series) -> bool:
    """Whether an income of M−2 may count now: its benefit has nothing in M−1, and that is known."""
    return one.control.amount is None and one.control.known and bool(one.before.amount) and one.before.known


def few_or_many_days(one: Series, least: Decimal, most: Decimal) -> bool:
    """Whether the days paid for in the control month are so few or many that someone should look (benefits paid by days).

    They are not few before the month is over.
    """
    row = benefits.ROWS.get(one.row)
    if not (row and row.by_days) or one.days is None:
        return False
    return one.days > most or (one.days < least and one.control.over)


def grant_pauses(row: str, month: dt.date) -> bool:
    """Whether a study grant is absent only because none is paid in summer (June to September)."""
    return row == "study_grant" and earlier(month, 1).month in PUPILS_WITHOUT_GRANT


def _series(
    key: tuple[str, str, str], paid: list[Payment], every: tuple[Statement, ...], month: dt.date, late_day: Decimal
) -> Series:
    who, row, agency = key
    control = earlier(month, 1)
    asked = of_row([one for one in every if one.who == who and one.agency == agency], row)
    cells = [_cell(row, paid, asked, earlier(month, back), late_day) for back in (2, 1, 0)]
    days = [one.days for one in paid if one.month == control and one.days is not None]
    labels = tuple(dict.fromkeys(one.label for one in paid if one.label))
    return Series(
        *(who, row, agency, labels[0] if labels else "", *cells),
        before_tax=any(one.before_tax for one in paid),
        days=sum(days, Decimal(0)) if days else None,
        named=labels[0] if len(labels) == 1 and agency in benefits.NAMING else "",
    )


def _told_of(asked: Iterable[Statement], row: str, month: dt.date, late_day: Decimal) -> bool:
    return all(safe(one, month) and reported(row, one.asked_on, month, late_day) for one in asked)


def _cell(row: str, paid: list[Payment], asked: list[Statement], month: dt.date, late_day: Decimal) -> Cell:
    here = [one for one in paid if one.month == month]
    over = all(is_over(one, month) for one in asked)
    if not here:
        return Cell(None, _told_of(asked, row, month, late_day), over=over)
    counted = sum((one.amount for one in here), Decimal(0))
    sure = all(one.evidence for one in here)
    return Cell(counted, sure, tuple(one.source for one in here), all(one.planned for one in here), over)
