"""What is wrong with the data, named before anything is concluded from it. Nothing is left out without a finding that counts it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics import arrivals, meters, persons
from stadig.pilots.statistics.persons import COMPARISON, PILOT
from stadig.pilots.statistics.terms import Design, Finding, Plan, Series

MOST_NAMED = 10
"""So many areas are named in a finding; the others are counted. Persons never are."""

Check = Callable[[Plan, Series, dt.date], Iterator[Finding]]


def all_of(
    plan: Plan, outcomes: Mapping[str, Series], through: dt.date, *, neighbours: Mapping[str, Sequence[str]] | None = None
) -> Iterator[Finding]:
    """Every finding of every outcome that the plan names; only the primary outcome's can withhold the verdict."""
    for slug in dict.fromkeys((plan.outcome, *(one.slug for one in plan.limits), *plan.benefits)):
        series = outcomes.get(slug)
        if series is None or not len(series.unit):
            yield Finding("no_series", "warning", slug)
            continue
        for finding in of_outcome(plan, series, through):
            harmless = slug != plan.outcome and finding.severity == "withhold"
            yield replace(finding, severity="warning") if harmless else finding
        if neighbours and slug == plan.outcome:
            yield from meters.spill_over(plan, series, neighbours, through)


def of_outcome(plan: Plan, series: Series, through: dt.date) -> Iterator[Finding]:
    """The findings of one series."""
    yield from not_counted(plan, series, through)
    if plan.design is Design.PERSONS:
        drawn: tuple[Check, ...] = (sample_ratio, missing_outcomes)
    else:
        drawn = (gaps,)
    for check in (exposed_twice, *drawn, moved, one_arm, constant, arrivals.ends_early, meters.changed):
        yield from check(plan, series, through)


def period(plan: Plan, series: Series, through: dt.date) -> NDArray[np.bool_]:
    """The rows of the days that the analysis looks at: for persons the trial, otherwise its baseline too."""
    first = plan.begins if plan.design is Design.PERSONS else plan.begins - dt.timedelta(plan.baseline_days)
    return (series.day >= np.datetime64(first)) & (series.day <= np.datetime64(min(through, plan.ends)))


def not_counted(plan: Plan, series: Series, through: dt.date) -> Iterator[Finding]:
    """Rows outside the period, without a figure, without weight, or of a person in no group (``areas`` names unknown areas)."""
    inside, arm = period(plan, series, through), persons.arms(plan, series)
    outside = series.day[~inside]
    if len(outside):
        days = {"first": str(outside.min()), "last": str(outside.max())}
        yield Finding("outside_period", "note", series.outcome, {"rows": len(outside), **days})
    empty = int((inside & ~np.isfinite(series.value)).sum())
    if empty:
        yield Finding("missing_values", "note", series.outcome, {"rows": empty})
    weightless = int((inside & ~(series.weight > 0)).sum())
    if weightless:
        yield Finding("without_weight", "warning", series.outcome, {"rows": weightless})
    stray = inside & ~np.isin(arm, (PILOT, COMPARISON))
    if stray.any() and plan.design is Design.PERSONS:
        figures = {"rows": int(stray.sum()), "units": len(np.unique(series.unit[stray]))}
        yield Finding("without_arm", "warning", series.outcome, figures)


def _named(units: NDArray[np.str_]) -> list[str]:
    return [str(one) for one in np.unique(units)[:MOST_NAMED]]


def exposed_twice(plan: Plan, series: Series, through: dt.date) -> Iterator[Finding]:
    """Units that have rows in both groups since the start. Persons are left out then; more than one in a hundred, or any area,
    withholds the verdict.
    """
    if series.arm is None:
        return
    pilot, comparison = (
        np.unique(series.unit[_since(plan, series, through) & (series.arm == name)]) for name in (PILOT, COMPARISON)
    )
    both, every = np.intersect1d(pilot, comparison), np.union1d(pilot, comparison)
    if len(both):
        share = len(both) / len(every)
        figures = {"units": len(both), "share": share, "rows": int(np.isin(series.unit, both).sum())}
        grave = share > 0.01 or plan.design is not Design.PERSONS
        yield Finding("exposed_twice", "withhold" if grave else "warning", series.outcome, figures)


def _since(plan: Plan, series: Series, through: dt.date) -> NDArray[np.bool_]:
    """The rows since the start, with or without a figure."""
    return (series.day >= np.datetime64(plan.begins)) & (series.day <= np.datetime64(min(through, plan.ends)))


def _units_by_arm(plan: Plan, series: Series, through: dt.date) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """The units of each group that have any row since the start, with or without a figure."""
    inside, arm = _since(plan, series, through), persons.arms(plan, series)
    return np.unique(series.unit[inside & (arm == PILOT)]), np.unique(series.unit[inside & (arm == COMPARISON)])


def sample_ratio(plan: Plan, series: Series, through: dt.date) -> Iterator[Finding]:
    """More or fewer in a group than the draw can give: those who are missing may be just those it went badly for.

    Chi-square with one degree of freedom, whose tail is erfc(√(x/2)).
    """
    pilot, comparison = (len(one) for one in _units_by_arm(plan, series, through))
    total, share = pilot + comparison, plan.share
    if not total or not 0 < share < 1:
        return
    p = _tail((pilot - total * share) ** 2 / (total * share * (1 - share)))
    if p < meters.STRICT:
        figures = {"pilot": pilot, "comparison": comparison, "share": share, "p": p}
        yield Finding("sample_ratio", "withhold", series.outcome, figures)


