"""What the page of a lookup is read from: the case, whom it concerns, and which month is applied for. No more than the page shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadig.assistance import access, errors, periods
from stadig.assistance.terms import CASE_TYPE
from stadig.cases import access as of_cases
from stadig.cases import opening
from stadig.cases.models import Group, Party
from stadig.city import disclosure, persons
from stadig.city.persons import Named

CONTENTS = """
SELECT
  (SELECT json_agg(json_build_array(p.role, who.id, who.given_name, who.family_name, who.protection, encode(who.personnummer_sealed, 'escape'))
      ORDER BY p.role = 'co_applicant', p.id)
    FROM cases_party p JOIN city_person who ON who.id = p.person_id
    WHERE p.case_id = %(case)s AND p.role IN ('applicant', 'co_applicant')),
  (SELECT json_agg(json_build_array(d.data ->> 'month', d.data ->> 'household', d.data -> 'has_children', jsonb_array_length(
      CASE WHEN jsonb_typeof(d.data -> 'children') = 'array' THEN d.data -> 'children' ELSE '[]' END)) ORDER BY d.number)
    FROM cases_document d WHERE d.case_id = %(case)s AND d.direction = 'received' AND jsonb_typeof(d.data) = 'object')
"""
"""Whom agencies may be asked about in a case, and what the application says of month and household; later answers go before earlier."""
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


@dataclass(frozen=True, slots=True)
class Head:
    """The case as the page names it. ``may_ask`` is whether the reader may ask anyone anything."""

    pk: int
    number: str
    persons: tuple[Person, ...]
    month: dt.date
    household: str
    closed: bool
    may_ask: bool

    @property
    def period(self) -> tuple[dt.date, dt.date]:
        return periods.asked(self.month)

    def person(self, person_id: int | None) -> Person:
        """The person of this id, else the first. Raises ``errors.NotInTheCase``."""
        for one in self.persons:
            if person_id in (None, one.pk):
                return one
        raise errors.NotInTheCase


def find(user: Any, case_id: int) -> Head:
    """The case for one who may read its answers. Raises ``errors.NoSuchCase``: that it exists is not told to others."""
    case = opening.case(user, case_id, "true")
    if case is None or case.type.slug != CASE_TYPE or not _may_read(user, case):
        raise errors.NoSuchCase
    with connection.cursor() as cursor:
        cursor.execute(CONTENTS, {"case": case_id})
        ((parties, said),) = cursor.fetchall()
    month, household = _said(said or [])
    closed = case.group == Group.CLOSED
    return Head(
        pk=case.pk,
        number=case.number,
        persons=_persons(parties or [], user),
        month=month or periods.first_of(case.registered_at.date()),
        household=household,
        closed=closed,
        may_ask=case.may_handle and not closed and access.ASK.held_by(user),
    )


def may_read(user: Any, case_id: int, person_id: int) -> bool:
    """Whether the user may see what agencies answered about the person in the case: registered with exchange as the purpose's rule."""
    try:
        find(user, case_id).person(person_id)
    except errors.NotAllowed:
        return False
    return True


def _may_read(user: Any, case: Any) -> bool:
    """Who handles the case; and one to whom it has been disclosed, such as an auditor. Never a party."""
    if not access.READ.held_by(user) or of_cases.is_party(user, case.pk):
        return False
    return bool(case.may_handle) or disclosure.allows(user, case)


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
