"""The statement that a whole case is read with, and what it gives."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from django.db import connection

Rows = dict[str, list[dict[str, Any]]]
"""What a case holds: document, event, clock, message, note, completion, decision, review, file or party → its rows."""

CONTENTS = """
WITH who AS (SELECT id, trim(first_name || ' ' || last_name) AS name FROM city_user)
SELECT 'document', to_jsonb(t) FROM cases_document t WHERE case_id = %(case)s
UNION ALL SELECT 'event', to_jsonb(t) || jsonb_build_object('who', who.name)
  FROM cases_event t LEFT JOIN who ON who.id = t.by_id WHERE case_id = %(case)s
UNION ALL SELECT 'clock', to_jsonb(t) FROM cases_clock t WHERE case_id = %(case)s
UNION ALL SELECT 'message', to_jsonb(t) || jsonb_build_object('who', who.name)
  FROM cases_message t LEFT JOIN who ON who.id = t.by_id WHERE case_id = %(case)s
UNION ALL SELECT 'note', to_jsonb(t) || jsonb_build_object('who', who.name, 'whom', whom.name)
  FROM cases_note t JOIN who ON who.id = t.by_id LEFT JOIN who AS whom ON whom.id = t.for_user_id WHERE case_id = %(case)s
UNION ALL SELECT 'completion', to_jsonb(t) FROM cases_completion t WHERE case_id = %(case)s
UNION ALL SELECT 'decision', to_jsonb(t) || jsonb_build_object('who', who.name)
  FROM cases_decision t JOIN who ON who.id = t.decided_by_id WHERE case_id = %(case)s
UNION ALL SELECT 'review', to_jsonb(t) || jsonb_build_object('who', who.name, 'whom', whom.name)
  FROM cases_review t JOIN who ON who.id = t.reviewer_id JOIN who AS whom ON whom.id = t.asked_by_id WHERE case_id = %(case)s
UNION ALL SELECT 'file', jsonb_build_object('id', f.id, 'document', l.document_id, 'name', f.name, 'size', f.size, 'state', f.state)
  FROM cases_document_files l JOIN cases_document d ON d.id = l.document_id JOIN files_storedfile f ON f.id = l.storedfile_id
  WHERE d.case_id = %(case)s
UNION ALL SELECT 'file', jsonb_build_object('id', f.id, 'message', l.message_id, 'name', f.name, 'size', f.size, 'state', f.state)
  FROM cases_message_files l JOIN cases_message m ON m.id = l.message_id JOIN files_storedfile f ON f.id = l.storedfile_id
  WHERE m.case_id = %(case)s
UNION ALL SELECT 'party', jsonb_build_object('id', p.id, 'role', p.role, 'name', p.name, 'email', coalesce(nullif(p.email, ''), who.email),
  'phone', coalesce(nullif(p.phone, ''), who.phone), 'address', p.address, 'person', who.id, 'given_name', who.given_name,
  'family_name', who.family_name, 'protection', who.protection, 'street', who.address, 'postcode', who.postcode, 'place', who.place,
  'personnummer_sealed', encode(who.personnummer_sealed, 'escape'))
  FROM cases_party p LEFT JOIN city_person who ON who.id = p.person_id WHERE p.case_id = %(case)s
"""
"""Everything in a case in one question: a page of a case would otherwise ask ten."""


def contents(case_id: int) -> Rows:
    """Everything in a case, by kind, as the database holds it. One query."""
    rows: Rows = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(CONTENTS, {"case": case_id})
        for kind, row in cursor.fetchall():
            rows[kind].append(json.loads(row))
    return rows
