"""Hours and days of a datastream, from what is stored."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from stadig.city import clock
from stadig.sensing import aggregate as engine
from stadig.sensing.queries.observations import OBSERVED, PACKED
from stadig.sensing.storage import micros
from stadig.sensing.storage.store import Ask, run

BEFORE = """
SELECT phenomenon_time, result FROM sensing_observation
WHERE datastream_id = %s AND phenomenon_time < %s AND result IS NOT NULL
ORDER BY phenomenon_time DESC, seq DESC LIMIT 1
"""

VALUES = f"""
SELECT d, (
    SELECT string_agg(
        {PACKED}, ''::bytea ORDER BY o.phenomenon_time, o.seq
    )
    FROM (
        (SELECT phenomenon_time, seq, result FROM sensing_observation
         WHERE datastream_id = d AND phenomenon_time < %s AND result IS NOT NULL
         ORDER BY phenomenon_time DESC, seq DESC LIMIT 1)
        UNION ALL
        SELECT phenomenon_time, seq, result FROM sensing_observation
        WHERE datastream_id = d AND phenomenon_time >= %s AND phenomenon_time < %s AND result IS NOT NULL
    ) o
), (
    SELECT min(r.silent_seconds) FROM sensing_alarmrule r JOIN sensing_datastream s
        ON s.id = r.datastream_id OR s.observed_property_id = r.observed_property_id
    WHERE s.id = d AND r.active AND r.kind = 'no_data'
)
FROM unnest(%s::int4[]) AS given(d)
"""  # noqa: S608 - only what stands above
"""For each datastream the last value before the window and those inside it, packed as ``OBSERVED``, and how long one may hold."""


def before(datastream_id: int, moment: datetime) -> tuple[datetime, float] | None:
    """The last number observed before a moment."""
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, [datastream_id, moment])
        return cursor.fetchone()


def aggregates(datastream_id: int, start: datetime, end: datetime, interval: str = "PT1H") -> engine.Aggregates:
    """As :func:`aggregates_of`, for one datastream."""
    return aggregates_of([datastream_id], start, end, interval)[datastream_id]


def aggregates_of(
    datastream_ids: Sequence[int], start: datetime, end: datetime, interval: str = "PT1H"
) -> dict[int, engine.Aggregates]:
    """Time-weighted mean, lowest, highest, count and coverage per quarter, hour or (Stockholm's) day. One query.

    The periods cover ``[start, end)`` whole; nothing is said about the future. Where a rule says after how long the
    sensor counts as silent, a value holds no longer than that.

    Raises
    ------
    UnknownInterval, TooManyPeriods, ValueError
        See :func:`stadig.sensing.aggregate.period_edges`.
    """
    steps = asked(datastream_ids, start, end, interval, clock.now())
    connection.ensure_connection()
    return run(connection.connection, steps)


def asked(
    datastream_ids: Sequence[int], start: datetime, end: datetime, interval: str, now: datetime
) -> Generator[Ask, list[tuple[Any, ...]], dict[int, engine.Aggregates]]:
    """The statements of :func:`aggregates_of`, for whichever driver runs them."""
    edges = engine.period_edges(start, end, interval, clock.STOCKHOLM)
    first, last = engine.from_microseconds(edges[0]), engine.from_microseconds(edges[-1])
    ids = list(datastream_ids)
    rows = yield Ask(VALUES, (first, first, last, ids), rows=True)
    until = min(int(edges[-1]), micros(now))
    found: dict[int, engine.Aggregates] = {}
    for each, packed, hold in rows:
        heard = np.frombuffer(packed or b"", OBSERVED)
        found[each] = _reduce(heard["time"].astype(np.int64), heard["value"].astype(np.float64), edges, until, hold)
    return found


def _reduce(
    times: engine.Times, values: engine.Values, edges: engine.Times, until: int, hold_seconds: float | None
) -> engine.Aggregates:
    earlier = len(times) > 0 and times[0] < edges[0]
    return engine.aggregate(
        times[1:] if earlier else times,
        values[1:] if earlier else values,
        edges,
        before=(int(times[0]), float(values[0])) if earlier else None,
        until=until,
        longest_hold=round(hold_seconds * 1_000_000) if hold_seconds else None,
    )
