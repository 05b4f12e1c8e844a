"""Whom a case concerns, as far as the one who reads it may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from stadig.cases.models import Party
from stadig.city.persons import Named, Shown, shown

if TYPE_CHECKING:
    from stadig.city.models import User

ROLES: Final[dict[str, Any]] = dict(Party.Role.choices)


class Concerned(NamedTuple):
    """A party, as far as the reader may see them."""

    role: str
    name: str
    personnummer: str
    contact: str
    masked: bool
    person: int | None


def parties(rows: Iterable[Mapping[str, Any]], user: User) -> tuple[Concerned, ...]:
    """The parties to a case, in the order they came, of the rows that ``casefile_sql.CONTENTS`` gives."""
    return tuple(_party(one, user) for one in sorted(rows, key=lambda one: one["id"]))


def _party(one: Mapping[str, Any], user: User) -> Concerned:
    seen = shown(_named(one), user) if one["person"] else Shown(one["name"], one["address"], "", protected=False, masked=False)
    contact = "" if seen.masked else " · ".join(filter(None, [one["phone"], one["email"], seen.address]))
    return Concerned(str(ROLES.get(one["role"], one["role"])), seen.name, seen.personnummer, contact, seen.masked, one["person"])


def _named(one: Mapping[str, Any]) -> Named:
    sealed = one["personnummer_sealed"]
    return Named(
        one["person"],
        one["given_name"],
        one["family_name"],
        one["protection"],
        one["street"],
        one["postcode"],
        one["place"],
        sealed.encode() if sealed else None,
    )
