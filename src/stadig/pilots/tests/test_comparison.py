"""Chosen areas beside others: the known answers, and what must be there before anything is said."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from stadig.pilots.statistics import comparison, level, ols
from stadig.pilots.statistics.codes import FINDINGS
from stadig.pilots.statistics.terms import Allocation, Design, Direction, Plan, Scale
from stadig.pilots.tests.towns import BEGINS, names, series, town

# The other oracles of steering.md §3.6 belong to designs that a later issue brings: stepped wedge (lme4, clubSandwich, swPwr), synthetic control
# and synthetic difference-in-differences (Prop 99 −19.620, −15.604), staged roll-out (mpdta, math_reform, Castle). The confidence sequence's
# case is among the tests of persons.


def table(path, delimiter=",") -> list[dict[str, str]]:
    with open(path, encoding="utf-8") as opened:
        return list(csv.DictReader(opened, delimiter=delimiter))


def chosen(count: int, treated: int) -> Allocation:
    return Allocation(names(count), names(count)[:treated], "chosen")


def codes(found) -> dict[str, str]:
    return {one.code: one.severity for one in found}


def test_california_after_1989_smoked_27_packs_less_than_its_difference_in_differences(reference_data):
    rows = table(reference_data("steering/causal/california_prop99.csv"), ";")
    states = tuple(sorted({row["State"] for row in rows}))
    years = sorted({int(row["Year"]) for row in rows})
    packs = np.array(
        [
            [float(next(r["PacksPerCapita"] for r in rows if r["State"] == s and int(r["Year"]) == y)) for s in states]
            for y in years
        ]
    )
    days = [dt.date(year, 7, 1) for year in years]
    plan = Plan(
        Design.COMPARISON, "packs", Direction.LESS, 10, dt.date(1989, 1, 1), dt.date(2000, 12, 31), Scale.ABSOLUTE,
        baseline_days=19 * 366, allocation=Allocation(states, ("California",), "chosen"),
    )  # fmt: skip
    (last,), found = comparison.looks(plan, series(states, days, packs), [dt.date(2000, 12, 31)])
    assert last.estimate is not None and last.estimate.value == pytest.approx(-27.349111, abs=5e-7)
    assert (last.estimate.n_pilot, last.estimate.n_comparison) == (1, 38)
    said = {one.code: one for one in found}
    assert said["placebos"].values == {"placebos": 38, "comparison": 38, "smallest_p": 1 / 39}
    assert said["pre_trend"].values["per_month"] < 0, "California was already on its way down faster than the others"


def test_card_and_krueger_found_2_75_more_workers_a_restaurant(reference_data):
    rows = [row for row in table(reference_data("steering/causal/card_krueger_njmin3.csv")) if row["fte"] not in ("", "NA")]
    jersey, after, workers = (np.array([float(row[key]) for row in rows]) for key in ("nj", "d", "fte"))
    line = ols.regression(workers, np.column_stack([np.ones(len(rows)), jersey, after, jersey * after]))
    assert line.value[3] == pytest.approx(2.753606, abs=5e-7)
    assert line.error[3] == pytest.approx(1.688409, abs=5e-7)
    cells = [workers[(jersey == state) & (after == time)] for state in (1, 0) for time in (0, 1)]
    assert [round(cell.mean(), 2) for cell in cells] == [20.44, 21.03, 23.33, 21.17]
    assert [round(cell.std(ddof=1) / len(cell) ** 0.5, 3) for cell in cells] == [0.508, 0.520, 1.351, 0.943]


def test_the_share_in_full_time_grew_by_six_points_in_new_jersey(reference_data):
    rows = table(reference_data("steering/causal/card_krueger_minwage_qss.csv"))
    share = {
        time: np.array([float(r[f"full{time}"]) / (float(r[f"full{time}"]) + float(r[f"part{time}"])) for r in rows])
        for time in ("Before", "After")
    }
    jersey = np.array([row["location"] != "PA" for row in rows])
    units = tuple(f"restaurant-{number}" for number in range(len(rows)))
    days = [dt.date(1992, 2, 15), dt.date(1992, 11, 15)]
    plan = Plan(
        Design.COMPARISON, "full-time", Direction.MORE, 0.01, dt.date(1992, 4, 1), dt.date(1992, 12, 31), Scale.ABSOLUTE,
        allocation=Allocation(units, tuple(unit for unit, new in zip(units, jersey, strict=True) if new), "chosen"),
    )  # fmt: skip
    (last,), found = comparison.looks(plan, series(units, days, np.array([share["Before"], share["After"]])), days[1:])
    assert last.estimate is not None and last.estimate.value == pytest.approx(0.06155831, abs=5e-9)
    assert codes(found)["baseline_short"] == "withhold"


def test_petersens_errors_with_and_without_clusters(reference_data):
    rows = table(reference_data("steering/causal/PetersenCL.csv"))
    firm, x, y = (np.array([float(row[key]) for row in rows]) for key in ("firm", "x", "y"))
    line = ols.regression(y, np.column_stack([np.ones(len(rows)), x]), firm.astype(np.intp))
    assert line.clustered is not None
    assert line.value[1] == pytest.approx(1.034833, abs=5e-7)
    assert (line.error[1], line.clustered[1]) == (pytest.approx(0.028583, abs=5e-7), pytest.approx(0.050596, abs=5e-7))


def test_eighteen_comparison_areas_can_never_show_anything_and_nineteen_can():
    assert comparison.needed(0.05) == 19 and comparison.needed(0.10) == 9
    plan, rows, days = town(chosen(19, 1), effect=-0.6, weeks=12)
    seen, found = comparison.looks(plan, rows, days)
    assert codes(found)["comparison_too_few"] == "withhold"
    assert all(one.estimate is None or one.estimate.high is None for one in seen)
    plan, rows, days = town(chosen(20, 1), effect=-0.6, weeks=12)
    seen, found = comparison.looks(plan, rows, days)
    assert "comparison_too_few" not in codes(found)
    last = seen[-1].estimate
    assert last is not None and last.p == 0.05 and last.high is not None and last.high < 0
    assert all(one.estimate is None or one.estimate.high is None for one in seen[:-1]), (
        "one in twenty: only the last look can show it"
    )


def test_less_than_a_year_before_the_start_withholds():
    plan, rows, days = town(chosen(30, 2), effect=-0.3, weeks=12, before=200)
    assert codes(comparison.looks(plan, rows, days)[1])["baseline_short"] == "withhold"
    plan, rows, days = town(chosen(30, 2), effect=-0.3, weeks=12)
    _, found = comparison.looks(plan, rows, days)
    assert codes(found) == {"placebos": "note", "pre_trend": "note"}
    assert all(set(FINDINGS[one.code]) == set(one.values) for one in found)


def test_areas_already_on_another_way_are_told():
    plan, rows, days = town(chosen(30, 1), weeks=12, noise=0.05)
    way = (rows.unit == names(30)[0]) & (rows.day < np.datetime64(BEGINS))
    months = (rows.day - np.datetime64(BEGINS)).astype(int) / 30
    _, found = comparison.looks(plan, replace(rows, value=np.where(way, rows.value * (1 - 0.05 * months), rows.value)), days)
    trend = next(one for one in found if one.code == "pre_trend")
    assert trend.severity == "warning" and trend.values["per_month"] < 0


def test_an_area_without_a_baseline_is_left_out_and_named():
    plan, rows, days = town(chosen(30, 1), weeks=12)
    new = (rows.unit == names(30)[5]) & (rows.day < np.datetime64(BEGINS))
    kept = replace(rows, **{key: getattr(rows, key)[~new] for key in ("unit", "day", "value", "weight", "source")})
    seen, found = comparison.looks(plan, kept, days)
    assert seen[-1].estimate is not None and seen[-1].estimate.n_comparison == 28
    assert {one.code: one.values for one in found}["baseline_missing"] == {"units": [names(30)[5]]}


def test_a_full_year_of_baseline_undoes_most_of_what_choosing_the_worst_does():
    quarter, year = (level.worst_chosen(40, 3000, months=months) for months in (3, 12))
    assert quarter[0] > 0.07 and quarter[1] > 0.15, "the worst area betters itself, and a short baseline calls it an effect"
    assert year[0] < quarter[0] and year[1] < quarter[1] / 2
