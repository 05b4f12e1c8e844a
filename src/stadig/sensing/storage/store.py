# pyright: reportArgumentType=false
# SQL is put together from fragments of our own, values always bound; psycopg's types ask for literals.
"""Writing observations: the fast path is one COPY, the other path tells a retry from a contradiction.

The thinking is a generator that yields what to send and is sent what came back, so that the synchronous and the
asynchronous driver share it.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt
from psycopg import AsyncConnection, Connection, errors
from psycopg.pq import TransactionStatus

from stadig.city import clock
from stadig.sensing.ingest import counts, follow
from stadig.sensing.storage import binary, statements
from stadig.sensing.storage.columns import FUTURE_US, Batch, Extra, Written, batch, instant, micros

Conflicts = Literal["refuse", "keep", "replace"]
"""What to do when another value is stored at the same instant: refuse the row, keep the old silently, or replace it."""

_made_for: dict[str, tuple[int, int]] = {}
"""Database → the (year, month) for which this process has seen to it that the partitions exist."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A statement to run; the rows come back (none for a COPY, the count for an INSERT as one row)."""

    sql: str
    values: tuple[Any, ...] = ()
    copy: bytes | None = None
    rows: bool = False


Steps = Generator[Ask, list[tuple[Any, ...]], Written]
Result = TypeVar("Result")


def write(
    connection: Any,
    datastream_ids: int | Sequence[int] | npt.NDArray[Any],
    times: Sequence[datetime] | npt.NDArray[Any],
    values: Sequence[float] | npt.NDArray[Any],
    seqs: Sequence[int] | npt.NDArray[Any] | None = None,
    *,
    now: datetime | None = None,
    conflicts: Conflicts = "refuse",
) -> Written:
    """Write numbers in bulk, inside the caller's transaction if there is one.

    ``connection``: Django's connection or cursor, or one of psycopg. See :func:`stadig.sensing.storage.batch` for
    the columns. A row that was stored before with the same value counts as ``repeated``. What could not be stored
    stands in ``refused`` by reason; the other rows are stored all the same.
    """
    return write_batch(connection, batch(datastream_ids, times, values, seqs), now=now, conflicts=conflicts)


def write_batch(connection: Any, rows: Batch, *, now: datetime | None = None, conflicts: Conflicts = "refuse") -> Written:
    """As :func:`write`, for rows that are columns already. Large batches go in parts of 50,000."""
    wire = _psycopg(connection)
    now = now or clock.now()
    total = Written()
    for start in range(0, len(rows), 50_000):
        at = np.arange(start, min(start + 50_000, len(rows)))
        part = rows if len(at) == len(rows) else rows.take(at)
        total.add(_drive(wire, part, now, conflicts), at)
    return total


def _drive(wire: Connection[Any], rows: Batch, now: datetime, conflicts: Conflicts) -> Written:
    with wire.transaction():
        if conflicts != "replace":
            try:
                with wire.transaction():
                    return run(wire, whole(rows, now, wire.info.dbname))
            except errors.UniqueViolation:
                pass
        return run(wire, whole(rows, now, wire.info.dbname, staged=conflicts))


def run(wire: Connection[Any], steps: Generator[Ask, list[tuple[Any, ...]], Result]) -> Result:
    """Drive a generator of statements; returns what it returns."""
    cursor = wire.cursor()
    answer: list[tuple[Any, ...]] = []
    try:
        ask = next(steps)
        while True:
            if ask.copy is not None:
                with cursor.copy(ask.sql) as stream:
                    stream.write(ask.copy)
                answer = []
            else:
                cursor.execute(ask.sql, ask.values)
                answer = cursor.fetchall() if ask.rows else [(cursor.rowcount,)]
            ask = steps.send(answer)
    except StopIteration as end:
        return end.value


async def write_async(
    wire: AsyncConnection[Any], rows: Batch, now: datetime, *, conflicts: Conflicts = "refuse", checked: bool = False
) -> Written:
    """As :func:`write_batch`, on an autocommit connection; when this returns, the rows are committed.

    ``checked``: the caller has filled in the features and knows that the datastreams exist and no row lies in the future.
    """
    done = await _written(wire, rows, now, conflicts, checked=checked)
    counts.count(done)
    return done


