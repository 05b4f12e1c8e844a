"""One case with what every page of it names, in one plain statement: its type, unit, committee, case worker and district."""

from __future__ import annotations

from typing import Any, Final

from django.db import connection

from stadig.cases import access
from stadig.cases.models import Case, CaseType
from stadig.city import plain
from stadig.city.models import District, Organisation, User

LARGE_OF_TYPE: Final = ("definition",)
"""Read once per process, by ``definitions``."""
LARGE_OF_DISTRICT: Final = ("geometry", "population")
SQL = f"""
SELECT {plain.columns(Case, "c")}, {plain.columns(CaseType, "kind", *LARGE_OF_TYPE)}, {plain.columns(Organisation, "unit")},
    {plain.columns(Organisation, "committee")}, {plain.columns(User, "worker")},
    {plain.columns(District, "place", *LARGE_OF_DISTRICT)}, {access.MAY_HANDLE}
FROM cases_case c
JOIN cases_casetype kind ON kind.id = c.type_id
JOIN city_organisation unit ON unit.id = c.unit_id
JOIN city_organisation committee ON committee.id = c.committee_id
LEFT JOIN city_user worker ON worker.id = c.assignee_id
LEFT JOIN city_district place ON place.id = c.district_id
WHERE c.id = %(case)s AND """  # noqa: S608 - the names are those of our own columns


def case(user: Any, case_id: int, within: str) -> Any:
    """The :class:`Case` when it lies ``within`` a rule of ``access`` (such as ``SEEN_AT_WORK``), else None.

    Whether the user may handle it is set on it as ``may_handle``. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(SQL + within, access.reach(user) | {"case": case_id})  # pyright: ignore[reportArgumentType]
        found = cursor.fetchone()
    if found is None:
        return None
    row = iter(found)
    one: Any = plain.made(Case, row)
    one.type = plain.made(CaseType, row, *LARGE_OF_TYPE)
    one.unit, one.committee = plain.made(Organisation, row), plain.made(Organisation, row)
    one.assignee = plain.made(User, row)
    one.district = plain.made(District, row, *LARGE_OF_DISTRICT)
    one.may_handle = next(row)
    return one
