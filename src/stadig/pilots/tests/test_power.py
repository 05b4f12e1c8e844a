"""What a design can show: beside what is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from stadig.pilots.statistics import level, permutation, power, spending


def test_the_fixed_test_of_persons_is_the_textbooks():
    error = 2 / 64**0.5 * 2**0.5 / 2**0.5  # 64 in each group, standard deviation √2: d = 0.5 has power .8
    assert power.fixed_power(0.5, (2 / 64) ** 0.5) == pytest.approx(0.8074, abs=1e-4)
    assert power.fixed_detectable(error) == pytest.approx(2.8016 * error, abs=1e-4)
    assert power.fixed_power(0.0, 1.0) == pytest.approx(0.05)


def test_a_confidence_sequence_finds_what_it_says_it_finds():
    least = power.sequence_detectable(1.0, 2000, planned=2000)
    at_end = power.sequence_power(least, 1.0, [2000], planned=2000)
    assert at_end.sequential == pytest.approx(0.8) and at_end.mean_look == 1
    often = power.sequence_power(2 * least, 1.0, range(200, 2001, 200), planned=2000)
    assert often.sequential > 0.99 and often.mean_look < 6
    assert power.sequence_power(least, 1.0, [40], planned=2000).sequential == 0
    random = np.random.default_rng(5)
    shown = 0
    for _ in range(300):
        pilot, other = random.normal(least, 1, 1000), random.normal(0, 1, 1000)
        half = power.sequence.half_width((2 / 1000) ** 0.5, 2000, alpha=0.05, planned=2000)
        shown += pilot.mean() - other.mean() > half
    assert shown / 300 == pytest.approx(0.8, abs=0.07)


def test_variation_is_recovered_from_a_baseline():
    truth = power.Weather(between=1.0, noise=0.5, follows=0.4)
    random = np.random.default_rng(7)
    shocks = random.standard_normal((60, 200)) * 0.5
    for step in range(1, 60):
        shocks[step] = 0.4 * shocks[step - 1] + (1 - 0.16) ** 0.5 * shocks[step]
    season = np.sin(np.arange(60))[:, None]
    found = power.weather_of(5 + season + random.standard_normal(200) + shocks)
    assert found.between == pytest.approx(truth.between, abs=0.12)
    assert found.noise == pytest.approx(truth.noise, abs=0.03)
    assert found.follows == pytest.approx(truth.follows, abs=0.06)
    with pytest.raises(ValueError, match="three periods"):
        power.weather_of(np.ones((2, 5)))


def test_the_mean_of_noise_that_follows_itself_varies_more():
    assert power.mean_variance(0.0, 10) == pytest.approx(0.1)
    assert power.mean_variance(0.5, 2) == pytest.approx((1 + 1 + 2 * 0.5) / 4)


@pytest.mark.parametrize("adjust", ["change", "regression", "none"])
def test_the_simulation_computes_what_a_look_computes(adjust):
    rows, _ = level.half(8)
    before, after = power.made_up(np.random.default_rng(3), power.Weather(1, 0.5), 4, 8, 5)
    many = power.statistics_of(rows, before, after, adjust)
    for run in range(4):
        one = permutation.lines(rows, 0, after[run], before[run], adjust=adjust)
        for look in range(5):
            assert many[run, look] == pytest.approx(one.sizes(look, np.zeros(1))[0], abs=1e-9)


def test_looking_often_costs_hardly_any_power_and_errs_no_more():
    rows, mirrored = level.half(10)
    shares = [spending.share("obf", look / 12, 0.05) for look in range(1, 13)]
    nothing = power.simulate(rows, level.TOWN, shares=shares, mirrored=mirrored, runs=2000)
    assert nothing.sequential < 0.06
    found = power.simulate(rows, level.TOWN, effect=0.8, shares=shares, mirrored=mirrored, runs=1000)
    assert found.sequential >= 0.9 * found.fixed and found.mean_look < 10
    least = power.detectable(rows, level.TOWN, shares=shares, mirrored=mirrored)
    assert least is not None
    again = power.simulate(rows, level.TOWN, effect=least, shares=shares, mirrored=mirrored, runs=1000, seed=5)
    assert again.sequential == pytest.approx(0.8, abs=0.08)
    three, mirrored = level.half(6)
    assert power.detectable(three, level.TOWN, shares=shares, mirrored=mirrored, runs=50) is None
