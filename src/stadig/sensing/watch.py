"""Follow the alarm rules through observations as they are stored, in the same transaction.

A change of state becomes a job, deferred by SQL; the job calls :func:`stadig.sensing.actions.alarms.raise_alarm` or
``clear_alarm``. Observations that are older than what a watch has followed already change nothing, so messages may
be repeated or come in any order.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from stadig.sensing import alarm
from stadig.sensing.storage.columns import Batch, instant, micros
from stadig.sensing.storage.store import Ask

Steps = Generator[Ask, list[tuple[Any, ...]], int]

TASK = "sensing.alarm_edge"
QUEUE = "alarms"
HISTORY = timedelta(days=2)
"""Observations older than this, as an importer brings them, wake no one."""
UNWATCHED_SECONDS = 5.0
"""How long a process remembers that no rule is about a datastream. A new rule looks at the latest values by itself."""
_unwatched: dict[int, float] = {}

RULES = """
SELECT r.id, d.id, r.above, r.level, r.clear_level FROM sensing_datastream d JOIN sensing_alarmrule r ON r.datastream_id = d.id
WHERE d.id = ANY(%s) AND r.active AND r.kind <> 'no_data'
UNION ALL
SELECT r.id, d.id, r.above, r.level, r.clear_level FROM sensing_datastream d
JOIN sensing_alarmrule r ON r.observed_property_id = d.observed_property_id
WHERE d.id = ANY(%s) AND r.active AND r.kind <> 'no_data'
"""

BEGIN_WATCHES = """
INSERT INTO sensing_watch (rule_id, datastream_id, "on", as_of)
SELECT r, d, false, '0001-01-01Z' FROM unnest(%s::int4[], %s::int4[]) AS given(r, d) ON CONFLICT DO NOTHING
"""

LOCK_WATCHES = """
SELECT w.rule_id, w.datastream_id, w."on", w.as_of FROM sensing_watch w
JOIN unnest(%s::int4[], %s::int4[]) AS given(r, d) ON w.rule_id = r AND w.datastream_id = d
ORDER BY w.rule_id, w.datastream_id FOR UPDATE OF w
"""

UPDATE_WATCHES = """
UPDATE sensing_watch w SET "on" = given.o, as_of = given.t
FROM unnest(%s::int4[], %s::int4[], %s::bool[], %s::timestamptz[]) AS given(r, d, o, t)
WHERE w.rule_id = given.r AND w.datastream_id = given.d
"""

DEFER = f"""
SELECT procrastinate_defer_jobs_v1(
    array_agg(ROW('{QUEUE}', '{TASK}', 0, given.lock, NULL, given.args, NULL)::procrastinate_job_to_defer_v1 ORDER BY given.n)
) FROM unnest(%s::text[], %s::jsonb[]) WITH ORDINALITY AS given(lock, args, n)
"""  # noqa: S608 – our own constants


@dataclass(frozen=True, slots=True)
class Watches:
    """Rules joined to datastreams, one entry each, sorted by datastream."""

    rule: NDArray[np.int64]
    datastream: NDArray[np.int64]
    above: NDArray[np.bool_]
    level: NDArray[np.float64]
    clear: NDArray[np.float64]
    on: NDArray[np.bool_]
    as_of: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Edge:
    """An alarm begins or ends."""

    rule: int
    datastream: int
    on: bool
    at: datetime
    value: float
    level: float


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of the watches: the edges, the new states, and which watches saw anything new."""

    edges: list[Edge]
    on: NDArray[np.bool_]
    as_of: NDArray[np.int64]
    touched: NDArray[np.intp]


def wants(rows: Batch) -> bool:
    """Whether some of these datastreams may be watched; asks no one."""
    now = time.monotonic()
    return any(_unwatched.get(stream, 0.0) < now for stream in np.unique(rows.datastream).tolist())


def steps(rows: Batch, now: datetime) -> Generator[Ask, list[tuple[Any, ...]], None]:
    """Follow what is recent; part of every transaction that stores observations (:mod:`stadig.sensing.ingest.follow`)."""
    recent = rows.time > micros(now - HISTORY)
    if recent.any():
        yield from follow(rows if recent.all() else rows.take(np.flatnonzero(recent)))


def forget() -> None:
    """Rules have changed: ask again which datastreams are watched."""
    _unwatched.clear()


def _remember(streams: list[int], watched: set[int]) -> None:
    if len(_unwatched) > 200_000:
        _unwatched.clear()
    until = time.monotonic() + UNWATCHED_SECONDS
    _unwatched.update((stream, until) for stream in streams if stream not in watched)


