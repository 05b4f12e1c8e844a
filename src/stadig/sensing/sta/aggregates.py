"""``Datastreams(4)/Aggregates?interval=PT1H``: our own extension, since 18-088 has no way to ask for hours or days.

The answer has one entry per period: time-weighted mean, lowest, highest, number of observations and coverage
(:mod:`stadig.sensing.aggregate`). ``start`` and ``end`` are times with a zone; without them it is the last seven days.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from psycopg import AsyncConnection

from stadig.sensing import aggregate as engine
from stadig.sensing.queries import summaries
from stadig.sensing.sta import paths, reading
from stadig.sensing.sta.context import Context
from stadig.sensing.sta.errors import NotFound, Refused
from stadig.sensing.storage.store import run_async

ENDING = "/Aggregates"
USUAL = timedelta(days=7)
LONGEST = timedelta(days=400)
KNOWN = {"interval", "start", "end"}


async def read(wire: AsyncConnection[Any], path: str, query: str, context: Context) -> dict[str, Any]:
    """The answer. Raises NotFound when there is no such datastream to see, Refused when a parameter makes no sense."""
    address = paths.resolve(path.removesuffix(ENDING))
    last = address.last
    if last.entity.name != "Datastream" or last.many or address.inside or address.ending:
        raise NotFound("Aggregates belong to one datastream: Datastreams(4)/Aggregates.")
    interval, start, end = _window(query, context.now)
    key = await reading.locate(wire, address.steps, context)
    if isinstance(key, tuple):
        raise NotFound("There is no such Datastream.")
    try:
        found = (await run_async(wire, summaries.asked([key], start, end, interval, context.now)))[key]
    except ValueError as fault:
        raise Refused(f"{str(fault)[:1].upper()}{str(fault)[1:]}.") from fault
    return {"interval": interval, "value": [_entry(found, index) for index in range(len(found))]}


def _window(query: str, now: datetime) -> tuple[str, datetime, datetime]:
    try:
        given = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=20))
    except ValueError as fault:
        raise Refused("There are too many options.") from fault
    unknown = sorted(set(given) - KNOWN)
    if unknown:
        raise Refused(f"'{unknown[0][:40]}' is not known here; use interval, start and end.")
    end = _time(given["end"], "end") if "end" in given else now
    start = _time(given["start"], "start") if "start" in given else end - USUAL
    if end - start > LONGEST:
        raise Refused(f"The window is longer than {LONGEST.days} days. Ask for less.")
    return given.get("interval", "PT1H"), start, end


def _time(text: str, name: str) -> datetime:
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
        if at.tzinfo is None:
            raise ValueError
        at = at.astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        raise Refused(f"'{name}' must be a time with a zone, such as 2026-11-24T06:00:00Z.") from fault
    if not 1700 <= at.year <= 2200:
        raise Refused(f"'{name}' lies too far away.")
    return at


def _entry(found: engine.Aggregates, index: int) -> dict[str, Any]:
    start, end = (engine.from_microseconds(edge).isoformat().replace("+00:00", "Z") for edge in found.edges[index : index + 2])
    return {
        "phenomenonTime": f"{start}/{end}",
        "mean": _number(found.mean[index]),
        "min": _number(found.low[index]),
        "max": _number(found.high[index]),
        "count": int(found.count[index]),
        "coverage": round(float(found.coverage[index]), 6),
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
