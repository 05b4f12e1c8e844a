"""The rule, case by case: what the figures must say for each of the three words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from stadig.pilots.statistics.terms import Design, Direction, Estimate, Finding, Held, Limit, Verdict
from stadig.pilots.statistics.verdict import held, judge
from stadig.pilots.tests.trial import ENDS, plan_of

UNDERWAY = dt.date(2026, 2, 1)
COMPLAINTS = Limit("complaints", Direction.LESS, 0.05)


def _because(*what: Any) -> tuple[Verdict, list[str], bool]:
    verdict, because, judged = judge(*what)
    return verdict, [one.code for one in because], judged


# less is better, a fifth is worthwhile; value, low, high → verdict and why
@pytest.mark.parametrize(
    ("value", "low", "high", "verdict", "why"),
    [
        (-0.37, -0.50, -0.22, Verdict.SCALE_UP, "shown"),
        (-0.30, -0.58, -0.01, Verdict.SCALE_UP, "shown"),
        (-0.30, -0.60, 0.00, Verdict.CONTINUE, "not_shown_yet"),
        (-0.19, -0.30, -0.08, Verdict.CONTINUE, "smaller_than_worthwhile"),
        (-0.10, -0.19, -0.01, Verdict.WITHDRAW, "cannot_be_worthwhile"),
        (0.05, -0.15, 0.25, Verdict.WITHDRAW, "cannot_be_worthwhile"),
        (0.30, 0.10, 0.50, Verdict.WITHDRAW, "cannot_be_worthwhile"),
        (0.30, 0.21, 0.39, Verdict.WITHDRAW, "harm"),
        (-0.30, None, None, Verdict.CONTINUE, "not_shown_yet"),
        (-0.30, None, -0.05, Verdict.SCALE_UP, "shown"),
    ],
)
def test_the_primary_outcome_decides(value: float, low: float | None, high: float | None, verdict: Verdict, why: str) -> None:
    plan = plan_of(harm=0.2)
    assert _because(plan, Estimate(value, low, high), [], [], UNDERWAY) == (verdict, [why], False)


def test_where_more_is_better_the_same_figures_are_turned() -> None:
    plan = plan_of(direction=Direction.MORE)
    assert judge(plan, Estimate(0.37, 0.22, 0.50), [], [], UNDERWAY)[0] is Verdict.SCALE_UP
    assert judge(plan, Estimate(-0.37, -0.50, -0.22), [], [], UNDERWAY)[0] is Verdict.WITHDRAW


GOOD = Estimate(-0.37, -0.50, -0.22)


def test_a_broken_guardrail_withdraws_however_good_the_outcome_is() -> None:
    broken = held(COMPLAINTS, Estimate(0.09, 0.06, 0.12))
    assert broken.state == "broken"
    assert _because(plan_of(), GOOD, [broken], [], UNDERWAY) == (Verdict.WITHDRAW, ["limit_broken"], False)


def test_an_unknown_guardrail_does_not_scale_up() -> None:
    unknown = held(COMPLAINTS, None)
    assert unknown.state == "unknown"
    assert _because(plan_of(), GOOD, [unknown], [], UNDERWAY) == (Verdict.CONTINUE, ["limit_unknown"], False)


def test_an_interval_that_reaches_its_bound_is_not_wholly_beyond_it() -> None:
    assert held(COMPLAINTS, Estimate(0.09, 0.05, 0.12)).state == "held"
    assert held(Limit("answered", Direction.MORE, 0.8), Estimate(0.7, 0.6, 0.79)).state == "broken"
    assert held(COMPLAINTS, Estimate(0.09, None, None)).state == "unknown"


def test_before_and_after_alone_never_scales_up() -> None:
    plan = plan_of(Design.BEFORE_AFTER)
    assert _because(plan, GOOD, [], [], UNDERWAY) == (Verdict.CONTINUE, ["before_after"], False)


def test_before_and_after_alone_is_withdrawn_by_its_guardrails() -> None:
    broken = held(COMPLAINTS, Estimate(0.09, 0.06, 0.12))
    assert judge(plan_of(Design.BEFORE_AFTER), GOOD, [broken], [], UNDERWAY)[0] is Verdict.WITHDRAW


def test_data_that_cannot_carry_a_verdict_withhold_it_even_at_the_end() -> None:
    stop = Finding("sample_ratio", "withhold")
    verdict, because, judged = judge(plan_of(), GOOD, [], [stop, Finding("gaps")], ENDS)
    assert (verdict, judged) == (Verdict.WITHHELD, False)
    assert because[0].values == {"codes": ["sample_ratio"]}


@pytest.mark.parametrize(("at_end", "verdict"), [("withdraw", Verdict.WITHDRAW), ("keep", Verdict.CONTINUE)])
def test_the_last_day_without_an_answer_is_judged_not_shown(at_end: str, verdict: Verdict) -> None:
    plan = plan_of(at_end=at_end)
    unsure = Estimate(-0.30, -0.60, 0.10)
    assert _because(plan, unsure, [], [], ENDS) == (verdict, ["not_shown_yet", "at_end"], True)
    assert judge(plan, unsure, [], [], ENDS - dt.timedelta(1))[2] is False
    assert judge(plan, GOOD, [], [], ENDS)[2] is False


def test_nothing_known_yet_continues() -> None:
    assert _because(plan_of(), None, [Held(COMPLAINTS, None, "unknown")], [], UNDERWAY) == (
        Verdict.CONTINUE,
        ["no_estimate_yet", "limit_unknown"],
        False,
    )