def follow(rows: Batch, *, noticed: datetime | None = None) -> Steps:
    """Statements that follow the rules through the rows; returns how many alarms changed.

    ``noticed``: what changes is said to have changed then and not when it was observed (a new rule looks at old values).
    """
    streams = np.unique(rows.datastream).tolist()
    rules = yield Ask(RULES, (streams, streams), rows=True)
    _remember(streams, {stream for _, stream, *_ in rules})
    if not rules:
        return 0
    pairs = ([rule for rule, *_ in rules], [stream for _, stream, *_ in rules])
    states = {(r, d): (on, as_of) for r, d, on, as_of in (yield Ask(LOCK_WATCHES, pairs, rows=True))}
    if len(states) < len(rules):
        yield Ask(BEGIN_WATCHES, pairs)
        states = {(r, d): (on, as_of) for r, d, on, as_of in (yield Ask(LOCK_WATCHES, pairs, rows=True))}
    watches = _columns([rule for rule in rules if (rule[0], rule[1]) in states], states)
    done = decide(rows, watches)
    if len(done.touched):
        at = done.touched
        times = [instant(t) for t in done.as_of[at].tolist()]
        yield Ask(UPDATE_WATCHES, (watches.rule[at].tolist(), watches.datastream[at].tolist(), done.on[at].tolist(), times))
    if done.edges:
        locks = [f"alarm:{edge.rule}:{edge.datastream}" for edge in done.edges]
        yield Ask(DEFER, (locks, [_args(edge, noticed) for edge in done.edges]), rows=True)
    return len(done.edges)


def decide(rows: Batch, watches: Watches) -> Followed:
    """Which watches change. Pure; rows may be in any order.

    A watch that begins and ends many times in one batch (a device that sends a week it had saved) gives its last
    beginning and end alone.
    """
    first = np.searchsorted(watches.datastream, rows.datastream, side="left")
    count = np.searchsorted(watches.datastream, rows.datastream, side="right") - first
    row = np.repeat(np.arange(len(rows)), count)
    watch = np.repeat(first - np.cumsum(count) + count, count) + np.arange(len(row))
    new = (rows.time[row] > watches.as_of[watch]) & np.isfinite(rows.result[row])
    row, watch = row[new], watch[new]
    order = np.lexsort((row, rows.time[row]))
    row, watch = row[order], watch[order]
    edges = alarm.thresholds(
        watch, rows.result[row], level=watches.level, clear=watches.clear, above=watches.above, on=watches.on
    )
    as_of = watches.as_of.copy()
    np.maximum.at(as_of, watch, rows.time[row])
    kept: dict[int, list[Edge]] = {}
    for position, on in zip(edges.position.tolist(), edges.on.tolist(), strict=True):
        which, where = int(watch[position]), int(row[position])
        edge = Edge(
            int(watches.rule[which]),
            int(watches.datastream[which]),
            on,
            instant(int(rows.time[where])),
            float(rows.result[where]),
            float(watches.level[which]),
        )
        kept.setdefault(which, []).append(edge)
    few = [edge for which, found in kept.items() for edge in _last(found, was_on=bool(watches.on[which]))]
    return Followed(few, edges.final, as_of, np.unique(watch))


def _last(edges: list[Edge], *, was_on: bool) -> list[Edge]:
    """The first end of an alarm that was on, and the last beginning with its end."""
    if len(edges) <= 2:
        return edges
    tail = edges[-1:] if edges[-1].on else edges[-2:]
    return ([edges[0]] if was_on and edges[0] is not tail[0] else []) + tail


def _columns(rules: list[tuple[Any, ...]], states: dict[tuple[int, int], tuple[bool, datetime]]) -> Watches:
    rules = sorted(rules, key=lambda rule: rule[1])
    have = [states[rule, stream] for rule, stream, *_ in rules]
    return Watches(
        np.array([rule[0] for rule in rules], np.int64),
        np.array([rule[1] for rule in rules], np.int64),
        np.array([rule[2] for rule in rules], np.bool_),
        np.array([rule[3] for rule in rules], np.float64),
        np.array([rule[4] for rule in rules], np.float64),
        np.array([on for on, _ in have], np.bool_),
        np.array([micros(as_of) for _, as_of in have], np.int64),
    )


def _args(edge: Edge, noticed: datetime | None) -> str:
    args = {
        "rule": edge.rule,
        "datastream": edge.datastream,
        "on": edge.on,
        "at": (noticed or edge.at).isoformat(),
        "value": edge.value,
        "level": edge.level,
    }
    return msgspec.json.encode(args).decode()
