"""Several places taken together, and several outcomes adjusted, against values computed by hand and published ones."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stadig.pilots.statistics.multiple import holm, shared
from stadig.pilots.statistics.pooling import pooled, standard_error
from stadig.pilots.statistics.terms import Estimate

# Colditz and others (1994): tuberculosis and no tuberculosis, vaccinated and not, in thirteen trials
_TABLE = """
4 119 11 128, 6 300 29 274, 3 228 11 209, 62 13536 248 12619, 33 5036 47 5761, 180 1361 372 1079, 8 2537 10 619,
505 87886 499 87892, 29 7470 45 7232, 17 1699 65 1600, 186 50448 141 27197, 5 2493 3 2338, 27 16886 29 17825"""
BCG = [tuple(map(int, row.split())) for row in _TABLE.split(",")]


def test_three_equally_sure_places_are_their_plain_mean() -> None:
    one = pooled([0.1, 0.3, 0.5], [0.1, 0.1, 0.1])
    # the effects' own variance is 0.04, of which chance is 0.01; t with 2 degrees of freedom at 97.5 % is 4.302653
    assert one.value == pytest.approx(0.3)
    assert one.between == pytest.approx(math.sqrt(0.03))
    assert one.high - 0.3 == pytest.approx(4.302653 * 0.2 / math.sqrt(3), rel=1e-6)
    # t with 1 degree of freedom is 12.7062; variance of one more place 0.03 + 0.04/3
    assert one.next_high == pytest.approx(0.3 + 12.7062 * math.sqrt(0.03 + 0.04 / 3), rel=1e-5)
    assert one.weights == pytest.approx([1 / 3] * 3)


def test_places_that_agree_better_than_chance_are_not_made_surer_by_it() -> None:
    one = pooled([0.30, 0.31], [0.1, 0.1])
    assert one.between == 0
    assert one.high - one.value == pytest.approx(12.7062 * 0.1 / math.sqrt(2), rel=1e-5)
    assert one.next_low is None


def test_the_vaccine_trials_give_what_is_published() -> None:
    ratios = [math.log(a / (a + b) / (c / (c + d))) for a, b, c, d in BCG]
    errors = [math.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)) for a, b, c, d in BCG]
    one = pooled(ratios, errors)
    assert round(one.between**2, 3) == 0.318
    assert round(one.value, 3) == -0.715


@pytest.mark.parametrize(("effects", "errors"), [([0.1], [0.1]), ([0.1, 0.2], [0.1, 0.0])])
def test_too_few_or_too_sure_is_refused(effects: list[float], errors: list[float]) -> None:
    with pytest.raises(ValueError, match=r"places|place"):
        pooled(effects, errors)


def test_an_interval_tells_its_standard_error() -> None:
    assert standard_error(Estimate(0.0, -1.959964, 1.959964)) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="interval"):
        standard_error(Estimate(0.0, None, 1.0))


def test_holm_multiplies_the_smallest_by_all_and_never_turns_the_order() -> None:
    assert holm([0.01, 0.04, 0.03, None, 0.005]) == pytest.approx((0.03, 0.06, 0.06, None, 0.02))
    assert holm([]) == ()


@given(st.lists(st.floats(0, 1), max_size=8))
def test_adjusted_values_are_at_least_the_raw_ones_and_keep_their_order(ps: list[float]) -> None:
    adjusted = holm(ps)
    assert all(a is not None and p <= a <= 1 for p, a in zip(ps, adjusted, strict=True))
    ranked = sorted(zip(ps, adjusted, strict=True), key=lambda pair: pair[0])
    assert [a for _, a in ranked] == sorted(a for _, a in ranked if a is not None)


def test_guardrails_share_alpha() -> None:
    assert shared(0.05, 2) == 0.025
    assert shared(0.05, 0) == 0.05
