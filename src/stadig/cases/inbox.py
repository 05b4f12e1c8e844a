"""What waits to be done: the list of cases as staff read it, a page at a time, and how many there are of each kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from stadig.cases import access, definitions, states, words
from stadig.cases.models import Group
from stadig.cases.terms import STOCKHOLM
from stadig.city import clock
from stadig.city.persons import Named, shown
from stadig.city.sorting import sort_key
from stadig.ui import formatting

PER_PAGE = 30
SOON_DAYS = 2
NUMBER = re.compile(r"([A-Za-zÅÄÖåäö]{1,6})\s*(\d{4})\s*/\s*(\d{1,7})")
MOST_WORDS, SHORT = 6, 4
"""A word as short as this is sought as it stands: nearly alike would be anything."""
MOST_DIGITS = 18
LIST = """
SELECT c.id, c.number, c.title, c.type_id, kind.digest, c.status, c."group", c.due_at, c.registered_at, c.closed_at, c.assignee_id,
  who.first_name, who.last_name, c.channel, (
    SELECT json_build_array(one.name, person.id, person.given_name, person.family_name, person.protection)
    FROM cases_party one LEFT JOIN city_person person ON person.id = one.person_id
    WHERE one.case_id = c.id ORDER BY one.id LIMIT 1
  )
FROM cases_case c JOIN cases_casetype kind ON kind.id = c.type_id LEFT JOIN city_user who ON who.id = c.assignee_id
"""
"""The fields of :class:`Found`. The first party of a case is who applied, or the organisation they act for."""
Part = tuple[str, dict[str, Any]]
"""A condition on ``c``, and the values it names."""

AROUND = f"""
SELECT count(*), count(*) FILTER (WHERE c.assignee_id = %(user)s), count(*) FILTER (WHERE c.assignee_id IS NULL),
    count(*) FILTER (WHERE c.due_at < %(now)s), (
        SELECT json_agg(json_build_array(kind.id, kind.digest, kind.slug, kind.unit_id, unit.name) ORDER BY kind.id)
        FROM cases_casetype kind JOIN city_organisation unit ON unit.id = kind.unit_id
        WHERE %(views)s::bigint[] IS NULL OR kind.unit_id = ANY(%(views)s::bigint[]) OR kind.committee_id = ANY(%(views)s::bigint[])
    )