def _tail(chi_square: float) -> float:
    """The chance of a larger chi-square with one degree of freedom."""
    return math.erfc(math.sqrt(chi_square / 2))


def missing_outcomes(plan: Plan, series: Series, through: dt.date) -> Iterator[Finding]:
    """Units without a figure: more of them in one group than in the other, or in one part of the population."""
    inside, arm = period(plan, series, through), persons.arms(plan, series)
    names, where = np.unique(series.unit[inside], return_inverse=True)
    if not len(names):
        return
    without = np.bincount(where, np.isfinite(series.value[inside]), len(names)) == 0
    first = np.unique(where, return_index=True)[1]
    arms = arm[inside][first]
    pilot, comparison, p = _shares(without, arms == PILOT, arms == COMPARISON)
    if p < meters.STRICT and abs(pilot - comparison) >= 0.05:
        figures = {"pilot": pilot, "comparison": comparison, "p": p}
        yield Finding("missing_by_arm", "withhold", series.outcome, figures)
    for kind in sorted(series.group):
        labels = series.group[kind][inside][first]
        for label in np.unique(labels[labels != ""]):
            here, others, p = _shares(without, labels == label, labels != label)
            if p < meters.STRICT and here > others:
                figures = {"kind": kind, "label": str(label), "share": here, "others": others}
                yield Finding("missing_by_group", "warning", series.outcome, figures)


def _shares(without: NDArray[np.bool_], one: NDArray[np.bool_], other: NDArray[np.bool_]) -> tuple[float, float, float]:
    """The share without a figure on either side, and how likely so large a difference is by chance."""
    n1, n0 = int(one.sum()), int(other.sum())
    if not n1 or not n0:
        return 0.0, 0.0, 1.0
    share1, share0 = float(without[one].mean()), float(without[other].mean())
    pooled = (share1 * n1 + share0 * n0) / (n1 + n0)
    variance = pooled * (1 - pooled) * (1 / n1 + 1 / n0)
    return share1, share0, _tail((share1 - share0) ** 2 / variance) if variance else 1.0


def gaps(plan: Plan, series: Series, through: dt.date) -> Iterator[Finding]:
    """Figures that did not come, before the trial and in it, and zeros that may be such."""
    rows = period(plan, series, through)
    yield from arrivals.gaps(series, rows)
    yield from arrivals.zeros_assumed(plan, series, rows)


def moved(plan: Plan, series: Series, through: dt.date) -> Iterator[Finding]:
    """Units that change district, age band or the like underway: each row counts where it says it belongs."""
    inside = period(plan, series, through)
    for kind in sorted(series.group):
        labels = series.group[kind][inside]
        some = labels != ""
        pairs = np.unique(np.stack([series.unit[inside][some], labels[some]]), axis=1)
        names, counts = np.unique(pairs[0], return_counts=True)
        several = names[counts > 1]
        if len(several):
            known = [] if plan.design is Design.PERSONS else _named(several)
            yield Finding("unit_moved", "warning", series.outcome, {"kind": kind, "units": len(several), "names": known})


def one_arm(plan: Plan, series: Series, through: dt.date) -> Iterator[Finding]:
    """Figures from one group only: there is nothing to compare with."""
    if plan.design is Design.BEFORE_AFTER or through < plan.begins:
        return
    rows = persons.inside(plan, series, through)
    arm = persons.arms(plan, series)[rows]
    present = [name for name in (PILOT, COMPARISON) if (arm == name).any()]
    if len(present) == 1:
        few = len(np.unique(series.unit[rows])) < 20 and plan.design is Design.PERSONS
        yield Finding("one_arm", "note" if few else "withhold", series.outcome, {"arm": present[0]})


def constant(plan: Plan, series: Series, through: dt.date) -> Iterator[Finding]:
    """The same figure in every row: nothing is measured, or the meter stands still."""
    inside = period(plan, series, through) & np.isfinite(series.value)
    values = series.value[inside]
    fewest = 2 * plan.burn_in if plan.design is Design.PERSONS else 20
    if len(values) >= fewest and values.min() == values.max():
        yield Finding("constant", "withhold", series.outcome, {"value": float(values[0]), "rows": len(values)})


def late(earlier: Series, now: Series, looked: dt.date) -> Iterator[Finding]:
    """What came, changed or went among days that had already been looked at, compared with the figures of that look."""
    before, after = _figures(earlier, looked), _figures(now, looked)
    came, gone = after.keys() - before.keys(), before.keys() - after.keys()
    changed = {key for key in after.keys() & before.keys() if after[key] != before[key]}
    if came or gone or changed:
        figures = {"came": len(came), "gone": len(gone), "changed": len(changed), "of": len(after), "looked": looked.isoformat()}
        heavy = len(came) + len(gone) + len(changed) > 0.05 * max(len(after), 1)
        yield Finding("late", "warning" if heavy else "note", now.outcome, figures)


def _figures(series: Series, looked: dt.date) -> dict[tuple[str, str], list[float]]:
    """Unit and day → its figures through a day."""
    found: dict[tuple[str, str], list[float]] = {}
    keep = series.day <= np.datetime64(looked)
    days = np.datetime_as_string(series.day[keep], unit="D").tolist()
    for unit, day, value in zip(series.unit[keep].tolist(), days, series.value[keep].tolist(), strict=True):
        found.setdefault((unit, day), []).append(value)
    return {key: sorted(values) for key, values in found.items()}
