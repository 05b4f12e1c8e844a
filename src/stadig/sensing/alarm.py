"""When a value should wake someone: thresholds with hysteresis, silence, and nothing said twice.

Pure functions over arrays. An *edge* is a change of state: an alarm begins or ends. Between edges nothing happens,
so a sensor that trembles around its level, or reports the same fullness a hundred times, gives one alarm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Edges:
    """The changes of state, in the order of the observations. ``position`` indexes the observations given."""

    position: NDArray[np.intp]
    on: NDArray[np.bool_]
    final: NDArray[np.bool_]
    """The state of each watch after all its observations."""


def thresholds(
    watch: NDArray[np.intp],
    values: Values,
    *,
    level: Values,
    clear: Values,
    above: NDArray[np.bool_],
    on: NDArray[np.bool_],
) -> Edges:
    """Follow many watches through their observations at once.

    A watch *above* begins when a value reaches ``level`` and ends when one falls to ``clear`` (≤ level) or below;
    a watch *below* (a battery) is its mirror image. Between the two nothing changes: that gap is the hysteresis.
    NaN changes nothing.

    Parameters
    ----------
    watch
        For each observation the index of its watch; observations of one watch stand in order of time.
    values
        The observations.
    level, clear, above, on
        One entry per watch: its levels, its direction, and its state before these observations.
    """
    final = on.copy()
    if not len(values):
        return Edges(np.zeros(0, np.intp), np.zeros(0, np.bool_), final)
    order = np.argsort(watch, kind="stable")
    of, value = watch[order], values[order]
    sign = np.where(above[of], 1.0, -1.0)
    with np.errstate(invalid="ignore"):
        begins = sign * value >= sign * level[of]
        ends = (sign * value <= sign * clear[of]) & ~begins
    # The state after each observation is that of the latest decisive one of the same watch, or the state before.
    decisive = begins | ends
    index = np.arange(len(of))
    group_start = np.maximum.accumulate(np.where(np.r_[True, of[1:] != of[:-1]], index, 0))
    latest = np.maximum.accumulate(np.where(decisive, index, -1))
    state = np.where(latest >= group_start, begins[np.maximum(latest, 0)], on[of])
    previous = np.where(index == group_start, on[of], np.r_[False, state[:-1]])
    last = np.r_[of[1:] != of[:-1], True]
    final[of[last]] = state[last]
    changed = np.flatnonzero(state != previous)
    position = order[changed]
    chronological = np.argsort(position, kind="stable")
    return Edges(position[chronological], state[changed][chronological], final)


def silent(latest: Times, limit: NDArray[np.int64], now: int, *, since: Times) -> NDArray[np.bool_]:
    """Which watches have been quiet for longer than their limit.

    Parameters
    ----------
    latest
        Time of the latest observation, microseconds; ``-1`` where there has been none.
    limit
        The longest accepted quiet, microseconds.
    now
        This moment, microseconds.
    since
        When the watch began, microseconds: one that never reported is silent when that is longer ago than the limit.
    """
    return now - np.where(latest < 0, since, np.maximum(latest, 0)) > limit
