"""Data that are wrong in one way each: named with its counts, and no verdict where they cannot carry one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadig.pilots.statistics import analysis, checks, meters
from stadig.pilots.statistics.codes import FINDINGS
from stadig.pilots.statistics.series import chosen
from stadig.pilots.statistics.terms import Design, Finding, Plan, Series, Verdict
from stadig.pilots.tests.trial import BEGINS, ENDS, allocation_of, areas_of, persons_of, plan_of

AREAS = plan_of(Design.AREAS, allocation=allocation_of(), baseline_days=100)


def _found(series: Series, plan: Plan | None = None, through: dt.date = ENDS) -> dict[str, Finding]:
    found = {one.code: one for one in checks.all_of(plan or plan_of(), {"missed": series}, through)}
    assert all(set(one.values) == set(FINDINGS[one.code]) for one in found.values())
    return found


def _values(finding: Finding, *names: str) -> list[Any]:
    return [finding.values[name] for name in names]


def test_clean_data_have_no_findings() -> None:
    assert not _found(persons_of())
    assert not _found(areas_of(0.3), AREAS)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_clean_areas_are_not_accused_of_new_meters(seed: int) -> None:
    assert not {"changed_meter", "level_shift"} & set(_found(areas_of(0.3, seed=seed), AREAS))


def test_groups_of_uneven_size_withhold_the_verdict() -> None:
    series = persons_of(n=1000)
    gone = (series.arm == "comparison") & (np.arange(1000) % 4 == 1)
    found = _found(chosen(series, ~gone))["sample_ratio"]
    assert _values(found, "pilot", "comparison") == [500, 250]
    assert found.severity == "withhold" and found.values["p"] < 0.001


def test_a_draw_of_one_in_ten_is_not_uneven() -> None:
    series = persons_of(n=1000)
    arm = np.where(np.arange(1000) % 10 == 0, "pilot", "comparison")
    assert "sample_ratio" not in _found(replace(series, arm=arm), plan_of(share=0.1))


def test_persons_in_both_groups_are_left_out_and_counted() -> None:
    series = persons_of(n=400)
    other = chosen(series, np.arange(400) < 3)
    arm = np.where(other.arm == "pilot", "comparison", "pilot")
    both = _joined(series, replace(other, arm=arm))
    found = _found(both)["exposed_twice"]
    assert (found.severity, *_values(found, "units", "rows")) == ("warning", 3, 6)
    result = analysis.analyse(plan_of(), {"missed": both}, through=ENDS, code_version="1")
    assert result.primary is not None and result.primary.n_pilot + result.primary.n_comparison == 397


def test_many_persons_in_both_groups_withhold_the_verdict() -> None:
    series = persons_of(n=400)
    other = chosen(series, np.arange(400) < 30)
    arm = np.where(other.arm == "pilot", "comparison", "pilot")
    both = _joined(series, replace(other, arm=arm))
    assert _found(both)["exposed_twice"].severity == "withhold"
    result = analysis.analyse(plan_of(), {"missed": both}, through=ENDS, code_version="1")
    assert result.verdict is Verdict.WITHHELD


def test_an_area_that_changes_group_withholds_the_verdict() -> None:
    series = areas_of()
    late = series.day > np.datetime64(BEGINS + dt.timedelta(30))
    arm = np.where(np.isin(series.unit, AREAS.allocation.treated if AREAS.allocation else ()), "pilot", "comparison")
    arm[(series.unit == "area 7") & late] = "pilot"
    found = _found(replace(series, arm=arm), AREAS)["exposed_twice"]
    assert (found.severity, found.values["units"]) == ("withhold", 1)


def _joined(one: Series, other: Series) -> Series:
    places = np.concatenate([np.arange(len(one.unit)), np.arange(len(other.unit))])
    own = np.arange(len(places)) < len(one.unit)
    first, second = chosen(one, places), chosen(other, np.minimum(places, len(other.unit) - 1))
    assert first.arm is not None and second.arm is not None
    return replace(
        first,
        unit=np.where(own, first.unit, second.unit),
        day=np.where(own, first.day, second.day),
        value=np.where(own, first.value, second.value),
        arm=np.where(own, first.arm, second.arm),
        group={},
    )


def test_rows_that_do_not_count_are_counted() -> None:
    series = persons_of(n=200)
    day, value, weight, arm = (one.copy() for one in (series.day, series.value, series.weight, series.arm) if one is not None)
    day[0], value[1:4], weight[4], arm[5:7] = np.datetime64("2025-06-01"), np.nan, 0, ""
    found = _found(replace(series, day=day, value=value, weight=weight, arm=arm))
    assert _values(found["outside_period"], "rows", "first") == [1, "2025-06-01"]
    assert found["missing_values"].values == {"rows": 3}
    assert found["without_weight"].values == {"rows": 1}
    assert found["without_arm"].values == {"rows": 2, "units": 2}


def test_figures_missing_more_in_one_group_withhold_the_verdict() -> None:
    series = persons_of(n=600)
    value = np.where((series.arm == "pilot") & (np.arange(600) % 3 == 0), np.nan, series.value)
    found = _found(replace(series, value=value))["missing_by_arm"]
    assert found.severity == "withhold"
    assert _values(found, "pilot", "comparison") == [pytest.approx(1 / 3, abs=0.01), 0]


def test_figures_missing_among_the_old_are_named() -> None:
    series = persons_of(n=1200)
    value = np.where((series.group["age_band"] == "65+") & (np.arange(1200) % 3 == 0), np.nan, series.value)
    found = _found(replace(series, value=value))["missing_by_group"]
    assert (found.severity, *_values(found, "kind", "label")) == ("warning", "age_band", "65+")


def test_gaps_are_named_and_nothing_is_filled_in() -> None:
    series = areas_of()
    hole = (series.unit == "area 2") & (series.day >= np.datetime64("2026-01-20")) & (series.day < np.datetime64("2026-01-30"))
    found = _found(chosen(series, ~hole), AREAS)["gaps"]
    assert _values(found, "units", "rows", "longest", "unit") == [1, 10, 11, "area 2"]
    assert found.severity == "note"


def overflows_of(
    rate: float, *, times: float = 1.0, seed: int = 1, season: float = 0.0, areas: int = 12, weeks: int = 64
) -> Series:
    """Events a week and area by chance alone, in a year that may have a season; ``area 5`` has ``times`` as many from the fortieth week."""
    rng = np.random.default_rng(seed)
    week = np.arange(weeks)
    rates = np.tile(rate * np.exp(season * np.sin(2 * np.pi * week / 52)), (areas, 1))
    rates[5, 40:] *= times
    count = areas * weeks
    day = np.datetime64(BEGINS) + (week - 52) * 7
    return Series(
        "missed",
        np.repeat([f"area {one}" for one in range(areas)], weeks),
        np.tile(day, areas),
        rng.poisson(rates).ravel().astype(np.float64),
        np.ones(count),
        np.full(count, "effects"),
    )


RARE = plan_of(Design.AREAS, allocation=allocation_of(12), baseline_days=365)


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.3, 1, 3, 5])
@pytest.mark.parametrize("season", [0.0, 0.8])
def test_what_seldom_happens_is_not_accused_of_anything(rate: float, season: float) -> None:
    accused = [code for seed in range(40) for code in _found(overflows_of(rate, seed=seed, season=season), RARE)]
    assert len(accused) <= 2, f"{accused}: one trial in a hundred may be"


@pytest.mark.parametrize(("rate", "least"), [(1, 12), (3, 19), (5, 19)])
def test_three_times_as_many_are_found_where_they_can_be(rate: float, least: int) -> None:
    told = [_found(overflows_of(rate, times=3, seed=seed), RARE).get("level_shift") for seed in range(20)]
    named = [one for one in told if one and one.values["unit"] == "area 5"]
    assert len(named) >= least
    assert np.median([one.values["factor"] for one in named]) == pytest.approx(3, abs=1), (
        "with one a week only the clearest are found"
    )


def test_an_area_whose_events_cease_is_named() -> None:
    found = _found(overflows_of(3, times=0), RARE)["level_shift"]
    assert found.values["unit"] == "area 5" and found.values["factor"] < 0.1


def test_an_area_that_no_longer_reports_withholds_the_verdict_and_one_that_did_so_for_a_while_is_named() -> None:
    series = overflows_of(3)
    dead = (series.unit == "area 2") & (series.day >= np.datetime64("2026-02-09"))
    found = _found(replace(series, value=np.where(dead, 0.0, series.value)), RARE)["zeros_assumed"]
    assert (found.severity, *_values(found, "units", "periods", "first")) == ("withhold", ["area 2"], 7, "2026-02-09")
    for_a_while = dead & (series.day < np.datetime64("2026-03-23"))
    found = _found(replace(series, value=np.where(for_a_while, 0.0, series.value)), RARE)["zeros_assumed"]
    assert (found.severity, found.values["periods"]) == ("warning", 6)


def test_a_service_that_ends_all_of_it_where_it_is_tried_is_no_dead_telephone() -> None:
    series, where = overflows_of(3), ("area 0", "area 1", "area 2")
    plan = replace(RARE, allocation=replace(allocation_of(12), treated=where))
    gone = np.isin(series.unit, where) & (series.day >= np.datetime64(BEGINS))
    assert _found(replace(series, value=np.where(gone, 0.0, series.value)), plan)["zeros_assumed"].severity == "warning"


def test_two_of_six_areas_that_fall_silent_withhold_the_verdict() -> None:
    plan, series = replace(AREAS, allocation=allocation_of(12)), areas_of(areas=12)
    stopped = np.isin(series.unit, ["area 1", "area 4"]) & (series.day > np.datetime64("2026-02-01"))
    assert _found(chosen(series, ~stopped), plan)["ends_early"].severity == "withhold"


def test_a_busy_week_is_no_new_level() -> None:
    series = overflows_of(1)
    busy = (series.unit == "area 5") & np.isin(series.day, np.datetime64(BEGINS) + np.array([-14, -7]))
    assert "level_shift" not in _found(replace(series, value=np.where(busy, 30.0, series.value)), RARE)


def test_events_are_missing_only_when_no_area_has_any() -> None:
    series = overflows_of(0.5)
    some = series.value > 0
    assert not _found(chosen(series, some), RARE), "an area without events has nothing to count"
    gone = (series.day >= np.datetime64("2025-09-01")) & (series.day < np.datetime64("2025-10-20"))
    found = _found(chosen(series, some & ~gone), RARE)["nothing_came"]
    assert (found.severity, *_values(found, "periods", "first", "last")) == ("warning", 7, "2025-09-01", "2025-10-19")


def test_days_on_which_no_one_works_are_no_gaps() -> None:
    rng = np.random.default_rng(3)
    day = np.datetime64(BEGINS) + np.arange(-100, 84)
    day = day[np.is_busday(day)]
    names = np.repeat([f"area {one}" for one in range(12)], len(day))
    some = rng.random(len(names)) < 0.6
    count = int(some.sum())
    series = Series(
        "missed", names[some], np.tile(day, 12)[some], rng.normal(30, 4, count), np.ones(count), np.full(count, "cases")
    )
    assert not _found(series, RARE)
    since = series.day >= np.datetime64(BEGINS + dt.timedelta(60))
    found = _found(chosen(series, ~since | np.isin(series.unit, RARE.allocation.treated if RARE.allocation else ())), RARE)
    assert found["ends_early"].severity == "withhold"


def test_a_constant_outcome_withholds_the_verdict() -> None:
    series = persons_of()
    found = _found(replace(series, value=np.full(800, 3.0)))["constant"]
    assert (found.severity, found.values) == ("withhold", {"value": 3.0, "rows": 800})


def test_one_group_alone_has_nothing_to_be_compared_with() -> None:
    series = persons_of()
    assert _found(chosen(series, series.arm == "pilot"))["one_arm"].severity == "withhold"


def test_a_group_whose_figures_stop_coming_withholds_the_verdict() -> None:
    series = persons_of()
    stopped = (series.arm == "comparison") & (series.day > np.datetime64("2026-02-20"))
    found = _found(chosen(series, ~stopped))
    assert found["ends_early"].severity == "withhold"
    assert _values(found["ends_early"], "pilot", "comparison") == [0.0, 1.0]


def test_some_areas_that_are_late_are_a_warning() -> None:
    series = areas_of()
    stopped = (series.unit == "area 6") & (series.day > np.datetime64("2026-02-20"))
    found = _found(chosen(series, ~stopped), AREAS)["ends_early"]
    assert (found.severity, *_values(found, "pilot", "comparison")) == ("warning", 0.0, 0.25)


def test_a_unit_that_moves_is_named() -> None:
    series = areas_of()
    label = np.where((series.unit == "area 3") & (series.day > np.datetime64("2026-02-01")), "south", "north")
    found = _found(replace(series, group={"district": label}), AREAS)["unit_moved"]
    assert _values(found, "kind", "units", "names") == ["district", 1, ["area 3"]]


@pytest.mark.parametrize("factor", [10.0, 1000.0, 0.01])
def test_a_meter_that_changes_its_unit_withholds_the_verdict(factor: float) -> None:
    series = areas_of()
    since = (series.unit == "area 6") & (series.day >= np.datetime64("2026-02-15"))
    found = _found(replace(series, value=np.where(since, series.value * factor, series.value)), AREAS)["changed_meter"]
    assert found.severity == "withhold"
    assert _values(found, "unit", "factor", "day", "at_start") == ["area 6", pytest.approx(factor), "2026-02-15", False]


def test_new_meters_that_come_with_the_service_are_a_warning() -> None:
    series = areas_of()
    since = np.isin(series.unit, ["area 0", "area 1", "area 2", "area 3"]) & (series.day >= np.datetime64(BEGINS))
    found = _found(replace(series, value=np.where(since, series.value * 10, series.value)), AREAS)["changed_meter"]
    assert (found.severity, found.values["at_start"]) == ("warning", True)


def test_a_single_unit_that_jumps_is_named() -> None:
    series = areas_of()
    since = (series.unit == "area 5") & (series.day >= np.datetime64("2026-02-15"))
    found = _found(replace(series, value=np.where(since, series.value + 30, series.value)), AREAS)["level_shift"]
    assert found.values["unit"] == "area 5"


def test_an_event_that_meets_all_is_no_meter() -> None:
    series = areas_of()
    since = series.day >= np.datetime64("2026-02-15")
    assert "level_shift" not in _found(replace(series, value=np.where(since, series.value + 30, series.value)), AREAS)


def test_areas_beside_the_pilot_that_change_with_it_are_named() -> None:
    series = areas_of(0.3, areas=16)
    plan = replace(AREAS, allocation=allocation_of(16))
    beside = {f"area {one}": ("area 0",) for one in (8, 9, 10, 11)}
    since = np.isin(series.unit, list(beside)) & (series.day >= np.datetime64(BEGINS))
    spilt = replace(series, value=np.where(since, series.value * 0.8, series.value))
    found = list(meters.spill_over(plan, spilt, beside, ENDS))
    assert [one.code for one in found] == ["spill_over"]
    assert found[0].values["beside"] == pytest.approx(-0.2, abs=0.05) and found[0].values["areas"] == 4
    assert sorted(found[0].values["units"]) == sorted(beside)
    assert not list(meters.spill_over(plan, series, beside, ENDS))


def test_figures_that_come_after_the_look_are_counted() -> None:
    now = areas_of()
    day = np.datetime64("2026-01-10")
    earlier = chosen(now, ~((now.unit == "area 1") & (now.day == day)))
    corrected = replace(now, value=np.where((now.unit == "area 2") & (now.day == day), 1.0, now.value))
    found = list(checks.late(earlier, corrected, dt.date(2026, 1, 20)))
    assert _values(found[0], "came", "gone", "changed") == [1, 0, 1] and found[0].severity == "note"
    assert not list(checks.late(now, now, ENDS))
    assert not list(checks.late(earlier, corrected, dt.date(2026, 1, 9)))


def test_another_outcome_s_faults_do_not_withhold_the_verdict() -> None:
    still = replace(persons_of(), outcome="km", value=np.full(800, 1.0))
    found = list(checks.all_of(plan_of(benefits=("km",)), {"missed": persons_of(), "km": still}, ENDS))
    assert [(one.code, one.where, one.severity) for one in found] == [("constant", "km", "warning")]
