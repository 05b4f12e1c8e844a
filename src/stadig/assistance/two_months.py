"""The comparison of two months for the blocks of one person's answers: the same as under the calculation, without reading all of that."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from django.db import connection

from stadig.assistance import carried, gathering, incomes, norms, noticing
from stadig.assistance.carried import Before
from stadig.assistance.incomes import Counted
from stadig.assistance.kept import Tampered
from stadig.assistance.proposal import Notice
from stadig.exchange.queries import LookupView
from stadig.exchange.sealing import KeyChanged
from stadig.exchange.terms import Kind

CONTENTS: Final = f"""
SELECT r.values::text, {carried.KEPT}
FROM cases_case c CROSS JOIN (SELECT %(month)s::date AS day) d {norms.RULES} WHERE c.id = %(case)s
"""  # noqa: S608 - only what stands in carried.py and norms.py
MONEY: Final = frozenset({Kind.PAYMENT, Kind.INCOME})


def found(case_id: int, person: tuple[str, int], month: dt.date, view: LookupView) -> tuple[Notice, ...]:
    """What changed, is new or has vanished from M−2 to M−1 in the answers about one person, (role, id), for the application of a month.

    One query. Nothing where no rules hold: the calculation says so.
    """
    with connection.cursor() as cursor:
        cursor.execute(CONTENTS, {"case": case_id, "month": month.isoformat()})
        values, rows = cursor.fetchone() or (None, None)
    if values is None:
        return ()
    counted = _counted(rows or [], month, person)
    said = _Said((view.lookup.uuid, *((one.lookup, one.block.agency, one.block.part, one.block.outcome, one.stored_at)
        for agency in view.agencies for one in agency.blocks)), view)  # fmt: skip
    return _compared(said, person[0], month, values, counted)


@dataclass(frozen=True, slots=True)
class _Said:
    """What agencies have said: ``key`` is another when anything of it is, for a stored block is never rewritten."""

    key: tuple[Any, ...]
    view: LookupView = field(compare=False)


@lru_cache(maxsize=256)
def _compared(said: _Said, who: str, month: dt.date, rules: str, counted: tuple[Counted, ...]) -> tuple[Notice, ...]:
    """The comparison of what agencies have said of someone, by the stored rules."""
    paying = {one.agency for one in counted} | {one.agency for one in said.view.agencies if _states_money(one)}
    blocks = tuple(one for one in gathering.statements(who, said.view) if one.agency in paying)
    rates = norms.rates_of(rules)
    found = incomes.series(blocks, month, rates["wage_reported_day"])
    return noticing.compared(blocks, found, month, rates, counted)


def _states_money(one: Any) -> bool:
    return any(fact.kind in MONEY for block in one.blocks for fact in block.block.facts)


def _counted(rows: list[Any], month: dt.date, person: tuple[str, int]) -> tuple[Counted, ...]:
    """What was counted of the person last month. A calculation that cannot be opened is told of on its own page, and hides no answer here."""
    try:
        return carried.before(rows, incomes.earlier(month, 1), (person,)).counted
    except (Tampered, KeyChanged):
        return Before().counted
