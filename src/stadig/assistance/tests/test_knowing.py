"""What is known of a month: an answer given after its end, never an agency's silence before it; and only what was settled is settled."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import strategies as st

from stadig.assistance.proposal import NOT_OVER, NOT_REPORTED, Declared
from stadig.assistance.tests.building import PAYERS, all_said, entered, paid, propose, row, said
from stadig.assistance.tests.test_proposing import NOVEMBER, for_all
from stadig.exchange.outcomes import EVIDENCE, Outcome
from stadig.exchange.terms import CSN, FK, PM, SKV, SO, Kind


@for_all(
    st.dictionaries(st.sampled_from(PAYERS), st.sampled_from(sorted(EVIDENCE)), min_size=5),
    st.lists(st.sampled_from(["SJP", "GRUND", "AGI", "SKATTEKONTO", "X"]), max_size=3),
    st.integers(1, 29),
    st.booleans(),
)
def test_no_answer_given_before_a_month_ends_ever_makes_it_known(outcomes, benefits, day, planned):
    """Whatever was paid or planned by then: something of every agency stays missing, and nobody is said to have nothing."""
    early = dt.date(2026, 11, day)
    facts = [paid(code, 1000, 11, planned=planned) for code in benefits]
    told = [said(a, *(facts if o == Outcome.DATA else ()), outcome=o, asked_on=early) for a, o in outcomes.items()]
    made = propose(*told)
    assert {one.agency for one in made.rows if one.missing} == set(PAYERS)
    assert not made.nothing
    assert not made.complete


def test_a_month_is_known_when_it_was_on_its_last_day():
    told = tuple(replace(one, asked_on=dt.date(2026, 11, 30)) for one in all_said())
    assert set(propose(*told).missing) == {"missing:applicant:SKV"}, "wages are reported the month after"


@pytest.mark.parametrize(
    ("agency", "code", "key"), [(PM, "AP", "pm"), (SO, "AKASSA", "unemployment"), (CSN, "GRUND", "study_support")]
)
def test_what_was_paid_in_a_month_under_way_counts_and_more_may_come(agency, code, key):
    early = tuple(replace(one, asked_on=dt.date(2026, 11, 19)) for one in all_said(said(agency, paid(code, 3000, 11, day=10))))
    made = propose(*early)
    paid_so_far = row(made, f"income:applicant:{key}")
    assert (paid_so_far.counts, paid_so_far.missing) == (-3000, NOT_OVER)
    assert f"missing:applicant:{agency}" not in {one.key for one in made.rows}, "it is said once"
    assert paid_so_far.key in made.missing


@pytest.mark.parametrize(
    ("asked_on", "so_far", "told"),
    [
        (dt.date(2026, 11, 19), 3000, []),  # 3 000 of 5 000 by the nineteenth is no fall
        (dt.date(2026, 11, 19), 7000, ["changed"]),  # it is more already
        (dt.date(2026, 11, 30), 3000, ["changed"]),  # the month was over: it has fallen
    ],
)
def test_a_sum_so_far_that_is_smaller_has_not_fallen_before_the_month_is_over(asked_on, so_far, told):
    fund = said(SO, paid("AKASSA", 5000, 10), paid("AKASSA", so_far, 11, day=10))
    made = propose(*(replace(one, asked_on=asked_on) for one in all_said(fund)))
    assert [one.code for one in made.warnings] == told


@pytest.mark.parametrize(("asked_on", "told"), [(dt.date(2026, 12, 3), []), (dt.date(2026, 12, 14), ["changed"])])
def test_wages_have_not_fallen_before_every_employer_has_had_to_report(asked_on, told):
    wages = said(SKV, *(paid("AGI", amount, month, kind=Kind.INCOME) for amount, month in ((9000, 10), (5000, 11))))
    made = propose(*(replace(one, asked_on=asked_on) for one in all_said(wages)))
    assert [one.code for one in made.warnings] == told


def test_few_days_and_less_than_was_stated_are_told_of_when_the_month_is_over():
    sick = said(FK, paid("SJP", 3000, 11, day=10, days=Decimal(5)))
    more = Declared(0, "sickness", "applicant", Decimal(9000), NOVEMBER)
    early = propose(*(replace(one, asked_on=dt.date(2026, 11, 19)) for one in all_said(sick)), declared=(more,))
    assert {one.code for one in early.warnings} == {"new"}
    assert {one.code for one in propose(*all_said(sick), declared=(more,)).warnings} == {"new", "days", "declared_otherwise"}


def test_a_coming_payment_that_is_listed_counts_and_the_rest_of_the_month_stays_unknown():
    early = dt.date(2026, 11, 10)
    told = all_said(said(FK, paid("ABB", 1250, 11, day=20, planned=True)))
    made = propose(*(replace(one, asked_on=early) for one in told))
    assert row(made, "income:applicant:child_allowance").counts == -1250
    assert row(made, "missing:applicant:FK").missing == NOT_OVER


def test_one_who_stated_more_than_was_paid_so_far_is_counted_by_what_was_stated():
    early = tuple(replace(one, asked_on=dt.date(2026, 11, 19)) for one in all_said(said(SO, paid("AKASSA", 3000, 11, day=10))))
    more = Declared(0, "unemployment", "applicant", Decimal(9000), NOVEMBER)
    less = Declared(0, "unemployment", "applicant", Decimal(2000), NOVEMBER)
    assert row(propose(*early, declared=(more,)), "income:applicant:unemployment").counts == -9000
    assert row(propose(*early, declared=(less,)), "income:applicant:unemployment").counts == -3000


def test_wages_that_one_employer_has_reported_early_may_be_joined_by_another_until_the_day():
    told = all_said(said(SKV, paid("AGI", 5000, 11, kind=Kind.INCOME), asked_on=dt.date(2026, 12, 3)))
    assert (row(propose(*told), "income:applicant:wage").counts, row(propose(*told), "income:applicant:wage").missing) == (
        -5000,
        NOT_REPORTED,
    )


@pytest.mark.parametrize("part", ["", "skattekonto"])
def test_settling_the_wages_settles_nothing_else_of_the_tax_agency(part):
    """The wages' gap is filled by a payslip. What Skatteverket could not say of a tax refund stays missing until someone has said so."""
    failed = (said(SKV, outcome=Outcome.ERROR),) if not part else (
        said(SKV, outcome=Outcome.ERROR, part="individuppgifter"), said(SKV, outcome=Outcome.TIMEOUT, part=part)
    )  # fmt: skip
    told = all_said(*failed)
    assert propose(*told).missing == ("missing:applicant:SKV",)
    wages = entered("missing:applicant:SKV", 6208, settled=True)
    half = propose(*told, given=[wages])
    assert half.missing == ("missing:applicant:SKV:rest",)
    assert row(half, "missing:applicant:SKV").counts == -6208
    assert row(half, "missing:applicant:SKV:rest").counts is None
    assert row(half, "missing:applicant:SKV:rest").missing == ("timeout" if part else "error")
    assert propose(*told, given=[wages, entered("missing:applicant:SKV:rest", 0, settled=True)]).complete


