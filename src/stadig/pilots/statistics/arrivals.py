"""Whether figures have come: periods that a source did not deliver, told apart from periods in which there was nothing to count.

A meter or a file has a rhythm of its own in each unit. A source that counts events has a row only where something happened: there a
silence is a gap when chance would hardly make it so long, and the rhythm is that of all units together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics import meters, persons
from stadig.pilots.statistics.persons import COMPARISON, PILOT
from stadig.pilots.statistics.series import chosen
from stadig.pilots.statistics.terms import Design, Finding, Plan, Series

EVENTS = ("effects", "cases", "ratings", "derived")
"""Sources that count what happens. The others measure: they have a row whether something happens or not."""
WEEK = 7
SOME = 0.25
"""The share of one group's areas that may be silent, when those of the other are not, before the verdict is withheld."""
FEWEST_ZEROS = 3
"""Periods in a row."""
MOSTLY = 0.6
"""Only an area that has something in so large a share of the other periods is missed when it has nothing: what is rare may have a season of its own."""


class Calendar(NamedTuple):
    """The periods in which figures of events may come, and those in which something came from any unit."""

    length: int
    """Days from one period to the next."""
    first: int
    expected: NDArray[np.bool_]
    came: NDArray[np.bool_]
    chance: float
    """How likely a period is in which no unit has anything to count, by how often each of them has."""


def counts_events(series: Series) -> bool:
    """Whether every row comes from a source that counts events."""
    return bool(len(series.source)) and bool(np.isin(series.source, EVENTS).all())


def gaps(series: Series, rows: NDArray[np.bool_]) -> Iterator[Finding]:
    """What did not come among ``rows``: days inside a unit's own rhythm, or of events whole periods of all units. Nothing is filled in."""
    finite = rows & np.isfinite(series.value)
    yield from _silences(chosen(series, finite)) if counts_events(series) else _missed(series, finite)


def _missed(series: Series, rows: NDArray[np.bool_]) -> Iterator[Finding]:
    """Days missing inside a unit's own rhythm (the median time between its rows)."""
    missing, longest, worst, units, expected = 0, 0, "", 0, 0
    for name, places in meters.by_unit(series, rows):
        days = np.unique(series.day[places]).astype(np.int64)
        if len(days) < 4:
            continue
        steps = np.diff(days)
        usual = max(meters.middle(steps), 1.0)
        long = steps[steps >= 2 * usual]
        missing += round(float((long / usual - 1).sum()))
        expected += round((days[-1] - days[0]) / usual) + 1
        units += int(len(long) > 0)
        if len(long) and int(long.max()) > longest:
            longest, worst = int(long.max()), name
    if missing:
        share = missing / expected
        figures = {"units": units, "rows": missing, "share": share, "longest": longest, "unit": worst}
        yield Finding("gaps", "warning" if share > 0.1 else "note", series.outcome, figures)


