"""Reading lookups: one as it stands, a person's latest with what has been asked again, and a raw answer. At most three queries each."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from stadig.city import clock
from stadig.exchange import merging, sealed
from stadig.exchange.merging import AgencyView, BlockView
from stadig.exchange.outcomes import Outcome
from stadig.exchange.sealing import unseal
from stadig.exchange.terms import Block, Source

LOOKUPS: Final = """
SELECT l.id, l.uuid, l.kind, l.again_of_id, l."case", l.person_id, l.by_id, l.unit_id, l.permit_id, p.purpose, p.case_number,
  l.period_from, l.period_to, l.asked_at, l.begun_at, l.deadline_at, l.finished_at
FROM exchange_lookup l JOIN exchange_permit p ON p.id = l.permit_id
"""
ONE: Final = LOOKUPS + "WHERE l.id = %s"
FAMILY: Final = LOOKUPS + "WHERE l.id = %s OR l.again_of_id = %s ORDER BY l.begun_at, l.id"
LATEST: Final = """
WHERE l."case" = %s AND l.person_id = ANY(%s) AND l.period_from = %s AND l.period_to = %s ORDER BY l.begun_at, l.id
"""
OF_PERSONS: Final = LOOKUPS + LATEST
BLOCKS: Final = """
SELECT b.lookup_id, b.agency, b.part, b.outcome, b.reason, b.error_source, b.error_code, b.asked_at, b.answered_at, b.latency_ms,
  b.contract, b.basis_id, s.statute, b.data_as_of, b.available_from, b.schema_valid, b.schema_errors, b.dropped, b.unknown, b.alarm,
  b.sealed, b.stored_at, b.call_id, coalesce(c.late, false), coalesce(c.raw_sha256, ''), c.parts
FROM exchange_block b LEFT JOIN exchange_call c ON c.id = b.call_id LEFT JOIN exchange_legalbasis s ON s.id = b.basis_id
WHERE b.lookup_id = ANY(%s) AND b.replaced_at IS NULL ORDER BY b.lookup_id, b.id
"""
WAITING: Final = """
SELECT c.lookup_id, c.id, c.agencies, c.contract, c.intent_at FROM exchange_call c
WHERE c.lookup_id = ANY(%s) AND c.answered_at IS NULL AND c.attempt = 1
"""
RAW: Final = """
SELECT c.id, c.lookup_id, c.connection, c.contract, c.agencies, c.correlation_id, c.intent_at, c.answered_at, c.late, c.status,
  c.raw_sha256, c.raw_sealed, c.media_type, l."case", l.person_id, p.purpose,
  c.raw_sealed IS NULL AND EXISTS (SELECT 1 FROM exchange_block b WHERE b.call_id = c.id AND b.dropped <> '[]')
