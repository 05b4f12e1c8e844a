"""Whom a case concerns, as far as the one who reads it may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from stadig.cases.models import Party
from stadig.city import plain
from stadig.city.models import Person
from stadig.city.persons import Shown

if TYPE_CHECKING:
    from stadig.city.models import User

PARTIES = f"""
SELECT {plain.columns(Party, "p")}, {plain.columns(Person, "who")}
FROM cases_party p LEFT JOIN city_person who ON who.id = p.person_id WHERE p.case_id = %s ORDER BY p.id
"""  # noqa: S608 - the names are those of our own columns
ROLES: Final[dict[str, Any]] = dict(Party.Role.choices)


@dataclass(frozen=True, slots=True)
class Concerned:
    """A party, as far as the reader may see them."""

    role: str
    name: str
    personnummer: str
    contact: str
    masked: bool
    person: int | None


def parties(case_id: int, user: User) -> tuple[Concerned, ...]:
    """The parties to a case, in the order they came. One query."""
    with connection.cursor() as cursor:
        cursor.execute(PARTIES, [case_id])
        rows = [iter(row) for row in cursor.fetchall()]
    found: list[Concerned] = []
    for row in rows:
        party: Any = plain.made(Party, row)
        party.person = plain.made(Person, row)
        found.append(_party(party, user))
    return tuple(found)


def _party(one: Party, user: User) -> Concerned:
    shown = one.person.shown_to(user) if one.person else Shown(one.name, one.address, "", protected=False, masked=False)
    contact = "" if shown.masked else _contact(one, shown)
    return Concerned(str(ROLES.get(one.role, one.role)), shown.name, shown.personnummer, contact, shown.masked, one.person_id)


def _contact(one: Party, shown: Shown) -> str:
    """How to reach a party who is not protected."""
    own = (one.person.phone, one.person.email) if one.person else ("", "")
    return " · ".join(filter(None, [one.phone or own[0], one.email or own[1], shown.address]))
