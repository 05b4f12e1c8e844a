"""The bench of the trials measures the method that is used, and its bound is the one of the textbook."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from stadig.config.bench import _pilots_persons as bench
from stadig.pilots.statistics import persons
from stadig.pilots.statistics.terms import Design, Direction, Plan


@pytest.mark.parametrize("town", bench.TOWNS, ids=lambda town: town.name)
def test_the_bench_calls_an_effect_where_the_analysis_does(town: bench.Town) -> None:
    rng = np.random.default_rng(3)
    pilot, comparison = town.draw(rng, (8, 120)) * 0.5, town.draw(rng, (8, 120 * town.beside))
    if town.yes_or_no:
        pilot = np.round(pilot - 0.01)
    shown = bench.excluded(town, pilot, comparison)
    day = dt.date(2026, 1, 1)
    plan = Plan(Design.PERSONS, "x", Direction.LESS, 0.1, day, day, town.scale, planned_n=town.planned, burn_in=bench.BURN_IN)
    for run in range(8):
        for count in (30, 45, 77, 120):
            values = np.concatenate([pilot[run, :count], comparison[run, : count * town.beside]])
            seen = persons.Units(values, np.ones(len(values)), np.arange(len(values)) < count)
            one, _ = persons.compare(plan, seen)
            says = one is not None and one.low is not None and one.high is not None and not one.low <= 0 <= one.high
            assert says == bool(shown[run, count - 1]), (run, count, one)


def test_the_known_answer_is_within_its_source_s_rounding() -> None:
    assert bench.known_answer().holds


def test_the_lower_bound_is_clopper_and_pearson_s() -> None:
    # the chance of 10 or more of 100 is 1 % at the bound
    bound = bench.lowest(10, 100)
    rng = np.random.default_rng(1)
    assert (rng.binomial(100, bound, 400_000) >= 10).mean() == pytest.approx(0.01, abs=0.001)
    assert bench.lowest(0, 100) == 0
