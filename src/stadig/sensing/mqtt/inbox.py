"""From messages to rows: one transaction per batch, and only then may the messages be acknowledged.

In the transaction: the observations with the jobs of the alarms that begin or end (:mod:`stadig.sensing.watch`), how
far each device has counted, and what could not be used. A message that comes again changes nothing.
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

from stadig.city import clock
from stadig.sensing import mapping, sequence
from stadig.sensing.mqtt import topics
from stadig.sensing.storage import Batch, batch, write_batch

KEPT_PER_BATCH = 50
"""Refused messages kept for inspection from one batch; the others are counted alone."""
KEPT_BYTES = 2048

DEVICES = """
SELECT id, name, mapping::text FROM sensing_device WHERE name = ANY(%s) AND retired_at IS NULL
"""
STATES = """
SELECT device_id, last_observed, last_sequence, missing, lost, repeated, restarts FROM sensing_device_state
WHERE device_id = ANY(%s) ORDER BY device_id FOR UPDATE
"""
BEGIN_STATES = """
INSERT INTO sensing_device_state (device_id) SELECT unnest(%s::int4[]) ON CONFLICT DO NOTHING
"""
UPDATE_STATES = """
UPDATE sensing_device_state s SET last_seen = greatest(s.last_seen, %s), last_observed = given.observed,
    messages = s.messages + given.messages, rejected = s.rejected + given.rejected,
    last_sequence = given.sequence, missing = given.missing, lost = given.lost, repeated = given.repeated, restarts = given.restarts
FROM unnest(%s::int4[], %s::timestamptz[], %s::int8[], %s::int8[], %s::int8[], %s::int8multirange[], %s::int8[], %s::int8[], %s::int4[])
    AS given(device, observed, messages, rejected, sequence, missing, lost, repeated, restarts)
WHERE s.device_id = given.device
"""
KEEP_REJECTED = """
INSERT INTO sensing_inbox_reject (received_at, topic, device_id, code, detail, payload, size)
SELECT %s, t, d, c, e, p, s FROM unnest(%s::text[], %s::int4[], %s::text[], %s::text[], %s::bytea[], %s::int4[]) AS given(t, d, c, e, p, s)
"""
COUNT_REJECTED = """
INSERT INTO sensing_inbox_reject_count (day, code, count)
SELECT %s, c, n FROM unnest(%s::text[], %s::int8[]) AS given(c, n)
ON CONFLICT (day, code) DO UPDATE SET count = sensing_inbox_reject_count.count + excluded.count
"""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as it came from the broker."""

    topic: str
    payload: bytes


@dataclass(slots=True)
class Sender:
    """A device in this batch: its mapping and what it said."""

    id: int
    mapping: mapping.Mapping | mapping.MappingFault
    messages: int = 0
    rejected: int = 0
    counted: list[tuple[int, datetime]] = field(default_factory=list)


@dataclass(slots=True)
class Refused:
    """A message that could not be used, or one value of it."""

    message: Arrived
    device: int | None
    code: str
    detail: str


@dataclass(slots=True)
class Stored:
    """What became of a batch."""

    observations: int = 0
    repeated: int = 0
    rejected: Counter[str] = field(default_factory=Counter)


def store(connection: psycopg.Connection[Any], messages: list[Arrived], now: datetime) -> Stored:
    """Store a batch in one transaction. When this returns, it is committed.

    Raises
    ------
    psycopg.Error
        Nothing of the batch is stored. ``OperationalError``: try again with a new connection.
    """
    with connection.transaction():
        senders = _senders(connection, messages)
        observed, of, refused = _read(messages, senders, now)
        done = Stored()
        if observed:
            rows = _rows(observed)
            written = write_batch(connection, rows, now=now)
            done.observations, done.repeated = written.stored, written.repeated
            for reason, at in written.refused.items():
                refused += [_refusal(of[i], senders, reason, observed[i]) for i in at.tolist()]
        _count(connection, senders.values(), now)
        _keep(connection, refused, now)
        done.rejected = Counter(each.code for each in refused)
        return done


def _senders(connection: psycopg.Connection[Any], messages: list[Arrived]) -> dict[str, Sender]:
    names = {name for message in messages if (name := topics.device_of(message.topic))}
    rows = connection.execute(DEVICES, [sorted(names)]).fetchall()
    return {name: Sender(device, _parsed(declaration)) for device, name, declaration in rows}


