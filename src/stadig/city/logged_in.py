"""Who is logged in: read with one plain statement, since every page of theirs begins with it."""

from __future__ import annotations

from typing import Any

from django.db import connection

from stadig.city import plain
from stadig.city.models import Organisation, User
from stadig.city.models.people import Held

SQL = f"""
SELECT {plain.columns(User, "u")}, {plain.columns(Organisation, "o")}, held.roles, held.organisations, held.districts, reach.pairs
FROM city_user u
LEFT JOIN city_organisation o ON o.id = u.organisation_id
CROSS JOIN LATERAL (
    SELECT array_agg(role ORDER BY id) AS roles, array_agg(organisation_id ORDER BY id) AS organisations,
           array_agg(district_id ORDER BY id) AS districts
    FROM city_roleassignment WHERE user_id = u.id
) held
CROSS JOIN LATERAL (
    WITH RECURSIVE beneath(top, id) AS (
        SELECT id, id FROM city_organisation WHERE id = ANY(held.organisations)
        UNION SELECT beneath.top, below.id FROM beneath JOIN city_organisation below ON below.parent_id = beneath.id
    )
    SELECT array_agg(ARRAY[top, id]) AS pairs FROM beneath
) reach
WHERE u.id = %s AND u.is_active
"""  # noqa: S608 - the names are those of our own columns


def read(user_id: int) -> User | None:
    """The user with organisation, roles and what lies beneath where they hold them, as every page of someone logged in needs
    them; None when they may not log in."""
    with connection.cursor() as cursor:
        cursor.execute(SQL, [user_id])
        found = cursor.fetchone()
    if found is None:
        return None
    row = iter(found)
    user: Any = plain.made(User, row)
    user.organisation = plain.made(Organisation, row)
    roles, organisations, districts, pairs = row
    beneath: dict[int, set[int]] = {}
    for top, one in pairs or ():
        beneath.setdefault(top, set()).add(one)
    vars(user)["role_assignments"] = [Held(*one) for one in zip(roles or (), organisations or (), districts or (), strict=True)]
    vars(user)["beneath"] = beneath
    return user