FROM exchange_call c JOIN exchange_lookup l ON l.id = c.lookup_id JOIN exchange_permit p ON p.id = l.permit_id WHERE c.id = %s
"""


class NoSuchLookup(LookupError):
    """There is no lookup, or call, with this id."""


class LookupRow(NamedTuple):
    """A lookup's own row, as LOOKUPS gives it."""

    id: int
    uuid: UUID
    kind: str
    again_of: int | None
    case: int
    person: int
    by: int | None
    unit: int
    permit: int
    purpose: str
    case_number: str
    period_from: dt.date
    period_to: dt.date
    asked_at: dt.datetime
    begun_at: dt.datetime
    deadline_at: dt.datetime
    finished_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class LookupView:
    """What is known after a lookup, or after one and those that asked again. ``lookup`` is the newest that agencies were asked in."""

    lookup: LookupRow
    agencies: tuple[AgencyView, ...]
    """In the order of terms.AGENCIES, others after."""
    lookups: tuple[LookupRow, ...]
    """Every lookup that the view holds something of, oldest first."""

    @property
    def is_waiting(self) -> bool:
        """Whether some agency may still answer before its deadline."""
        return any(one.waiting for one in self.agencies)

    @property
    def missing(self) -> dict[str, tuple[str, ...]]:
        """Agency → the parts that may answer otherwise if asked again; empty parts: all of it."""
        return {one.agency: merging.missing_parts(one) for one in self.agencies if merging.is_missing(one)}

    def agency(self, code: str) -> AgencyView | None:
        """One agency's part of it."""
        return next((one for one in self.agencies if one.agency == code), None)


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer as it came, opened."""

    call: int
    lookup: int
    case: int
    person: int
    purpose: str
    connection: str
    contract: str
    agencies: tuple[str, ...]
    correlation_id: UUID
    intent_at: dt.datetime
    answered_at: dt.datetime | None
    late: bool
    status: int | None
    sha256: str
    media_type: str
    body: bytes | None
    """None where nothing came or nothing was kept."""
    is_whole: bool
    """The bytes still have the hash that was noted when they came."""
    beyond_law: bool = False
    """The answer held fields that the law does not give us, so its bytes were not kept: the hash, the size and the facts were."""


def view(lookup_id: int) -> LookupView:
    """One lookup as it stands now. Raises NoSuchLookup. Who may see it is for the purpose's owner to say."""
    rows = _lookups(ONE, [lookup_id])
    if not rows:
        raise NoSuchLookup(lookup_id)
    return _alone(rows)


def latest(case_id: int, person_id: int, period: tuple[dt.date, dt.date]) -> LookupView | None:
    """What is known of a person in a case for a period: every question about it, with what was asked again or told by phone since the first.

    Newest evidence first: a later fault never hides what an agency has stated. None where no one has asked.
    """
    return latest_of(case_id, (person_id,), period).get(person_id)


def latest_of(case_id: int, person_ids: Iterable[int], period: tuple[dt.date, dt.date]) -> dict[int, LookupView]:
    """The same of several in a case, each by themselves, in as many queries as of one; whom no one has asked about is left out."""
    asked: dict[int, list[LookupRow]] = {}
    for row in _lookups(OF_PERSONS, [case_id, list(person_ids), *period]):
        asked.setdefault(row.person, []).append(row)
    families = {person: _since_first(rows) for person, rows in asked.items()}
    blocks, waiting = _stored([row for rows in families.values() for row in rows])
    return {person: _view(rows, blocks, waiting) for person, rows in families.items() if rows}


def _since_first(rows: list[LookupRow]) -> list[LookupRow]:
    """The questions, and what was told since the first of them; all that was told where nobody has been asked."""
    asked = [row for row in rows if row.kind != "manual"]
    first = asked[0].begun_at if asked else dt.datetime.min.replace(tzinfo=dt.UTC)
    return [row for row in rows if row.kind != "manual" or row.begun_at >= first]


def missing(lookup_id: int) -> dict[str, tuple[str, ...]]:
    """What is missing after a lookup and all that have asked again: agency → parts; empty parts: all of it."""
    rows = _lookups(ONE, [lookup_id])
    if not rows:
        return {}
    first = rows[0].again_of or rows[0].id
    return _alone(_lookups(FAMILY, [first, first])).missing


def raw(call_id: int) -> Raw:
    """An answer's bytes as they came. Raises NoSuchLookup. The caller asks the purpose's owner who may see it, and records the reading."""
    with connection.cursor() as cursor:
        cursor.execute(RAW, [call_id])
        row = cursor.fetchone()
    if row is None:
        raise NoSuchLookup(call_id)
    (
        pk,
        lookup,
        line,
        contract,
        agencies,
        correlation,
        intent,
        answered,
        late,
        status,
        digest,
        closed,
        media,
        case,
        person,
        purpose,
        beyond,
    ) = row
    body = unseal(closed, f"call:{correlation}") if closed is not None else None
    whole = body is not None and hashlib.sha256(body).hexdigest() == digest
    return Raw(
        pk, lookup, case, person, purpose, line, contract, tuple(_json(agencies)), correlation, intent, answered, late, status,
        digest, media, body, whole, beyond,
    )  # fmt: skip


