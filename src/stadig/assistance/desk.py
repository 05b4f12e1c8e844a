"""What the page of a lookup is read from: the case, whom it concerns, and which month is applied for. No more than the page shows."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadig.assistance import access, agencies, errors, periods
from stadig.assistance.terms import CASE_TYPE
from stadig.cases import access as of_cases
from stadig.cases.models import Case, Group, Party
from stadig.city import clock, disclosure, persons
from stadig.city.persons import Named
from stadig.exchange.models import Lookup

CASE = f"""
SELECT c.number, c.registered_at, c."group", {of_cases.MAY_HANDLE}, {of_cases.OF_PARTY},
  (SELECT json_agg(json_build_array(p.role, who.id, who.given_name, who.family_name, who.protection, encode(who.personnummer_sealed, 'escape'))
      ORDER BY p.role = 'co_applicant', p.id)
    FROM cases_party p JOIN city_person who ON who.id = p.person_id
    WHERE p.case_id = c.id AND p.role IN ('applicant', 'co_applicant')),
  (SELECT json_agg(json_build_array(d.data ->> 'month', d.data ->> 'household', d.data -> 'has_children', jsonb_array_length(
      CASE WHEN jsonb_typeof(d.data -> 'children') = 'array' THEN d.data -> 'children' ELSE '[]' END)) ORDER BY d.number)
    FROM cases_document d WHERE d.case_id = c.id AND d.direction = 'received' AND jsonb_typeof(d.data) = 'object'),
  (SELECT json_agg(json_build_array(l.id, l.person_id, l.asked_at, trim(who.first_name || ' ' || who.last_name), l.by_id, l.kind,
      l.period_from, l.period_to, b.asked, b.evidence, b.one) ORDER BY l.begun_at DESC, l.id DESC)
    FROM exchange_lookup l LEFT JOIN city_user who ON who.id = l.by_id
    LEFT JOIN LATERAL (SELECT count(DISTINCT agency) FILTER (WHERE outcome <> 'not_asked') AS asked,
        count(DISTINCT agency) FILTER (WHERE outcome IN ('data', 'nothing_stated')) AS evidence, max(agency) AS one
      FROM exchange_block WHERE lookup_id = l.id AND replaced_at IS NULL) b ON true
    WHERE l."case" = c.id AND l.again_of_id IS NULL)
FROM cases_case c JOIN cases_casetype kind ON kind.id = c.type_id WHERE c.id = %(case)s AND kind.slug = %(type)s
"""  # noqa: S608 - only what stands above
"""All that the page knows of a case, in one question: whom agencies may be asked about, what the application says of month and household
(later answers go before earlier), and what has been asked; what asked again belongs to what it asked again."""
MANUAL: Final = Lookup.Kind.MANUAL.value
MONTH: Final = """
SELECT data ->> 'month' FROM cases_document
WHERE case_id = %s AND direction = 'received' AND jsonb_typeof(data) = 'object' AND data ? 'month' ORDER BY number DESC LIMIT 1
"""
ROLES: Final[dict[str, Any]] = dict(Party.Role.choices)


class Person(NamedTuple):
    """One whom agencies may be asked about. ``name`` and ``personnummer`` are as the reader may see them."""

    pk: int
    role: str
    role_words: str
    name: str
    personnummer: str
    protected: bool
    masked: bool
    has_number: bool


class Past(NamedTuple):
    """A question about someone in the case. ``told_by`` is the agency of a call that was written down."""

    pk: int
    person: int
    asked_at: dt.datetime
    by: str
    by_id: int | None
    kind: str
    period: tuple[dt.date, dt.date]
    agencies: int
    evidence: int
    told_by: str


class Head(NamedTuple):
    """The case as the page names it. ``may_ask`` is whether the reader may ask anyone anything."""

    pk: int
    number: str
    persons: tuple[Person, ...]
    month: dt.date
    household: str
    closed: bool
    may_ask: bool
    past: tuple[Past, ...]
    """Every question in the case, the latest first."""

    @property
    def period(self) -> tuple[dt.date, dt.date]:
        return periods.asked(self.month)

    def asked(self, person: Person) -> tuple[Past, ...]:
        """The questions about one person; never another's."""
        return tuple(one for one in self.past if one.person == person.pk)

    def person(self, person_id: int | None) -> Person:
        """The person of this id, else the first. Raises ``errors.NotInTheCase``."""
        for one in self.persons:
            if person_id in (None, one.pk):
                return one
        raise errors.NotInTheCase


def find(user: Any, case_id: int) -> Head:
    """The case for one who may read its answers. One query. Raises ``errors.NoSuchCase``: that it exists is not told to others."""
    if not access.READ.held_by(user):
        raise errors.NoSuchCase
    with connection.cursor() as cursor:
        cursor.execute(CASE, of_cases.reach(user) | {"case": case_id, "type": CASE_TYPE})  # pyright: ignore[reportArgumentType]
        row = cursor.fetchone()
    if row is None:
        raise errors.NoSuchCase
    number, registered_at, group, may_handle, is_party, parties, said, asked = row
    if is_party or not (may_handle or disclosure.allows(user, Case(pk=case_id))):
        raise errors.NoSuchCase
    month, household = _said(said or [])
    closed = group == Group.CLOSED
    return Head(
        pk=case_id,
        number=number,
        persons=_persons(parties or [], user),
        month=month or periods.first_of(clock.local(registered_at).date()),
        household=household,
        closed=closed,
        may_ask=may_handle and not closed and access.ASK.held_by(user),
        past=tuple(_past(one) for one in asked or []),
    )


def month_of(case_id: int, registered_at: dt.datetime) -> dt.date:
    """The month that a case applies for: what the latest answers say, else that of its registration."""
    with connection.cursor() as cursor:
        cursor.execute(MONTH, [case_id])
        found = cursor.fetchone()
    said = periods.read(found[0]) if found and found[0] else None
    return said or periods.first_of(clock.local(registered_at).date())


def may_read(user: Any, case_id: int, person_id: int) -> bool:
    """Whether the user may see what agencies answered about the person in the case: registered with exchange as the purpose's rule."""
    try:
        find(user, case_id).person(person_id)
    except errors.NotAllowed:
        return False
    return True


def _persons(rows: list[list[Any]], user: Any) -> tuple[Person, ...]:
    found: dict[int, Person] = {}
    for role, pk, given, family, protection, sealed in rows:
        named = Named(pk, given, family, protection, personnummer_sealed=sealed.encode() if sealed else None)
        seen = persons.shown(named, user)
        found.setdefault(
            pk,
            Person(pk, role, str(ROLES[role]), seen.name, seen.personnummer, bool(protection), seen.masked, sealed is not None),
        )
    return tuple(found.values())


def _said(rows: list[list[Any]]) -> tuple[dt.date | None, str]:
    """The month applied for, and the household in words, as the latest answers have them."""
    month: dt.date | None = None
    household, children = "", 0
    for written, kind, has_children, count in rows:
        month = (periods.read(written) if written else None) or month
        household = kind or household
        children = count if has_children is not None else children
    words = {"single": _("ensamstående"), "couple": _("sammanboende")}.get(household, "")
    if children:
        words = ", ".join(filter(None, [words, ngettext("%(n)s barn", "%(n)s barn", children) % {"n": children}]))
    return month, words


def _past(row: list[Any]) -> Past:
    pk, person, at, by, by_id, kind, first, last, asked, evidence, one = row
    told_by = agencies.name(one) if kind == MANUAL and one else ""
    period = (dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    return Past(pk, person, dt.datetime.fromisoformat(at), by or "", by_id, kind, period, asked, evidence, told_by)
