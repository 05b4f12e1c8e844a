"""Words for tests: statements of agencies and tasks of a month, December 2026 unless said otherwise."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from stadig.assistance import first, household, incomes, proposing, rates
from stadig.assistance.incomes import Source, Statement
from stadig.assistance.norm import Living
from stadig.assistance.proposal import Given, Proposal, Task
from stadig.assistance.tests.test_norm import NOW
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import CSN, FK, PM, SKV, SO, Fact, Kind

DECEMBER = dt.date(2026, 12, 1)
RATES = rates.read(first.rules(2026))
PAYERS = (FK, PM, SKV, CSN, SO)


def paid(code, amount, month, *, day=25, **more):
    """A payment on a day of a month of 2026."""
    more.setdefault("net", None if amount is None else Decimal(str(amount)))
    more.setdefault("pay_date", dt.date(2026, month, day))
    kind = more.pop("kind", Kind.PAYMENT)
    return Fact(kind, code, more.pop("label", code.title()), f"/svar/{code}/{month}", **more)


def said(agency, *facts, outcome=None, who="applicant", **more):
    """A block about someone, asked about October to December on 14 December, when wages of November are reported."""
    outcome = outcome or (Outcome.DATA if facts else Outcome.NOTHING_STATED)
    more.setdefault("period_from", dt.date(2026, 10, 1))
    more.setdefault("period_to", dt.date(2026, 12, 31))
    more.setdefault("asked_on", dt.date(2026, 12, 14))
    source = Source("block", agency, block=more.pop("block", 17), sha256="ab" * 32, contract="SSBTEK v11")
    return Statement(who, agency, outcome, facts=facts, source=source, **more)


def all_said(*statements, who="applicant"):
    """These blocks, and of every other paying agency that it has nothing."""
    told = {one.agency for one in statements}
    return (*statements, *(said(agency, who=who) for agency in PAYERS if agency not in told))


def alone(**more):
    return household.Household(household.Home(Living.SINGLE), (), more.pop("at_home", 1), False)


def task(*statements, **more):
    more.setdefault("household", alone())
    more.setdefault("adults", ("applicant",))
    given = {one.key: one for one in more.pop("given", ())}
    return Task(DECEMBER, NOW, "SFS 2025:1046", RATES, statements=tuple(statements), given=given, **more)


def propose(*statements, **more) -> Proposal:
    return proposing.propose(task(*statements, **more))


def row(proposal, key):
    return next(one for one in proposal.rows if one.key == key)


def entered(key, amount, why="Enligt lönespecifikationen.", **more):
    return Given(key, Decimal(str(amount)), why, entry=5, by="petra", **more)


__all__ = ["DECEMBER", "PAYERS", "RATES", "all_said", "alone", "entered", "incomes", "paid", "propose", "row", "said", "task"]
