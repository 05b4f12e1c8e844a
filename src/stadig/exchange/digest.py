"""One hash over all that is stored of a lookup, for the audit log: whoever alters, moves or removes a row or a column changes it.

It covers the permit, the lookup, its calls and its blocks, with the wording of each law and the hash of what is sealed. The bytes of raw answers
stand in it by their own hash, since the law lets them be removed before the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import connection

DIGEST: Final = """
SELECT l.id, encode(sha256(convert_to(jsonb_build_array(
  (SELECT jsonb_build_array(p.nonce, p.purpose, p."case", p.case_number, p.person_id, p.role, p.by_id, p.unit_id, p.laws, p.refused,
     p.period_from, p.period_to, extract(epoch FROM p.issued_at), p.mac) FROM exchange_permit p WHERE p.id = l.permit_id),
  jsonb_build_array(l.uuid, l.kind, l.again_of_id, l."case", l.person_id, l.by_id, l.unit_id, l.period_from, l.period_to,
     extract(epoch FROM l.asked_at), extract(epoch FROM l.begun_at), extract(epoch FROM l.deadline_at), extract(epoch FROM l.finished_at)),
  (SELECT jsonb_agg(jsonb_build_array(c.id, c.connection, c.contract, c.agencies, c.parts, c.attempt, c.correlation_id,
     extract(epoch FROM c.intent_at), extract(epoch FROM c.answered_at), c.late, c.status, c.fault, c.raw_sha256, c.raw_bytes, c.media_type)
     ORDER BY c.id) FROM exchange_call c WHERE c.lookup_id = l.id),
  (SELECT jsonb_agg(jsonb_build_array(b.id, b.call_id, b.agency, b.part, b.outcome, b.reason, b.error_source, b.error_code,
     extract(epoch FROM b.asked_at), extract(epoch FROM b.answered_at), b.latency_ms, b.contract, b.basis_id, s.statute, b.data_as_of,
     extract(epoch FROM b.available_from), b.schema_valid, b.schema_errors, b.dropped, b.unknown, b.alarm,
     encode(sha256(b.sealed), 'hex'), extract(epoch FROM b.replaced_at), extract(epoch FROM b.stored_at)) ORDER BY b.id)
     FROM exchange_block b LEFT JOIN exchange_legalbasis s ON s.id = b.basis_id WHERE b.lookup_id = l.id)
)::text, 'UTF8')), 'hex') FROM exchange_lookup l WHERE l.id = ANY(%s)
"""


def of(lookup_id: int) -> str:
    """The hash of all that is stored of a lookup now, in hexadecimal; empty where there is no such lookup.

    The latest row about a lookup in the audit log that holds a ``digest`` holds this one, or someone has altered what is stored.
    """
    return of_all((lookup_id,)).get(lookup_id, "")


def of_all(lookup_ids: Iterable[int]) -> dict[int, str]:
    """The same of several at once, by the lookup's id."""
    with connection.cursor() as cursor:
        cursor.execute(DIGEST, [list(lookup_ids)])
        return dict(cursor.fetchall())
