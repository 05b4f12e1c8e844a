"""Reading the audit log: staff by name, residents as the reader may see them."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db import connection

from stadig.city import audit_words, clock
from stadig.city.models import Person
from stadig.ui import formatting

PER_PAGE = 50
PERSON = "city.person"
STAFF = """
SELECT id, coalesce(nullif(btrim(first_name || ' ' || last_name), ''), username)
FROM city_user WHERE is_staff ORDER BY sort_key
"""
CHOSEN = """
FROM city_auditentry e LEFT JOIN city_auditreason r ON r.position = e.position AND e.reason_mac <> ''
WHERE (%(did)s = '' OR e.did = %(did)s) AND (%(what)s = '' OR starts_with(e.what, %(what)s))
    AND (%(actor)s = '' OR e.actor = %(actor)s)
"""
COUNT = "SELECT count(*) " + CHOSEN
ENTRIES = f"""
SELECT e.position, e.at, e.actor, e.did, e.what, e.what_id, coalesce(r.text, '') {CHOSEN}
ORDER BY e.position DESC LIMIT %(many)s OFFSET %(after)s
"""
PEOPLE = """
SELECT s.value::text, p.id, p.given_name, p.family_name, p.protection
FROM city_pseudonym s JOIN city_person p ON p.id = s.person_id WHERE s.value = ANY(%s::uuid[])
"""


def staff_names() -> dict[int, str]:
    """Everyone who works here, in Swedish order: id and name. One query."""
    with connection.cursor() as cursor:
        cursor.execute(STAFF)
        return dict(cursor.fetchall())


class Entry(NamedTuple):
    """A row of the log as it is stored, with the reason given."""

    position: int
    at: dt.datetime
    actor: str
    did: str
    what: str
    what_id: str
    reason: str


class Row(NamedTuple):
    """One line of the log in words. ``about`` names a person as the reader may see them, or holds an id."""

    position: int
    day: str
    time: str
    who: str
    did: str
    words: str
    what: str
    about: str
    reason: str


class Entries:
    """The rows of the log that were asked for, newest first; a Paginator counts them and takes one page."""

    ordered = True

    def __init__(self, chosen: dict[str, Any]) -> None:
        user = chosen.get("user")
        self.wanted = {
            "did": (chosen.get("did") or "").strip(),
            "what": (chosen.get("what") or "").strip(),
            "actor": f"user:{user}" if user else "",
        }

    def count(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(COUNT, self.wanted)
            return cursor.fetchall()[0][0]

    def __getitem__(self, page: slice) -> list[Entry]:
        with connection.cursor() as cursor:
            cursor.execute(ENTRIES, self.wanted | {"after": page.start, "many": page.stop - page.start})
            return [Entry(*row) for row in cursor.fetchall()]


def audit_page(chosen: dict[str, Any], number: str | None, reader: Any, staff: dict[int, str]) -> tuple[Page, list[Row]]:
    """The log, newest first, fifty at a time: staff by name, residents as the reader may see them. Two or three queries."""
    page = Paginator(Entries(chosen), PER_PAGE).get_page(number)  # pyright: ignore[reportArgumentType]
    entries: list[Entry] = page.object_list  # pyright: ignore[reportAssignmentType]
    names = {f"user:{pk}": name for pk, name in staff.items()} | _people(entries, reader)
    tongue = formatting.language()
    words, day = functools.cache(audit_words.words), functools.cache(formatting.day)
    rows = []
    for entry in entries:
        at = clock.local(entry.at)
        rows.append(
            Row(
                position=entry.position,
                day=day(at.date()),
                time=formatting.clock(at, tongue),
                who=names.get(entry.actor, entry.actor),
                did=entry.did,
                words=words(entry.did),
                what=entry.what,
                about=names.get(f"person:{entry.what_id}", entry.what_id) if entry.what == PERSON else entry.what_id,
                reason=entry.reason,
            )
        )
    return page, rows


def _people(entries: list[Entry], reader: Any) -> dict[str, str]:
    """``person:PSEUDONYM`` → the name that the reader may see, of everyone in the entries who is not erased."""
    values = {entry.actor[7:] for entry in entries if entry.actor.startswith("person:")}
    values |= {entry.what_id for entry in entries if entry.what == PERSON and entry.what_id}
    if not values:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [list(values)])
        found = cursor.fetchall()
    return {
        f"person:{value}": str(Person(pk=pk, given_name=given, family_name=family, protection=kind).shown_to(reader))
        for value, pk, given, family, kind in found
    }