def _silences(series: Series) -> Iterator[Finding]:
    """Periods in which nothing came from any unit, longer than chance would have them in one trial of a thousand."""
    calendar = _calendar(series)
    if calendar is None:
        return
    expected = np.flatnonzero(calendar.expected)
    silent = ~calendar.came[expected]
    edges = np.diff(np.concatenate([[False], silent, [False]]).astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    lengths = ends - starts
    unlikely = len(expected) * calendar.chance**lengths < meters.STRICT
    if not unlikely.any():
        return
    at = int(np.argmax(np.where(unlikely, lengths, 0)))
    share = float(lengths[unlikely].sum() / len(expected))
    origin = calendar.first
    first = origin + int(expected[starts[at]]) * calendar.length
    last = origin + (int(expected[ends[at] - 1]) + 1) * calendar.length - 1
    days = {"first": str(np.datetime64(first, "D")), "last": str(np.datetime64(last, "D"))}
    figures = {"periods": int(lengths[unlikely].sum()), "share": share, **days}
    yield Finding("nothing_came", "warning" if share > 0.1 else "note", series.outcome, figures)


def _calendar(series: Series) -> Calendar | None:
    """None for so few periods that they have no rhythm. Of days, weekdays on which little ever comes are not expected."""
    if not len(series.day):
        return None
    days = _numbers(series.day)
    if len(days) < 4:
        return None
    length, first = _period(series), int(days[0])
    count = int(days[-1] - first) // length + 1
    came = np.zeros(count, dtype=np.bool_)
    came[(days - first) // length] = True
    expected = np.ones(count, dtype=np.bool_)
    if length == 1:
        weekday = np.arange(count) % WEEK
        often = np.bincount(weekday, came, WEEK) * 2 >= np.bincount(weekday, minlength=WEEK)
        expected = often[weekday] | (not often.any())
    many, chance = int(expected.sum()), 1.0
    something = series.value != 0
    for _, places in meters.by_unit(series, something):
        own = np.unique((_numbers(series.day[places]) - first) // length)
        chance *= 1 - min(int(expected[own].sum()) / (many + 1), 1.0)
    return Calendar(length, first, expected, came, chance)


def ends_early(plan: Plan, series: Series, through: dt.date) -> Iterator[Finding]:
    """Figures that have not come yet: the share of units (of persons and of events: the whole group) silent for long at the end, per group.

    Silent is three times the usual time between rows, at least a week; of events, longer than chance would have it. All of one group
    silent, and less than half of the other, withholds the verdict: the latest days would be of one group only. So do more than a quarter of
    one group's areas beyond those of the other: who is left may be just those it went well for.
    """
    if plan.design is Design.BEFORE_AFTER or through < plan.begins:
        return
    rows, arm = persons.inside(plan, series, through), persons.arms(plan, series)
    last = int(np.datetime64(min(through, plan.ends)).astype(np.int64))
    groups = [chosen(series, rows & (arm == name)) for name in (PILOT, COMPARISON)]
    if counts_events(series):
        period = _period(series)
        silent = [float(_is_quiet(one, last, period)) for one in groups]
    else:
        silent = [_silent(one, last, together=plan.design is Design.PERSONS) for one in groups]
    if max(silent) == 0:
        return
    many = max(silent) > SOME and max(silent) - min(silent) > SOME and plan.design is not Design.PERSONS
    severity = "withhold" if (max(silent) == 1 and min(silent) < 0.5) or many else "warning"
    figures = {"pilot": silent[0], "comparison": silent[1], "through": str(np.datetime64(last, "D"))}
    yield Finding("ends_early", severity, series.outcome, figures)


def zeros_assumed(plan: Plan, series: Series, rows: NDArray[np.bool_]) -> Iterator[Finding]:
    """Areas of which a source of events said nothing for several periods in a row, while it did of others: it is counted as zero.

    Named where chance would hardly make it, seen from how often the area has events otherwise and how often the others had any just then.
    At the end of the figures it withholds the verdict: a crew whose telephone is dead looks like an effect. Not when most areas of its
    group have fallen silent: then it may well be the effect.
    """
    if plan.design is Design.PERSONS or not counts_events(series):
        return
    table = _table(chosen(series, rows & np.isfinite(series.value)))
    if table is None or table.some.shape[1] < 2 * FEWEST_ZEROS or len(table.units) < 3:
        return
    runs = [_zero_run(table, number) for number in range(len(table.units))]
    found = [(name, *run) for name, run in zip(table.units, runs, strict=True) if run is not None]
    if not found:
        return
    treated = set(plan.allocation.treated) if plan.allocation else set[str]()
    last = table.some.shape[1]
    ongoing = {name for name, first, length in found if first + length == last}
    alone = any(2 * len(ongoing & arm) <= len(arm) for arm in (treated, set(table.units) - treated) if ongoing & arm)
    _name, first, length = max(found, key=lambda one: one[2])
    figures = {"units": [one[0] for one in found], "periods": length, "first": str(table.days[first])}
    yield Finding("zeros_assumed", "withhold" if alone else "warning", series.outcome, figures)


class _Table(NamedTuple):
    """Whether each unit had any events in each period."""

    units: tuple[str, ...]
    days: NDArray[np.datetime64]
    some: NDArray[np.bool_]


def _table(series: Series) -> _Table | None:
    """None for shares, whose units have no row where there was nothing to count, and whose weights differ: there zero is a figure."""
    if not len(series.unit):
        return None
    units, row = np.unique(series.unit, return_inverse=True)
    days, column = np.unique(series.day, return_inverse=True)
    weights = np.zeros(len(units))
    weights[row] = series.weight
    if len(series.unit) != len(units) * len(days) or bool((series.weight != weights[row]).any()):
        return None
    some = np.zeros((len(units), len(days)), dtype=np.bool_)
    some[row, column] = series.value != 0
    return _Table(tuple(map(str, units)), days, some)


def _zero_run(table: _Table, number: int) -> tuple[int, int] | None:
    """(first period, length) of the longest run of zeros of a unit, where chance would hardly make it."""
    own = table.some[number]
    others = (table.some.sum(axis=0) - own) / (len(table.some) - 1)
    edges = np.diff(np.concatenate([[False], ~own, [False]]).astype(np.int8))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if not len(starts):
        return None
    at = int(np.argmax(ends - starts))
    first, length = int(starts[at]), int(ends[at] - starts[at])
    usual = float(others.mean())
    if length < FEWEST_ZEROS or not usual or not own.any():
        return None
    meanwhile = min(float(others[first : first + length].mean()) / usual, 1.0)
    beside = len(own) - length if 2 * length <= len(own) else len(own)  # of a short run, how often it is otherwise
    usually = float(own.sum()) / (beside + 1)
    if usually < MOSTLY:
        return None
    often = usually * meanwhile
    chance = (1 - often) ** length * table.some.size
    return (first, length) if chance < meters.STRICT else None


def _silent(series: Series, last: int, *, together: bool) -> float:
    """The share of units without figures at the end, or whether all are; 0 for a group that has none at all (another finding says so)."""
    if not len(series.unit):
        return 0.0
    if together:
        return float(_is_silent(series.day, last))
    ends = [_is_silent(series.day[rows], last) for _, rows in meters.by_unit(series, np.ones(len(series.unit), dtype=np.bool_))]
    return sum(ends) / len(ends)


def _is_silent(days: NDArray[np.datetime64], last: int) -> bool:
    seen = _numbers(days)
    usual = meters.middle(np.diff(seen)) if len(seen) > 1 else float(WEEK)
    return last - int(seen[-1]) > max(float(WEEK), 3 * usual)


def _is_quiet(series: Series, last: int, period: int) -> bool:
    """Whether no unit of a group has had anything to count for longer than chance would have it, after what it had before.

    ``period`` is in days.
    """
    if not len(series.unit):
        return False
    seen = _numbers(series.day)
    often = len(seen) / ((int(seen[-1]) - int(seen[0])) // period + 2)
    quiet = last - int(seen[-1])
    missed = max((quiet + 1) // period - 1, 0)
    return quiet > max(WEEK, period) and (1 - often) ** missed < meters.STRICT


def _period(series: Series) -> int:
    """Days between the days on which anything comes from any unit, as it mostly is."""
    seen = _numbers(series.day)
    return max(round(meters.middle(np.diff(seen))), 1) if len(seen) > 1 else WEEK


def _numbers(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Each day that there is, once and in order, as a number."""
    return np.unique(days).astype("datetime64[D]").astype(np.int64)
