"""Decisions made in a committee's name, as the list it is told from (kommunallagen 6 kap. 40 §, 7 kap. 8 §)."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection
from django.utils.translation import get_language

from stadig.cases import access, casefile, definitions
from stadig.ui import formatting

MOST = 500
WITHIN = """
FROM cases_decision d JOIN cases_case c ON c.id = d.case_id
WHERE d.delegation <> '' AND (%(reach)s::bigint[] IS NULL OR c.committee_id = ANY(%(reach)s::bigint[]))
"""
DECISIONS = f"""
SELECT committee.name, found.id, found.case_id, found.number, found.type, found.delegation, found.decided_at,
    trim(who.first_name || ' ' || who.last_name), found.type_id, kind.digest
FROM (
    SELECT d.id, d.case_id, c.number, d.type, d.delegation, d.decided_at, d.decided_by_id, c.committee_id, c.type_id
    {WITHIN} AND d.reported_on IS NOT DISTINCT FROM %(meeting)s
) found
JOIN city_organisation committee ON committee.id = found.committee_id JOIN city_user who ON who.id = found.decided_by_id
JOIN cases_casetype kind ON kind.id = found.type_id
ORDER BY committee.sort_key, found.delegation, found.decided_at, found.id LIMIT {MOST}
"""  # noqa: S608 - only what stands above
MEETINGS = f"SELECT DISTINCT d.reported_on {WITHIN} AND d.reported_on IS NOT NULL ORDER BY 1 DESC LIMIT 12"


class Line(NamedTuple):
    """One decision. No one whom it concerns is named: the case number says it to those who may see the case."""

    pk: int
    case: int
    number: str
    what: str
    delegation: str
    day: str
    who: str


class Group(NamedTuple):
    """The decisions of one committee, by point of its delegation order."""

    committee: str
    lines: tuple[Line, ...]


def untold(user: Any) -> tuple[Group, ...]:
    """What the committees have not been told of, those the user reports to. One query."""
    return _groups(user, None)


def told(user: Any, meeting: date) -> tuple[Group, ...]:
    """What they were told at a meeting. One query."""
    return _groups(user, meeting)


def meetings(user: Any) -> tuple[date, ...]:
    """The latest meetings where something was told. One query."""
    with connection.cursor() as cursor:
        cursor.execute(MEETINGS, _reach(user))
        return tuple(day for (day,) in cursor.fetchall())


def _reach(user: Any) -> dict[str, Any]:
    reach = access.REPORT.organisations(user)
    return {"reach": None if reach is None else sorted(reach)}


def _groups(user: Any, meeting: date | None) -> tuple[Group, ...]:
    with connection.cursor() as cursor:
        cursor.execute(DECISIONS, _reach(user) | {"meeting": meeting})  # pyright: ignore[reportArgumentType]
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    types = definitions.known((row[8], row[9]) for row in rows)
    language = (get_language() or "sv")[:2]

    def line(row: Any) -> Line:
        _committee, pk, case, number, kind, delegation, at, who, *version = row
        definition = types[tuple(version)]
        what = f"{definition.text('title', language)}: {casefile.decision_words(definition, kind, language)}"
        return Line(pk, case, number, what, delegation, formatting.day(at), who)

    return tuple(Group(name, tuple(line(row) for row in lines)) for name, lines in groupby(rows, key=lambda row: row[0]))
