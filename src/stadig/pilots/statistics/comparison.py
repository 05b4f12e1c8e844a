"""Areas that were chosen, beside others that were not: difference-in-differences with placebos in space.

Each area's change from its baseline, the pilot areas' mean less the comparison areas'. The inference asks how often as many other areas, taken
as if they had been the pilot, would have shown as much (Abadie, Diamond & Hainmueller 2010, JASA 105:493-505, section 2.3). It leans on the areas
being exchangeable, which no lot has made them: therefore a full year of baseline, a look at the trends before the start, and at least as many
comparison areas as a single pilot area would need (p is at least 1/(J+1): 19 for α = .05) are demanded before anything is said to be shown.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics import allocation as lots
from stadig.pilots.statistics import areas, permutation
from stadig.pilots.statistics.panel import Panel, fold
from stadig.pilots.statistics.terms import Finding, Look, Plan, Scale, Series

MONTHS = 12
"""Calendar months with figures before the start: a year, so that the season is the same on both sides."""
TREND_P = 0.10
"""Trends before the start that differ more than this are a warning."""


def needed(alpha: float) -> int:
    """How many comparison areas it takes before a single pilot area can show anything at level α."""
    return math.ceil(1 / alpha - 1e-9) - 1


def looks(plan: Plan, series: Series, days: Sequence[dt.date]) -> tuple[tuple[Look, ...], tuple[Finding, ...]]:
    """The looks of ``days`` (ascending, up to today), α shared among them by the plan's spending, and what the reader must know."""
    allocation = plan.allocation
    if allocation is None:
        return (), (Finding("allocation_missing", "withhold"),)
    placebo = replace(allocation, method="complete")
    try:
        draws = lots.admissible(placebo, permutations=plan.permutations)
        drawn = lots.mask(placebo)
    except lots.BadDraw as bad:
        return (), (Finding("draw_impossible", "withhold", values={"reason": str(bad)}),)
    rows, own = draws.tested(draws.number_of(drawn) or 0, areas.WORK // areas.looks_planned(plan), str(plan.seed))
    panel = fold(series, allocation.units, plan.begins, plan.baseline_days, days)
    panel = replace(panel, after=np.where(np.isfinite(panel.before), panel.after, np.nan))
    relative = plan.scale is Scale.RELATIVE
    test = permutation.lines(rows, own, panel.after, panel.before, relative=relative, adjust="change")
    found = [*_of_size(draws, drawn, plan.alpha), *areas.of_panel(panel, plan), *areas.of_scale(test, panel, plan.scale)]
    if panel.months < MONTHS:
        found.append(Finding("baseline_short", "withhold", values={"months": panel.months, "needed": MONTHS}))
    found += _trend(panel, rows, own)
    made = areas.judged(plan, test, panel, drawn, days, mirrored=draws.mirrored)
    return made, (*found, *areas.changing(plan, made))


def _of_size(draws: lots.Draws, drawn: NDArray[np.bool_], alpha: float) -> Iterator[Finding]:
    beside, smallest = int((~drawn).sum()), draws.smallest_p
    yield Finding("placebos", values={"placebos": len(draws.rows) - 1, "comparison": beside, "smallest_p": smallest})
    if beside < needed(alpha):
        values = {"comparison": beside, "needed": needed(alpha), "smallest_p": 1 / (beside + 1), "alpha": alpha}
        yield Finding("comparison_too_few", "withhold", values=values)


def _trend(panel: Panel, rows: NDArray[np.bool_], own: int) -> Iterator[Finding]:
    """Whether the pilot areas were on another way than the others before the start: slopes per month, p among the placebos."""
    slope = slopes(panel.by_month)
    known, drawn = np.isfinite(slope), rows[own]
    if not ((known & drawn).any() and (known & ~drawn).sum() > 1):
        return
    test = permutation.lines(rows, own, slope[None, :], None, adjust="none")
    p, per_month = permutation.p_value(test, 0), test.estimate(0) or 0.0
    yield Finding("pre_trend", "warning" if p < TREND_P else "note", values={"per_month": per_month, "p": p})


def slopes(by_month: NDArray[np.float64]) -> NDArray[np.float64]:
    """(units,): the least-squares slope of each column of (months, units) per row, NaN where fewer than three rows are known."""
    time = np.arange(len(by_month), dtype=np.float64)[:, None]
    known = np.isfinite(by_month)
    count = known.sum(axis=0)
    enough = np.maximum(count, 1)
    middle = (time * known).sum(axis=0) / enough
    off = np.where(known, time - middle, 0.0)
    squares = (off**2).sum(axis=0)
    figures = np.where(known, by_month, 0.0)
    slope: NDArray[np.float64] = np.divide((off * figures).sum(axis=0), np.maximum(squares, 1.0))
    slope[count < 3] = np.nan
    return slope
