"""The verbs: ask agencies, ask again about what is missing, write down what was told, and note each reading.

Asking commits in one transaction what will leave, what will not and why, and a row in the audit log. Only then does a byte leave.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
from django.db import connection, transaction

from stadig.city import audit, clock, live
from stadig.city.models import Person
from stadig.city.verbs import verb
from stadig.exchange import again, digest, queries, running, sealed
from stadig.exchange.leaving import NotSent, Sent, decide
from stadig.exchange.models import Lookup, Permit
from stadig.exchange.outcomes import Outcome
from stadig.exchange.randomness import new_uuid
from stadig.exchange.sealed import Told
from stadig.exchange.spending import ExchangeError, spend
from stadig.exchange.telling import topic

if TYPE_CHECKING:
    from stadig.city.models import User

KINDS: Final = Lookup.Kind
NEW: Final = """
WITH found AS (
  INSERT INTO exchange_lookup (uuid, permit_id, kind, again_of_id, "case", person_id, by_id, unit_id, period_from, period_to,
    asked_at, begun_at, deadline_at, finished_at)
  VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
), calls AS (
  INSERT INTO exchange_call (lookup_id, connection, contract, agencies, parts, attempt, correlation_id, intent_at,
    late, fault, raw_sha256, media_type)
  SELECT found.id, c.connection, c.contract, c.agencies, c.parts, 1, c.correlation, %s, false, '', '', ''
  FROM found, jsonb_to_recordset(%s::jsonb) AS c (connection text, contract text, agencies jsonb, parts jsonb, correlation uuid)
), blocks AS (
  INSERT INTO exchange_block (lookup_id, agency, part, outcome, reason, error_source, error_code, contract, basis_id, available_from,
    schema_errors, dropped, unknown, alarm, stored_at)
  SELECT found.id, b.agency, '', b.outcome, b.reason, b.source, b.code, '', b.basis, b.available_from, '[]', '[]', '[]', '', %s
  FROM found, jsonb_to_recordset(%s::jsonb)
    AS b (agency text, outcome text, reason text, source text, code text, basis bigint, available_from timestamptz)
)
SELECT id FROM found
"""
READ: Final = """
SELECT l.id, l."case", l.person_id, l.unit_id, p.value FROM exchange_lookup l
LEFT JOIN city_pseudonym p ON p.person_id = l.person_id WHERE l.id = ANY(%s) ORDER BY l.id
"""
"""What is noted of a reading; the person by the name that the log knows them by, where they have one."""
READINGS: Final = frozenset({"read", "read raw", "printed", "exported"})


class NothingMissing(ExchangeError):
    """Every agency of the lookup has given evidence, or an answer that asking again does not change."""


@verb
def ask(
    by: User | None,
    permit_id: int,
    *,
    agencies: Iterable[str] | None = None,
    kind: str = KINDS.PERSON,
    request_id: UUID | None = None,
) -> Lookup:
    """Ask the permit's agencies (or those of them in ``agencies``) about its person. Blocks come as they answer; see queries.view.

    Raises NoPermit, PermitSpent, PermitExpired, NotYours.
    """
    now = clock.real_now()
    permit, person = spend(by, permit_id, now)
    chosen = None if agencies is None else set(agencies)
    return _begin(by, permit, person, kind, now, chosen)


@verb
def ask_again(by: User | None, permit_id: int, lookup_id: int, *, request_id: UUID | None = None) -> Lookup:
    """Ask once more about what is missing in a lookup, and about nothing else. The fresh permit is for the same person in the same case.

    Raises what :func:`ask` does, and NothingMissing.
    """
    now = clock.real_now()
    permit, person = spend(by, permit_id, now)
    before = Lookup.objects.get(pk=lookup_id, case=permit.case, person=permit.person_id)
    missing = queries.missing(before.pk)
    if not missing:
        raise NothingMissing(f"Nothing is missing in lookup {lookup_id}.")
    first = before.again_of_id or before.pk
    live.publish(
        topic(first), first, int(now.timestamp() * 1000)
    )  # an open page learns of the new question, and listens to it too
    return _begin(by, permit, person, KINDS.AGAIN, now, set(missing), again_of=first, parts=missing)


@verb
def note_manual(by: User, permit_id: int, agency: str, told: Told, *, request_id: UUID | None = None) -> Lookup:
    """Write down what an agency told by phone or on paper: a lookup of its own, with a block like any other and a row in the audit log.

    Raises what :func:`ask` does.
    """
    now = clock.real_now()
    permit, person = spend(by, permit_id, now)
    lookup = _lookup(by, permit, KINDS.MANUAL, now, 0.0)
    lookup.finished_at = now
    lookup.save(force_insert=True)
    content = sealed.close(sealed.Content(told=told), lookup.uuid, agency, "")
    lookup.blocks.create(  # pyright: ignore[reportAttributeAccessIssue]
        agency=agency,
        outcome=Outcome.MANUAL,
        asked_at=now,
        answered_at=now,
        basis_id=permit.laws.get(agency),
        sealed=content,
        stored_at=now,
    )
    _record(by, "noted an answer", permit, person, lookup, agencies=[agency], channel=told.channel, digest=digest.of(lookup.pk))
    return lookup


@verb
def record_reading(by: User, lookup_id: int, what: str, *, request_id: UUID | None = None) -> None:
    """Note in the audit log that someone saw what agencies answered: ``read``, ``read raw``, ``printed`` or ``exported``."""
    record_readings(by, (lookup_id,), what)


@verb
def record_readings(by: User, lookup_ids: Iterable[int], what: str, *, request_id: UUID | None = None) -> None:
    """The same of several lookups that are shown as one: a row for each, since each was a question of its own."""
    if what not in READINGS:
        raise ValueError(f"A reading is one of {', '.join(sorted(READINGS))}, not {what}.")
    wanted = sorted(set(lookup_ids))
    with connection.cursor() as cursor:
        cursor.execute(READ, [wanted])
        found = cursor.fetchall()
    if len(found) != len(wanted):
        raise Lookup.DoesNotExist
    for pk, case, person, unit, pseudonym in found:
        whom = str(pseudonym) if pseudonym else Person(pk=person)
        audit.record(by, what, ("exchange.lookup", pk), case=case, person=whom, unit=unit)


def _begin(  # noqa: PLR0917 – the verbs above call it, and no one else
    by: User | None,
    permit: Permit,
    person: str | Person,
    kind: str,
    now: dt.datetime,
    chosen: set[str] | None,
    *,
    again_of: int | None = None,
    parts: Mapping[str, tuple[str, ...]] | None = None,
) -> Lookup:
    """Commit a lookup with what will leave and what will not, and carry it out when that is done."""
    decided = decide(permit, now, chosen, parts or {}, only_chosen=again_of is not None)
    lookup = _lookup(by, permit, kind, now, decided.lookup_s)
    lookup.again_of_id = again_of
    lookup.finished_at = None if decided.sent else now
    lookup.pk = _insert(lookup, decided.sent, decided.not_sent, permit, now)
    lookup._state.adding = False
    asked = [agency for one in decided.sent for agency in one.agencies]
    _record(
        by,
        "asked agencies again" if again_of else "asked agencies",
        permit,
        person,
        lookup,
        agencies=asked,
        not_asked={one.agency: one.reason or one.code or one.outcome.value for one in decided.not_sent},
        laws={agency: permit.laws[agency] for agency in asked},
        correlation=[str(one.correlation) for one in decided.sent],
        period=[permit.period_from.isoformat(), permit.period_to.isoformat()],
        **({} if decided.sent else {"digest": digest.of(lookup.pk)}),
    )
    found = lookup.pk
    if decided.sent:
        transaction.on_commit(lambda: running.start(found))
    else:
        again.later(found, lookup.kind, permit.purpose)
    return lookup


def _lookup(by: User | None, permit: Permit, kind: str, now: dt.datetime, seconds: float) -> Lookup:
    return Lookup(
        uuid=new_uuid(),
        permit_id=permit.pk,
        kind=str(kind),
        case=permit.case,
        person_id=permit.person_id,
        by_id=permit.by_id,
        unit_id=permit.unit_id,
        period_from=permit.period_from,
        period_to=permit.period_to,
        asked_at=clock.now(),
        begun_at=now,
        deadline_at=now + dt.timedelta(seconds=seconds),
    )


def _insert(one: Lookup, sent: list[Sent], not_sent: list[NotSent], permit: Permit, now: dt.datetime) -> int:
    """Write the lookup, a row for each request that will leave and a block for each agency that is not asked; in one statement."""
    values: list[Any] = [
        one.uuid, one.permit_id, one.kind, one.again_of_id, one.case, one.person_id, one.by_id, one.unit_id, one.period_from,
        one.period_to, one.asked_at, one.begun_at, one.deadline_at, one.finished_at, now,
        _encode(sent),
        now,
        _encode([{**msgspec.to_builtins(block), "basis": permit.laws.get(block.agency)} for block in not_sent]),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(NEW, values)
        row = cursor.fetchone()
    assert row is not None  # noqa: S101 – the statement gives one row
    return int(row[0])


def _encode(rows: list[Any]) -> str:
    return msgspec.json.encode(rows).decode()


def _record(by: User | None, did: str, permit: Permit, person: str | Person, lookup: Lookup, **ids: Any) -> None:
    """The row in the audit log: who, unit, case, person, agencies, purpose, law."""
    audit.record(
        by,
        did,
        ("exchange.lookup", lookup.pk),
        unit=permit.unit_id,
        case=permit.case,
        person=person,
        purpose=permit.purpose,
        kind=lookup.kind,
        **ids,
    )
