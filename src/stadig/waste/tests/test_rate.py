"""A bin's rate is right on clean data, stands what sensors do, and is scored on real readings."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaincinv

from stadig.waste import rate as engine
from stadig.waste.rate import Sure, clean, emptyings, hours_until_full, pooled, rate, risk, stretches

HOUR = 3600.0


def filling(per_hour: float, days: int, *, every_h: float = 1, empty_at: float = 85, seed: int = 1, noise: float = 0.5):
    """A bin that fills by a gamma process and is emptied when it reaches ``empty_at``."""
    rng = np.random.default_rng(seed)
    seconds = np.arange(0, days * 24, every_h) * HOUR
    level, levels = 0.0, []
    for more in rng.gamma(per_hour * every_h / 4, 4, len(seconds)):
        level = 0.0 if level >= empty_at else min(100.0, level + more)
        levels.append(level + rng.normal(0, noise))
    return seconds, np.clip(levels, 0, 100)


def rate_of(seconds, percent, **kind):
    return rate(stretches(clean(seconds, percent), **kind))


@pytest.mark.parametrize("per_hour", [0.2, 0.8, 3.0])
def test_a_steady_bin_gets_its_own_rate(per_hour):
    found = rate_of(*filling(per_hour, 60))
    assert found.per_hour == pytest.approx(per_hour, rel=0.15)
    assert found.low < found.per_hour < found.high
    assert found.sure in (Sure.HIGH, Sure.MEDIUM)


def test_each_emptying_is_seen_once():
    seconds, percent = filling(1.0, 30)
    falls = np.count_nonzero(np.diff(percent) < -60)
    assert len(emptyings(clean(seconds, percent))) == falls > 3


def test_pressing_is_not_emptying():
    percent = np.concatenate([np.linspace(0, 80, 40), np.linspace(35, 85, 25), np.linspace(50, 90, 20), [2, 4, 6]])
    levels = clean(np.arange(len(percent)) * HOUR, percent)
    assert len(emptyings(levels, compacts=True)) == 1
    assert len(emptyings(levels)) == 3


def test_single_spikes_change_nothing():
    seconds, percent = filling(0.8, 60)
    spiked = percent.copy()
    spiked[np.arange(30, len(spiked) - 30, 97)] = 0
    spiked[np.arange(55, len(spiked) - 30, 89)] = 100
    assert rate_of(seconds, spiked).per_hour == pytest.approx(rate_of(seconds, percent).per_hour, rel=0.05)


def test_a_frozen_sensor_does_not_make_the_bin_slow():
    seconds, percent = filling(0.8, 60, noise=0)
    stuck = percent.copy()
    stuck[200:700] = 37.31
    assert rate_of(seconds, stuck).per_hour == pytest.approx(0.8, rel=0.2)


def test_a_bin_that_stands_full_for_days_is_not_slow():
    percent = np.concatenate([np.linspace(0, 100, 50), np.full(300, 100.0)])
    percent = np.tile(percent, 4)
    assert rate_of(np.arange(len(percent)) * HOUR, percent).per_hour > 1.5


def test_without_readings_similar_bins_are_asked():
    nothing = stretches(clean([], []))
    found = rate(nothing, 1.7)
    assert found.per_hour == pytest.approx(1.7)
    assert found.sure == Sure.LOW
    assert pooled([]) == engine.USUAL_PERCENT_PER_HOUR


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-1e12, 1e12) | st.just(float("nan")), st.floats(allow_nan=True, allow_infinity=True) | st.floats(0, 100)), max_size=60),
    st.booleans(),
    st.floats(0, 100),
)  # fmt: skip
def test_whatever_a_sensor_sends_there_is_a_finite_rate(readings, compacts, fill):
    seconds, percent = [r[0] for r in readings], [r[1] for r in readings]
    found = rate_of(seconds, percent, compacts=compacts)
    assert 0 < found.low <= found.per_hour <= found.high < np.inf
    assert all(np.isfinite(hours_until_full(fill, found)))
    assert 0 <= risk(fill, found.per_hour, found.dispersion, 24) <= 1


def test_hours_until_full_come_true():
    """Of 400 bins started at 30 %, about one in ten is full before the early hour and one in ten after the late."""
    found = rate_of(*filling(0.8, 120))
    expected, soonest, latest = hours_until_full(30, found)
    rng = np.random.default_rng(4)
    steps = rng.gamma(0.8 / 4, 4, (400, 2000)).cumsum(axis=1)
    took = (steps >= 70).argmax(axis=1)
    assert np.mean(took) == pytest.approx(expected, rel=0.15)
    assert np.mean(took < soonest) == pytest.approx(0.1, abs=0.06)
    assert np.mean(took > latest) == pytest.approx(0.1, abs=0.06)


def test_a_stored_interval_gives_its_dispersion_back():
    found = rate_of(*filling(0.8, 200))
    assert engine.dispersion_of(found.low, found.high, found.per_hour) == pytest.approx(found.dispersion, rel=0.25)


@pytest.mark.slow
def test_the_rate_on_real_compacting_bins(reference_data):
    """Wyndham, level at or above threshold within 1, 2, 3 days (`operations.md` §3: linear rate .1244/.1454/.1737 Brier)."""
    bins = wyndham(reference_data("operations/bins/wyndham_fill_daily.csv"))
    split = np.quantile(np.concatenate([days for days, _ in bins.values()]), 0.6)
    known = {
        name: stretches(clean(days[days <= split] * 86400, level[days <= split]), compacts=True)
        for name, (days, level) in bins.items()
    }
    group = pooled(list(known.values()))
    scores: dict[int, list[tuple[float, float]]] = {1: [], 2: [], 3: []}
    for name, (days, level) in bins.items():
        found = rate(known[name], group)
        for horizon, pairs in scores.items():
            for n in np.flatnonzero(days > split):
                within = (days > days[n]) & (days <= days[n] + horizon)
                if level[n] >= 80 or not within.any() or np.any(np.diff(level[n : np.flatnonzero(within)[-1] + 1]) < -10):
                    continue
                chance = float(risk(level[n], found.per_hour, found.dispersion, horizon * 24, full=80))
                pairs.append((chance, float(level[within].max() >= 80)))
    report = []
    for horizon, pairs in scores.items():
        chance, came = np.array(pairs).T
        base = came.mean() * (1 - came.mean())
        brier = np.mean((chance - came) ** 2)
        bounded = np.clip(chance, 0.001, 0.999)
        logloss = -np.mean(came * np.log(bounded) + (1 - came) * np.log(1 - bounded))
        report.append(f"{horizon} d: n={len(came)} Brier {brier:.4f} (base {base:.4f}) log loss {logloss:.3f}")
        assert brier < base
    sys.stdout.write("Wyndham: " + "; ".join(report) + "\n")


def wyndham(path):
    """Name → (days, level in percent)."""
    import csv
    from datetime import datetime

    found: dict[str, list[tuple[float, float]]] = {}
    with path.open() as file:
        for row in csv.DictReader(file):
            day = datetime.strptime(row["timestamp"], "%d-%m-%Y").toordinal()  # noqa: DTZ007
            if row["reason"] != "ALERT":
                found.setdefault(row["Bin ID"], []).append((day, float(row["Fullness"]) * 10))
    return {name: tuple(np.array(sorted(rows)).T) for name, rows in found.items()}


@pytest.mark.slow
def test_the_rate_on_real_emptyings(reference_data):
    """Edinburgh, fill at the next emptying, mean pinball loss over 7 quantiles (`operations.md` §3: climatology 4.27, linear 4.45)."""
    import csv
    import gzip

    rounds: dict[str, list[tuple[float, float]]] = {}
    with gzip.open(reference_data("operations/bins/edinburgh_collections.csv.gz"), "rt") as file:
        for row in csv.DictReader(file):
            if row["dt"] and float(row["dt"]) > 1 and float(row["fill_after"] or 0) <= 15:
                rounds.setdefault(row["site"], []).append((float(row["dt"]), float(row["fill_before"])))
    quantiles = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])
    losses, usual = [], []
    for series in rounds.values():
        half = int(len(series) * 0.6)
        if half < 4:
            continue
        hours, fill = np.array(series[:half]).T
        found = rate(engine.Stretches(fill, hours, np.zeros(half)), engine.USUAL_PERCENT_PER_HOUR)
        for passed, came in series[half:]:
            shape = found.per_hour * passed / found.dispersion
            guess = np.minimum(100, gammaincinv(shape, quantiles) * found.dispersion)
            losses.append(np.mean(np.maximum(quantiles * (came - guess), (quantiles - 1) * (came - guess))))
            same = np.quantile(fill, quantiles)
            usual.append(np.mean(np.maximum(quantiles * (came - same), (quantiles - 1) * (came - same))))
    sys.stdout.write(
        f"Edinburgh: pinball {np.mean(losses):.2f} over {len(losses)} emptyings (each bin's own past levels: {np.mean(usual):.2f})\n"
    )
    assert np.mean(losses) < 8
