"""The statements that keep what became of requests: one transaction for all that waits, audit last."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from django.db import connection

from stadig.city import clock, live
from stadig.city.verbs import verb
from stadig.exchange import breaking, digest, sealed, telling
from stadig.exchange.outcomes import Outcome
from stadig.exchange.sealing import seal
from stadig.exchange.terms import Block, Source

if TYPE_CHECKING:
    from stadig.exchange.plans import Plan, PlannedCall
    from stadig.exchange.storing import Came, Ended, Finished, Intent, NotMade, Overdue, Tally, Thing, Tried

NEW_CALL: Final = """
INSERT INTO exchange_call (lookup_id, connection, contract, agencies, parts, attempt, correlation_id, intent_at,
  late, fault, raw_sha256, media_type)
SELECT lookup_id, connection, contract, agencies, parts, %s, %s, %s, false, '', '', '' FROM exchange_call WHERE id = %s RETURNING id
"""
CALLS: Final = """
UPDATE exchange_call c SET answered_at = v.answered_at, late = v.late, status = v.status, fault = v.fault, raw_sha256 = v.digest,
  raw_sealed = decode(v.raw, 'base64'), raw_bytes = v.bytes, media_type = v.media
FROM json_to_recordset(%s::json) AS v (id bigint, answered_at timestamptz, late boolean, status smallint, fault text, digest text, raw text,
  bytes integer, media text)
WHERE c.id = v.id AND c.answered_at IS NULL;
"""
REPLACE: Final = "UPDATE exchange_block SET replaced_at = %s WHERE lookup_id = %s AND agency = ANY(%s) AND replaced_at IS NULL;"
BLOCKS: Final = """
INSERT INTO exchange_block (lookup_id, call_id, agency, part, outcome, reason, error_source, error_code, asked_at, answered_at, latency_ms,
  contract, basis_id, data_as_of, available_from, schema_valid, schema_errors, dropped, unknown, alarm, sealed, stored_at)
SELECT lookup, call, agency, part, outcome, '', source, code, asked_at, answered_at, latency_ms, contract, basis, data_as_of, available_from,
  schema_valid, schema_errors, dropped, unknown, alarm, decode(sealed, 'base64'), %s
FROM json_to_recordset(%s::json) AS v (lookup bigint, call bigint, agency text, part text, outcome text, source text, code text,
  asked_at timestamptz, answered_at timestamptz, latency_ms integer, contract text, basis bigint, data_as_of date, available_from timestamptz,
  schema_valid boolean, schema_errors jsonb, dropped jsonb, unknown jsonb, alarm text, sealed text);
