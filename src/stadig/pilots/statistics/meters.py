"""Whether the meter changed rather than the city: jumps in a unit's own series, and effects that spill over to its neighbours."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics import persons, rare
from stadig.pilots.statistics.rare import EACH_SIDE, FEWEST_ROWS
from stadig.pilots.statistics.terms import Design, Finding, Plan, Scale, Series

STRICT = 0.001
"""Below this a check speaks: they are made at every look, and must not cry wolf."""
TOGETHER_DAYS = 14
"""Jumps so near each other are of one cause."""
FEWEST_BESIDE = 4
"""A group of fewer units is no measure of what is usual."""


@dataclass(frozen=True, slots=True)
class Jump:
    """Where a unit's series changes most: the first day after it, how many times larger it is then, and in spreads."""

    unit: str
    pilot: bool
    day: np.datetime64
    factor: float
    spreads: float
    none: bool = False
    """There was nothing at all before or after: how many times that is can only be guessed."""

    @property
    def power(self) -> int:
        """The power of ten that the factor is (within a fifth), or 0."""
        if self.factor <= 0 or self.none:
            return 0
        size = math.log10(self.factor)
        return round(size) if abs(size - round(size)) < 0.08 else 0


def middle(values: NDArray[np.float64] | NDArray[np.int64]) -> float:
    """The median. NumPy's own loads a module of 50 ms that nothing else here needs."""
    ordered, half = np.sort(values), len(values) // 2
    return float(ordered[half]) if len(values) % 2 else float(ordered[half - 1] + ordered[half]) / 2


def by_unit(series: Series, rows: NDArray[np.bool_]) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """Each unit with the places of its rows, by day."""
    places = np.flatnonzero(rows)
    if not len(places):
        return
    places = places[np.lexsort((series.day[places], series.unit[places]))]
    names, first = np.unique(series.unit[places], return_index=True)
    for name, part in zip(names, np.split(places, first[1:]), strict=True):
        yield str(name), part


def changed(plan: Plan, series: Series, through: dt.date) -> Iterator[Finding]:
    """Units whose level jumps by a power of ten (another unit of measure), or by far more than it varies otherwise.

    A jump of most units of a group at one time is an event, not a meter; if it comes with the start it may be the effect, or the
    new meters that came with the service: then it is a warning. A power of ten in single units withholds the verdict. Persons are not named.
    """
    first = np.datetime64(plan.begins - dt.timedelta(plan.baseline_days))
    rows = np.isfinite(series.value) & (series.day >= first) & (series.day <= np.datetime64(min(through, plan.ends)))
    arm = persons.arms(plan, series)
    begins = dict(plan.allocation.begins) if plan.allocation else {}
    found, sizes = _jumps(series, rows, arm)
    for jump in found:
        shown = "" if plan.design is Design.PERSONS else jump.unit
        together = sum(1 for one in found if one.pilot == jump.pilot and _days(one.day, jump.day) <= TOGETHER_DAYS)
        common = sizes[jump.pilot] > 1 and together > sizes[jump.pilot] / 2
        at_start = jump.pilot and _days(jump.day, np.datetime64(begins.get(jump.unit, plan.begins))) <= TOGETHER_DAYS
        if jump.power:
            figures = {"unit": shown, "factor": 10.0**jump.power, "day": str(jump.day), "at_start": at_start}
            yield Finding("changed_meter", "warning" if common or at_start else "withhold", series.outcome, figures)
        elif not common and not at_start:
            figures = {"unit": shown, "factor": jump.factor, "day": str(jump.day)}
            yield Finding("level_shift", "warning", series.outcome, figures)


def _jumps(series: Series, rows: NDArray[np.bool_], arm: NDArray[np.str_]) -> tuple[list[Jump], dict[bool, int]]:
    """Every unit's jump, and how many units of each group have figures enough. What is seldom and counted is judged as counts."""
    found: list[Jump] = []
    sizes = {True: 0, False: 0}
    events = np.zeros(len(rows)), np.zeros(len(rows))
    counted = rare.counted(series.value[rows], series.weight[rows])
    if counted is not None:
        events[0][rows], events[1][rows] = counted
    flows = _flows(series, rows, arm, rare.Counted(*events)) if counted is not None else {}
    for name, places in by_unit(series, rows):
        if len(places) < FEWEST_ROWS:
            continue
        pilot = str(arm[places[0]]) == persons.PILOT
        sizes[pilot] += 1
        day, own = series.day[places], rare.Counted(events[0][places], events[1][places])
        if counted is not None and own.events.mean() < rare.SELDOM:
            shift = rare.shift(day, own, flows[str(arm[places[0]])], strict=STRICT)
            jump = shift and Jump(name, pilot, day[shift.at], shift.factor, math.inf, shift.none)
        else:
            jump = _jump(name, pilot, day, series.value[places])
        if jump and (jump.power or jump.spreads >= 4):
            found.append(jump)
    return found, sizes


