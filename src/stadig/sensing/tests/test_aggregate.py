"""Means per hour and day: what a careful person would get with pen and paper, also across summer time."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadig.sensing import aggregate as engine

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HOUR = 3600 * engine.MICROSECONDS


def hours(*numbers: float) -> np.ndarray:
    return np.array([round(number * HOUR) for number in numbers], dtype=np.int64)


def naive(times, values, edges, *, before, until, hold):
    """Second by second: the value that holds at each whole second of each period."""
    known = ([before] if before else []) + list(zip(times.tolist(), values.tolist(), strict=True))
    second = engine.MICROSECONDS
    out = []
    for left, right in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        held = []
        for moment in range(left, right, second):
            past = [(at, value) for at, value in known if at <= moment]
            if not past or moment >= until:
                continue
            at, value = past[-1]
            if (hold is None or moment < at + hold) and not math.isnan(value):
                held.append(value)
        count = sum(1 for at, value in zip(times, values, strict=True) if left <= at < right and not math.isnan(value))
        mean = math.fsum(held) / len(held) if held else math.nan
        out.append((mean, min(held, default=math.nan), max(held, default=math.nan), count, len(held) / ((right - left) / second)))
    return np.array(out)


def test_a_value_that_holds_long_weighs_more_than_many_short_ones():
    found = engine.aggregate(hours(0, 0.75, 0.8, 0.85), np.array([0.0, 10, 20, 30]), hours(0, 1))
    assert found.mean[0] == pytest.approx(0.05 * 10 + 0.05 * 20 + 0.15 * 30)
    assert (found.low[0], found.high[0], found.count[0], found.coverage[0]) == (0, 30, 4, 1)


def test_the_last_value_before_the_window_holds_into_it():
    found = engine.aggregate(hours(0.5), np.array([40.0]), hours(0, 1, 2), before=(-HOUR, 20.0))
    assert found.mean.tolist() == [30, 40]
    assert found.count.tolist() == [1, 0]
    assert found.coverage.tolist() == [1, 1]


def test_without_an_earlier_value_the_mean_is_over_what_is_known_and_coverage_says_how_much():
    found = engine.aggregate(hours(0.75), np.array([8.0]), hours(0, 1))
    assert found.mean[0] == 8
    assert found.coverage[0] == pytest.approx(0.25)


def test_nothing_is_known_about_the_future_nor_about_a_silent_sensor():
    found = engine.aggregate(hours(0), np.array([5.0]), hours(0, 1, 2, 3), until=round(1.5 * HOUR))
    assert found.coverage.tolist() == [1, 0.5, 0]
    assert np.isnan(found.mean[2])
    held = engine.aggregate(hours(0), np.array([5.0]), hours(0, 1, 2), longest_hold=HOUR // 4)
    assert held.coverage.tolist() == [0.25, 0]


def test_no_observations_at_all_give_empty_periods():
    found = engine.aggregate(hours(), np.array([]), hours(0, 1, 2))
    assert np.isnan(found.mean).all()
    assert found.count.tolist() == [0, 0]
    assert found.coverage.tolist() == [0, 0]


def test_a_wild_value_stays_in_its_own_hour():
    found = engine.aggregate(hours(0, 1, 2), np.array([1.0, 1e308, 1.0]), hours(0, 1, 2, 3))
    assert found.mean.tolist() == [1, 1e308, 1]


def test_the_days_when_clocks_change_have_23_and_25_hours():
    spring = engine.period_edges(datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC), "P1D", STOCKHOLM)
    autumn = engine.period_edges(datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 26, 12, tzinfo=UTC), "P1D", STOCKHOLM)
    assert (np.diff(spring) / HOUR).tolist() == [24, 23, 24]
    assert (np.diff(autumn) / HOUR).tolist() == [24, 25, 24]


def test_a_ramp_over_the_long_night_is_weighted_by_real_time():
    edges = engine.period_edges(datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 22, tzinfo=UTC), "P1D", STOCKHOLM)
    times = edges[0] + hours(*range(25))
    found = engine.aggregate(times, np.arange(25.0), edges)
    assert (found.mean[0], found.count[0], found.coverage[0]) == (12, 25, 1)


def test_hours_cover_the_window_and_begin_on_the_hour():
    edges = engine.period_edges(
        datetime(2026, 1, 1, 10, 20, tzinfo=UTC), datetime(2026, 1, 1, 12, 0, 1, tzinfo=UTC), "PT1H", STOCKHOLM
    )
    assert [engine.from_microseconds(edge).hour for edge in edges] == [10, 11, 12, 13]
    exact = engine.period_edges(datetime(2026, 1, 1, 10, tzinfo=UTC), datetime(2026, 1, 1, 12, tzinfo=UTC), "PT1H", STOCKHOLM)
    assert len(exact) == 3


@pytest.mark.parametrize(
    ("end", "interval", "fault"),
    [
        (datetime(2026, 1, 2, tzinfo=UTC), "PT7M", engine.UnknownInterval),
        (datetime(2025, 1, 2, tzinfo=UTC), "PT1H", ValueError),
        (datetime(2226, 1, 2, tzinfo=UTC), "PT1H", engine.TooManyPeriods),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(end, interval, fault):
    with pytest.raises(fault):
        engine.period_edges(datetime(2026, 1, 1, tzinfo=UTC), end, interval, STOCKHOLM)


def test_microseconds_are_exact_in_both_directions():
    moment = datetime(1780, 5, 17, 3, 4, 5, 678901, tzinfo=UTC)
    assert engine.from_microseconds(engine.to_microseconds(moment)) == moment


seconds = st.integers(min_value=-30, max_value=130)
value = st.one_of(st.floats(min_value=-1e6, max_value=1e6), st.just(math.nan))


@settings(max_examples=150, deadline=None)
@given(
    observations=st.lists(st.tuples(seconds, value), max_size=25),
    widths=st.lists(st.integers(min_value=1, max_value=40), min_size=1, max_size=5),
    hold=st.one_of(st.none(), st.integers(min_value=1, max_value=60)),
    until=st.integers(min_value=0, max_value=120),
)
def test_any_series_agrees_with_counting_second_by_second(observations, widths, hold, until):
    observations = sorted(observations, key=lambda each: each[0])
    edges = np.cumsum([0, *widths]).astype(np.int64) * engine.MICROSECONDS
    earlier = [(at * engine.MICROSECONDS, v) for at, v in observations if at < 0]
    inside = [(at, v) for at, v in observations if at >= 0 and at * engine.MICROSECONDS < edges[-1]]
    times = np.array([at for at, _ in inside], dtype=np.int64) * engine.MICROSECONDS
    values = np.array([v for _, v in inside], dtype=np.float64)
    before = earlier[-1] if earlier else None
    limit = min(until * engine.MICROSECONDS, int(edges[-1]))
    longest = hold * engine.MICROSECONDS if hold else None
    found = engine.aggregate(times, values, edges, before=before, until=limit, longest_hold=longest)
    expected = naive(times, values, edges, before=before, until=limit, hold=longest)
    for column, name in enumerate(("mean", "low", "high", "count", "coverage")):
        np.testing.assert_allclose(getattr(found, name), expected[:, column], rtol=1e-9, atol=1e-9, err_msg=name)
