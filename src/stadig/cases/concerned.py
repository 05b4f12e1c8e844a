"""Whom a case concerns, as far as the one who reads it may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from stadig.cases.models import Party
from stadig.city.persons import Shown, shown

if TYPE_CHECKING:
    from stadig.city.models import User

ROLES: Final[dict[str, Any]] = dict(Party.Role.choices)


class Known(NamedTuple):
    """What ``persons.shown`` looks at to tell a name: a row of a list needs no more of a person."""

    pk: int | None
    given_name: str
    family_name: str
    protection: str
    address: str = ""
    postcode: str = ""
    place: str = ""
    personnummer_sealed: bytes | None = None


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
    seen = (
        shown(cast(Any, _known(one)), user)
        if one["person"]
        else Shown(one["name"], one["address"], "", protected=False, masked=False)
    )
    contact = "" if seen.masked else " · ".join(filter(None, [one["phone"], one["email"], seen.address]))
    return Concerned(str(ROLES.get(one["role"], one["role"])), seen.name, seen.personnummer, contact, seen.masked, one["person"])


def _known(one: Mapping[str, Any]) -> Known:
    sealed = one["personnummer_sealed"]
    return Known(
        one["person"],
        one["given_name"],
        one["family_name"],
        one["protection"],
        one["street"],
        one["postcode"],
        one["place"],
        sealed.encode() if sealed else None,
    )
