"""Who has read a case, in words for the one it concerns: role and unit, day by day. The audit log holds more, and is elsewhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _

from stadig.city import clock
from stadig.city.roles import Role
from stadig.ui import formatting

if TYPE_CHECKING:
    from stadig.cases.models import Case

READING = ("read", "revealed")
"""What counts as reading, in the words of the audit log."""
MOST = 200
WHO = """
SELECT entry.at, entry.did, reader.id, unit.name,
  (SELECT role FROM city_roleassignment held WHERE held.user_id = reader.id ORDER BY held.id LIMIT 1)
FROM city_auditentry entry
LEFT JOIN city_pseudonym named ON entry.actor = 'person:' || named.value
LEFT JOIN city_user reader
  ON reader.id = CASE WHEN entry.actor LIKE 'user:%%' THEN substr(entry.actor, 6)::bigint END OR reader.person_id = named.person_id
LEFT JOIN city_organisation unit ON unit.id = reader.organisation_id
WHERE entry.what = 'cases.case' AND entry.what_id = %s AND entry.did = ANY(%s)
ORDER BY entry.position DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Reader:
    """Someone in one role of one unit who read on one day, once or several times."""

    who: str
    unit: str
    day: str
    times: int


def of(case: Case, reader: Any) -> tuple[Reader, ...]:
    """Everyone but ``reader`` who has read the case, latest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(WHO, [str(case.pk), list(READING), MOST])
        rows: list[tuple[datetime, str, int | None, str | None, str | None]] = cursor.fetchall()
    found = Counter(
        (_role(role), unit or "", formatting.day(clock.local(at), year=True))
        for at, _did, user_id, unit, role in rows
        if user_id != reader.pk
    )
    return tuple(Reader(*key, times) for key, times in found.items())


def _role(role: str | None) -> str:
    return str(Role(role).label) if role in Role.values else _("En annan person i ärendet")
