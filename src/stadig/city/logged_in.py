"""Who is logged in: read with one plain statement, since every page of theirs begins with it."""

from __future__ import annotations

from functools import lru_cache

from django.db import connection

from stadig.city.models import Organisation, User
from stadig.city.models.people import Held


@lru_cache(maxsize=1)
def _sql() -> str:
    columns = [f"u.{field.column}" for field in User._meta.concrete_fields]
    columns += [f"o.{field.column}" for field in Organisation._meta.concrete_fields]
    return f"""
        SELECT {", ".join(columns)}, held.roles, held.organisations, held.districts
        FROM city_user u
        LEFT JOIN city_organisation o ON o.id = u.organisation_id
        CROSS JOIN LATERAL (
            SELECT array_agg(role ORDER BY id) AS roles, array_agg(organisation_id ORDER BY id) AS organisations,
                   array_agg(district_id ORDER BY id) AS districts
            FROM city_roleassignment WHERE user_id = u.id
        ) held
        WHERE u.id = %s AND u.is_active
    """  # noqa: S608 - the names are those of our own columns


def read(user_id: int) -> User | None:
    """The user with organisation and roles, as every page of someone logged in needs them; None when they may not log in."""
    with connection.cursor() as cursor:
        cursor.execute(_sql(), [user_id])
        row = cursor.fetchone()
    if row is None:
        return None
    *values, roles, organisations, districts = row
    names = [field.attname for field in User._meta.concrete_fields]
    user = User.from_db("default", names, values[: len(names)])
    if user.organisation_id is not None:
        names_of = [field.attname for field in Organisation._meta.concrete_fields]
        user.organisation = Organisation.from_db("default", names_of, values[len(names) :])
    vars(user)["role_assignments"] = [Held(*one) for one in zip(roles or (), organisations or (), districts or (), strict=True)]
    return user