FROM cases_case c WHERE NOT (c."group" = 'closed') AND {access.SEEN_AT_WORK}
"""  # noqa: S608 - only what stands above


class Filter(NamedTuple):
    """What the list shows. Empty strings mean everything that is not closed; ``after`` is where the page before ended."""

    whose: str = ""
    """``mine``, ``nobody``, or empty."""
    unit: str = ""
    group: str = ""
    """A group, ``all``, or empty for all that is not closed."""
    service: str = ""
    late: bool = False
    words: str = ""
    after: str = ""
    person: int = 0
    """Cases that concern this person; never from an address."""


class Found(NamedTuple):
    """A case as it comes out of the database."""

    pk: int
    number: str
    title: str
    type_id: int
    digest: str
    status: str
    group: str
    due_at: datetime | None
    registered_at: datetime
    closed_at: datetime | None
    assignee: int | None
    first_name: str | None
    last_name: str | None
    channel: str
    party: list[Any] | None


class Row(NamedTuple):
    """A case in the list, in words. ``urgent``: late, soon, or empty."""

    pk: int
    number: str
    title: str
    who: str
    service: str
    status: str
    group: str
    due: str
    urgent: str
    assignee: str
    channel: str


class Page(NamedTuple):
    """One page of the list; ``next`` is the ``after`` of the page that follows, empty on the last."""

    rows: tuple[Row, ...]
    next: str
    ways: tuple[tuple[str, str], ...] = ()
    """(status, what the button says) of every way on that closes nothing, for the cases on the page."""


class Counts(NamedTuple):
    """How many cases that are not closed one may see, and of which kinds."""

    all: int
    mine: int
    nobody: int
    late: int


class Choices(NamedTuple):
    """What one may filter by: (value, name), A to Ö."""

    units: tuple[tuple[str, str], ...]
    services: tuple[tuple[str, str], ...]


def page(user: Any, wanted: Filter) -> Page:
    """A page of the list, most urgent first; closed ones the latest first."""
    any_group = wanted.group == "all" or (not wanted.group and (wanted.words or wanted.person))
    by = "closed_at" if wanted.group == Group.CLOSED else "registered_at" if any_group else "due_at"
    parts = [*_wanted(user, wanted), *_with(wanted.words), *_beyond(by, wanted.after)]
    values: dict[str, Any] = access.reach(user) | {name: value for _part, given in parts for name, value in given.items()}
    order = "c.due_at NULLS LAST, c.id" if by == "due_at" else f"c.{by} DESC, c.id DESC"
    where = " AND ".join([access.SEEN_AT_WORK, *(part for part, _given in parts)])
    with connection.cursor() as cursor:
        cursor.execute(f"{LIST} WHERE {where} ORDER BY {order} LIMIT {PER_PAGE + 1}", values)
        rows = [Found(*row) for row in cursor.fetchall()]
    last = rows[PER_PAGE - 1] if len(rows) > PER_PAGE else None
    after = f"{getattr(last, by) or ''}~{last.pk}".replace(" ", "T") if last else ""
    return Page(_in_words(rows[:PER_PAGE], user), after, _ways(rows[:PER_PAGE]))


def _wanted(user: Any, wanted: Filter) -> Iterator[Part]:
    """What the filter asks for beside words and page."""
    if wanted.group in Group.values:
        yield 'c."group" = %(group)s', {"group": wanted.group}
    elif wanted.group != "all" and not wanted.words and not wanted.person:
        yield "NOT (c.\"group\" = 'closed')", {}
    if wanted.whose:
        yield ("c.assignee_id = %(assignee)s" if wanted.whose == "mine" else "c.assignee_id IS NULL"), {"assignee": user.pk}
    if wanted.unit.isdecimal() and len(wanted.unit) <= MOST_DIGITS:
        yield "c.unit_id = %(unit)s", {"unit": int(wanted.unit)}
    if wanted.service:
        yield "c.type_id IN (SELECT id FROM cases_casetype WHERE slug = %(service)s)", {"service": wanted.service}
    if wanted.late:
        yield "c.due_at < %(now)s", {"now": clock.now()}
    if wanted.person:
        yield "c.id IN (SELECT case_id FROM cases_party WHERE person_id = %(whom)s)", {"whom": wanted.person}


def _with(words: str) -> Iterator[Part]:
    """Cases whose number, title or type hold the words, or nearly: *parkering* is found in *parkeringstillstånd*, and the other way."""
    if number := NUMBER.fullmatch(words):
        yield "c.number = %(number)s", {"number": f"{number[1].upper()} {number[2]}/{int(number[3]):05d}"}
        return
    for n, word in enumerate(words.casefold().split()[:MOST_WORDS]):
        near = len(word) > SHORT and not word.isdecimal()
        held = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        alike = f" OR c.search_text %%> %(near{n})s" if near else ""
        yield f"(c.search_text LIKE %(word{n})s{alike})", {f"word{n}": f"%{held}%", f"near{n}": word}


def _ways(rows: list[Found]) -> tuple[tuple[str, str], ...]:
    types = definitions.known((row.type_id, row.digest) for row in rows)
    language = (get_language() or "sv")[:2]
    found: dict[str, str] = {}
    for key, status in {((row.type_id, row.digest), row.status) for row in rows}:
        for one in states.pressed(types[key], status):
            if types[key].status(one.end).group != Group.CLOSED:
                found.setdefault(one.end, types[key].text(f"status.{one.end}.name", language) or one.end)
    return _sorted(found)


def _beyond(by: str, after: str) -> Iterator[Part]:
    """What comes after the row where the page before ended: no row is counted, so the last page costs what the first does."""
    moment, _tilde, key = after.rpartition("~")
    if not key.isdecimal() or len(key) > MOST_DIGITS:
        return
    try:
        at = parse_datetime(moment) if moment else None
    except ValueError:
        return
    given = {"at": at, "after": int(key)}
    if by == "due_at" and at is None:
        yield "c.due_at IS NULL AND c.id > %(after)s", given
    elif by == "due_at":
        yield "(c.due_at > %(at)s OR (c.due_at = %(at)s AND c.id > %(after)s) OR c.due_at IS NULL)", given
    elif at is not None:  # a row of values, so that the index begins where the page before ended
        yield f"(c.{by}, c.id) < (%(at)s, %(after)s)", given


def _in_words(rows: list[Found], user: Any) -> tuple[Row, ...]:
    """Rows as they are drawn, in the reader's language."""
    types = definitions.known((row.type_id, row.digest) for row in rows)
    language = (get_language() or "sv")[:2]
    today = clock.today()
    drawn: list[Row] = []
    for row in rows:
        definition = types[row.type_id, row.digest]
        due, urgent = due_words(row.due_at, row.group, row.closed_at, today, language)
        drawn.append(
            Row(
                pk=row.pk,
                number=row.number,
                title=row.title,
                who=_applicant(row.party, user),
                service=definition.text("title", language),
                status=definition.text(f"status.{row.status}.name", language) or row.status,
                group=row.group,
                due=due,
                urgent=urgent,
                assignee=f"{row.first_name} {row.last_name}".strip() if row.assignee else "",
                channel=words.channel(row.channel, language),
            )
        )
    return tuple(drawn)


