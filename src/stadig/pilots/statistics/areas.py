"""Areas drawn by lot: the estimate and its always-valid interval at every look, by sequential re-randomisation."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics import allocation as lots
from stadig.pilots.statistics import ols, permutation, spending, verdict
from stadig.pilots.statistics.panel import Panel, fold
from stadig.pilots.statistics.terms import Allocation, Estimate, Finding, Look, Plan, Scale, Series

CLOSE = 1e-6
WORK = 500_000
"""Draws times planned looks: where a list is longer, a test of daily looks would take minutes, and some of its draws are drawn."""


def looks_planned(plan: Plan) -> int:
    """How many times the plan looks in all: known from the start, so that every look uses the same draws."""
    return max(1, -(-((plan.ends - plan.begins).days + 1) // plan.every_days))


def looks(plan: Plan, series: Series, days: Sequence[dt.date]) -> tuple[tuple[Look, ...], tuple[Finding, ...]]:
    """The looks of ``days`` (ascending, up to today) and what the reader must know of the draw and the areas.

    A unit counts from the trial's first day whenever it got the service itself: when it came late is not left to the outcome to decide.
    An estimate is None where a side has no figures yet. No error is raised for what the data lack: a finding that withholds says it.
    """
    allocation = plan.allocation
    if allocation is None:
        return (), (Finding("allocation_missing", "withhold"),)
    if allocation.method == "chosen":
        return (), (Finding("not_drawn", "withhold", values={"units": list(allocation.treated)}),)
    try:
        draws = lots.admissible(allocation, permutations=plan.permutations)
        own = draws.number_of(lots.mask(allocation))
    except lots.BadDraw as bad:
        return (), (Finding("draw_impossible", "withhold", values={"reason": str(bad)}),)
    if own is None:
        return (), (Finding("not_admissible", "withhold", values={"units": list(allocation.treated), "draws": len(draws.rows)}),)
    panel = fold(series, allocation.units, plan.begins, plan.baseline_days, days)
    rows, at = draws.tested(own, WORK // looks_planned(plan), allocation.seed)
    test = permutation.lines(rows, at, panel.after, panel.before, relative=plan.scale is Scale.RELATIVE)
    found = [
        *_of_draw(allocation, draws, len(rows), plan.alpha),
        *of_panel(panel, plan),
        *of_scale(test, panel, plan.scale),
        *_beside(test, panel, rows[at], plan.alpha),
    ]
    made = judged(plan, test, panel, rows[at], days, mirrored=draws.mirrored)
    return made, (*found, *changing(plan, made))


def judged(
    plan: Plan, test: permutation.Lines, panel: Panel, own: NDArray[np.bool_], days: Sequence[dt.date], *, mirrored: bool
) -> tuple[Look, ...]:
    """Every look with its estimate, the interval of the sequential test and its always-valid p."""
    length = (plan.ends - plan.begins).days + 1
    shares = np.array([spending.share(plan.spending, ((day - plan.begins).days + 1) / length, plan.alpha) for day in days])
    if not len(shares):
        return ()
    between = spending.intervals(test, spending.budgets(shares, plan.alpha, test.at.shape[1], mirrored=mirrored))
    p_values = spending.always_valid_p(test, shares, alpha=plan.alpha, mirrored=mirrored)
    made: list[Look] = []
    for number, day in enumerate(days):
        middle, heard = test.estimate(number), np.isfinite(panel.after[number])
        estimate = None
        if middle is not None and not math.isinf(test.effect(middle)):
            low, high = (None, None) if math.isnan(between[number][0]) else test.effects(*between[number])
            with_it, without = int((heard & own).sum()), int((heard & ~own).sum())
            estimate = Estimate(test.effect(middle), low, high, 1 - plan.alpha, float(p_values[number]), with_it, without)
        made.append(Look(number + 1, day, estimate, float(shares[number])))
    return tuple(made)


def changing(plan: Plan, made: Sequence[Look]) -> Iterator[Finding]:
    """That no effect which is the same all the time agrees with every look: it fades, turns, or grew. Then no interval speaks of it.

    With an effect that is the same this happens with probability α at most, so a verdict is lost no more often than that.
    """
    seen = [one for one in made if one.estimate is not None]
    if not seen or seen[-1].estimate is None or _holds(seen[-1].estimate):
        return
    agreed = next((one for one in reversed(seen) if one.estimate is not None and _holds(one.estimate)), None)
    values = {"value": seen[-1].estimate.value, "before": None, "day": plan.begins.isoformat()}
    if agreed is not None and agreed.estimate is not None:
        values |= {"before": agreed.estimate.value, "day": agreed.through.isoformat()}
    yield Finding("effect_changes", "withhold", plan.outcome, values)


def _holds(estimate: Estimate) -> bool:
    """Whether the running interval holds the estimate beside it. One without ends where no effect is excluded by p alone has nothing left."""
    if estimate.low is None and estimate.high is None:
        return estimate.p is None or estimate.p > 1 - estimate.level
    low, high = verdict.bounds(estimate)
    slack = CLOSE * (1 + abs(estimate.value))
    return low - slack <= estimate.value <= high + slack


def _of_draw(allocation: Allocation, draws: lots.Draws, tested: int, alpha: float) -> Iterator[Finding]:
    values = {
        "draws": draws.total,
        "used": tested * (2 if draws.mirrored else 1),
        "smallest_p": draws.smallest_p,
        "sha256": draws.digest,
    }
    yield Finding("draws_possible", values=values)
    if draws.smallest_p > alpha:
        yield Finding("areas_too_few", "withhold", values={"smallest_p": draws.smallest_p, "draws": draws.total, "alpha": alpha})
    if allocation.seed and not lots.is_redrawn(allocation):
        yield Finding("seed_differs", "warning", values={"seed": allocation.seed})


def of_panel(panel: Panel, plan: Plan) -> Iterator[Finding]:
    """What the areas' figures lack; for every design of areas."""
    allocation = plan.allocation
    if panel.strangers:
        yield Finding("unit_unknown", "warning", values={"units": list(panel.strangers)})
    names = np.array(panel.units, dtype=np.str_)
    if len(panel.after):
        silent = names[~np.isfinite(panel.after[-1])].tolist()
        if silent:
            yield Finding("unit_silent", "warning", values={"units": silent})
        heard = panel.after[-1][np.isfinite(panel.after[-1])]
        if len(heard) > 1 and np.ptp(heard) == 0:
            yield Finding("areas_alike", "withhold", values={"value": float(heard[0])})
    lacking = names[~np.isfinite(panel.before)].tolist()
    if len(lacking) > len(names) - 3:
        yield Finding("no_baseline", "warning")
    elif lacking:
        yield Finding("baseline_missing", "warning", values={"units": lacking})
    late = [unit for unit, day in (allocation.begins if allocation else ()) if day > plan.begins]
    if late:
        yield Finding("began_later", "warning", values={"units": late})