def test_settling_wages_that_only_are_not_reported_yet_is_enough_when_the_rest_is_known():
    parts = (
        said(SKV, part="individuppgifter", asked_on=dt.date(2026, 12, 3)),
        said(SKV, part="skattekonto", asked_on=dt.date(2026, 12, 3)),
    )
    assert propose(*all_said(*parts)).missing == ("missing:applicant:SKV",)
    assert propose(*all_said(*parts), given=[entered("missing:applicant:SKV", 6208, settled=True)]).complete


def test_settling_a_wage_row_that_was_there_last_month_leaves_the_rest_missing_too():
    parts = (
        said(SKV, paid("AGI", 6208, 10, kind=Kind.INCOME), part="individuppgifter", asked_on=dt.date(2026, 12, 3)),
        said(SKV, outcome=Outcome.UNKNOWN_CODE, part="skatteuppgifter", asked_on=dt.date(2026, 12, 3)),
    )
    assert propose(*all_said(*parts)).missing == ("income:applicant:wage",)
    made = propose(*all_said(*parts), given=[entered("income:applicant:wage", 6208)])
    assert made.missing == ("missing:applicant:SKV:rest",)


def test_settling_study_support_settles_no_study_grant_and_one_benefit_agencies_are_settled_whole():
    told = all_said(said(CSN, outcome=Outcome.CLOSED), said(PM, outcome=Outcome.CLOSED))
    settled = [entered("missing:applicant:CSN", 4180, settled=True), entered("missing:applicant:PM", 0, settled=True)]
    assert propose(*told, given=settled).missing == ("missing:applicant:CSN:rest",)


def test_wages_are_known_to_be_none_though_another_part_failed():
    parts = (
        said(SKV, paid("AGI", 6208, 10, kind=Kind.INCOME), part="individuppgifter"),
        said(SKV, outcome=Outcome.ERROR, part="skattekonto"),
    )
    made = propose(*all_said(*parts), remembered=("applicant",))
    assert row(made, "income:applicant:wage").cells[1].known
    assert made.missing == ("missing:applicant:SKV:rest",)
