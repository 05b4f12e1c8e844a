"""What is done to a series before it is analysed: one order of its rows, and a choice among them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics.terms import Series


def chosen(series: Series, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Series:
    """The series with some of its rows, by a mask or in an order."""
    return replace(
        series,
        unit=series.unit[rows],
        day=series.day[rows],
        value=series.value[rows],
        weight=series.weight[rows],
        source=series.source[rows],
        arm=None if series.arm is None else series.arm[rows],
        group={name: labels[rows] for name, labels in series.group.items()},
    )


def ordered(series: Series) -> Series:
    """The same rows by day, then unit, then all else: sums of them are then the same to the last bit however they came."""
    keys: list[NDArray[np.generic]] = [series.group[name] for name in sorted(series.group, reverse=True)]
    if series.arm is not None:
        keys.append(series.arm)
    return chosen(series, np.lexsort([*keys, series.weight, series.value, series.source, series.unit, series.day]))
