"""Confidence sequences against known answers, and what they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stadig.pilots.statistics.sequence import (
    Moments,
    difference,
    level,
    p_value,
    proportion,
    proportion_bounds,
    proportions,
)
from stadig.pilots.statistics.terms import Scale

GROWTHBOOK = Moments.of_sums(2422.7, 134698.29, 3461), Moments.of_sums(1396.87, 52377.9767, 3000)


def test_a_relative_difference_is_the_one_that_growthbook_publishes() -> None:
    one = difference(*GROWTHBOOK, alpha=0.05, planned=1000, scale=Scale.RELATIVE)
    assert one is not None
    assert (round(one.value, 5), round(one.low or 0, 5), round(one.high or 0, 5)) == (0.50336, -0.55844, 1.56516)


def test_an_absolute_difference_is_in_the_outcome_s_own_unit() -> None:
    one = difference(*GROWTHBOOK, alpha=0.05, planned=1000)
    assert one is not None and one.value == pytest.approx(2422.7 / 3461 - 1396.87 / 3000)


def test_a_share_of_a_comparison_near_zero_is_refused() -> None:
    assert difference(Moments(50, 1.0, 1.0), Moments(50, 0.1, 1.0), alpha=0.05, planned=100, scale=Scale.RELATIVE) is None


@given(st.floats(-5, 5), st.floats(0.01, 10), st.integers(60, 5000), st.sampled_from([0.01, 0.05, 0.1]))
def test_p_is_below_alpha_exactly_when_zero_is_outside(effect: float, se: float, n: int, alpha: float) -> None:
    seen = Moments(n, effect, se * se * n)
    one = level(seen, alpha=alpha, planned=500)
    assert one.low is not None and one.high is not None
    p = p_value(effect, se, n, alpha=alpha, planned=500)
    if abs(p - alpha) > 1e-9:
        assert (p < alpha) == (one.low > 0 or one.high < 0)


@given(st.floats(0.001, 1000), st.integers(30, 400))
def test_another_unit_of_measure_gives_the_same_share(factor: float, n: int) -> None:
    rng = np.random.default_rng(n)
    pilot, comparison = rng.exponential(2, n) + 1, rng.exponential(3, n) + 1
    one, other = (
        difference(Moments.of(pilot * by), Moments.of(comparison * by), alpha=0.05, planned=500, scale=Scale.RELATIVE)
        for by in (1, factor)
    )
    assert one is not None and other is not None
    assert one.value == pytest.approx(other.value) and one.low == pytest.approx(other.low) and one.p == pytest.approx(other.p)


@given(st.integers(1, 400), st.floats(0, 1))
def test_a_proportion_lies_within_its_own_interval(trials: int, share: float) -> None:
    yes = round(trials * share)
    low, high = proportion_bounds(yes, trials, alpha=0.05)
    assert 0 <= low <= yes / trials <= high <= 1


def test_the_edge_of_a_proportion_is_where_the_evidence_reaches_its_limit() -> None:
    low, _ = proportion_bounds(7, 20, alpha=0.05)
    mixture = math.lgamma(8) + math.lgamma(14) - math.lgamma(22)
    assert math.exp(mixture) / (low**7 * (1 - low) ** 13) == pytest.approx(20)


def test_nothing_in_twenty_still_leaves_room_for_something() -> None:
    one = proportion(0, 20, alpha=0.05)
    # the mixture is 1/21, so (1 − p)^20 = 0.05/21
    assert one.low == 0 and one.high == pytest.approx(1 - (0.05 / 21) ** (1 / 20))


def test_an_exact_proportion_errs_less_than_it_may_at_any_stop() -> None:
    rng = np.random.default_rng(20261122)
    wrong = 0
    for _ in range(300):
        yes = rng.random(150) < 0.04
        counts = np.cumsum(yes)
        ends = [proportion_bounds(float(counts[n - 1]), n, alpha=0.05) for n in range(10, 151, 10)]
        wrong += any(not low <= 0.04 <= high for low, high in ends)
    assert wrong / 300 <= 0.05


def test_two_rare_proportions_are_told_apart_only_when_both_are_sure() -> None:
    near = proportions((1, 40), (4, 40), alpha=0.05)
    far = proportions((1, 400), (80, 400), alpha=0.05)
    assert near is not None and near.low is not None and near.high is not None and near.low < 0 < near.high
    assert far is not None and far.high is not None and far.high < 0 and far.p is not None and far.p < 0.05


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_exact_p_agrees_with_the_exact_interval(first: int, second: int) -> None:
    one = proportions((first, 60), (second, 60), alpha=0.05)
    assert one is not None and one.low is not None and one.high is not None and one.p is not None
    if abs(one.p - 0.05) > 1e-6:
        assert (one.p < 0.05) == (one.low > 0 or one.high < 0)


def test_a_share_of_nothing_is_refused() -> None:
    assert proportions((3, 40), (0, 40), alpha=0.05, scale=Scale.RELATIVE) is None
