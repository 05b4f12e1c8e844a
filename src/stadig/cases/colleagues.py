"""Who may work with the cases of a unit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import connection

from stadig.cases import access
from stadig.city import plain
from stadig.city.models import Organisation, User

if TYPE_CHECKING:
    from stadig.cases.models import Case

SQL = f"""
WITH RECURSIVE above(unit, id) AS (
    SELECT one, one FROM unnest(%(units)s::bigint[]) one
    UNION SELECT above.unit, o.parent_id FROM above JOIN city_organisation o ON o.id = above.id WHERE o.parent_id IS NOT NULL
), held AS (
    SELECT user_id, organisation_id FROM city_roleassignment WHERE role = ANY(%(roles)s)
)
SELECT {plain.columns(User, "u")} FROM city_user u
WHERE u.is_active AND EXISTS (SELECT FROM held WHERE user_id = u.id)
    AND NOT EXISTS (
        SELECT FROM unnest(%(units)s::bigint[]) wanted WHERE NOT EXISTS (
            SELECT FROM held LEFT JOIN above ON above.id = held.organisation_id AND above.unit = wanted
            WHERE held.user_id = u.id AND (held.organisation_id IS NULL OR above.id IS NOT NULL)
        )
    )
    AND NOT EXISTS (SELECT FROM cases_party p WHERE p.case_id = %(case)s AND p.person_id = u.person_id)
ORDER BY u.sort_key
"""  # noqa: S608 - the names are those of our own columns


def of_units(units: Iterable[int]) -> list[User]:
    """Those who may handle cases of all these units, A to Ö. One query."""
    return _found(units, None)


def units(case: Case) -> list[Organisation]:
    """Where else a case may be handled: the other units of its committee, A to Ö. Another committee is another authority."""
    parents = dict(Organisation.objects.order_by().values_list("pk", "parent_id"))

    def beneath(unit: int | None) -> bool:
        while unit is not None and unit != case.committee_id:
            unit = parents.get(unit)
        return unit is not None

    found = Organisation.objects.filter(kind=Organisation.Kind.UNIT).exclude(pk=case.unit_id).order_by("sort_key")
    return [one for one in found if beneath(one.pk)]


def of(case: Case) -> list[User]:
    """Those who may handle this case: never one who is a party to it (FL 16 §). One query."""
    return _found([case.unit_id], case.pk)


def _found(units: Iterable[int], case_id: int | None) -> list[User]:
    roles = [role.value for role in access.HANDLE.roles]
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"units": list(units), "roles": roles, "case": case_id})
        rows = cursor.fetchall()
    found: list[Any] = [plain.made(User, iter(row)) for row in rows]
    return found
