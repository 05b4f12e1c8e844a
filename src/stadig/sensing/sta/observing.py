# pyright: reportArgumentType=false
# SQL is put together from fragments of our own, values always bound; psycopg's types ask for literals.
"""Observations on their way in over HTTP: one, many in an array, or inside a deep insert.

The common case, an array of times and numbers for datastreams that have a feature of interest, never becomes a
Python object per row: typed JSON → NumPy → one COPY, and the answer is made from a template.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
from psycopg import AsyncConnection, errors

from stadig.sensing.models.entities import NUMBER
from stadig.sensing.sta import bodies
from stadig.sensing.sta.context import Context
from stadig.sensing.sta.errors import Refused
from stadig.sensing.sta.paths import Id
from stadig.sensing.sta.schema import FEATURE_OF_INTEREST, OBSERVATION
from stadig.sensing.storage import statements
from stadig.sensing.storage.columns import Batch, Extra, instant, micros
from stadig.sensing.storage.store import write_async

Wire = AsyncConnection[Any]
KEPT_S = 1.0
"""How long a process trusts what it knows of a datastream."""
SEQ = "@stadig.seq"
"""The annotation that numbers several observations at one instant."""
MAX_ROWS = 200_000
_TYPES = "http://www.opengis.net/def/observationType/OGC-OM/2.0/"
COUNT, TRUTH, CATEGORY = _TYPES + "OM_CountObservation", _TYPES + "OM_TruthObservation", _TYPES + "OM_CategoryObservation"
PROPERTIES = frozenset(OBSERVATION.properties) | frozenset(OBSERVATION.navigation)

LOAD = """
SELECT d.id, d.thing_id, coalesce(d.feature_id, 0), d.observation_type, pair.id IS NOT NULL
FROM sensing_datastream d
LEFT JOIN sensing_datastreamfeature pair ON pair.datastream_id = d.id AND pair.feature_id = d.feature_id
WHERE d.id = ANY(%s)
"""
PLACE = """
SELECT l.id, l.feature_id FROM sensing_thing_locations t JOIN sensing_location l ON l.id = t.location_id
WHERE t.thing_id = %s ORDER BY l.encoding_type IN ('application/geo+json', 'application/vnd.geo+json') DESC, l.id
LIMIT 1 FOR UPDATE OF l
"""
FEATURE_FROM_PLACE = """
INSERT INTO sensing_featureofinterest (name, description, encoding_type, feature, west, south, east, north)
SELECT name, description, encoding_type, location, west, south, east, north FROM sensing_location WHERE id = %s
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Stream:
    """What an insert has to know of a datastream."""

    id: int
    thing: int
    feature: int
    type: str
    paired: bool


@dataclass(slots=True)
class Row:
    """One observation as it was read. ``feature`` is an id, a body to be made, or nothing."""

    stream: int
    time: int
    result: float
    seq: int
    feature: int | dict[str, Any]
    extra: Extra | None
    stamped: bool = False
    """Whether we gave it its time, since it had none."""


_streams: dict[int, tuple[float, Stream]] = {}


def forget() -> None:
    """Ask the database anew about all datastreams."""
    _streams.clear()


async def streams(wire: Wire, ids: set[int]) -> dict[int, Stream]:
    """Those of the datastreams that exist; what is younger than a second is not asked for again."""
    clock = time.monotonic()
    found = {key: held[1] for key in ids if (held := _streams.get(key)) and clock - held[0] < KEPT_S}
    missing = [key for key in ids if key not in found]
    if missing:
        for row in await (await wire.execute(LOAD, (missing,))).fetchall():
            found[row[0]] = Stream(*row)
            if wire.info.transaction_status == 0:  # what is not committed is not remembered
                _streams[row[0]] = (clock, found[row[0]])
    return found


