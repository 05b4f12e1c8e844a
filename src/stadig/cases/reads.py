"""Who has read a case, in words for the one it concerns: role and unit, day by day. The audit log holds more, and is elsewhere."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from stadig.city.roles import Role
from stadig.ui import formatting

if TYPE_CHECKING:
    from stadig.cases.models import Case

READING = ("read", "revealed")
"""What counts as reading, in the words of the audit log."""
MOST = 200
WHO = """
SELECT role, unit, day, count(*) FROM (
  SELECT entry.position, (entry.at AT TIME ZONE 'Europe/Stockholm')::date AS day, reader.id, unit.name AS unit,
    (SELECT role FROM city_roleassignment held WHERE held.user_id = reader.id ORDER BY held.id LIMIT 1) AS role
  FROM city_auditentry entry
  LEFT JOIN city_pseudonym named ON entry.actor = 'person:' || named.value
  LEFT JOIN city_user reader
    ON reader.id = CASE WHEN entry.actor LIKE 'user:%%' THEN substr(entry.actor, 6)::bigint END OR reader.person_id = named.person_id
  LEFT JOIN city_organisation unit ON unit.id = reader.organisation_id
  WHERE entry.what = 'cases.case' AND entry.what_id = %s AND entry.did = ANY(%s)
  ORDER BY entry.position DESC LIMIT %s
) look
WHERE id IS DISTINCT FROM %s GROUP BY role, unit, day ORDER BY max(position) DESC
"""


class Reader(NamedTuple):
    """Someone in one role of one unit who read on one day, once or several times."""

    who: str
    unit: str
    day: str
    times: int


def of(case: Case, reader: Any) -> tuple[Reader, ...]:
    """Everyone but ``reader`` who has read the case, latest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(WHO, [str(case.pk), list(READING), MOST, reader.pk])
        rows: list[tuple[str | None, str | None, date, int]] = cursor.fetchall()
    return tuple(Reader(_role(role), unit or "", formatting.day(day, year=True), times) for role, unit, day, times in rows)


def _role(role: str | None) -> str:
    return str(Role(role).label) if role else _("En annan person i ärendet")