def _flows(series: Series, rows: NDArray[np.bool_], arm: NDArray[np.str_], events: rare.Counted) -> dict[str, rare.Flow]:
    """Group → the events of its units, or of all where it has so few units that one of them is much of it."""
    flows: dict[str, rare.Flow] = {}
    for name in np.unique(arm[rows]).tolist():
        own = rows & (arm == name)
        used = own if len(np.unique(series.unit[own])) >= FEWEST_BESIDE else rows
        flows[name] = rare.flow(series.day[used], rare.Counted(events.events[used], events.among[used]))
    return flows


def _days(one: np.datetime64, other: np.datetime64) -> int:
    return abs(int((one - other).astype(np.int64)))


def _jump(name: str, pilot: bool, day: NDArray[np.datetime64], value: NDArray[np.float64]) -> Jump | None:
    """The split of the series with the largest difference of means beside its spread (on a log scale where all are positive)."""
    logs = bool((value > 0).all())
    y = np.log(value) if logs else value
    count = len(y)
    k = np.arange(EACH_SIDE, count - EACH_SIDE + 1)
    sums = np.cumsum(y)
    before, after = sums[k - 1] / k, (sums[-1] - sums[k - 1]) / (count - k)
    at = int(k[np.argmax((after - before) ** 2 * k * (count - k))])
    low, high = middle(y[:at]), middle(y[at:])
    spread = 1.4826 * middle(np.abs(np.concatenate([y[:at] - low, y[at:] - high])))
    size = abs(high - low)
    if not size or size < 2 * spread:
        return None
    factor = math.exp(high - low) if logs else (high / low if low else math.inf)
    return Jump(name, pilot, day[at], factor, size / spread if spread else math.inf) if math.isfinite(factor) else None


def pairs(neighbours: Mapping[str, Sequence[str]]) -> tuple[tuple[str, str], ...]:
    """Every two units of which one names the other, once and in order."""
    return tuple(
        sorted({(min(one, other), max(one, other)) for one, some in neighbours.items() for other in some if one != other})
    )


def neighbours_of(beside: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Unit → the units beside it."""
    found: dict[str, list[str]] = {}
    for one, other in beside:
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return {name: tuple(some) for name, some in found.items()}


def spill_over(plan: Plan, series: Series, neighbours: Mapping[str, Sequence[str]], through: dt.date) -> Iterator[Finding]:
    """Comparison areas beside pilot areas that changed otherwise than the ones further away: the service reaches them too.

    ``neighbours``: unit → units beside it. A permutation test of who is a neighbour, 9,999 draws of the plan's seed.
    """
    changes = _changes(plan, series, through)
    arm = persons.arms(plan, series)
    pilots = {str(one) for one in np.unique(series.unit[arm == persons.PILOT])}
    names = [name for name in changes if name not in pilots]
    beside = np.array(
        [bool(pilots.intersection(neighbours.get(name, ()))) or _named_by(name, pilots, neighbours) for name in names]
    )
    near = int(beside.sum())
    if near < 2 or len(names) - near < 2:
        return
    values = np.array([changes[name] for name in names])
    seen = float(values[beside].mean() - values[~beside].mean())
    rng = np.random.default_rng(plan.seed)
    draws = rng.permuted(np.tile(values, (9999, 1)), axis=1)
    differences = draws[:, :near].mean(1) - draws[:, near:].mean(1)
    p = (1 + int((np.abs(differences) >= abs(seen) - 1e-12).sum())) / 10_000
    if p <= 0.05:
        named = [name for name, one in zip(names, beside.tolist(), strict=True) if one]
        figures: dict[str, Any] = {
            "beside": float(values[beside].mean()),
            "others": float(values[~beside].mean()),
            "areas": near,
            "p": p,
        }
        figures["units"] = [] if plan.design is Design.PERSONS else named
        yield Finding("spill_over", "warning", series.outcome, figures)


def _named_by(name: str, pilots: set[str], neighbours: Mapping[str, Sequence[str]]) -> bool:
    """Whether a pilot area names it as its neighbour."""
    return any(name in neighbours.get(pilot, ()) for pilot in pilots)


def _changes(plan: Plan, series: Series, through: dt.date) -> dict[str, float]:
    """Unit → its change from the baseline to the trial, as a share or in its own unit, for units with figures from both."""
    after = persons.inside(plan, series, through)
    first = np.datetime64(plan.begins - dt.timedelta(plan.baseline_days))
    before = np.isfinite(series.value) & (series.day >= first) & (series.day < np.datetime64(plan.begins))
    was = {name: float(np.average(series.value[rows])) for name, rows in by_unit(series, before)}
    became = {name: float(np.average(series.value[rows])) for name, rows in by_unit(series, after)}
    if plan.scale is Scale.ABSOLUTE:
        return {name: became[name] - was[name] for name in sorted(was.keys() & became.keys())}
    return {name: became[name] / was[name] - 1 for name in sorted(was.keys() & became.keys()) if was[name]}
