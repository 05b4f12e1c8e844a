"""Gaps in what a device has sent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stadig.sensing import sequence
from stadig.sensing.sequence import Progress, follow


def count(*numbers: int, start: Progress | None = None) -> Progress:
    return follow(start or Progress(), [(number, True) for number in numbers])


def test_numbers_passed_over_are_missing_until_they_come():
    assert count(1, 2, 5).missing == ((3, 5),)
    assert count(1, 2, 5, 4).missing == ((3, 4),)
    assert count(1, 2, 5, 4, 3).absent == 0


def test_the_first_message_says_nothing_about_those_before_it():
    assert count(500).absent == 0


def test_a_message_that_comes_again_is_counted_as_such():
    assert count(1, 2, 2, 1).repeated == 2


def test_a_restart_makes_what_was_missing_lost():
    progress = count(1, 5, 0, 1)
    assert (progress.last, progress.lost, progress.restarts, progress.missing) == (1, 3, 1, ())


def test_an_old_zero_that_comes_again_is_no_restart():
    assert follow(Progress(), [(0, True), (1, True), (2, True), (0, False)]).restarts == 0


def test_scattered_gaps_do_not_grow_without_end():
    progress = count(*range(0, 1000, 2))
    assert len(progress.missing) == sequence.MOST_RANGES
    assert progress.absent == 499


@given(st.permutations(list(range(1, 30))), st.sets(st.integers(2, 28), max_size=10))
def test_in_any_order_exactly_those_that_never_came_are_absent(order, never):
    came = [1] + [number for number in order if number not in never and number != 1]
    progress = count(*came)
    expected = {number for number in never if number < max(came)}
    assert progress.absent == len(expected)
    assert {number for start, end in progress.missing for number in range(start, end)} == expected
    assert progress.repeated == 0
