"""Thresholds and silence: an alarm begins once, ends once, and never flickers."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from stadig.sensing import alarm


def follow(values, *, level=80.0, clear=60.0, above=True, on=False):
    return alarm.thresholds(
        np.zeros(len(values), np.intp),
        np.array(values, float),
        level=np.array([level]),
        clear=np.array([clear]),
        above=np.array([above]),
        on=np.array([on]),
    )


def test_a_bin_that_fills_and_is_emptied_is_one_alarm():
    edges = follow([10, 50, 79.9, 80, 95, 100, 61, 60, 5])
    assert edges.position.tolist() == [3, 7]
    assert edges.on.tolist() == [True, False]
    assert not edges.final[0]


def test_a_value_that_trembles_around_the_level_does_not_flicker():
    assert follow([80, 79, 81, 78, 82] * 100).position.tolist() == [0]


def test_an_alarm_already_on_is_not_raised_again():
    assert follow([90, 91], on=True).position.tolist() == []


def test_a_battery_is_watched_from_the_other_side():
    edges = follow([3.6, 3.1, 3.0, 3.1, 3.3], level=3.0, clear=3.2, above=False)
    assert edges.position.tolist() == [2, 4]


def test_a_missing_value_changes_nothing():
    assert follow([90, float("nan"), 90]).position.tolist() == [0]


def test_no_observations_leave_the_state_as_it_was():
    assert follow([], on=True).final.tolist() == [True]


numbers = st.sampled_from([0.0, 40, 59, 60, 61, 79, 80, 81, 100, float("nan")])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), numbers), max_size=60),
    st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_many_watches_at_once_agree_with_following_each_by_hand(observations, before):
    above = [True, False, True, False]
    level, clear = [80.0, 40.0, 60.0, 59.0], [60.0, 60.0, 60.0, 59.0]
    state, expected = list(before), []
    for position, (watch, value) in enumerate(observations):
        sign = 1 if above[watch] else -1
        new = state[watch]
        if sign * value >= sign * level[watch]:
            new = True
        elif sign * value <= sign * clear[watch]:
            new = False
        if new != state[watch]:
            expected.append((position, new))
        state[watch] = new
    edges = alarm.thresholds(
        np.array([watch for watch, _ in observations], np.intp),
        np.array([value for _, value in observations], float),
        level=np.array(level),
        clear=np.array(clear),
        above=np.array(above),
        on=np.array(before),
    )
    assert list(zip(edges.position.tolist(), edges.on.tolist(), strict=True)) == expected
    assert edges.final.tolist() == state


def test_silence_counts_from_the_last_word_or_from_the_beginning():
    quiet = alarm.silent(np.array([100, 900, -1, -1]), np.array([500, 500, 500, 500]), 1000, since=np.array([0, 0, 0, 800]))
    assert quiet.tolist() == [True, False, True, False]
