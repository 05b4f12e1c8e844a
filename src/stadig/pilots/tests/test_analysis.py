"""One analysis from series to result: deterministic, complete, and the same however the rows came."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadig.pilots import extract
from stadig.pilots.statistics import analysis, parts
from stadig.pilots.statistics.codes import FINDINGS
from stadig.pilots.statistics.reading import from_canonical
from stadig.pilots.statistics.series import chosen
from stadig.pilots.statistics.terms import Design, Direction, Limit, Plan, Result, Scale, Series, Verdict
from stadig.pilots.tests.trial import BEGINS, ENDS, allocation_of, areas_of, persons_of, plan_of


def _analyse(plan: Plan, *series: Series, through: dt.date = ENDS) -> Result:
    return analysis.analyse(plan, {one.outcome: one for one in series}, through=through, code_version="1")


def test_reminders_that_halve_what_is_missed_are_scaled_up() -> None:
    result = _analyse(plan_of(), persons_of())
    assert result.verdict is Verdict.SCALE_UP
    assert result.primary is not None and result.primary.high is not None
    assert result.primary.value == pytest.approx(-0.57, abs=0.1) and result.primary.high < 0
    assert [one.number for one in result.looks] == list(range(1, 13))
    assert result.looks[0].through == BEGINS + dt.timedelta(6)


def test_reminders_that_do_nothing_are_withdrawn_once_it_is_known() -> None:
    result = _analyse(plan_of(worthwhile=0.25), persons_of(0.5, 0.5, n=4000))
    assert result.verdict is Verdict.WITHDRAW and not result.judged_not_shown
    assert [one.code for one in result.because] == ["cannot_be_worthwhile"]


def test_few_persons_at_the_end_are_judged_not_shown() -> None:
    result = _analyse(plan_of(), persons_of(n=40))
    assert (result.verdict, result.judged_not_shown) == (Verdict.WITHDRAW, True)
    assert result.because[-1].code == "at_end"


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_the_rows_changes_not_a_byte(seed: int) -> None:
    plan = plan_of(limits=(Limit("missed", Direction.LESS, 0.5),))
    series = persons_of(n=200)
    mixed = chosen(series, np.random.default_rng(seed).permutation(200))
    assert analysis.written(_analyse(plan, mixed)) == analysis.written(_analyse(plan, series))


@settings(max_examples=10)
@given(st.floats(0.001, 1000))
def test_another_unit_of_measure_changes_no_share_and_no_verdict(factor: float) -> None:
    rng = np.random.default_rng(7)
    series = persons_of()
    minutes = replace(series, value=rng.exponential(np.where(series.arm == "pilot", 20.0, 40.0)))
    one, other = _analyse(plan_of(), minutes), _analyse(plan_of(), replace(minutes, value=minutes.value * factor))
    assert one.verdict is other.verdict is Verdict.SCALE_UP
    assert one.primary is not None and other.primary is not None
    assert one.primary.high == pytest.approx(other.primary.high)


def test_the_result_is_whole_after_the_written_form_of_its_figures() -> None:
    plan, series = plan_of(), persons_of()
    written = analysis.canonical({"missed": series})
    again = analysis.analyse(plan, from_canonical(written), through=ENDS, code_version="1")
    first = _analyse(plan, series)
    assert analysis.written(again) == analysis.written(first)
    assert first.data_sha256 == extract.digest(written)
    assert msgspec.json.decode(analysis.written(first), type=Result) == first


def test_several_rows_of_a_person_count_as_one_person() -> None:
    series = persons_of(n=200)
    twice = chosen(series, np.repeat(np.arange(200), 3))
    one, other = _analyse(plan_of(), series), _analyse(plan_of(), twice)
    assert one.primary == other.primary


def test_a_look_sees_only_what_had_come() -> None:
    series = persons_of()
    through = BEGINS + dt.timedelta(27)
    early = chosen(series, series.day <= np.datetime64(through))
    assert _analyse(plan_of(), series).looks[:4] == _analyse(plan_of(), early, through=through).looks


def test_guardrails_share_their_alpha_and_are_named_when_unknown() -> None:
    helped = replace(persons_of(0.02, 0.02, seed=3), outcome="assisted")
    plan = plan_of(
        limits=(
            Limit("assisted", Direction.LESS, 0.2),
            Limit("assisted", Direction.LESS, 0.1, "difference"),
            Limit("complaints", Direction.LESS, 0.2),
        )
    )
    result = _analyse(plan, persons_of(), helped, through=ENDS - dt.timedelta(1))
    assert [one.state for one in result.limits] == ["held", "held", "unknown"]
    level = result.limits[0].estimate
    assert level is not None and level.level == pytest.approx(1 - 0.05 / 3) and level.n_pilot > 350
    assert result.verdict is Verdict.CONTINUE
    assert "limit_unknown" in {one.code for one in result.because}
    assert ("no_series", "complaints") in {(one.code, one.where) for one in result.findings}


def test_a_guardrail_that_breaks_withdraws() -> None:
    helped = replace(persons_of(0.5, 0.1, seed=3), outcome="assisted")
    plan = plan_of(limits=(Limit("assisted", Direction.LESS, 0.2),))
    result = _analyse(plan, persons_of(), helped)
    assert (result.verdict, result.because[0].where) == (Verdict.WITHDRAW, "assisted")


def test_benefits_are_adjusted_together_and_derived_ones_are_no_evidence() -> None:
    others = [replace(persons_of(a, b, seed=s), outcome=slug) for slug, a, b, s in (("late", 0.2, 0.4, 4), ("km", 0.3, 0.3, 5))]
    co2 = replace(others[1], outcome="co2", value=others[1].value * 0.2)
    plan = plan_of(benefits=("late", "km", "co2"), derived=("co2",))
    late, km, derived = _analyse(plan, persons_of(), *others, co2).benefits
    assert late.estimate is not None and late.estimate.p is not None
    assert late.p_adjusted == pytest.approx(2 * late.estimate.p)
    assert km.p_adjusted is not None and not km.derived
    assert derived.derived and derived.p_adjusted is None and derived.estimate is not None


def test_small_groups_are_not_shown_and_cannot_be_worked_out() -> None:
    series = persons_of(n=400)
    band = np.array(["30-64"] * 290 + ["65+"] * 104 + ["18-29"] * 6)
    result = _analyse(plan_of(), replace(series, group={"age_band": band}))
    assert [(one.label, one.suppressed) for one in result.parts] == [("18-29", True), ("30-64", False), ("65+", True)]
    assert all(one.estimate is None for one in result.parts if one.suppressed)


def test_parts_of_areas_are_their_change_beside_the_others_change() -> None:
    series = areas_of(0.3)
    plan = plan_of(Design.AREAS, allocation=allocation_of(), baseline_days=100)
    result = _analyse(plan, replace(series, group={"district": series.unit}))
    assert [one.label for one in result.parts] == ["area 0", "area 1", "area 2", "area 3"]
    assert all(one.estimate is not None and one.estimate.value == pytest.approx(-0.3, abs=0.05) for one in result.parts)


@pytest.mark.parametrize("design", [Design.AREAS, Design.COMPARISON])
def test_areas_are_judged_by_their_own_methods(design: Design) -> None:
    days = 370 if design is Design.COMPARISON else 100
    series = areas_of(0.4, areas=44, days_before=days)
    method = "chosen" if design is Design.COMPARISON else "complete"
    plan = plan_of(design, allocation=replace(allocation_of(44), method=method, seed=""), baseline_days=days)
    result = _analyse(plan, series)
    assert result.verdict is Verdict.SCALE_UP, result.findings
    assert all(one.estimate is not None for one in result.looks)


def test_the_same_before_and_after_are_described_only() -> None:
    series = areas_of(0.4, days_before=100)
    plan = plan_of(Design.BEFORE_AFTER, baseline_days=100, at_end="keep")
    result = _analyse(plan, chosen(series, series.unit == "area 1"))
    assert result.primary is not None
    assert result.primary.value == pytest.approx(-0.4, abs=0.05)
    assert (result.primary.low, result.primary.high) == (None, None)
    assert result.verdict is Verdict.CONTINUE


@pytest.mark.parametrize("design", list(Design))
def test_an_empty_series_is_no_verdict_and_no_error(design: Design) -> None:
    empty = chosen(persons_of(), np.zeros(800, dtype=bool))
    result = _analyse(plan_of(design, allocation=allocation_of(), at_end="keep"), empty)
    assert result.verdict in (Verdict.CONTINUE, Verdict.WITHHELD)
    assert "no_series" in {one.code for one in result.findings}


def test_before_the_first_whole_period_nothing_is_looked_at() -> None:
    result = _analyse(plan_of(), persons_of(), through=BEGINS + dt.timedelta(3))
    assert (result.looks, result.verdict) == ((), Verdict.CONTINUE)


def test_the_last_day_is_a_look_even_when_the_period_is_not_whole() -> None:
    plan = plan_of(ends=BEGINS + dt.timedelta(9))
    assert analysis.look_days(plan, ENDS) == (BEGINS + dt.timedelta(6), BEGINS + dt.timedelta(9))


@pytest.mark.parametrize("scale", list(Scale))
def test_every_code_is_listed_with_the_values_it_carries(scale: Scale) -> None:
    series = persons_of(n=60)
    for design in Design:
        plan = plan_of(design, allocation=allocation_of(), scale=scale, limits=(Limit("none", Direction.LESS, 1.0),))
        result = _analyse(plan, series if design is Design.PERSONS else areas_of(0.2))
        for one in (*result.findings, *result.because):
            assert set(one.values) == set(FINDINGS[one.code]), one


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": 9, "b": 40}, set()),
        ({"a": 1, "b": 9, "c": 40}, {"a", "b"}),
        ({"a": 1, "b": 2, "c": 9, "d": 40}, {"a", "b", "c"}),
        ({"a": 3, "b": 4, "c": 9}, {"a", "b"}),
        ({"a": 0, "b": 0, "c": 9}, {"a", "b", "c"}),
    ],
)
def test_what_is_hidden_is_enough_together_that_no_one_is_the_whole_minus_the_rest(
    sizes: dict[str, int], hidden: set[str]
) -> None:
    assert parts.hidden(sizes) == hidden


def test_each_area_has_its_own_change_with_the_band_of_those_without() -> None:
    plan = plan_of(Design.AREAS, allocation=allocation_of(16), baseline_days=100)
    found = parts.parts(plan, areas_of(0.3, areas=16), ENDS)
    assert [one.label for one in found] == [f"area {one}" for one in range(8)] and {one.kind for one in found} == {"area"}
    for one in found:
        assert one.estimate is not None and one.estimate.low is not None and one.estimate.high is not None
        assert one.estimate.low < -0.3 < one.estimate.high < 0 and one.estimate.n_comparison == 8


def test_the_band_of_one_area_holds_its_level() -> None:
    """An area without effect lies outside in about 5 of 100."""
    plan = plan_of(Design.AREAS, allocation=allocation_of(16), baseline_days=100)
    outside = [
        not one.estimate.low <= 0 <= one.estimate.high
        for seed in range(60)
        for one in parts.parts(plan, areas_of(0.0, areas=16, seed=seed), ENDS)
        if one.estimate and one.estimate.low is not None and one.estimate.high is not None
    ]
    assert len(outside) == 480 and sum(outside) / len(outside) <= 0.08


def test_too_few_areas_without_the_service_give_no_band() -> None:
    plan = plan_of(Design.AREAS, allocation=allocation_of(8), baseline_days=100)
    assert all(one.estimate and one.estimate.low is None for one in parts.parts(plan, areas_of(0.3), ENDS))


def test_areas_without_the_service_that_never_move_give_no_band() -> None:
    plan, series = plan_of(Design.AREAS, allocation=allocation_of(16), baseline_days=100), areas_of(0.3, areas=16)
    still = ~np.isin(series.unit, [f"area {one}" for one in range(8)])
    found = parts.parts(plan, replace(series, value=np.where(still, 40.0, series.value)), ENDS)
    assert len(found) == 8 and all(one.estimate and one.estimate.low is None for one in found)