@functools.lru_cache(4096)
def _parsed(declaration: str) -> mapping.Mapping | mapping.MappingFault:
    try:
        return mapping.parse(mapping.decode(declaration.encode()))
    except mapping.MappingFault as fault:
        return fault


def _read(
    messages: list[Arrived], senders: dict[str, Sender], now: datetime
) -> tuple[list[mapping.Observed], list[Arrived], list[Refused]]:
    observed: list[mapping.Observed] = []
    of: list[Arrived] = []
    refused: list[Refused] = []
    for message in messages:
        name = topics.device_of(message.topic)
        sender = senders.get(name) if name else None
        if sender is None:
            refused.append(Refused(message, None, "unknown_device", name or ""))
            continue
        sender.messages += 1
        if isinstance(sender.mapping, mapping.MappingFault):
            sender.rejected += 1
            refused.append(Refused(message, sender.id, "mapping", str(sender.mapping)))
            continue
        try:
            understood = sender.mapping.read(message.payload, received=now)
        except mapping.PayloadFault as fault:
            sender.rejected += 1
            refused.append(Refused(message, sender.id, fault.code, fault.detail))
            continue
        observed += understood.observations
        of += [message] * len(understood.observations)
        if understood.sequence is not None:
            sender.counted.append((understood.sequence, max(each.time for each in understood.observations)))
    return observed, of, refused


def _rows(observed: list[mapping.Observed]) -> Batch:
    return batch([each.datastream for each in observed], [each.time for each in observed], [each.value for each in observed])


def _refusal(message: Arrived, senders: dict[str, Sender], reason: str, what: mapping.Observed) -> Refused:
    sender = senders[topics.device_of(message.topic) or ""]
    sender.rejected += 1
    return Refused(message, sender.id, reason, f"{what.datastream} {what.time.isoformat()} = {what.value:g}")


def _count(connection: psycopg.Connection[Any], senders: Iterable[Sender], now: datetime) -> None:
    heard = {sender.id: sender for sender in senders if sender.messages}
    if not heard:
        return
    ids = sorted(heard)
    rows = connection.execute(STATES, [ids]).fetchall()
    if len(rows) < len(ids):
        connection.execute(BEGIN_STATES, [ids])
        rows = connection.execute(STATES, [ids]).fetchall()
    out: dict[str, list[Any]] = defaultdict(list)
    for device, observed, last, missing, lost, repeated, restarts in rows:
        sender, newest = heard[device], observed
        numbers: list[tuple[int, bool]] = []
        for number, at in sender.counted:
            numbers.append((number, newest is None or at > newest))
            newest = at if newest is None else max(newest, at)
        ranges = tuple((part.lower, part.upper) for part in missing)
        progress = sequence.follow(sequence.Progress(last, ranges, lost, repeated, restarts), numbers)
        out["device"].append(device)
        out["observed"].append(newest)
        out["messages"].append(sender.messages)
        out["rejected"].append(sender.rejected)
        out["sequence"].append(progress.last)
        out["missing"].append("{" + ",".join(f"[{start},{end})" for start, end in progress.missing) + "}")
        out["lost"].append(progress.lost)
        out["repeated"].append(progress.repeated)
        out["restarts"].append(progress.restarts)
    connection.execute(UPDATE_STATES, [now, *out.values()])


def _keep(connection: psycopg.Connection[Any], refused: list[Refused], now: datetime) -> None:
    if not refused:
        return
    counts = Counter(each.code for each in refused)
    kept = refused[-KEPT_PER_BATCH:]
    values = (
        [_text(each.message.topic, 200) for each in kept],
        [each.device for each in kept],
        [each.code for each in kept],
        [_text(each.detail, 300) for each in kept],
        [each.message.payload[:KEPT_BYTES] for each in kept],
        [len(each.message.payload) for each in kept],
    )
    connection.execute(KEEP_REJECTED, [now, *values])
    connection.execute(COUNT_REJECTED, [clock.local(now).date(), list(counts), list(counts.values())])


def _text(value: str, length: int) -> str:
    """Text that PostgreSQL can hold: no NUL, no lone surrogates."""
    return value.replace("\x00", "␀").encode("utf-8", "replace").decode()[:length]


def give_up(connection: psycopg.Connection[Any], message: Arrived, now: datetime, why: str) -> None:
    """Keep a message that the database will not store, so that it can be acknowledged and looked at."""
    with connection.transaction():
        _keep(connection, [Refused(message, None, "storage", why)], now)