def _lookups(sql: str, values: list[Any]) -> list[LookupRow]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [LookupRow(*row) for row in cursor.fetchall()]


def _stored(rows: list[LookupRow]) -> tuple[list[BlockView], list[tuple[Any, ...]]]:
    """The blocks of lookups, opened, and the calls of theirs that no one has answered."""
    uuids = {row.id: row.uuid for row in rows}
    waiting: list[tuple[Any, ...]] = []
    if not rows:
        return [], waiting
    with connection.cursor() as cursor:
        cursor.execute(BLOCKS, [list(uuids)])
        blocks = [_block(uuids[row[0]], row) for row in cursor.fetchall()]
        if any(row.finished_at is None for row in rows):
            cursor.execute(WAITING, [list(uuids)])
            waiting = cursor.fetchall()
    return blocks, waiting


def _alone(rows: list[LookupRow]) -> LookupView:
    return _view(rows, *_stored(rows))


def _view(rows: list[LookupRow], stored: Iterable[BlockView], unanswered: Iterable[tuple[Any, ...]]) -> LookupView:
    """One person's lookups merged; of what is stored and unanswered, only theirs is taken."""
    order = {row.id: place for place, row in enumerate(rows)}
    blocks = sorted((one for one in stored if one.lookup in order), key=lambda one: order[one.lookup])
    calls = [one for one in unanswered if one[0] in order]
    still, lost = _waiting({row.id: row for row in rows}, blocks, calls)
    newest = max((row for row in rows if row.kind != "manual"), key=lambda row: (row.begun_at, row.id), default=rows[-1])
    return LookupView(newest, merging.merge([*blocks, *lost], still), tuple(rows))


def _waiting(
    lookups: dict[int, LookupRow], blocks: Iterable[BlockView], calls: Iterable[tuple[Any, ...]]
) -> tuple[set[str], list[BlockView]]:
    """(agencies that may still answer, a block for each that should have answered and has none stored).

    The second kind is what a process that died left behind: after the deadline it reads as a time-out, never as nothing.
    """
    now = clock.real_now()
    told = {(one.lookup, one.block.agency) for one in blocks}
    still: set[str] = set()
    lost: list[BlockView] = []
    for lookup, call, agencies, contract, intent in calls:
        for agency in _json(agencies):
            if (lookup, agency) in told:
                continue
            if now < lookups[lookup].deadline_at:
                still.add(agency)
            else:
                block = Block(agency, Outcome.TIMEOUT, error_source=Source.SELF)
                lost.append(BlockView(block, lookup, call=call, contract=contract, asked_at=intent))
    return still, lost


def _block(lookup: UUID, row: tuple[Any, ...]) -> BlockView:
    (
        lookup_id, agency, part, outcome, reason, source, code, asked, answered, latency, contract, basis, statute, as_of, available,
        valid, errors, dropped, unknown, alarm, closed, stored, call, late, digest, parts,
    ) = row  # fmt: skip
    content = sealed.open_(closed, lookup, agency, part)
    block = Block(
        agency=agency,
        outcome=Outcome(outcome),
        part=part,
        facts=content.facts,
        error_source=Source(source) if source else None,
        error_code=code,
        error_text=content.error_text,
        data_as_of=as_of,
        available_from=available,
        schema_valid=valid,
        schema_errors=tuple(_json(errors)),
        dropped=tuple(_json(dropped)),
        unknown=tuple(_json(unknown)),
        alarm=alarm,
        remarks=content.remarks,
    )
    return BlockView(
        block, lookup_id, call, contract, basis, statute or "", asked, answered, latency, late, digest, reason, content.told, stored,
        only_parts=tuple(_json(parts).get(agency, ())) if parts and parts != "{}" else (),
    )  # fmt: skip


def _json(value: Any) -> Any:
    if isinstance(value, str):
        return [] if value == "[]" else json.loads(value)
    return value
