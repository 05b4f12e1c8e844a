"""A series folded to one figure per unit: its mean before the start, and its mean from the start through each look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics.terms import Series


@dataclass(frozen=True, slots=True)
class Panel:
    """Weighted means per unit, in the outcome's own unit; NaN where nothing was measured."""

    units: tuple[str, ...]
    before: NDArray[np.float64]
    """(units,): over the days of the baseline."""
    after: NDArray[np.float64]
    """(looks, units): from the first day of the trial through each look."""
    by_month: NDArray[np.float64]
    """(months before the start, units), the earliest first."""
    strangers: tuple[str, ...]
    """Units with figures that the trial does not know of."""

    @property
    def months(self) -> int:
        """In how many calendar months before the start something was measured."""
        return int(np.isfinite(self.by_month).any(axis=1).sum())


def fold(series: Series, units: Sequence[str], begins: dt.date, baseline_days: int, days: Sequence[dt.date]) -> Panel:
    """Fold the rows of the baseline (``baseline_days`` before ``begins``) and of the trial through each of ``days`` (ascending).

    A row without a finite value or a positive weight carries nothing and is left out.
    """
    names = np.array(units, dtype=np.str_)
    order = np.argsort(names)
    at = np.minimum(np.searchsorted(names[order], series.unit), len(names) - 1)
    known = names[order][at] == series.unit
    carries = np.isfinite(series.value) & (series.weight > 0)
    strangers = tuple(sorted(str(name) for name in np.unique(series.unit[~known])))
    unit, day = order[at], series.day.astype("datetime64[D]")
    start = np.datetime64(begins, "D")
    early = known & carries & (day < start) & (day >= start - np.timedelta64(baseline_days, "D"))
    before = _means(series, early, np.zeros(len(unit), dtype=np.intp), unit, (1, len(names)))[0]
    month = day.astype("datetime64[M]")
    first = month[early].min() if early.any() else start.astype("datetime64[M]")
    span = int((start.astype("datetime64[M]") - first).astype(int)) + 1
    by_month = _means(series, early, (month - first).astype(np.intp), unit, (span, len(names)))
    ends = np.array(days, dtype="datetime64[D]")
    look = np.searchsorted(ends, day, side="left")
    late = known & carries & (day >= start) & (look < len(ends))
    after = _means(series, late, look, unit, (len(ends), len(names)), running=True)
    return Panel(tuple(units), before, after, by_month, strangers)


def _means(
    series: Series,
    kept: NDArray[np.bool_],
    row: NDArray[np.intp],
    unit: NDArray[np.intp],
    shape: tuple[int, int],
    *,
    running: bool = False,
) -> NDArray[np.float64]:
    """(rows, units) weighted means; ``running``: of all rows so far."""
    cell, size = row[kept] * shape[1] + unit[kept], shape[0] * shape[1]
    weight = np.bincount(cell, series.weight[kept], size).reshape(shape)
    total = np.bincount(cell, series.weight[kept] * series.value[kept], size).reshape(shape)
    if running:
        weight, total = weight.cumsum(axis=0), total.cumsum(axis=0)
    return np.divide(total, weight, out=np.full(shape, np.nan), where=weight > 0)
