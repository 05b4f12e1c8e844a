"""Who gained: the effect in each area, age band or group. Described, not judged; small cells are not shown."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics import meters, persons, sequence
from stadig.pilots.statistics.terms import Design, Estimate, Finding, Look, Part, Plan, Scale, Series

FEWEST = 5
"""Fewer units than this in either group are never shown."""
MOST_SHOWN = 20
"""More areas, or bins, are not told one by one."""


def parts(plan: Plan, series: Series, through: dt.date) -> tuple[Part, ...]:
    """One part per kind and label, in alphabetical order; suppressed where few are behind it.

    When the labels that are too small are too few even together, the next smallest is suppressed too: otherwise they are the whole minus the rest.
    Labels of areas that have not got the service have no part.
    """
    if not series.group:
        return areas(plan, series, through) if plan.design in (Design.AREAS, Design.COMPARISON) else ()
    found: list[Part] = []
    keep = persons.usable(plan, series, through) if plan.design is Design.PERSONS else None
    cells = _cells(plan, series, through) if keep is None else None
    for kind in sorted(series.group):
        sized: dict[str, tuple[Estimate | None, int]] = {}
        names, where = np.unique(series.group[kind], return_inverse=True)
        for number, name in enumerate(names.tolist()):
            if name and keep is not None:
                sized[name] = _among(plan, persons.units(plan, series, keep & (where == number)))
            elif name and cells is not None and (one := _change_beside(plan, series, where == number, cells)):
                sized[name] = one
        small = hidden({name: size for name, (_, size) in sized.items()})
        found += [Part(kind, name, None if name in small else one, name in small) for name, (one, _) in sized.items()]
    return tuple(found)


def areas(plan: Plan, series: Series, through: dt.date) -> tuple[Part, ...]:
    """Each area that has the service: its own change beside the mean change of those without, with the band in which another area without it
    would lie in 95 cases of 100 (the plan's level).

    The band is Student's prediction interval of one more draw from the comparison areas' changes, on a log scale where the difference is a
    share: inference from the spread among those without, as in Conley & Taber (2011), Review of Economics and Statistics 93:113-125, with
    normal residuals since the areas are few. Descriptive: no verdict is built on it. Without an interval below ``FEWEST`` comparison areas;
    nothing where more than ``MOST_SHOWN`` have the service.
    """
    pilot, before, after = _cells(plan, series, through)
    changes: dict[bool, list[tuple[str, float, int]]] = {True: [], False: []}
    for name, places in meters.by_unit(series, before | after):
        rows = np.zeros(len(series.unit), dtype=np.bool_)
        rows[places] = True
        was, became = _mean(series, rows & before), _mean(series, rows & after)
        log = plan.scale is not Scale.ABSOLUTE
        if was is None or became is None or (log and (was <= 0 or became <= 0)):
            continue
        change = math.log(became / was) if log else became - was
        changes[bool(pilot[places[0]])].append((name, change, round(float(series.weight[rows & after].sum()))))
    theirs = np.array([one[1] for one in changes[False]])
    if not len(theirs):
        return ()
    if len(changes[True]) > MOST_SHOWN:
        return ()
    wide = _prediction(theirs, plan.alpha)
    small = hidden({name: size for name, _, size in changes[True]})
    return tuple(
        Part(
            "area",
            name,
            None if name in small else _beside(plan, change - float(theirs.mean()), wide, len(theirs)),
            name in small,
        )
        for name, change, _ in changes[True]
    )


def _prediction(values: NDArray[np.float64], alpha: float) -> float | None:
    """Half the width of the band for one more; None for too few, or where nothing moved: then it says nothing of how much one may."""
    count = len(values)
    if count < FEWEST or np.ptp(values) < 1e-9:
        return None
    from scipy import special  # heavy, and only where a look is made

    return float(special.stdtrit(count - 1, 1 - alpha / 2)) * float(values.std(ddof=1)) * math.sqrt(1 + 1 / count)


def _beside(plan: Plan, value: float, wide: float | None, beside: int) -> Estimate:
    told = math.expm1 if plan.scale is not Scale.ABSOLUTE else float
    low, high = (None, None) if wide is None else (told(value - wide), told(value + wide))
    return Estimate(told(value), low, high, 1 - plan.alpha, None, 1, beside)


def hidden(sizes: dict[str, int]) -> set[str]:
    """The labels that must not be shown: those that are too small, and the next smallest until those hidden are enough together."""
    kept: set[str] = set()
    together = 0
    for size, name in sorted((size, name) for name, size in sizes.items()):
        if size >= FEWEST and (not kept or together >= FEWEST):
            break
        kept.add(name)
        together += size
    return kept


def _among(plan: Plan, seen: persons.Units) -> tuple[Estimate | None, int]:
    """The difference among some persons, and how many are in the smaller group; without interval until there are enough."""
    pilot, comparison = seen.mean[seen.pilot], seen.mean[~seen.pilot]
    fewest = min(len(pilot), len(comparison))
    if fewest < FEWEST:
        return None, fewest
    shown, _ = persons.compare(plan, seen)
    if shown is not None:
        return shown, fewest
    own, theirs = sequence.Moments.of(pilot), sequence.Moments.of(comparison)
    one = sequence.difference(own, theirs, alpha=plan.alpha, planned=plan.planned_n, scale=plan.scale)
    return one and Estimate(one.value, None, None, one.level, None, len(pilot), len(comparison)), fewest


Cells = tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]


def _change_beside(plan: Plan, series: Series, label: NDArray[np.bool_], cells: Cells) -> tuple[Estimate | None, int] | None:
    """The label's change in pilot areas beside the change in comparison areas: of the same label, or all when it has none.

    None where no pilot area of the label has figures from both before and after.
    """
    pilot, before, after = cells
    same = label & ~pilot
    beside = same if (same & before).any() and (same & after).any() else ~pilot
    rows = (label & pilot & before, label & pilot & after, beside & before, beside & after)
    was, became, theirs_was, theirs_became = (_mean(series, one) for one in rows)
    if was is None or became is None:
        return None
    behind = round(float(series.weight[rows[1]].sum()))
    value = _change(plan.scale, was, became, theirs_was, theirs_became)
    if value is None:
        return None, behind
    return Estimate(value, None, None, 1 - plan.alpha, None, behind, round(float(series.weight[rows[3]].sum()))), behind


def _change(scale: Scale, was: float, became: float, theirs_was: float | None, theirs_became: float | None) -> float | None:
    """A difference of changes, or a ratio of ratios minus 1; without comparison the change itself."""
    if theirs_was is None or theirs_became is None:
        theirs_was = theirs_became = 1.0
    if scale is Scale.ABSOLUTE:
        return (became - was) - (theirs_became - theirs_was)
    if was <= 0 or theirs_was <= 0 or theirs_became <= 0:
        return None
    return became / was / (theirs_became / theirs_was) - 1


def _mean(series: Series, rows: NDArray[np.bool_]) -> float | None:
    weight = float(series.weight[rows].sum())
    return float((series.value[rows] * series.weight[rows]).sum()) / weight if weight > 0 else None


def _cells(plan: Plan, series: Series, through: dt.date) -> Cells:
    """Per row: whether its unit gets the service, whether it is before the trial (within the baseline), and whether after."""
    pilot = persons.arms(plan, series) == persons.PILOT
    if plan.design is Design.BEFORE_AFTER:
        pilot = np.ones(len(series.unit), dtype=bool)
    first = np.datetime64(plan.begins - dt.timedelta(plan.baseline_days))
    finite = np.isfinite(series.value)
    before = (series.day >= first) & (series.day < np.datetime64(plan.begins)) & finite
    return pilot, before, persons.inside(plan, series, through)


def before_after(plan: Plan, series: Series, days: Sequence[dt.date]) -> tuple[tuple[Look, ...], tuple[Finding, ...]]:
    """The change of the units that have figures from both before and after, without an interval: it is described, never judged."""
    found: list[Look] = []
    for number, day in enumerate(days, 1):
        _, before, after = _cells(plan, series, day)
        both = np.isin(series.unit, np.intersect1d(series.unit[before], series.unit[after]))
        was, became = _mean(series, before & both), _mean(series, after & both)
        value = None if was is None or became is None else _change(plan.scale, was, became, None, None)
        count = len(np.unique(series.unit[both]))
        found.append(Look(number, day, None if value is None else Estimate(value, None, None, 1 - plan.alpha, None, count)))
    return tuple(found), ()
