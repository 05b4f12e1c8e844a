"""CreateObservations (18-088, section 12.3): many observations in one request, the road most values take."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from psycopg import AsyncConnection

from stadig.sensing.ingest.timetext import uniform_micros
from stadig.sensing.models.entities import NUMBER
from stadig.sensing.sta import bodies, observing
from stadig.sensing.sta.context import Context
from stadig.sensing.sta.errors import Refused
from stadig.sensing.sta.observing import SEQ, Row, Stream
from stadig.sensing.sta.paths import observation_id
from stadig.sensing.storage.columns import FUTURE_US, Batch, micros
from stadig.sensing.storage.store import write_async

Wire = AsyncConnection[Any]
TIME_AND_NUMBER = ["phenomenonTime", "result"]
KNOWN = frozenset(TIME_AND_NUMBER) | {"resultTime", "resultQuality", "validTime", "parameters", "FeatureOfInterest/id", SEQ}


class Ref(msgspec.Struct):
    id: int | str = msgspec.field(name="@iot.id")


class Group(msgspec.Struct):
    """The observations of one datastream."""

    Datastream: Ref
    components: list[str]
    dataArray: msgspec.Raw  # noqa: N815 – the standard's name


_groups = msgspec.json.Decoder(list[Group])
_plain = msgspec.json.Decoder(list[tuple[str, float]])
_careful = msgspec.json.Decoder(list[tuple[datetime, float]])
_rows = msgspec.json.Decoder(list[Any])


async def create_observations(wire: Wire, body: bytes, context: Context) -> tuple[bytes, dict[str, int]]:
    """Store all observations that make sense. Returns the answer (an address or "error" for each, in order) and how
    many were refused for which reason.

    Raises
    ------
    Refused
        The body as a whole is no array of datastreams with their components.
    """
    try:
        groups = _groups.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise Refused(f"CreateObservations takes an array of {{Datastream, components, dataArray}}: {fault}"[:300]) from None
    ids = [_id(group.Datastream.id) for group in groups]
    known = await observing.streams(wire, set(ids))
    batch = _fast(groups, ids, known, context)
    if batch is not None:
        written = await write_async(wire, batch, context.now, checked=True)
        refused = {int(at): reason for reason, where in written.refused.items() for at in where}
        return _answer(context, batch, refused), _counted(refused)
    return await _slowly(wire, groups, ids, known, context)


def _id(value: int | str) -> int:
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) < 11 else -1
    return value if 0 <= value < 2**31 else -1


def _fast(groups: list[Group], ids: list[int], known: dict[int, Stream], context: Context) -> Batch | None:
    """The whole request as columns, if it is nothing but times and numbers for datastreams that are ready."""
    times: list[npt.NDArray[np.int64]] = []
    values: list[npt.NDArray[np.float64]] = []
    latest = micros(context.now) + FUTURE_US
    for group, key in zip(groups, ids, strict=True):
        stream = known.get(key)
        ready = stream is not None and stream.paired and stream.type == NUMBER and context.caller.may_touch(stream.thing)
        if not ready or group.components != TIME_AND_NUMBER:
            return None
        read = _columns(group.dataArray)
        if read is None or read[0].max() > latest:
            return None
        times.append(read[0])
        values.append(read[1])
    if not times:
        return None
    counts = [len(time) for time in times]
    stream_of = np.repeat(np.array(ids, np.int32), counts)
    feature_of = np.repeat(np.array([known[key].feature for key in ids], np.int32), counts)
    return Batch(stream_of, np.concatenate(times), np.concatenate(values), np.zeros(len(stream_of), np.int16), feature_of)


def _columns(rows: msgspec.Raw) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]] | None:
    """Times in microseconds and numbers, or nothing where a row is no pair of an aware time and a number."""
    try:
        plain = _plain.decode(rows)
        if not plain:
            return None
        time = uniform_micros([row[0] for row in plain])
        if time is None:
            careful = _careful.decode(rows)
            if any(row[0].tzinfo is None for row in careful):
                return None
            time = np.fromiter((micros(row[0]) for row in careful), np.int64, len(careful))
    except (msgspec.DecodeError, UnicodeDecodeError, OverflowError):
        return None
    return time, np.fromiter((row[1] for row in plain), np.float64, len(plain))


def _answer(context: Context, batch: Batch, refused: dict[int, str]) -> bytes:
    """The addresses, put together from a template for each run of one datastream."""
    start = f"\"{context.base}/Observations('"
    streams, times = batch.datastream.tolist(), batch.time.tolist()
    if not refused:
        return (
            "[" + ",".join([f"{start}{stream}:{time}')\"" for stream, time in zip(streams, times, strict=True)]) + "]"
        ).encode()
    parts = ['"error"' if i in refused else f"{start}{streams[i]}:{times[i]}')\"" for i in range(len(streams))]
    return ("[" + ",".join(parts) + "]").encode()


def _counted(refused: dict[int, str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for reason in refused.values():
        counts[reason] = counts.get(reason, 0) + 1
    return counts


async def _slowly(
    wire: Wire, groups: list[Group], ids: list[int], known: dict[int, Stream], context: Context
) -> tuple[bytes, dict[str, int]]:
    rows: list[Row] = []
    places: list[int] = []
    refused: dict[int, str] = {}
    count = 0
    for group, key in zip(groups, ids, strict=True):
        unknown = [name for name in group.components if name not in KNOWN]
        if unknown or "result" not in group.components:
            raise Refused(f"components must hold 'result' and can hold {', '.join(sorted(KNOWN))}.")
        try:
            values = _rows.decode(group.dataArray)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
            raise Refused(f"dataArray must be an array: {fault}"[:300]) from None
        if count + len(values) > observing.MAX_ROWS:
            raise Refused(f"More than {observing.MAX_ROWS} observations in one request.", status=413)
        for value in values:
            try:
                row = _row(group.components, value, key, count, context)
                observing.admit(row, known, context)
                rows.append(row)
                places.append(count)
            except Refused as fault:
                refused[count] = "not the token's" if fault.status == 403 else "malformed"
            count += 1
    keys: dict[int, str] = {}
    if rows:
        stored, wrong = await _stored(wire, rows, places, known, context, refused)
        keys = {place: observation_id(key) for place, key in zip(stored, (rows_key(rows[i]) for i in wrong), strict=True)}
    parts = [f"\"{context.base}/Observations('{keys[i]}')\"" if i in keys else '"error"' for i in range(count)]
    return ("[" + ",".join(parts) + "]").encode(), _counted(refused)


def rows_key(row: Row) -> tuple[int, int, int]:
    return row.stream, row.time, row.seq


async def _stored(
    wire: Wire, rows: list[Row], places: list[int], known: dict[int, Stream], context: Context, refused: dict[int, str]
) -> tuple[list[int], list[int]]:
    """Store what can be; a datastream whose Thing has no place, or a feature that is not there, refuses its rows alone."""
    good: list[int] = []
    features: dict[int | str, bool] = {}
    async with wire.transaction():
        for i, row in enumerate(rows):
            token = row.feature if isinstance(row.feature, int) and row.feature else f"d{row.stream}"
            if token not in features:
                try:
                    if isinstance(token, int):
                        await observing.feature_exists(wire, token, {})
                    else:
                        await observing.default_feature(wire, known[row.stream])
                    features[token] = True
                except Refused:
                    features[token] = False
            if features[token]:
                good.append(i)
            else:
                refused[places[i]] = "no feature of interest"
        if not good:
            return [], []
        known = await observing.streams(wire, {rows[i].stream for i in good})
        _, wrong = await observing.store(wire, [rows[i] for i in good], known, context)
    for at, reason in wrong.items():
        refused[places[good[at]]] = reason
    stored = [i for at, i in enumerate(good) if at not in wrong]
    return [places[i] for i in stored], stored


def _row(components: list[str], value: Any, key: int, number: int, context: Context) -> Row:
    if not isinstance(value, list) or len(value) != len(components):
        raise Refused("A row of dataArray must hold one value for each component.")
    body = dict(zip(components, value, strict=True))
    feature = body.pop("FeatureOfInterest/id", None)
    if feature is not None:
        body["FeatureOfInterest"] = {"@iot.id": feature}
    if body.get(SEQ) is None:
        body.pop(SEQ, None)
    if key < 0:
        raise Refused("There is no such Datastream.")
    return observing.parse(bodies.mapping(body, "Observation"), context, number, key)
