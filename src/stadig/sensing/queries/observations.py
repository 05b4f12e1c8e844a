"""Reading observations. Other rooms read through these functions, never from the tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from django.db import connection

from stadig.city import clock
from stadig.sensing.aggregate import from_microseconds

LATEST = """
SELECT d, o.phenomenon_time, o.result, o.result_json
FROM unnest(%s::int4[]) AS given(d)
CROSS JOIN LATERAL (
    SELECT phenomenon_time, result, result_json FROM sensing_observation
    WHERE datastream_id = d AND phenomenon_time >= %s AND phenomenon_time < %s
    ORDER BY phenomenon_time DESC, seq DESC LIMIT 1
) AS o
"""
RECENT, AHEAD = timedelta(days=7), timedelta(hours=1)
"""Most have spoken within days, and no one speaks further ahead. Only the others are looked for in every month there is:
ten times the work for each."""

PACKED = "int8send((extract(epoch FROM o.phenomenon_time) * 1000000)::int8) || float8send(o.result)"
"""An observation called ``o`` as ``OBSERVED``."""
OBSERVED = np.dtype([("time", ">i8"), ("value", ">f8")])
"""Microseconds since 1970 and what was observed, as PostgreSQL sends them: a thousand rows as objects cost ten times more."""
SERIES = f"""
SELECT string_agg({PACKED}, ''::bytea ORDER BY o.phenomenon_time, o.seq) FROM sensing_observation o
WHERE o.datastream_id = %s AND o.phenomenon_time >= %s AND o.phenomenon_time < %s AND o.result IS NOT NULL
"""  # noqa: S608 - only what stands above


class Latest(NamedTuple):
    """The last observation of a datastream. ``value`` is a float, or what JSON holds for other kinds of result."""

    time: datetime
    value: Any


class Series(NamedTuple):
    """Observations in order of time: aware UTC times, and a float64 array as long."""

    times: list[datetime]
    values: npt.NDArray[np.float64]


def latest(datastream_ids: Iterable[int]) -> dict[int, Latest]:
    """The last observation of each datastream; datastreams without any are left out."""
    missing, now = set(datastream_ids), clock.now()
    found: dict[int, Latest] = {}
    for start, end in ((now - RECENT, now + AHEAD), ("-infinity", "infinity")):
        if missing:
            with connection.cursor() as cursor:
                cursor.execute(LATEST, [array(missing), start, end])
                for d, time, value, json in cursor.fetchall():
                    found[d] = Latest(time, value if json is None else decoded(json))
            missing -= found.keys()
    return found


def array(numbers: Iterable[int]) -> str:
    """Whole numbers as PostgreSQL writes an array: the driver's own way takes four calls for each."""
    return f"{{{str(list(numbers))[1:-1]}}}"


def series(datastream_id: int, start: datetime, end: datetime) -> Series:
    """All numeric observations from ``start`` up to but not including ``end``."""
    with connection.cursor() as cursor:
        cursor.execute(SERIES, [datastream_id, start, end])
        [(packed,)] = cursor.fetchall()
    return _unpacked(bytes(packed or b""))


@lru_cache(maxsize=16)
def _unpacked(packed: bytes) -> Series:
    """The same bytes are the same series, which no one writes in."""
    found = np.frombuffer(packed, OBSERVED)
    values = found["value"].astype(np.float64)
    values.flags.writeable = False
    return Series([from_microseconds(time) for time in found["time"].tolist()], values)


def decoded(json: Any) -> Any:
    """What a ``jsonb`` column holds: Django hands it out as text on a raw cursor."""
    import msgspec

    return msgspec.json.decode(json) if isinstance(json, str | bytes) else json
