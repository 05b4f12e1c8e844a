"""What a person should look at in a proposal: two months compared, and what does not fit together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from stadig.assistance import benefits, comparing, incomes
from stadig.assistance.comparing import Change
from stadig.assistance.incomes import Counted, Series, Statement
from stadig.assistance.proposal import Notice, Task
from stadig.assistance.rates import Rates

COUNTED: Final = "vanished_counted"
"""Vanished, and what it was is known from last month's calculation alone."""
COMPARED: Final = frozenset({Change.CHANGED.value, Change.NEW.value, Change.VANISHED.value, COUNTED})
"""Codes of what comparing two months found. They stand beside the agency's answer; the others concern the calculation."""


def notices(task: Task, found: Sequence[Series]) -> tuple[Notice, ...]:
    """Benefits that changed, are new or gone, that are not listed or paid for odd days; what the applicant stated otherwise; the household."""
    said = list(compared(task.statements, found, task.month, task.rates, task.counted_before))
    for one in found:
        if benefits.off_list(one.row):
            said.append(Notice("off_list", one.who, one.agency, one.label))
        if incomes.few_or_many_days(one, task.rates["benefit_days_least"], task.rates["benefit_days_most"]):
            said.append(Notice("days", one.who, one.row, one.label, now=one.days))
        if one.row == "study_grant" and incomes.grant_pauses(one.row, task.month):
            said.append(Notice("summer", one.who, one.row))
    said += _differs(task, found)
    for statement in task.statements:
        said += [Notice("capital", statement.who, label=year, now=amount) for year, amount in incomes.capital(statement)]
    if task.household.more_at_home:
        said.append(Notice("more_at_home", about=str(task.household.more_at_home)))
    said += [
        Notice("child", about=one.why_not, label=str(one.age))
        for one in task.household.members
        if one.why_not in {"grown", "unborn"}
    ]
    if task.assets:
        said.append(Notice("assets", now=task.assets))
    return tuple(said)


def compared(
    statements: Sequence[Statement], found: Sequence[Series], month: dt.date, rates: Rates, counted: Sequence[Counted]
) -> tuple[Notice, ...]:
    """What comparing two months found: the same wherever it is shown, beside an agency's answer or under the calculation."""
    return tuple(
        Notice(COUNTED if one.counted else one.change.value, one.who, one.row, one.label, one.before, one.now, one.percent)
        for one in comparing.two_months(statements, found, month, rates, counted)
    )


def _differs(task: Task, found: Sequence[Series]) -> list[Notice]:
    """Incomes that the applicant stated otherwise than the agencies. What is paid for a child or a home is looked for with each adult."""
    control = incomes.earlier(task.month, 1)
    said: list[Notice] = []
    for one in task.declared:
        whoever = one.kind in {"child", "housing"} or one.who == "child"
        same = [
            row
            for row in found
            if row.row in benefits.ROWS
            and benefits.ROWS[row.row].declared == one.kind
            and row.control.amount
            and row.control.known
            and (whoever or row.who == one.who)
        ]
        total = sum((row.control.amount or Decimal(0) for row in same), Decimal(0))
        more_may_come = any(incomes.so_far(task.statements, row, control, task.rates["wage_reported_day"]) for row in same)
        if same and one.month == control and (total > one.amount or (total < one.amount and not more_may_come)):
            said.append(Notice("declared_otherwise", same[0].who, same[0].row, now=total, before=one.amount))
    return said
