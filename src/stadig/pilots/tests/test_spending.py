"""The randomisation test and the looks: exact under every hypothesis, and the same however the areas are named."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadig.pilots.statistics import allocation as lots
from stadig.pilots.statistics import permutation, power, spending
from stadig.pilots.statistics.terms import Allocation
from stadig.pilots.tests.towns import names

seeds = st.integers(0, 10_000)
KINDS = st.sampled_from(["change", "regression", "none"])


def rows(count: int, chosen: int) -> np.ndarray:
    return lots.admissible(Allocation(names(count), names(count)[:chosen])).rows


def figures(seed: int, count: int, looks: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Baselines and means since the start, all positive."""
    before, after = power.made_up(np.random.default_rng(seed), power.Weather(1, 0.5), 1, count, looks)
    order = np.random.default_rng(seed).permutation(count)
    return np.exp(before[0, order]), np.exp(after[0][:, order])


def budget(looks: int, draws: int, alpha: float = 0.05, way: str = "obf") -> np.ndarray:
    return spending.budgets([spending.share(way, (look + 1) / looks, alpha) for look in range(looks)], alpha, draws)


def test_the_budget_grows_to_all_of_alpha_and_o_brien_fleming_saves_for_the_end():
    early = [spending.share("obf", part, 0.05) for part in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert early == pytest.approx([0, 0.0018, 0.1115, 0.4724, 1], abs=2e-4)
    assert spending.share("linear", 0.25, 0.05) == 0.25
    with pytest.raises(ValueError, match="obf or linear"):
        spending.share("pocock", 0.5, 0.05)
    assert budget(4, 70).tolist() == [0, 0, 1, 3]
    assert spending.budgets([1.0], 0.05, 35, mirrored=True).tolist() == [1]


@given(seeds, KINDS)
@settings(max_examples=15, deadline=None)
def test_no_more_draws_are_spent_than_the_budget_and_whole_ties_only(seed, adjust):
    every, (before, after) = rows(8, 4), figures(seed, 8)
    test = permutation.lines(every, 0, after, before, adjust=adjust)
    spent = np.zeros((1, 70), dtype=bool)
    for look, allowed in enumerate(budget(6, 70, 0.2, "linear")):
        spending.spend(test.sizes(look, np.zeros(1)), spent, np.array([allowed]))
        assert spent.sum() <= allowed
        assert (spent[0] == spent[0][::-1]).all(), "a draw and its mirror image are spent together"


@given(seeds, st.sampled_from(["obf", "linear"]), st.booleans())
@settings(max_examples=10, deadline=None)
def test_whatever_the_outcome_at_most_alpha_of_the_draws_are_ever_found_to_show_something(seed, way, relative):
    every, (before, after) = rows(7, 3), figures(seed, 7)
    allowed = budget(6, len(every), 0.2, way)
    shown = 0
    for own in range(len(every)):
        test = permutation.lines(every, own, after, before, relative=relative)
        shown += int(spending.spent_at(test, allowed, np.array([test.null]))[0] < 6)
    assert shown <= 0.2 * len(every)


@given(seeds, st.floats(-0.9, 3), KINDS, st.booleans())
@settings(max_examples=6, deadline=None)
def test_the_true_effect_is_outside_some_interval_for_at_most_alpha_of_the_draws(seed, effect, adjust, relative):
    every, (before, after) = rows(7, 3), figures(seed, 7)
    allowed, missed = budget(6, len(every), 0.2), 0
    for own in range(len(every)):
        given_it = after * (1 + effect * every[own]) if relative else after + effect * every[own]
        test = permutation.lines(every, own, given_it, before, relative=relative, adjust=adjust)
        ends = [test.effects(*one) for one in spending.intervals(test, allowed)]
        inside = all((low is None or low <= effect + 1e-9) and (high is None or effect <= high + 1e-9) for low, high in ends)
        missed += not inside
    assert missed <= 0.2 * len(every)


@given(seeds, KINDS)
@settings(max_examples=15, deadline=None)
def test_other_names_in_another_order_give_the_same_answer(seed, adjust):
    every, (before, after) = rows(8, 4), figures(seed, 8)
    order = np.random.default_rng(seed).permutation(8)
    one = permutation.lines(every, 17, after, before, adjust=adjust)
    other = permutation.lines(every[:, order], 17, after[:, order], before[order], adjust=adjust)
    assert permutation.p_value(one, 5) == permutation.p_value(other, 5)
    allowed = budget(6, 70, 0.2)
    assert np.array(spending.intervals(one, allowed)) == pytest.approx(np.array(spending.intervals(other, allowed)))


@given(seeds, st.floats(-50, 50), KINDS)
@settings(max_examples=15, deadline=None)
def test_a_greater_effect_moves_the_interval_by_as_much(seed, more, adjust):
    every, (before, after) = rows(8, 4), figures(seed, 8)
    one = permutation.lines(every, 3, after, before, adjust=adjust)
    other = permutation.lines(every, 3, after + more * every[3], before, adjust=adjust)
    allowed = budget(6, 70, 0.2)
    there = np.array(spending.intervals(one, allowed)) + more
    assert np.array(spending.intervals(other, allowed)) == pytest.approx(there, abs=1e-3 * max(1.0, abs(more)))
    assert (other.estimate(5) or 0) == pytest.approx((one.estimate(5) or 0) + more, abs=1e-6)


@given(seeds, KINDS, st.booleans(), st.integers(1, 8))
@settings(max_examples=30, deadline=None)
def test_the_interval_of_one_look_is_where_the_test_does_not_reject(seed, adjust, relative, count):
    every, (before, after) = rows(8, 4), figures(seed, 8)
    after[5, 2] = 0.0 if seed % 3 == 0 else after[5, 2]
    test = permutation.lines(every, 11, after, before, relative=relative, adjust=adjust)
    low, high = permutation.interval(test, 5, count)
    for end, inward in ((low, 1), (high, -1)):
        if math.isfinite(end):
            step = 1e-6 * max(1.0, abs(end))
            assert permutation.p_value(test, 5, end + inward * step) * 70 > count
            assert permutation.p_value(test, 5, end - inward * step) * 70 <= count


def test_the_test_is_fishers_when_nothing_is_adjusted():
    after = np.array([[10.0, 12, 11, 1, 2, 3, 2.5, 1.5]])
    every = rows(8, 3)
    test = permutation.lines(every, 0, after, None)
    assert permutation.p_value(test, 0) == pytest.approx(1 / math.comb(8, 3))
    assert test.estimate(0) == pytest.approx(11 - 2)
    ratio = permutation.lines(every, 0, np.where(after == 1, 0, after), None, relative=True)
    assert ratio.kind == "ratio" and ratio.effect(ratio.estimate(0) or 0) == pytest.approx(11 / 1.8 - 1)


def test_a_regression_gives_the_coefficient_of_least_squares():
    before, after = figures(4, 24)
    every = rows(24, 2)
    test = permutation.lines(every, 5, after, before)
    sides = np.column_stack([np.ones(24), every[5], before])
    assert test.estimate(5) == pytest.approx(np.linalg.lstsq(sides, after[5], rcond=None)[0][1])


def test_the_always_valid_p_is_small_exactly_when_the_draw_is_spent():
    every = rows(10, 5)
    for seed in range(20):
        before, after = figures(seed, 10)
        own = seed * 7
        test = permutation.lines(every, own, after * (1 - 0.5 * every[own]), before, relative=True)
        shares = np.array([spending.share("obf", (look + 1) / 6, 0.05) for look in range(6)])
        first = int(spending.spent_at(test, spending.budgets(shares, 0.05, 252), np.array([test.null]))[0])
        p = spending.always_valid_p(test, shares)
        assert [one <= 0.05 for one in p] == [look >= first for look in range(6)]
        assert (np.diff(p) <= 0).all()


def test_areas_that_fall_silent_are_left_out_of_every_draw():
    before, after = figures(2, 9)
    after[3:, 4] = np.nan
    every = rows(9, 4)
    test = permutation.lines(every, 0, after, before, adjust="none")
    heard = [0, 1, 2, 3, 5, 6, 7, 8]
    assert test.estimate(5) == pytest.approx(after[5, :4].mean() - after[5, 5:].mean())
    alone = permutation.lines(every[:, heard], 0, after[:, heard], before[heard], adjust="none")
    assert test.sizes(5, np.zeros(1)) == pytest.approx(alone.sizes(5, np.zeros(1)))
