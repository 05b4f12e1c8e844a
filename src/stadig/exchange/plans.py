"""A lookup as it is to be carried out, read from what has been committed: a question that is not in the database cannot be read here."""

from __future__ import annotations

import datetime as dt
import functools
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import translation

from stadig.city import persons
from stadig.exchange import connections, looking, purposes
from stadig.exchange.connections import Connection, Connections, SilencePart
from stadig.exchange.terms import Asker, Contract, Outgoing, Question

READ: Final = """
SELECT l.id, l.uuid, l.again_of_id, l.case, l.person_id, l.by_id, l.kind, l.period_from, l.period_to, l.asked_at, l.begun_at, l.deadline_at,
  p.case_number, p.purpose, p.laws, who.personnummer_sealed, u.first_name, u.last_name, u.username, u.person_id, unit.name,
  (SELECT jsonb_agg(jsonb_build_array(c.id, c.connection, c.agencies, c.parts, c.correlation_id, c.attempt) ORDER BY c.id)
     FROM exchange_call c WHERE c.lookup_id = l.id AND c.answered_at IS NULL),
  (SELECT jsonb_agg(jsonb_build_array(b.id, b.agency, b.statute, b.fields)) FROM exchange_legalbasis b
     WHERE b.id IN (SELECT value::bigint FROM jsonb_each_text(p.laws))),
  (SELECT jsonb_agg(jsonb_build_array(t.connection, t.agency)) FROM exchange_breaker t WHERE t.state = 'trying' AND t.since = l.begun_at),
  (SELECT s.value::text FROM city_pseudonym s WHERE s.person_id = l.person_id)
FROM exchange_lookup l JOIN exchange_permit p ON p.id = l.permit_id JOIN city_person who ON who.id = l.person_id
  JOIN city_organisation unit ON unit.id = l.unit_id LEFT JOIN city_user u ON u.id = l.by_id
WHERE l.id = %s AND l.finished_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One request that is to leave."""

    id: int
    line: Connection
    contract: Contract
    question: Question
    outgoing: Outgoing
    attempt: int
    trial: bool
    """The agency has failed again and again: try it with a question about no one first."""


@dataclass(slots=True)
class Plan:
    """One lookup with its requests."""

    id: int
    uuid: UUID
    again_of: int | None
    case: int
    person: int
    pseudonym: str | None
    """What the audit log calls the person; None where it has no name for them."""
    by: int | None
    by_person: int | None
    kind: str
    purpose: str
    begun_at: dt.datetime
    deadline_at: dt.datetime
    laws: dict[str, int]
    asker: Asker | None
    deadlines: connections.Deadlines
    keep_all: bool
    """Answers are kept as they came also when they held more than the law gives."""
    calls: list[PlannedCall] = field(default_factory=list)
    broken: list[tuple[int, list[str], str]] = field(default_factory=list)
    """Calls that cannot be made: their id, agencies and why. They never leave."""


class Row(NamedTuple):
    """What READ gives."""

    id: int
    uuid: UUID
    again_of: int | None
    case: int
    person_id: int
    by_id: int | None
    kind: str
    period_from: dt.date
    period_to: dt.date
    asked_at: dt.datetime
    begun_at: dt.datetime
    deadline_at: dt.datetime
    case_number: str
    purpose: str
    laws: Any
    sealed: Any
    first_name: str | None
    last_name: str | None
    username: str | None
    by_person: int | None
    unit: str
    calls: Any
    bases: Any
    trials: Any
    pseudonym: str | None


def read(lookup_id: int) -> Plan | None:
    """The plan of a committed lookup that is not finished; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(READ, [lookup_id])
        row = cursor.fetchone()
    if row is None:
        return None
    return _plan(Row(*row))


def _json(value: Any) -> Any:
    return (json.loads(value) if isinstance(value, str) else value) or []


def _plan(row: Row) -> Plan:
    try:
        known: Connections = connections.connections()
    except connections.ConnectionsFault:
        known = connections.NONE
    worker = f"{row.first_name or ''} {row.last_name or ''}".strip() or row.username or row.unit
    asker = known.asked_by(worker) if known.asker else None
    statutes = {agency: (statute, frozenset(fields)) for _, agency, statute, fields in _json(row.bases)}
    plan = Plan(
        id=row.id,
        uuid=row.uuid,
        again_of=row.again_of,
        case=row.case,
        person=row.person_id,
        pseudonym=row.pseudonym,
        by=row.by_id,
        by_person=row.by_person,
        kind=row.kind,
        purpose=row.purpose,
        begun_at=row.begun_at,
        deadline_at=row.deadline_at,
        laws=dict(_json(row.laws)),
        asker=asker,
        deadlines=known.deadlines,
        keep_all=known.answers.keep_raw == "always",
    )
    number = persons.unseal(row.sealed).digits
    trials = _json(row.trials)
    for call, line_name, agencies, parts, correlation, attempt in _json(row.calls):
        line = known.of_name(line_name)
        if line is None or asker is None:
            plan.broken.append((call, agencies, "not_connected"))
            continue
        try:
            contract = contract_of(line)
            question = Question(
                agencies=tuple(agencies),
                person=number,
                period_from=row.period_from,
                period_to=row.period_to,
                purpose=title(row.purpose),
                laws={agency: statutes[agency][0] for agency in agencies},
                case=row.case_number,
                asker=asker,
                correlation_id=UUID(correlation),
                asked_at=row.asked_at,
                parts={agency: tuple(one) for agency, one in parts.items()},
                keep={agency: statutes[agency][1] for agency in agencies if statutes[agency][1]},
            )
            outgoing = contract.request(question, line.url)
        except Exception as fault:  # whatever keeps a question from being written is told in its block
            plan.broken.append((call, agencies, f"not_written:{type(fault).__name__}"[:40]))
            continue
        trial = any([line_name, agency] in trials for agency in agencies)
        plan.calls.append(PlannedCall(call, line, contract, question, outgoing, attempt, trial))
    return plan


def contract_of(line: Connection) -> Contract:
    """The contract a connection speaks, opened once."""
    return _contract(line.contract, settings.CONTRACTS_DIR, line.declaration, _changed(line.declaration), line.silence)


def _changed(path: Path | None) -> int:
    return looking.changed(path) if path else 0


@functools.lru_cache(maxsize=16)
def _contract(name: str, folder: Path | None, declaration: Path | None, changed: int, silence: SilencePart | None) -> Contract:
    from stadig.exchange.contracts.lefi import NOT_KNOWN, Silence
    from stadig.exchange.contracts.registry import open_contract

    said = NOT_KNOWN if silence is None else Silence(silence.from_, silence.source)
    return open_contract(name, folder=folder, declaration=declaration, silence=said)


def title(purpose: str) -> str:
    """What an agency is told the question is for, in Swedish."""
    return _title(purpose, id(purposes.get(purpose)))


@functools.lru_cache(maxsize=64)
def _title(purpose: str, known: int) -> str:
    found = purposes.get(purpose)
    with translation.override("sv"):
        return str(found.title) if found else purpose