def _applicant(party: list[Any] | None, user: Any) -> str:
    """Whom a case is from, as far as the reader may see them."""
    if party is None:
        return ""
    name, person, *known = party
    return shown(Named(person, *known), user).name if person else name


def due_words(due_at: datetime | None, group: str, closed_at: datetime | None, today: date, language: str) -> tuple[str, str]:
    """(*om 3 dagar* or *2 dagar sen*, late | soon | empty)."""
    if group == Group.CLOSED:
        return formatting.day(closed_at, weekday=False), ""
    if due_at is None:
        return (_("klockan står still") if group == Group.APPLICANT else formatting.DASH), ""
    days = (due_at.astimezone(STOCKHOLM).date() - today).days
    return _in_days(days, language), "late" if days < 0 else "soon" if days <= SOON_DAYS else ""


@lru_cache(maxsize=512)
def _in_days(days: int, _language: str) -> str:
    if days < 0:
        return ngettext("%(n)s dag sen", "%(n)s dagar sen", -days) % {"n": -days}
    if days < 2:
        return _("i morgon") if days else _("i dag")
    return ngettext("om %(n)s dag", "om %(n)s dagar", days) % {"n": days}


def around(user: Any) -> tuple[Counts, Choices]:
    """How many wait, and the units and services whose cases the user sees.

    One query, and the texts of types that are new to this process.
    """
    with connection.cursor() as cursor:
        cursor.execute(AROUND, access.reach(user) | {"user": user.pk, "now": clock.now()})  # pyright: ignore[reportArgumentType]
        found: Any = cursor.fetchone()
    *counted, types = found
    rows: list[list[Any]] = types or []
    language = (get_language() or "sv")[:2]
    known = definitions.known((pk, digest) for pk, digest, *_rest in rows)
    services = {slug: known[pk, digest].text("title", language) or slug for pk, digest, slug, *_rest in rows}
    units = {str(unit): name for *_rest, unit, name in rows}
    return Counts(*counted), Choices(_sorted(units), _sorted(services))


def _sorted(names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(names.items(), key=lambda one: sort_key(one[1])))