async def _written(wire: AsyncConnection[Any], rows: Batch, now: datetime, conflicts: Conflicts, *, checked: bool) -> Written:
    alone = checked and rows.extra is None and conflicts != "replace" and not follow.wanting(rows)
    if checked:
        await run_async(wire, months_made(now, wire.info.dbname))
    if alone and wire.info.transaction_status == TransactionStatus.IDLE:
        try:
            return await run_async(wire, _copied(rows, now, alone=True))  # one statement is its own transaction
        except errors.UniqueViolation:
            pass
    async with wire.transaction():
        if conflicts != "replace":
            try:
                async with wire.transaction():
                    steps = _copied(rows, now) if checked else whole(rows, now, wire.info.dbname)
                    return await run_async(wire, steps)
            except errors.UniqueViolation:
                pass
        steps = _staged(rows, conflicts, now) if checked else whole(rows, now, wire.info.dbname, staged=conflicts)
        return await run_async(wire, steps)


async def run_async(wire: AsyncConnection[Any], steps: Generator[Ask, list[tuple[Any, ...]], Result]) -> Result:
    """As :func:`run`."""
    cursor = wire.cursor()
    answer: list[tuple[Any, ...]] = []
    try:
        ask = next(steps)
        while True:
            if ask.copy is not None:
                async with cursor.copy(ask.sql) as stream:
                    await stream.write(ask.copy)
                answer = []
            else:
                await cursor.execute(ask.sql, ask.values)
                answer = await cursor.fetchall() if ask.rows else [(cursor.rowcount,)]
            ask = steps.send(answer)
    except StopIteration as end:
        return end.value


def whole(rows: Batch, now: datetime, database: str, *, staged: Conflicts | None = None) -> Steps:
    """All of a write: partitions, known datastreams, quarantine, rows, and what the datastreams remember of them."""
    done = Written()
    yield from months_made(now, database)
    streams = np.unique(rows.datastream)
    known = dict((yield Ask(statements.KNOWN_DATASTREAMS, (streams.tolist(),), rows=True)))
    good = np.ones(len(rows), bool)
    for reason, bad in (
        ("unknown", ~np.isin(rows.datastream, np.fromiter(known, np.int32, len(known)))),
        ("not_a_number", ~np.isfinite(rows.result) & ~_has_json(rows)),
        ("future", rows.time > micros(now) + FUTURE_US),
    ):
        hit = bad & good
        done.refuse(reason, np.flatnonzero(hit))
        good &= ~hit
    if "future" in done.refused:
        yield from _quarantined(rows.take(done.refused["future"]), now)
    at = np.flatnonzero(good)
    if not len(at):
        return done
    part = rows if len(at) == len(rows) else rows.take(at)
    _fill_features(part, known)
    done.add((yield from (_staged(part, staged, now) if staged else _copied(part, now))), at)
    return done


def months_made(now: datetime, database: str) -> Generator[Ask, list[tuple[Any, ...]], None]:
    """See to it that the partitions around now exist; asks the database once a month."""
    month = (now.year, now.month)
    if _made_for.get(database) != month:
        yield Ask(statements.MAKE_PARTITIONS, (now,), rows=True)
        _made_for[database] = month


def _copied(rows: Batch, now: datetime, *, alone: bool = False) -> Steps:
    yield Ask(statements.copy_into(statements.OBSERVATION, binary.columns(rows)), copy=binary.encode(rows))
    if not alone:
        yield from remembered(rows)
        yield from _followed(rows, now)
    return Written(stored=len(rows))


def _followed(rows: Batch, now: datetime) -> Generator[Ask, list[tuple[Any, ...]], None]:
    """What alarms add to the transaction."""
    for follower in follow.wanting(rows):
        yield from follower.steps(rows, now)