async def create(wire: Wire, values: list[Any], context: Context, stream: int = 0, feature: int = 0) -> list[Id]:
    """Store observations given as bodies, in the caller's transaction; all or nothing.

    Raises
    ------
    Refused
        A body makes no sense (400), another value is stored at that instant (409), or the token does not hold for it (403).
    """
    rows = [parse(value, context, i, stream, feature) for i, value in enumerate(values)]
    if not rows:
        return []
    known = await streams(wire, {row.stream for row in rows})
    for row in rows:
        admit(row, known, context)
    keys, refused = await store(wire, rows, known, context)
    for at, reason in sorted(refused.items()):
        raise refusal(reason, keys[at])
    return keys


def refusal(reason: str, key: Id) -> Refused:
    """What a client is told of one observation that was not stored."""
    match reason:
        case "conflict":
            message = f"Another value is stored at that instant. Send {SEQ!r}: 1 to store both, or PATCH the old one."
            return Refused(message, status=409)
        case "future":
            return Refused("phenomenonTime lies more than 10 minutes ahead of the clock. The value is kept for inspection.")
        case _:
            return Refused(f"The observation {key} was not stored: {reason}.")


def parse(value: Any, context: Context, number: int = 0, stream: int = 0, feature: int = 0) -> Row:
    """An observation's body as a row. ``stream`` and ``feature`` come from the path, where it names them."""
    body = bodies.mapping(value, "Observation")
    for name in body:
        if name not in PROPERTIES and not name.startswith("@") and "@iot." not in name and name != "id":
            raise Refused(f"Observation has no property '{name[:80]}'.")
    if "result" not in body:
        raise Refused("Missing required property 'result' of Observation.")
    given = body.get("phenomenonTime")
    start, end = (context.now, None) if given is None else bodies.interval("phenomenonTime", given)
    extra = _extra(body, end)
    result, json = _result(body["result"])
    if json is not None:
        extra = extra or Extra()
        extra.result_json = json
    seq = body.get(SEQ, 0)
    if isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq < 2**15:
        raise Refused(f"'{SEQ}' must be a whole number from 0 to 32767.")
    at = micros(start) + (number if given is None else 0)
    return Row(stream or _datastream(body), at, result, seq, feature or _feature(body), extra, given is None)


def _result(value: Any) -> tuple[float, bytes | None]:
    """A number, or what else JSON can hold, encoded. Whole numbers that a float can't hold stay JSON."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value) if abs(value) < 2**1023 else math.inf
        if math.isfinite(number) and (isinstance(value, float) or abs(value) <= 2**53):
            return number, None
    return math.nan, msgspec.json.encode(value)


def _extra(body: dict[str, Any], end: datetime | None) -> Extra | None:
    result_time, valid = body.get("resultTime"), body.get("validTime")
    quality, parameters = body.get("resultQuality"), body.get("parameters")
    if end is None and result_time is None and valid is None and quality is None and parameters is None:
        return None
    extra = Extra(phenomenon_end=None if end is None else micros(end))
    if result_time is not None:
        extra.result_time = micros(bodies.instant("resultTime", result_time))
    if valid is not None:
        first, last = bodies.interval("validTime", valid)
        extra.valid_from, extra.valid_until = micros(first), None if last is None else micros(last)
    if quality is not None:
        extra.quality = msgspec.json.encode(quality)
    if parameters is not None:
        extra.parameters = msgspec.json.encode(bodies.mapping(parameters, "'parameters' of Observation"))
    return extra


def _datastream(body: dict[str, Any]) -> int:
    if "Datastream" not in body:
        raise Refused("Missing required property 'Datastream' of Observation.")
    value = bodies.mapping(body["Datastream"], "Datastream")
    key = value.get("@iot.id")
    if isinstance(key, str) and key.isascii() and key.isdigit() and len(key) < 11:
        key = int(key)
    if isinstance(key, bool) or not isinstance(key, int) or not 0 <= key < 2**31:
        raise Refused('An Observation links to an existing Datastream: {"@iot.id": 1}.')
    return key


def _feature(body: dict[str, Any]) -> int | dict[str, Any]:
    value = body.get("FeatureOfInterest")
    if value is None:
        return 0
    key = bodies.linked(FEATURE_OF_INTEREST, value)
    return value if key is None else key if isinstance(key, int) else 0


def admit(row: Row, known: dict[int, Stream], context: Context) -> None:
    """Refuse a row for a datastream that is not there, not the token's, or that holds another kind of result."""
    stream = known.get(row.stream)
    if stream is None:
        raise Refused(f"There is no Datastream with the id {row.stream}.")
    if not context.caller.may_touch(stream.thing):
        raise Refused("The token does not hold for this Datastream.", status=403)
    wrong = not fits(stream.type, row)
    if wrong:
        raise Refused(f"The result does not fit the Datastream's observationType {stream.type.rpartition('/')[2]}.")


