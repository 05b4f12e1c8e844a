"""A month's proposal: what counts, what is carried over, what is missing, and that nothing but evidence ever says "no income"."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from stadig.assistance import comparing, household, stimulus
from stadig.assistance.comparing import Change
from stadig.assistance.incomes import Cell, Series
from stadig.assistance.norm import Living
from stadig.assistance.proposal import NOT_ASKED_YET, NOT_OVER, NOT_REPORTED, PERIOD, SCHOOL, UNPLACED, Cost, Declared
from stadig.assistance.tests.building import PAYERS, RATES, all_said, alone, entered, paid, propose, row, said
from stadig.exchange.outcomes import EVIDENCE, Outcome
from stadig.exchange.terms import CSN, FK, PM, SKV, SO, Fact, Kind

NOVEMBER = dt.date(2026, 11, 1)
RENT = Cost("cost:rent", "rent", Decimal(6650))
POWER = Cost("cost:electricity", "electricity", Decimal(500))


def codes(proposal):
    return {notice.code for notice in proposal.warnings}


def test_norm_and_costs_less_the_incomes_of_the_month_before():
    made = propose(*all_said(said(FK, paid("BOB", 1900, 11), paid("SJP", 4212, 11))), costs=(RENT, POWER))
    assert made.total == 5220 + 7150 - 1900 - 4212
    assert made.complete
    assert row(made, "income:applicant:housing_allowance").counts == -1900
    assert made.unassessed == ("cost:rent", "cost:electricity")


def test_the_picture_of_an_incomplete_proposal():
    """Sick pay is known, wages of November are not reported yet, and the unemployment funds did not answer in time."""
    made = propose(
        *all_said(
            said(FK, paid("BOB", 1900, 10), paid("BOB", 1900, 11), paid("SJP", 7020, 10), paid("SJP", 4212, 11)),
            said(SKV, paid("AGI", 6208, 10, kind=Kind.INCOME), asked_on=dt.date(2026, 11, 29)),
            said(SO, outcome=Outcome.TIMEOUT),
        ),
        costs=(RENT, POWER),
    )
    assert made.total == 6258
    assert made.missing == ("income:applicant:wage", "missing:applicant:SO")
    assert row(made, "income:applicant:wage").missing == NOT_REPORTED
    assert row(made, "income:applicant:wage").counts is None
    assert row(made, "missing:applicant:SO").missing == "timeout"
    changed = next(one for one in made.warnings if one.code == "changed")
    assert (changed.about, changed.before, changed.now, changed.percent) == ("day_benefit", 7020, 4212, Decimal(-40))
    assert "vanished" not in codes(made), "wages that no one has had to report yet have not vanished"


@for_all(
    st.dictionaries(st.sampled_from(PAYERS), st.sampled_from(list(Outcome)), max_size=5),
    st.booleans(),
    st.lists(st.sampled_from(["SJP", "GRUND", "AGI", "X"]), max_size=3),
)
def test_nothing_but_data_and_nothing_stated_ever_counts_as_no_income(outcomes, with_facts, benefits):
    """Whatever agencies answer: one that gave no evidence leaves a row that is missing, with a question mark and never a zero."""
    facts = [paid(code, 1000, month) for code in benefits for month in (10, 11)] if with_facts else []
    blocks = [said(agency, *facts, outcome=outcome) for agency, outcome in outcomes.items()]
    made = propose(*blocks)
    silent = {agency for agency in PAYERS if outcomes.get(agency) not in EVIDENCE}
    unknown = {one.agency for one in made.rows if one.missing}
    assert silent <= unknown
    assert made.complete is not bool(silent)
    assert {one.agency for one in made.nothing} <= {a for a, outcome in outcomes.items() if outcome == Outcome.NOTHING_STATED}
    for one in made.rows:
        assert (one.counts is None) == bool(one.missing)
        if one.agency in silent:
            assert one.counts is None
            assert all(cell.amount is not None or not cell.known for cell in one.cells)
    assert not [one for one in made.warnings if one.code in {"vanished", "new"} and outcomes.get(one.about) in silent]
    assert made.total >= propose(*[replace(block, outcome=Outcome.DATA) for block in blocks]).total, "the highest it can be"


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - EVIDENCE))
def test_a_benefit_is_never_said_to_be_gone_by_an_agency_that_gave_no_evidence(outcome):
    made = propose(*all_said(said(FK, paid("SJP", 7020, 10), outcome=outcome)))
    assert codes(made) == set()
    assert row(made, "income:applicant:day_benefit").missing == outcome.value
    assert propose(*all_said(said(FK, paid("SJP", 7020, 10))), remembered=("applicant",)).complete


def test_before_anyone_has_asked_every_agency_is_missing():
    made = propose()
    assert [one.missing for one in made.rows if one.kind == "missing"] == [NOT_ASKED_YET] * 5
    assert made.total == 5220


def test_each_adult_of_a_couple_needs_their_own_answers():
    couple = household.Household(household.Home(Living.COUPLE), (), 2, False)
    made = propose(*all_said(), household=couple, adults=("applicant", "co_applicant"))
    assert {one.who for one in made.rows if one.missing} == {"co_applicant"}
    both = propose(*all_said(), *all_said(who="co_applicant"), household=couple, adults=("applicant", "co_applicant"))
    assert both.complete
    assert both.total == 8510


def test_an_answer_about_another_period_says_nothing_of_the_month():
    made = propose(*all_said(said(CSN, period_to=dt.date(2026, 11, 15))))
    assert row(made, "missing:applicant:CSN").missing == PERIOD


def test_one_part_of_an_answer_that_failed_is_missing_beside_those_that_came():
    blocks = (
        said(SKV, paid("AGI", 6000, 11, kind=Kind.INCOME), part="individuppgifter"),
        said(SKV, outcome=Outcome.ERROR, part="skattekonto"),
    )
    made = propose(*all_said(*blocks))
    assert row(made, "income:applicant:wage").counts == -6000
    assert not row(made, "income:applicant:wage").missing
    assert made.missing == ("missing:applicant:SKV:rest",)
    assert row(made, "missing:applicant:SKV:rest").missing == "error"


def test_a_phone_note_is_shown_and_counts_when_a_worker_enters_the_amount():
    told = all_said(said(SO, paid("AKASSA", 3000, 11), outcome=Outcome.MANUAL))
    shown = propose(*told)
    assert row(shown, "income:applicant:unemployment").cells[1].amount == 3000
    assert row(shown, "income:applicant:unemployment").missing == "manual"
    assert shown.total == 5220
    settled = propose(*told, given=[entered("income:applicant:unemployment", 3000, "Besked per telefon 3 december.")])
    assert settled.complete
    assert settled.total == 2220
    assert row(settled, "income:applicant:unemployment").sources[-1].entry == 5


def test_a_phone_note_beside_an_agencys_nothing_says_that_there_is_more_to_know():
    made = propose(*all_said(said(SO)), said(SO, outcome=Outcome.MANUAL, part="samtal"))
    assert made.missing == ("missing:applicant:SO",)
    assert SO not in {one.agency for one in made.nothing}


def test_a_missing_piece_is_settled_by_a_person_with_why():
    made = propose(*all_said(said(SO, outcome=Outcome.CLOSED)), given=[entered("missing:applicant:SO", 0, settled=True)])
    assert made.complete
    assert row(made, "missing:applicant:SO").entered.why == "Enligt lönespecifikationen."


def test_an_income_of_two_months_ago_is_carried_over_once():
    """It counts when its benefit has nothing the month after, and was not counted the month before."""
    told = all_said(said(FK, paid("SJP", 3000, 10), paid("BOB", 1900, 10), paid("BOB", 1900, 11)))
    made = propose(*told, remembered=("applicant",))
    assert row(made, "income:applicant:day_benefit").counts == -3000
    assert row(made, "income:applicant:housing_allowance").counts == -1900
    assert "vanished" in codes(made)
    used = propose(*told, remembered=("applicant",), used_before=("income:applicant:day_benefit",))
    assert row(used, "income:applicant:day_benefit").counts == 0
    assert used.complete


def test_nothing_is_carried_over_by_itself_when_nobody_here_knows_what_last_month_counted():
    made = propose(*all_said(said(FK, paid("SJP", 3000, 10))))
    asks = row(made, "income:applicant:day_benefit")
    assert (asks.counts, asks.asks) == (0, True)
    assert made.unassessed == ("income:applicant:day_benefit",)
    assert not made.complete
    answered = propose(*all_said(said(FK, paid("SJP", 3000, 10))), given=[entered("income:applicant:day_benefit", 0)])
    assert answered.complete


def test_planned_and_paid_count_and_a_payments_own_total_is_used():
    fact = paid("SJP", 4212, 11, planned=True, gross=Decimal(6000))
    made = propose(*all_said(said(FK, fact, paid("SJP", 1000, 11, day=10))))
    assert row(made, "income:applicant:day_benefit").counts == -5212


def test_a_payment_of_the_month_itself_is_shown_and_does_not_count():
    made = propose(*all_said(said(FK, paid("BOB", 1900, 12, planned=True))))
    found = row(made, "income:applicant:housing_allowance")
    assert found.cells[2].amount == 1900
    assert found.counts == 0


def test_a_benefit_that_is_not_listed_counts_and_is_warned_of():
    made = propose(*all_said(said(FK, paid("FK:NYTT", 700, 11, label="Ny ersättning"))))
    assert row(made, "income:applicant:off_list:FK:NYTT").counts == -700
    assert "off_list" in codes(made)


def test_what_compensates_for_a_disability_is_shown_and_left_out():
    made = propose(*all_said(said(FK, paid("FK:HE", 1500, 11))))
    assert row(made, "income:applicant:disability_allowance").counts == 0
    assert ("excluded", ()) in row(made, "income:applicant:disability_allowance").notes


def test_a_payment_without_an_amount_or_a_day_is_missing_and_not_dropped():
    no_day = Fact(Kind.PAYMENT, "SJP", "Sjukpenning", "/x", net=Decimal(100))
    made = propose(*all_said(said(FK, no_day)))
    assert [one.missing for one in made.rows if one.missing] == [UNPLACED]


def test_few_days_of_a_benefit_paid_by_days_are_worth_a_look():
    assert "days" in codes(propose(*all_said(said(FK, paid("AS", 2000, 11, days=Decimal(9))))))
    assert "days" not in codes(propose(*all_said(said(FK, paid("AS", 2000, 11, days=Decimal(22))))))


def test_a_study_grant_that_pauses_in_summer_has_not_vanished():
    july = dt.date(2026, 7, 1)
    from stadig.assistance import proposing
    from stadig.assistance.tests.building import task

    told = all_said(said(CSN, paid("SH", 1250, 5)))
    told = tuple(replace(one, period_from=dt.date(2026, 5, 1), period_to=dt.date(2026, 7, 31)) for one in told)
    made = proposing.propose(replace(task(*told), month=july))
    assert codes(made) == {"summer"}


def test_wages_that_no_one_has_had_to_report_yet_are_not_known_whatever_the_applicant_does():
    told = all_said(said(SKV, asked_on=dt.date(2026, 12, 3)))
    made = propose(*told)
    assert made.missing == ("missing:applicant:SKV",)
    assert row(made, "missing:applicant:SKV").missing == NOT_REPORTED
    assert SKV not in {one.agency for one in made.nothing}


def test_a_month_that_was_not_over_when_an_agency_was_asked_is_not_known():
    """Funds pay on the 25th, and no agency declares its list of coming payments complete: on the 19th silence says nothing of November."""
    early = dt.date(2026, 11, 19)
    told = tuple(replace(one, asked_on=early) for one in all_said())
    made = propose(*told)
    assert set(made.missing) == {f"missing:applicant:{agency}" for agency in PAYERS}
    for agency in (FK, PM, CSN, SO):
        assert row(made, f"missing:applicant:{agency}").missing == NOT_OVER
        assert row(made, f"missing:applicant:{agency}").counts is None
        assert [cell.known for cell in row(made, f"missing:applicant:{agency}").cells] == [True, False, False], "October was over"
    assert not made.nothing
    gone = propose(*(replace(one, asked_on=early) for one in all_said(said(FK, paid("SJP", 7020, 10)))))
    assert "vanished" not in codes(gone)
    assert not row(gone, "income:applicant:day_benefit").cells[2].over


def test_a_wage_row_says_what_its_own_part_came_to_before_the_faults_of_others():
    early = dt.date(2026, 11, 24)
    parts = (
        said(SKV, paid("AGI", 6208, 10, kind=Kind.INCOME), part="individuppgifter", asked_on=early),
        said(SKV, outcome=Outcome.UNKNOWN_CODE, part="skatteuppgifter", asked_on=early),
    )
    assert row(propose(*all_said(*parts)), "income:applicant:wage").missing == NOT_REPORTED


def test_the_same_wage_is_one_row_and_counts_once_before_and_after_it_is_shown():
    told = all_said(said(SKV, paid("AGI", 6208, 10, kind=Kind.INCOME), asked_on=dt.date(2026, 11, 29)))
    stated = Declared(0, "salary", "applicant", Decimal(6208), NOVEMBER)
    before = propose(*told, declared=(stated,))
    wages = row(before, "income:applicant:wage")
    assert (wages.counts, wages.missing) == (-6208, NOT_REPORTED)
    assert wages.cells[1] == Cell(None, False, over=False)
    after = propose(*told, declared=(stated,), given=[entered("income:applicant:wage", 6208)])
    assert after.total == before.total
    assert sum(one.kind == "income" for one in after.rows) == 1
    assert not row(after, "income:applicant:wage").cells[1].known, "what the agency did not say is still not said"


@for_all(
    st.sampled_from(["salary", "unemployment", "sickness", "child", "housing", "study", "pension"]),
    st.sampled_from(sorted(set(Outcome) - EVIDENCE)),
    st.integers(1, 9000),
    st.sampled_from(["applicant", "child"]),
)
def test_settling_a_gap_with_what_was_stated_leaves_the_total_unchanged(kind, outcome, amount, who):
    told = tuple(said(agency, outcome=outcome) for agency in PAYERS)
    stated = Declared(0, kind, who, Decimal(amount), NOVEMBER)
    before = propose(*told, declared=(stated,))
    filled = [one for one in before.rows if one.missing and one.counts]
    if who == "child" and kind == "salary":
        assert not filled
        return
    assert [one.counts for one in filled] == [-amount]
    after = propose(*told, declared=(stated,), given=[entered(filled[0].key, amount)])
    assert after.total == before.total


def test_an_agency_that_refuses_a_hundred_codes_is_one_missing_piece():
    refused = tuple(said(FK, outcome=Outcome.NOT_ENTITLED, part=f"FK:{n}") for n in range(97))
    made = propose(*all_said(*refused))
    assert made.missing == ("missing:applicant:FK",)
    assert sum(one.agency == FK for one in made.rows) == 1


def test_the_couple_with_two_children_has_each_income_once():
    """By hand: 7100 + 1530 + 3820 + 1910, rent 8200 and power 520, less 2650, 4180 and 9800."""
    early = dt.date(2026, 11, 24)
    theirs = all_said(
        said(FK, paid("ABB", 2650, 11, planned=True), paid("FP", 9100, 10), asked_on=early),
        said(CSN, paid("GRUND", 4180, 11), asked_on=early),
    )
    other = all_said(
        said(SO, paid("AKASSA", 9800, 11), who="co_applicant", asked_on=early),
        said(SKV, paid("SKATTEKONTO", 1420, 10), who="co_applicant", asked_on=early),
        who="co_applicant",
    )
    children = (household.Child(1, share=Decimal("0.5")), household.Child(8))
    members = (household.Member(0, 1, 15, True), household.Member(1, 8, None, True))
    home = household.Household(household.Home(Living.COUPLE, children), members, 4, False)
    stated = (
        Declared(0, "child", "child", Decimal(2650), NOVEMBER),
        Declared(1, "study", "applicant", Decimal(4180), NOVEMBER),
        Declared(2, "unemployment", "co_applicant", Decimal(9800), NOVEMBER),
    )
    costs = (Cost("cost:rent", "rent", Decimal(8200)), Cost("cost:electricity", "electricity", Decimal(520)))
    made = propose(*theirs, *other, household=home, adults=("applicant", "co_applicant"), declared=stated, costs=costs)
    assert made.total == 6450
    assert not made.complete


def test_an_allowance_for_a_child_is_the_same_whoever_is_said_to_have_got_it():
    stated = Declared(0, "child", "child", Decimal(1250), NOVEMBER)
    made = propose(*all_said(said(FK, paid("ABB", 1250, 11))), declared=(stated,))
    assert made.total == 5220 - 1250


def test_an_agency_that_stated_something_is_not_said_to_have_nothing():
    made = propose(
        *all_said(
            said(SKV, paid("AGI", 100, 11), part="individuppgifter"),
            said(SKV, part="skattekonto"),
            said(CSN, part="a"),
            said(CSN, part="b"),
        )
    )
    assert [one.agency for one in made.nothing].count(CSN) == 1
    assert SKV not in {one.agency for one in made.nothing}


def test_an_income_the_applicant_states_counts_where_no_agency_has_it():
    bike = Declared(0, "other", "applicant", Decimal(400), NOVEMBER, "Såld cykel")
    later = Declared(1, "other", "applicant", Decimal(300), dt.date(2026, 12, 1))
    made = propose(*all_said(), declared=(bike, later))
    assert made.total == 5220 - 400
    sick = Declared(0, "sickness", "applicant", Decimal(5000), NOVEMBER)
    differs = propose(*all_said(said(FK, paid("SJP", 4212, 11))), declared=(sick,))
    assert differs.total == 5220 - 4212
    assert codes(differs) >= {"declared_otherwise"}


def test_a_quarter_of_earnings_is_left_out_while_the_special_rule_holds():
    told = all_said(said(SKV, paid("AGI", 5000, 11, kind=Kind.INCOME)))
    made = propose(*told, stimulus_from={"applicant": dt.date(2025, 1, 1)})
    assert row(made, "stimulus:applicant").counts == 1250
    assert made.total == 5220 - 3750
    assert propose(*told, stimulus_from={"applicant": dt.date(2024, 12, 1)}).total == 220, "two years have passed"


def test_job_stimulus_as_the_law_has_it():
    assert stimulus.left_out(Decimal(5000), RATES["stimulus_percent"]) == 1250
    supported = [dt.date(2026, month, 1) for month in (4, 6, 7, 8, 9, 10, 11)]
    assert stimulus.in_a_row(supported, dt.date(2026, 12, 1)) == 6
    assert stimulus.in_a_row(supported, dt.date(2026, 6, 1)) == 0


def test_a_pupils_earnings_count_above_one_price_base_amount_a_year():
    base = RATES["price_base_amount"]
    assert stimulus.youth_counted(Decimal(4000), Decimal(0), base) == 0
    assert stimulus.youth_counted(Decimal(4000), base - 1000, base) == 3000
    assert stimulus.youth_counted(Decimal(4000), base + 1, base) == 4000
    pupil = Declared(0, "salary", "child", Decimal(4000), NOVEMBER)
    assert propose(*all_said(), declared=(pupil,)).total == 5220
    assert propose(*all_said(), declared=(pupil,), youth_earlier=base).total == 1220


def test_a_cost_that_a_worker_changes_says_what_was_applied_for():
    made = propose(*all_said(), costs=(RENT,), given=[entered("cost:rent", 6000, "Skälig nivå.")])
    assert row(made, "cost:rent").counts == 6000
    assert row(made, "cost:rent").notes == (("applied", ("6650",)),)
    assert made.unassessed == ()


def test_an_income_entered_by_hand_has_its_worker_behind_it():
    made = propose(*all_said(), given=[entered("income:applicant:hand1", 800, label="Swish", who="applicant")])
    assert made.total == 4420
    assert row(made, "income:applicant:hand1").entered.by == "petra"


def child(born, **more):
    return household.AtHome(dt.date.fromisoformat(born), **more)


def test_children_have_the_age_they_reach_in_the_month():
    born = dt.date(2022, 12, 31)
    assert household.age_in(born, dt.date(2026, 12, 1)) == 4
    assert household.age_in(born, NOVEMBER) == 3
    assert household.age_in(dt.date(2027, 1, 1), dt.date(2026, 12, 1)) == -1


ANSWERS = {
    "household": "couple",
    "has_children": True,
    "children": [{"born": "2021-04-02", "lives": "always", "days": 4}, {"born": "2014-09-30", "lives": "part", "days": 15}],
    "persons_at_home": 6,
}


def test_the_household_is_the_applications_until_a_worker_sets_it():
    found = household.compose(ANSWERS, dt.date(2026, 12, 1), RATES["part_month_days"])
    assert [(one.age, one.share) for one in found.home.children] == [(5, 1), (12, Decimal("0.5"))]
    assert found.home.living == Living.COUPLE
    assert found.more_at_home == 2
    said_so = household.Composition(Living.SHARED, (child("2021-04-02", lunch=False),), shares_with=2)
    set_ = household.compose(ANSWERS, dt.date(2026, 12, 1), RATES["part_month_days"], corrected=said_so)
    assert (set_.home.living, set_.home.shares_with, len(set_.home.children)) == (Living.SHARED, 2, 1)
    assert set_.more_at_home == 0


def test_someone_of_nineteen_counts_while_in_school_and_someone_of_twenty_one_never():
    def of(one):
        said_so = household.Composition(Living.SINGLE, (one,))
        return household.compose({}, dt.date(2026, 12, 1), Decimal(30), corrected=said_so)

    assert len(of(child("2007-06-01", in_school=True)).home.children) == 1
    assert of(child("2007-06-01", in_school=False)).members[0].why_not == "grown"
    assert of(child("2005-06-01", in_school=True)).members[0].why_not == "grown"
    asked = of(child("2007-06-01"))
    made = propose(*all_said(), household=asked)
    assert made.missing == ("norm:child:0",)
    assert row(made, "norm:child:0").missing == SCHOOL
    assert not of(child("2008-12-31")).members[0].why_not


def test_who_else_lives_there_is_something_to_look_at():
    made = propose(*all_said(), household=alone(at_home=3))
    assert [one.about for one in made.warnings if one.code == "more_at_home"] == ["2"]


def series(before, now, *, known=(True, True)):
    cells = [Cell(None if amount is None else Decimal(amount), safe) for amount, safe in zip((before, now), known, strict=True)]
    return Series("applicant", "day_benefit", FK, "Sjukpenning", *cells, Cell(None, True))


@pytest.mark.parametrize(
    ("before", "now", "threshold", "expected"),
    [
        (1250, 1255, 0, Change.CHANGED),
        (1250, 1250, 0, Change.SAME),
        (1250, 1255, 12, Change.SAME),
        (1000, 1120, 12, Change.CHANGED),
        (1000, 1119, 12, Change.SAME),
        (1000, 880, 12, Change.CHANGED),
        (None, 500, 12, Change.NEW),
        (0, 500, 12, Change.NEW),
        (500, None, 12, Change.VANISHED),
        (None, None, 12, Change.SAME),
    ],
)
def test_two_months_are_compared_by_their_sums(before, now, threshold, expected):
    assert comparing.compare(series(before, now), Decimal(threshold)).change == expected


@pytest.mark.parametrize("known", [(False, True), (True, False), (False, False)])
@pytest.mark.parametrize(("before", "now"), [(500, None), (None, 500), (500, 900), (500, 500)])
def test_a_month_that_is_not_known_is_never_compared(before, now, known):
    found = comparing.compare(series(before, now, known=known), Decimal(0))
    assert found.change == Change.UNKNOWN
    assert not found.warns


def test_income_from_capital_belongs_to_a_year_and_is_something_to_look_at():
    stated = Fact(Kind.INCOME, "KAPITAL", "", "/x", gross=Decimal(4000), values=(("year", "2025"),))
    made = propose(*all_said(said(SKV, stated)))
    assert made.complete
    assert [(one.label, one.now) for one in made.warnings if one.code == "capital"] == [("2025", 4000)]


def test_pension_is_a_row_of_its_own():
    made = propose(*all_said(said(PM, paid("PM:AP", 9000, 11))))
    assert row(made, "income:applicant:pm").counts == -9000
