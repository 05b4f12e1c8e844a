"""News of a bin whose level passes a limit: part of the transaction that stores the reading, so that open lists hear of it.

Only the passing is told: a list is fetched again when a row would look different, not for every reading.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from stadig.city import live
from stadig.sensing.storage import micros
from stadig.sensing.storage.columns import Batch, instant
from stadig.sensing.storage.store import Ask
from stadig.waste.queries.bins import LIMITS

TOPIC = "waste.bins"
HISTORY = timedelta(days=2)
"""Readings older than this, as an importer brings them, are no news."""
OTHERS_SECONDS = 60.0
"""How long a process remembers that a datastream is no bin's level."""
_others: dict[int, float] = {}

TELL = f"""
SELECT given.d, CASE WHEN width_bucket(given.value, limits.these) IS DISTINCT FROM width_bucket(before.result, limits.these)
    THEN pg_notify('{live.CHANNEL}', json_build_object(
        'topic', '{TOPIC}', 'id', b.id, 'version', extract(epoch FROM given.last)::int8)::text)::text END
FROM unnest(%s::int4[], %s::float8[], %s::timestamptz[], %s::timestamptz[]) AS given(d, value, first, last)
JOIN waste_bin b ON b.fill_datastream = given.d
CROSS JOIN (SELECT %s::float8[] AS these) limits
LEFT JOIN LATERAL (
    SELECT result FROM sensing_observation
    WHERE datastream_id = given.d AND phenomenon_time >= %s AND phenomenon_time < given.first
    ORDER BY phenomenon_time DESC, seq DESC LIMIT 1
) before ON true
"""  # noqa: S608 – our own constants


def wants(rows: Batch) -> bool:
    """Whether some of these datastreams may be a bin's level; asks no one."""
    now = time.monotonic()
    return any(_others.get(stream, 0.0) < now for stream in np.unique(rows.datastream).tolist())


def steps(rows: Batch, now: datetime) -> Generator[Ask, list[tuple[Any, ...]], None]:
    """Tell of each bin whose newest level here is in another class than the one before (``sensing.ingest.follow``)."""
    oldest = now - HISTORY
    recent = np.flatnonzero((rows.time > micros(oldest)) & np.isfinite(rows.result))
    if not len(recent):
        return
    at = recent[np.lexsort((rows.time[recent], rows.datastream[recent]))]
    streams, first = np.unique(rows.datastream[at], return_index=True)
    last = np.append(first[1:], len(at)) - 1
    earliest, latest = ([instant(t) for t in rows.time[at[ends]].tolist()] for ends in (first, last))
    values = rows.result[at[last]].tolist()
    told = yield Ask(TELL, (streams.tolist(), values, earliest, latest, list(LIMITS), oldest), rows=True)
    _remember(streams.tolist(), {stream for stream, _ in told})


def forget() -> None:
    """A bin has got its sensor: ask again which datastreams are a bin's."""
    _others.clear()


def _remember(streams: list[int], bins: set[int]) -> None:
    if len(_others) > 200_000:
        _others.clear()
    until = time.monotonic() + OTHERS_SECONDS
    _others.update((stream, until) for stream in streams if stream not in bins)