def fits(kind: str, row: Row) -> bool:
    """Whether a result is of its datastream's kind; null always is, and other observation types take anything."""
    json = row.extra.result_json if row.extra else None
    if json == b"null":
        return True
    if kind == NUMBER:
        return json is None or json[:1] in b"-0123456789"
    if kind == COUNT:
        return row.result.is_integer() if json is None else json.lstrip(b"-").isdigit()
    if kind == TRUTH:
        return json in (b"true", b"false")
    return kind != CATEGORY or (json is not None and json[:1] == b'"')


async def store(wire: Wire, rows: list[Row], known: dict[int, Stream], context: Context) -> tuple[list[Id], dict[int, str]]:
    """Store admitted rows. Returns the id of each, and by row number why it was not stored."""
    made: dict[str, int] = {}
    for row in rows:
        if isinstance(row.feature, dict):
            text = msgspec.json.encode(row.feature).decode()
            if text not in made:
                made[text] = await _make_feature(wire, row.feature, context)
            row.feature = made[text]
        elif row.feature:
            await feature_exists(wire, row.feature, made)
        else:
            row.feature = await default_feature(wire, known[row.stream])
    batch = Batch(
        np.array([row.stream for row in rows], np.int32),
        np.array([row.time for row in rows], np.int64),
        np.array([row.result for row in rows], np.float64),
        np.array([row.seq for row in rows], np.int16),
        np.array([row.feature for row in rows], np.int32),
        [row.extra for row in rows] if any(row.extra for row in rows) else None,
    )
    written = await write_async(wire, batch, context.now)
    refused = {int(at): reason for reason, where in written.refused.items() for at in where}
    return [(row.stream, row.time, row.seq) for row in rows], refused


async def _make_feature(wire: Wire, body: dict[str, Any], context: Context) -> int:
    from stadig.sensing.sta import writing

    key = await writing.create(wire, FEATURE_OF_INTEREST, body, context)
    return key if isinstance(key, int) else 0


async def feature_exists(wire: Wire, key: int, seen: dict[str, int]) -> None:
    if f"#{key}" not in seen:
        query = "SELECT 1 FROM sensing_featureofinterest WHERE id = %s FOR KEY SHARE"
        if await (await wire.execute(query, (key,))).fetchone() is None:
            raise Refused(f"There is no FeatureOfInterest with the id {key}.")
        seen[f"#{key}"] = key


async def default_feature(wire: Wire, stream: Stream) -> int:
    """The feature of a datastream's observations that name none: made from the Thing's Location the first time.

    Raises
    ------
    Refused
        The Thing has no Location (18-088, 8.2.8).
    """
    if stream.feature and stream.paired:
        return stream.feature
    async with wire.transaction():
        feature = stream.feature
        if not feature:
            row = await (await wire.execute(PLACE, (stream.thing,))).fetchone()
            if row is None:
                raise Refused("The Thing has no Location to make a FeatureOfInterest from: send one with the Observation.")
            feature = row[1] or await _from_place(wire, row[0])
            await wire.execute("UPDATE sensing_datastream SET feature_id = %s WHERE id = %s", (feature, stream.id))
        await wire.execute(statements.FEATURES_SEEN, ([stream.id], [feature]))
        await wire.execute(statements.OBSERVED_AREA, ([stream.id],))
    _streams.pop(stream.id, None)
    return feature