"""
FINISH: Final = "UPDATE exchange_lookup SET finished_at = %s WHERE id = ANY(%s) AND finished_at IS NULL RETURNING id;"
TELL: Final = "SELECT pg_notify(%s, said) FROM unnest(%s::text[]) AS said"
NO_FAILURE: Final = frozenset({"too_large", "encoded", "unreadable", "no_slot", "no_time", "interrupted", "internal"})
"""Ends that say nothing about whether the agency is well."""
_encoder: Final = msgspec.json.Encoder()


@dataclass(slots=True)
class CallRow:
    """What is known of a call when it has ended, as CALLS takes it."""

    id: int
    answered_at: dt.datetime
    late: bool = False
    status: int | None = None
    fault: str = ""
    digest: str = ""
    raw: bytes | None = None
    bytes: int | None = None
    media: str = ""


@dataclass(slots=True)
class BlockRow:
    """A new block, as BLOCKS takes it."""

    lookup: int
    call: int
    agency: str
    part: str
    outcome: str
    source: str
    code: str
    asked_at: dt.datetime | None
    answered_at: dt.datetime | None
    latency_ms: int | None
    contract: str
    basis: int | None
    data_as_of: dt.date | None
    available_from: dt.datetime | None
    schema_valid: bool | None
    schema_errors: tuple[str, ...]
    dropped: tuple[str, ...]
    unknown: tuple[str, ...]
    alarm: str
    sealed: bytes | None


class Batch:
    """What one transaction is to hold."""

    def __init__(self) -> None:
        self.now = clock.real_now()
        self.calls: list[CallRow] = []
        self.replaced: list[tuple[dt.datetime, int, list[str]]] = []
        self.blocks: list[BlockRow] = []
        self.breakers: list[breaking.Told] = []
        self.news: dict[tuple[str, int], int] = {}
        self.last: list[Callable[[], None]] = []
        self.ended: list[tuple[Plan, Tally]] = []
        self.intents: list[Intent] = []


def keep(things: Iterable[Thing]) -> None:
    """Store what became of requests: calls, blocks, breakers, news, and the audit rows of lookups that are finished; all or nothing."""
    batch = Batch()
    for thing in things:
        HANDLERS[type(thing).__name__](batch, thing)
    if batch.intents or batch.breakers or batch.last or batch.ended:
        _keep_with_log(None, batch)
        return
    with connection.cursor() as cursor:  # one message of several statements is one transaction
        _write(cursor, batch)


@verb
def _keep_with_log(by: None, batch: Batch) -> None:
    with connection.cursor() as cursor:
        for thing in batch.intents:
            assert thing.call  # noqa: S101
            cursor.execute(NEW_CALL, [thing.attempt, thing.correlation, batch.now, thing.call.id])
            (thing.result,) = cursor.fetchall()[0]
        proofs = _write(cursor, batch)
        breaking.note(cursor, batch.breakers, batch.now)
        for step in batch.last:
            step()
        for plan, tally in batch.ended:
            if plan.id in proofs:
                telling.finished(plan, tally, proofs[plan.id])


def _write(cursor: Any, batch: Batch) -> dict[int, str]:
    """Calls, what late answers replace, blocks, the ends of lookups, and news: in one message to the database, each kind as one value.

    Returns the digests of those lookups that ended now; one that the sweep has ended before is not among them.
    """
    parts: list[str] = []
    values: list[Any] = []
    ended = [plan.id for plan, _ in batch.ended]
    if batch.calls:
        parts.append(CALLS)
        values.append(_encode(batch.calls))
    for one in batch.replaced:
        parts.append(REPLACE)
        values += one
    if batch.blocks:
        parts.append(BLOCKS)
        values += [batch.now, _encode(batch.blocks)]
    if ended:
        parts += [FINISH, digest.DIGEST + ";"]
        values += [batch.now, ended, ended]
    before = len(parts) - 2
    if batch.news:
        said = [json.dumps({"topic": topic, "id": pk, "version": version}) for (topic, pk), version in batch.news.items()]
        parts.append(TELL)
        values += [live.CHANNEL, said]
    if parts:
        cursor.execute("".join(parts), values)
    if not ended:
        return {}
    for _ in range(before):
        cursor.nextset()
    finished = {pk for (pk,) in cursor.fetchall()}
    cursor.nextset()
    return {pk: proof for pk, proof in cursor.fetchall() if pk in finished}


def _encode(rows: Sequence[CallRow | BlockRow]) -> str:
    """As JSON; bytes in it are base64."""
    return _encoder.encode(rows).decode()


def _intent(batch: Batch, thing: Intent) -> None:
    batch.intents.append(thing)


def _ended(batch: Batch, thing: Ended) -> None:
    reply = thing.reply
    batch.calls.append(
        CallRow(
            thing.call,
            batch.now,
            status=reply.status or None,
            fault=reply.fault,
            bytes=len(reply.body),
            media=reply.content_type,
        )
    )


def _came(batch: Batch, thing: Came) -> None:
    from stadig.exchange.storing import sha256_of

    assert thing.call  # noqa: S101
    call, reply, plan = thing.call, thing.reply, thing.plan
    alarmed = next((block.alarm for block in thing.blocks if block.alarm), "")
    sha256 = sha256_of(reply)
    beyond = any(block.dropped for block in thing.blocks) and not plan.keep_all
    raw = seal(reply.body, f"call:{call.question.correlation_id}") if reply.body and not (alarmed or beyond) else None
    late = thing.late and not reply.fault
    status, at = reply.status or None, thing.at or batch.now
    batch.calls.append(CallRow(thing.row, at, late, status, reply.fault, sha256, raw, len(reply.body), reply.content_type))
    agencies = list(call.question.agencies)
    if thing.late and reply.fault:  # it was listened for in vain: what was said at the deadline stands
        batch.last.append(lambda: telling.listened_in_vain(plan, thing.row))
        return
    if thing.late:
        batch.replaced.append((batch.now, plan.id, agencies))
    for block in thing.blocks:
        batch.blocks.append(_block(plan, block, thing.row, thing.begun, thing.at, call.contract.name))
    for agency in agencies:
        ours = [block for block in thing.blocks if block.agency == agency]
        thing.tally.outcomes[agency] = [block.outcome for block in ours]
        if number := sum(len(block.dropped) for block in ours):
            thing.tally.dropped[agency] = number
        _note_breaker(batch, call, agency, ours, late=thing.late)
    if sha256:
        thing.tally.hashes[str(call.question.correlation_id)] = sha256
        if alarmed or beyond:
            thing.tally.not_kept[str(call.question.correlation_id)] = "else" if alarmed else "beyond"
    _news(batch, plan)
    if alarmed:
        batch.last.append(lambda: telling.not_ours(plan, call, thing.row, alarmed))
    if thing.late:
        batch.last.append(lambda: telling.late(plan, call, thing.tally))


def _note_breaker(batch: Batch, call: PlannedCall, agency: str, blocks: list[Block], *, late: bool) -> None:
    """A fault on the way or at the composite service counts against the agency; an answer counts when it was on trial."""
    failed = all(
        block.outcome == Outcome.ERROR
        and block.error_source != Source.AGENCY
        and block.error_code not in NO_FAILURE
        and not block.alarm
        for block in blocks
    )
    if not late and (failed or call.trial):
        batch.breakers.append(breaking.Told(call.line.name, agency, failed, call.line.breaker))


def _overdue(batch: Batch, thing: Overdue) -> None:
    assert thing.call  # noqa: S101
    for agency in thing.call.question.agencies:
        code = "" if thing.left else "no_slot"
        block = Block(agency, Outcome.TIMEOUT, error_source=Source.SELF, error_code=code)
        batch.blocks.append(_block(thing.plan, block, thing.row, thing.begun, contract=thing.call.contract.name))
        thing.tally.outcomes[agency] = [Outcome.TIMEOUT]
        if thing.left:
            batch.breakers.append(breaking.Told(thing.call.line.name, agency, True, thing.call.line.breaker))
    _news(batch, thing.plan)


def _not_made(batch: Batch, thing: NotMade) -> None:
    plan = thing.plan
    batch.calls.append(CallRow(thing.row, batch.now, fault=thing.code[:40]))
    for agency in thing.agencies:
        source = Source.SELF if thing.outcome == Outcome.ERROR else None
        code = thing.code if thing.outcome == Outcome.ERROR else ""
        block = Block(agency, thing.outcome, error_source=source, error_code=code)
        batch.blocks.append(_block(plan, block, thing.row))
        thing.tally.outcomes[agency] = [thing.outcome]
    _news(batch, plan)


def _tried(batch: Batch, thing: Tried) -> None:
    assert thing.call  # noqa: S101
    for agency in thing.call.question.agencies:
        batch.breakers.append(breaking.Told(thing.call.line.name, agency, not thing.reached, thing.call.line.breaker))


def _finished(batch: Batch, thing: Finished) -> None:
    plan = thing.plan
    batch.ended.append((plan, thing.tally))
    _news(batch, plan)
    if plan.again_of:  # a page that was opened before the question was asked again listens to the first alone
        batch.news[telling.topic(plan.again_of), plan.again_of] = int(batch.now.timestamp() * 1000)
    batch.news[telling.done_topic(plan.id), plan.id] = 1


HANDLERS: Final[dict[str, Callable[[Batch, Any], None]]] = {
    "Intent": _intent,
    "Ended": _ended,
    "Came": _came,
    "Overdue": _overdue,
    "NotMade": _not_made,
    "Tried": _tried,
    "Finished": _finished,
}


def _news(batch: Batch, plan: Plan) -> None:
    batch.news[telling.topic(plan.id), plan.id] = int(batch.now.timestamp() * 1000)


def _block(  # noqa: PLR0917
    plan: Plan,
    block: Block,
    row: int,
    asked_at: dt.datetime | None = None,
    answered_at: dt.datetime | None = None,
    contract: str = "",
) -> BlockRow:
    content, part = sealed.Content(block.facts, block.error_text, remarks=block.remarks), block.part[:80]
    return BlockRow(
        lookup=plan.id,
        call=row,
        agency=block.agency,
        part=part,
        outcome=block.outcome.value,
        source=block.error_source.value if block.error_source else "",
        code=block.error_code[:80],
        asked_at=asked_at,
        answered_at=answered_at,
        latency_ms=max(0, round((answered_at - asked_at).total_seconds() * 1000)) if answered_at and asked_at else None,
        contract=contract,
        basis=plan.laws.get(block.agency),
        data_as_of=block.data_as_of,
        available_from=block.available_from,
        schema_valid=block.schema_valid,
        schema_errors=block.schema_errors,
        dropped=block.dropped,
        unknown=block.unknown,
        alarm=block.alarm,
        sealed=sealed.close(content, plan.uuid, block.agency, part),
    )
