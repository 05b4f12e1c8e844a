"""The statement that a whole case is read with, as text."""

from __future__ import annotations

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
"""
"""Everything in a case in one question: a page of a case would otherwise ask ten."""