async def _from_place(wire: Wire, location: int) -> int:
    row = await (await wire.execute(FEATURE_FROM_PLACE, (location,))).fetchone()
    assert row is not None  # noqa: S101 – RETURNING gives one row
    await wire.execute("UPDATE sensing_location SET feature_id = %s WHERE id = %s", (row[0], location))
    return row[0]


async def recount(wire: Wire, ids: list[int], *, anew: bool = False) -> None:
    """Read again how far intervals and result times reach, for datastreams that have any (``anew``: for all given)."""
    await wire.execute(
        """
        UPDATE sensing_datastream d SET (ends_at, results_from, results_until) =
            (SELECT max(phenomenon_end), min(result_time), max(result_time) FROM sensing_observation WHERE datastream_id = d.id)
        WHERE d.id = ANY(%s) AND (%s OR d.ends_at IS NOT NULL OR d.results_from IS NOT NULL)
        """,
        (ids, anew),
    )


async def change(wire: Wire, key: tuple[int, int, int], body: Any, *, whole: bool) -> Id:
    """PATCH or PUT one observation. A new phenomenon time makes a new id.

    Raises
    ------
    Refused
        The body makes no sense, or another observation lies at the new instant (409).
    """
    given = bodies.mapping(body, "Observation")
    done = bodies.check(OBSERVATION, {k: v for k, v in given.items() if k not in _OWN}, partial=True)
    columns = dict.fromkeys(("result_time", "quality", "valid_from", "valid_until", "parameters")) if whole else {}
    columns |= done.columns
    if whole and "result" not in given:
        raise Refused("Missing required property 'result' of Observation.")
    if "result" in given:
        number, json = _result(given["result"])
        columns |= {"result": None if json else number, "result_json": json.decode() if json else None}
    at = key[1]
    for name, first, last in (
        ("phenomenonTime", "phenomenon_time", "phenomenon_end"),
        ("validTime", "valid_from", "valid_until"),
    ):
        if given.get(name) is not None:
            columns[first], columns[last] = bodies.interval(name, given[name])
    if "phenomenon_time" in columns:
        at = micros(columns["phenomenon_time"])
    columns |= await _relinked(wire, done.related, whole=whole)
    stream = int(columns.get("datastream_id", key[0]))
    if columns:
        pairs = ", ".join(f"{name} = %s" for name in columns)
        query = f"UPDATE sensing_observation SET {pairs} WHERE datastream_id = %s AND phenomenon_time = %s AND seq = %s"
        try:
            await wire.execute(query, (*columns.values(), key[0], instant(key[1]), key[2]))
        except errors.UniqueViolation:
            raise Refused("Another observation lies at that instant.", status=409) from None
        anew = not columns.keys().isdisjoint(("phenomenon_end", "result_time", "datastream_id"))
        await recount(wire, sorted({key[0], stream}), anew=anew)
    return stream, at, key[2]


_OWN = frozenset({"phenomenonTime", "validTime", "result"})


async def _relinked(wire: Wire, related: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    from stadig.sensing.sta import writing

    columns: dict[str, Any] = {}
    for name, value in related.items():
        way = OBSERVATION.navigation[name]
        target = writing.ENTITIES[way.target]
        key = bodies.linked(target, value)
        if whole and (key is None or len(value) > 1):
            continue
        if key is None:
            raise Refused(f"'{name}' takes a link like {{\"@iot.id\": 1}}: an update can't create entities.")
        await writing.must_exist(wire, target, key)
        columns[way.column] = key
    return columns
