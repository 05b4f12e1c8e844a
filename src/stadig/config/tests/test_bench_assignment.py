"""The promise of the roll-out: who is in which arm is answered in process, at once."""

from __future__ import annotations

from stadig.config.bench import _pilots_assignment


def test_an_arm_is_said_in_less_than_fifty_microseconds():
    (figure,) = _pilots_assignment.figures()
    assert figure.unit == "µs"
    assert figure.holds, figure.value
