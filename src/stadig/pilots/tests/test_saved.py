"""What a trial has changed in all, and what each unit of it has cost."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from stadig.pilots import saved
from stadig.pilots.statistics.terms import Allocation, Design, Direction, Estimate, Plan, Scale, Series

DAYS = (dt.date(2026, 5, 3), dt.date(2026, 5, 4), dt.date(2026, 5, 5))
SERIES = Series(
    "km",
    np.array(["hamnen", "hamnen", "hamnen", "vik", "vik", "vik"]),
    np.array([*DAYS, *DAYS], dtype="datetime64[D]"),
    np.array([9.0, 6.0, 6.0, 9.0, 9.0, 9.0]),
    np.array([1.0, 10.0, 10.0, 1.0, 10.0, 10.0]),
    np.full(6, "effects"),
)
PLAN = Plan(Design.AREAS, "km", Direction.LESS, 0.2, DAYS[1], DAYS[2], allocation=Allocation(("hamnen", "vik"), ("hamnen",)))


def test_a_third_less_beside_120_km_is_60_km_that_were_not_driven() -> None:
    amount = saved.total(PLAN, SERIES, Estimate(-1 / 3, -0.5, -0.2))
    assert amount is not None
    assert amount.value == pytest.approx(60)
    assert (amount.low, amount.high) == (pytest.approx(30), pytest.approx(120))
    each = saved.cost_of_each(600, amount)
    assert each is not None
    assert each.value == pytest.approx(10)
    assert (each.low, each.high) == (pytest.approx(5), pytest.approx(20))


def test_an_absolute_difference_counts_once_for_each_thing_a_row_speaks_for() -> None:
    amount = saved.total(dataclasses.replace(PLAN, scale=Scale.ABSOLUTE), SERIES, Estimate(-3.0, None, 1.0))
    assert amount == saved.Amount(60.0, -20.0, None)


def test_an_outcome_in_hundredths_counts_how_many_more_of_those_the_rows_speak_for() -> None:
    plan = dataclasses.replace(PLAN, scale=Scale.ABSOLUTE, direction=Direction.MORE)
    amount = saved.total(plan, SERIES, Estimate(17.5, 5.0, 30.0), whole=100.0)
    assert amount == saved.Amount(3.5, 1.0, 6.0)
    assert saved.cost_of_each(700, amount) == saved.Amount(200.0, pytest.approx(116.67, abs=0.01), 700.0)


def test_a_place_that_began_later_counts_from_its_own_first_day() -> None:
    late = dataclasses.replace(PLAN, allocation=Allocation(("hamnen", "vik"), ("hamnen",), begins=(("hamnen", DAYS[2]),)))
    amount = saved.total(late, SERIES, Estimate(-0.5, None, None))
    assert amount == saved.Amount(60.0, None, None)


def test_nothing_gained_has_no_cost_of_each_and_a_doubtful_gain_no_upper_bound() -> None:
    assert saved.cost_of_each(600, saved.Amount(-5.0)) is None
    doubtful = saved.cost_of_each(600, saved.Amount(60.0, -10.0, 120.0))
    assert doubtful == saved.Amount(10.0, 5.0, None)


def test_no_figures_from_those_with_the_service_or_all_of_it_gone_says_nothing() -> None:
    assert saved.total(dataclasses.replace(PLAN, begins=dt.date(2027, 1, 1)), SERIES, Estimate(-0.3, None, None)) is None
    assert saved.total(PLAN, SERIES, Estimate(-1.0, None, None)) is None
    assert saved.total(PLAN, SERIES, Estimate(float("nan"), None, None)) is None


def test_a_factor_with_bounds_widens_what_follows_from_it() -> None:
    assert saved.times(saved.Amount(100.0, 50.0, 200.0), 2.0, 1.0, 3.0) == saved.Amount(200.0, 50.0, 600.0)
    assert saved.times(saved.Amount(100.0), 2.0, 1.0, 3.0) == saved.Amount(200.0, None, None)
