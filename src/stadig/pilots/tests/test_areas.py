"""Areas drawn by lot: what is shown, when, and what is withheld."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

import numpy as np
import pytest

from stadig.pilots.statistics import allocation as lots
from stadig.pilots.statistics import analysis, areas
from stadig.pilots.statistics.codes import FINDINGS
from stadig.pilots.statistics.terms import Allocation, Scale
from stadig.pilots.tests.towns import BEGINS, names, town


def drawn(count: int, chosen: int) -> Allocation:
    return lots.draw(names(count), chosen, "Test 2026-01-01")


def codes(found) -> dict[str, str]:
    return {one.code: one.severity for one in found}


def test_a_third_less_in_six_of_twelve_districts_is_shown_before_the_last_day():
    plan, series, days = town(drawn(12, 6), effect=-0.33)
    seen, found = areas.looks(plan, series, days)
    last = seen[-1].estimate
    assert last is not None and last.high is not None and last.low is not None
    assert last.low < -0.33 < last.high < 0
    assert (last.p or 1) <= 0.05 and (last.n_pilot, last.n_comparison) == (6, 6)
    first_shown = next(one for one in seen if one.estimate and one.estimate.high is not None and one.estimate.high < 0)
    assert first_shown.number < 40
    assert codes(found) == {"draws_possible": "note", "cluster_t": "note"}


def test_an_interval_never_widens_and_excludes_no_effect_exactly_when_p_is_at_most_alpha():
    for seed in range(6):
        plan, series, days = town(drawn(10, 5), effect=-0.15, weeks=12, seed=seed)
        plan = replace(plan, alpha=(0.05, 0.025, 0.1)[seed % 3])
        seen, _ = areas.looks(plan, series, days)
        low, high = -1.0, np.inf
        for look in seen:
            one = look.estimate
            assert one is not None and one.low is not None
            upper = np.inf if one.high is None else one.high
            assert one.low >= low - 1e-9 and upper <= high + 1e-9
            low, high = one.low, upper
            assert ((one.p or 1) <= plan.alpha) == (one.low > 0 or upper < 0)


def test_nothing_can_be_shown_by_three_against_three_and_that_is_said():
    plan, series, days = town(drawn(6, 3), effect=-0.9)
    seen, found = areas.looks(plan, series, days)
    assert codes(found)["areas_too_few"] == "withhold"
    assert next(one.values["smallest_p"] for one in found if one.code == "areas_too_few") == pytest.approx(0.1)
    assert all(one.estimate is None or one.estimate.high is None for one in seen)


def test_areas_that_were_chosen_are_not_judged_as_drawn():
    plan, series, days = town(Allocation(names(12), names(12)[:6], "chosen"))
    assert codes(areas.looks(plan, series, days)[1]) == {"not_drawn": "withhold"}
    assert codes(areas.looks(replace(plan, allocation=None), series, days)[1]) == {"allocation_missing": "withhold"}


def test_a_draw_that_its_seed_does_not_give_is_told():
    made = drawn(8, 4)
    others = tuple(unit for unit in made.units if unit not in made.treated)
    plan, series, days = town(replace(made, treated=others), weeks=4)
    assert codes(areas.looks(plan, series, days)[1])["seed_differs"] == "warning"


def test_what_the_areas_lack_is_named():
    plan, series, days = town(drawn(12, 6), weeks=4)
    gone, new = names(12)[2], names(12)[3]
    early = series.day < np.datetime64(BEGINS)
    kept = ~((series.unit == gone) & ~early) & ~((series.unit == new) & early)
    cut = replace(series, **{key: getattr(series, key)[kept] for key in ("unit", "day", "value", "weight", "source")})
    cut.unit[0] = "another town"
    late = replace(plan.allocation, begins=((names(12)[0], BEGINS + dt.timedelta(9)),))
    _, found = areas.looks(replace(plan, allocation=late), cut, days)
    said = {one.code: one.values.get("units") for one in found}
    assert said["unit_silent"] == [gone] and said["baseline_missing"] == [new]
    assert said["unit_unknown"] == ["another town"] and said["began_later"] == [names(12)[0]]
    assert all(set(FINDINGS[one.code]) == set(one.values) for one in found)


def test_without_figures_there_are_looks_without_estimates():
    plan, series, days = town(drawn(12, 6), weeks=4)
    nothing = replace(series, **{key: getattr(series, key)[:0] for key in ("unit", "day", "value", "weight", "source")})
    seen, found = areas.looks(plan, nothing, days)
    assert [one.estimate for one in seen] == [None] * 4
    assert codes(found)["no_baseline"] == "warning"
    assert areas.looks(plan, series, [])[0] == ()


def test_the_same_figure_everywhere_withholds():
    plan, series, days = town(drawn(12, 6), weeks=4)
    _, found = areas.looks(plan, replace(series, value=np.full(len(series.value), 3.0)), days)
    assert codes(found)["areas_alike"] == "withhold"


def test_a_zero_in_an_area_leaves_the_relative_scale_exact_without_logarithms():
    plan, series, days = town(drawn(12, 6), effect=-0.5)
    silent = (series.unit == names(12)[0]) & (series.day >= np.datetime64(BEGINS))
    seen, found = areas.looks(plan, replace(series, value=np.where(silent, 0.0, series.value)), days)
    assert codes(found)["zero_in_relative"] == "note"
    last = seen[-1].estimate
    assert last is not None and last.low is not None and last.high is not None
    assert last.low < last.value < last.high


def test_the_same_trial_on_the_absolute_scale():
    plan, series, days = town(drawn(12, 6), effect=-0.5)
    last = areas.looks(replace(plan, scale=Scale.ABSOLUTE), series, days)[0][-1].estimate
    assert last is not None and last.high is not None and last.high < 0


def test_one_look_over_four_hundred_areas_and_a_year_is_made_at_once():
    plan, series, days = town(drawn(400, 200), effect=-0.05)
    begun = time.process_time()
    (last,), _ = areas.looks(plan, series, days[-1:])
    assert time.process_time() - begun < 2
    assert last.estimate is not None and last.estimate.high is not None and last.estimate.high < 0


def test_a_year_of_daily_looks_at_sixteen_areas_uses_a_thousand_of_its_draws_and_is_still_quick():
    plan, series, _ = town(drawn(16, 8), effect=-0.3)
    daily = replace(plan, every_days=1)
    begun = time.process_time()
    seen, found = areas.looks(daily, series, [BEGINS + dt.timedelta(day) for day in range(0, 364, 14)])
    assert time.process_time() - begun < 20
    values = next(one.values for one in found if one.code == "draws_possible")
    assert (values["draws"], values["used"]) == (12870, 2 * (areas.WORK // 364))
    last = seen[-1].estimate
    assert last is not None and last.high is not None and last.high < 0
    whole = areas.looks(plan, series, [seen[-1].through])[1]
    assert next(one.values["used"] for one in whole if one.code == "draws_possible") == 12870


@pytest.mark.parametrize("later", [0.0, 0.15], ids=["fades", "turns"])
def test_an_effect_that_fades_or_turns_gets_no_interval_and_no_verdict(later):
    plan, series, days = town(drawn(12, 6), effect=-0.4)
    middle = np.datetime64(days[len(days) // 2])
    treated = np.isin(series.unit, plan.allocation.treated) & (series.day > middle)
    value = np.where(treated, series.value / 0.6 * (1 + later), series.value)
    _, found = areas.looks(plan, replace(series, value=value), days)
    changes = next(one for one in found if one.code == "effect_changes")
    assert changes.severity == "withhold" and changes.values["before"] < changes.values["value"]
    assert changes.values["day"] > middle.astype(str)
    assert (
        analysis.analyse(plan, {plan.outcome: replace(series, value=value)}, through=plan.ends, code_version="t").verdict
        == "withheld"
    )


def test_an_effect_that_is_the_same_all_the_time_is_never_called_one_that_changes():
    for seed in range(20):
        plan, series, days = town(drawn(12, 6), effect=-0.3 * (seed % 2), seed=seed)
        assert "effect_changes" not in codes(areas.looks(plan, series, days)[1])