def _staged(rows: Batch, conflicts: Conflicts, now: datetime) -> Steps:
    yield Ask(statements.MAKE_STAGE)
    yield Ask(statements.CLEAR_STAGE)
    columns = binary.columns(rows, ordinal=True)
    yield Ask(statements.copy_into(statements.STAGE, columns), copy=binary.encode(rows, ordinal=True))
    if conflicts == "replace":
        [(stored,)] = yield Ask(statements.REPLACE_STAGED)
        yield from remembered(rows)
        yield from _followed(rows, now)
        return Written(stored=stored, repeated=len(rows) - stored)
    [(stored,)] = yield Ask(statements.INSERT_STAGED)
    done = Written(stored=stored)
    if stored < len(rows) and conflicts == "refuse":
        different = yield Ask(statements.DIFFERENT, rows=True)
        done.refuse("conflict", np.array([n for (n,) in different], np.int64))
    done.repeated = len(rows) - stored - len(done.refused.get("conflict", ()))
    if stored:
        yield from remembered(rows)
        yield from _followed(rows, now)
    return done


def remembered(rows: Batch) -> Generator[Ask, list[tuple[Any, ...]], None]:
    """Which features a datastream has seen, and how far its intervals and result times reach."""
    pairs = np.unique(np.stack([rows.datastream, rows.feature])[:, rows.feature != 0], axis=1)
    if pairs.shape[1]:
        new = yield Ask(statements.FEATURES_SEEN, (pairs[0].tolist(), pairs[1].tolist()), rows=True)
        if new:
            yield Ask(statements.OBSERVED_AREA, ([stream for (stream,) in new],))
    if rows.extra is None:
        return
    reach: dict[int, list[list[int]]] = {}
    for stream, extra in zip(rows.datastream.tolist(), rows.extra, strict=True):
        if extra and (extra.phenomenon_end is not None or extra.result_time is not None):
            ends, results = reach.setdefault(stream, [[], []])
            if extra.phenomenon_end is not None:
                ends.append(extra.phenomenon_end)
            if extra.result_time is not None:
                results.append(extra.result_time)
    if reach:
        yield Ask(
            statements.WIDEN,
            (
                list(reach),
                [instant(max(ends)) if ends else None for ends, _ in reach.values()],
                [instant(min(results)) if results else None for _, results in reach.values()],
                [instant(max(results)) if results else None for _, results in reach.values()],
            ),
        )


def _quarantined(rows: Batch, now: datetime) -> Generator[Ask, list[tuple[Any, ...]], None]:
    extras: list[Extra | None] = rows.extra or [None] * len(rows)
    yield Ask(
        statements.QUARANTINE,
        (
            now,
            rows.datastream.tolist(),
            [instant(t) for t in rows.time.tolist()],
            rows.seq.tolist(),
            [None if e and e.result_json is not None else r for r, e in zip(rows.result.tolist(), extras, strict=True)],
            [e.result_json.decode() if e and e.result_json is not None else None for e in extras],
        ),
    )


def _has_json(rows: Batch) -> npt.NDArray[np.bool_]:
    if rows.extra is None:
        return np.zeros(len(rows), bool)
    return np.fromiter((e is not None and e.result_json is not None for e in rows.extra), bool, len(rows))


def _fill_features(rows: Batch, known: dict[int, int]) -> None:
    """Rows without a feature get that of their datastream's place, if it has one."""
    empty = rows.feature == 0
    if empty.any() and any(known.values()):
        rows.feature = np.where(empty, np.array([known[d] for d in rows.datastream.tolist()], np.int32), rows.feature)


def _psycopg(connection: Any) -> Connection[Any]:
    """The psycopg connection behind Django's connection, Django's cursor, or a psycopg cursor."""
    if isinstance(connection, Connection):
        return connection
    if hasattr(connection, "ensure_connection"):
        connection.ensure_connection()
    inner = getattr(connection, "connection", None)
    if inner is None:
        raise TypeError(f"{type(connection).__name__} is neither a connection nor a cursor.")
    return inner if isinstance(inner, Connection) else _psycopg(inner)
