"""Letters to print, as one document: each begins on a sheet of its own, so that none is printed on the back of another's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from stadig.city import municipality
from stadig.city.persons import Named, shown
from stadig.files import documents
from stadig.post import access
from stadig.post.models import Letter
from stadig.ui import formatting

TEMPLATE: Final = Path(__file__).parent / "typst" / "plain.typ"
MOST: Final = 200
"""Letters in one document: what a printer takes and a person can put in envelopes before lunch."""


def may_print(user: Any) -> Q:
    """Letters that ``user`` may print: those of their organisations, and those that belong to none."""
    reach = access.PRINT.organisations(user)
    return Q() if reach is None else Q(organisation=None) | Q(organisation__in=reach)


MAY_PRINT: Final = "(%(prints)s::bigint[] IS NULL OR l.organisation_id IS NULL OR l.organisation_id = ANY(%(prints)s::bigint[]))"
"""``may_print`` as SQL about a letter called ``l``; its value is ``reach`` of the user."""
WAITING: Final = f"""
SELECT l.id, l.title, l.mediated, l.created_at, l.name, l.address,
    who.id, who.given_name, who.family_name, who.protection, who.address, who.postcode, who.place
FROM post_letter l LEFT JOIN city_person who ON who.id = l.person_id
WHERE l.printed_at IS NULL AND {MAY_PRINT} ORDER BY l.created_at, l.id LIMIT {MOST}
"""  # noqa: S608 - only what stands above
PRINTED: Final = f"""
SELECT l.printed_at, trim(u.first_name || ' ' || u.last_name), count(*), string_agg(l.id::text, ',' ORDER BY l.id DESC)
FROM post_letter l LEFT JOIN city_user u ON u.id = l.printed_by_id
WHERE l.printed_at >= %(since)s AND {MAY_PRINT}
GROUP BY l.printed_at, u.id ORDER BY l.printed_at DESC LIMIT 20
"""  # noqa: S608 - only what stands above


class Waiting(NamedTuple):
    """A letter that waits, as far as the one who prints may see its receiver."""

    pk: int
    title: str
    name: str
    address: str
    mediated: bool
    at: datetime


class Batch(NamedTuple):
    """Letters that were said to be printed at once."""

    at: datetime
    who: str
    letters: int
    ids: str


def reach(user: Any) -> dict[str, list[int] | None]:
    """Where the user prints, as ids of organisations; None is everywhere."""
    found = access.PRINT.organisations(user)
    return {"prints": None if found is None else sorted(found)}


def waiting(user: Any) -> tuple[Waiting, ...]:
    """What waits to be printed, the oldest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, reach(user))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return tuple(_waiting(user, row) for row in rows)


def batches(user: Any, since: datetime) -> tuple[Batch, ...]:
    """What was printed since then, the latest first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(PRINTED, reach(user) | {"since": since})  # pyright: ignore[reportArgumentType]
        return tuple(Batch(at, who or "", letters, ids) for at, who, letters, ids in cursor.fetchall())


def _waiting(user: Any, row: tuple[Any, ...]) -> Waiting:
    pk, title, mediated, at, name, address, person, *known = row
    to, lines = _receiver(Named(person, *known) if person else None, user, name, address, mediated=mediated)
    return Waiting(pk, title, to, ", ".join(lines), mediated, at)


def receiver(letter: Letter, user: Any) -> tuple[str, tuple[str, ...]]:
    """(name, address as lines), as the one who prints may see them. A protected person's letter goes through Skatteverket."""
    return _receiver(letter.person, user, letter.name, letter.address, mediated=letter.mediated)


def _receiver(person: Any, user: Any, name: str, address: str, *, mediated: bool) -> tuple[str, tuple[str, ...]]:
    if mediated:
        return _("Skyddad person"), (_("Skickas genom Skatteverket"),)
    if person:
        seen = shown(person, user)
        return seen.name, tuple(part for part in seen.address.split(", ") if part)
    return name, tuple(line for line in address.splitlines() if line.strip())


def pdf(letters: Iterable[Letter], user: Any) -> bytes:
    """All of them in one PDF, in their order."""
    return documents.joined((bytes(one.pdf) if one.pdf else _drawn(one, user) for one in letters), sheets=True)


def _drawn(letter: Letter, user: Any) -> bytes:
    with translation.override(letter.language):
        town = municipality.current()
        name, address = receiver(letter, user)
        return documents.pdf(
            TEMPLATE,
            {
                "language": letter.language,
                "title": letter.title,
                "sender": town.name,
                "day": formatting.day(letter.created_at, weekday=False, year=True),
                "to": [name, *address],
                "call": _("Frågor? Ring oss:"),
                "phone": town.phone,
                "paragraphs": [" ".join(part.split()) for part in letter.text.replace("\r", "").split("\n\n") if part.strip()],
                "foot": [part for part in (town.name, town.address.replace("\n", ", "), town.phone) if part],
            },
        )
