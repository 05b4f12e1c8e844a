"""Lookups whose process died: their agencies get a block that says so, so that nothing looks like an answer that never came."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db import connection

from stadig.city import audit, clock, live
from stadig.city.models import Person
from stadig.city.verbs import verb
from stadig.exchange import digest, telling
from stadig.exchange.outcomes import Outcome, together
from stadig.exchange.terms import Source

AFTER: Final = dt.timedelta(seconds=45)
"""After a lookup's deadline. A living process has stored its blocks by then, also when the database has been away for a while."""
GIVEN_UP: Final = dt.timedelta(minutes=15)
"""A call that is open for longer was listened for by a process that is gone."""
LOST: Final = """
SELECT l.id, l."case", l.person_id FROM exchange_lookup l WHERE l.finished_at IS NULL AND l.deadline_at < %s ORDER BY l.id
FOR UPDATE SKIP LOCKED
"""
BLOCKS: Final = """
INSERT INTO exchange_block (lookup_id, call_id, agency, part, outcome, reason, error_source, error_code, asked_at, contract, basis_id,
  schema_errors, dropped, unknown, alarm, stored_at)
SELECT DISTINCT ON (a.agency) c.lookup_id, c.id, a.agency, '', %s, '', %s, 'interrupted', c.intent_at, c.contract,
  (p.laws ->> a.agency)::bigint, '[]'::jsonb, '[]'::jsonb, '[]'::jsonb, '', %s
FROM exchange_call c CROSS JOIN LATERAL jsonb_array_elements_text(c.agencies) AS a (agency)
  JOIN exchange_lookup l ON l.id = c.lookup_id JOIN exchange_permit p ON p.id = l.permit_id
WHERE c.lookup_id = %s
  AND NOT EXISTS (SELECT 1 FROM exchange_block b WHERE b.lookup_id = c.lookup_id AND b.agency = a.agency AND b.replaced_at IS NULL)
ORDER BY a.agency, c.id DESC RETURNING agency
"""
CALLS: Final = "UPDATE exchange_call SET answered_at = %s, fault = 'interrupted' WHERE lookup_id = %s AND answered_at IS NULL"
OLD_CALLS: Final = """
UPDATE exchange_call c SET answered_at = %s, fault = 'interrupted' FROM exchange_lookup l
WHERE l.id = c.lookup_id AND c.answered_at IS NULL AND c.intent_at < %s AND l.finished_at IS NOT NULL RETURNING c.lookup_id, l."case", c.id
"""
CAME: Final = """
SELECT agency, array_agg(outcome), sum(jsonb_array_length(dropped))::int FROM exchange_block
WHERE lookup_id = %s AND replaced_at IS NULL AND outcome <> 'not_asked' GROUP BY agency ORDER BY agency
"""
HASHES: Final = """
SELECT c.correlation_id::text, c.raw_sha256, c.raw_sealed IS NULL,
  EXISTS (SELECT 1 FROM exchange_block b WHERE b.call_id = c.id AND b.alarm <> '')
FROM exchange_call c WHERE c.lookup_id = %s AND c.raw_sha256 <> '' ORDER BY c.id
"""
FINISH: Final = "UPDATE exchange_lookup SET finished_at = %s WHERE id = %s"


@verb
def sweep(by: None = None) -> int:
    """Finish every lookup whose process died; returns how many."""
    now = clock.real_now()
    with connection.cursor() as cursor:
        cursor.execute(LOST, [now - AFTER])
        lost = cursor.fetchall()
        for lookup, case, person in lost:
            _finish(cursor, lookup, case, person, now)
        cursor.execute(OLD_CALLS, [now, now - GIVEN_UP])
        for lookup, case, call in cursor.fetchall():
            audit.record(None, "stopped listening", ("exchange.lookup", lookup), case=case, call=call, digest=digest.of(lookup))
    return len(lost)


def _finish(cursor: Any, lookup: int, case: int, person: int, now: dt.datetime) -> None:
    cursor.execute(BLOCKS, [Outcome.ERROR.value, Source.SELF.value, now, lookup])
    cursor.execute(CALLS, [now, lookup])
    cursor.execute(FINISH, [now, lookup])
    for topic in (telling.topic(lookup), telling.done_topic(lookup)):
        live.publish(topic, lookup, int(now.timestamp() * 1000))
    cursor.execute(CAME, [lookup])
    came = cursor.fetchall()
    cursor.execute(HASHES, [lookup])
    answers = cursor.fetchall()
    audit.record(
        None,
        "got answers",
        ("exchange.lookup", lookup),
        case=case,
        person=Person(pk=person),
        outcomes={agency: together(map(Outcome, found)).value for agency, found, _dropped in came},
        sha256={key: digest for key, digest, _gone, _alarm in answers},
        not_kept={key: "else" if alarm else "beyond" for key, _digest, gone, alarm in answers if gone},
        dropped={agency: dropped for agency, _found, dropped in came if dropped},
        interrupted=True,
        digest=digest.of(lookup),
    )