def of_scale(test: permutation.Lines, panel: Panel, scale: Scale) -> Iterator[Finding]:
    """That zeros keep logarithms from being used, or that a share of a negative figure means nothing."""
    if scale is Scale.RELATIVE and test.kind == "ratio":
        negative = bool((panel.after < 0).any() or (panel.before < 0).any())
        yield Finding("negative_in_relative", "withhold") if negative else Finding("zero_in_relative")


def _beside(test: permutation.Lines, panel: Panel, own: NDArray[np.bool_], alpha: float) -> Iterator[Finding]:
    """The ordinary t-test of the area means at the last look, with G − 2 degrees of freedom, one less where there is a slope: a note, never the verdict."""
    heard = np.isfinite(panel.after[-1]) if len(panel.after) else np.zeros(0, dtype=np.bool_)
    units = int(heard.sum())
    if test.kind == "ratio" or units < 5 or min(own[heard].sum(), (~own)[heard].sum()) < 2:
        return
    from scipy import special  # heavy, and only where a look is made

    tested = np.log if test.kind == "log" else np.asarray
    figures, base = tested(panel.after[-1][heard]), permutation.filled(panel.before)
    sides = [np.ones(units), own[heard].astype(np.float64)]
    if base is not None:
        known = tested(base[heard])
        if permutation.adjustment(len(own)) == "change":
            figures = figures - known
        else:
            sides.append(known - known.mean())
    line = ols.regression(figures, np.column_stack(sides))
    value, spread = float(line.value[1]), float(line.error[1])
    if spread == 0:
        return
    wide = float(special.stdtrit(line.free, 1 - alpha / 2)) * spread
    low, high = test.effects(value - wide, value + wide)
    p = 2 * float(special.stdtr(line.free, -abs(value) / spread))
    yield Finding("cluster_t", values={"value": test.effect(value), "low": low, "high": high, "p": p, "df": line.free})
