"""Guardrails that are a level: of persons, of days where areas have the service, in shares and in per cent."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from stadig.pilots.statistics import limits, persons
from stadig.pilots.statistics.sequence import proportion_bounds
from stadig.pilots.statistics.terms import Design, Series
from stadig.pilots.tests.trial import BEGINS, ENDS, allocation_of, areas_of, persons_of, plan_of

AREAS = plan_of(Design.AREAS, allocation=allocation_of(), baseline_days=100)


def _shares(values: list[float], weights: list[float], unit: str = "area 0") -> Series:
    count = len(values)
    days = np.datetime64(BEGINS) + np.arange(count).astype("timedelta64[D]")
    names = np.full(count, unit)
    return Series("assisted", names, days, np.array(values), np.array(weights, dtype=np.float64), np.full(count, "cases"))


def test_only_those_who_have_the_service_are_in_the_level() -> None:
    one = limits.level(plan_of(), persons_of(0.3, 0.9), ENDS, alpha=0.05)
    assert one is not None and one.value == pytest.approx(0.3, abs=0.05)
    assert (one.n_pilot, one.n_comparison) == (400, 0)


def test_few_of_many_asked_are_counted_exactly() -> None:
    one = limits.level(AREAS, _shares([0.0, 0.1, 0.0], [20, 10, 30]), ENDS, alpha=0.05)
    assert one is not None
    assert one.value == pytest.approx(1 / 60)
    assert (one.low, one.high) == pytest.approx(proportion_bounds(1, 60, alpha=0.05))


def test_per_cent_are_told_in_per_cent() -> None:
    share = limits.level(AREAS, _shares([0.0, 0.1, 0.0], [20, 10, 30]), ENDS, alpha=0.05)
    cent = limits.level(AREAS, _shares([0.0, 10.0, 0.0], [20, 10, 30]), ENDS, alpha=0.05, bound=5)
    assert share is not None and cent is not None and share.high is not None
    assert cent.value == pytest.approx(100 * share.value) and cent.high == pytest.approx(100 * share.high)


def test_nothing_in_per_cent_has_an_upper_end_in_per_cent() -> None:
    one = limits.level(AREAS, _shares([0.0], [20]), ENDS, alpha=0.05, bound=5)
    assert one is not None and one.high is not None and one.high > 20


def test_persons_in_per_cent_are_compared_as_yes_and_no() -> None:
    series = persons_of(0.02, 0.05, n=200)
    plan, cent = plan_of(), replace(series, value=series.value * 100)
    one, other = (persons.looks(plan, some, [ENDS])[0][0].estimate for some in (series, cent))
    assert one is not None and one == other


def test_figures_of_areas_are_means_of_days_and_need_the_burn_in() -> None:
    series = areas_of()
    assert limits.level(AREAS, series, BEGINS + dt.timedelta(28), alpha=0.05) is None
    one = limits.level(AREAS, series, BEGINS + dt.timedelta(60), alpha=0.05)
    assert one is not None and one.n_pilot == 61 and one.low is not None and one.low < one.value


def test_days_that_resemble_each_other_widen_the_interval() -> None:
    noise = np.random.default_rng(2).standard_normal(84)
    slow = np.convolve(noise, np.ones(7) / np.sqrt(7), mode="same")
    widths = []
    for values in (noise, slow / slow.std() * noise.std()):
        one = limits.level(AREAS, _shares((10 + values).tolist(), [1.0] * 84), ENDS, alpha=0.05)
        assert one is not None and one.low is not None and one.high is not None
        widths.append(one.high - one.low)
    assert widths[1] > 1.8 * widths[0]


def test_an_area_is_in_the_level_from_the_day_it_got_the_service() -> None:
    late = BEGINS + dt.timedelta(40)
    plan = replace(AREAS, allocation=replace(allocation_of(), begins=(("area 0", late),)))
    one = limits.level(plan, _shares([1.0] * 40 + [0.0] * 40, [10.0] * 80), ENDS, alpha=0.05)
    assert one is not None and one.value == 0


def test_no_figures_are_no_level() -> None:
    assert limits.level(AREAS, _shares([1.0], [1.0], unit="area 7"), ENDS, alpha=0.05) is None
    assert limits.level(AREAS, _shares([1.0], [0.0]), ENDS, alpha=0.05) is None
