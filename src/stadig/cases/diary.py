"""The public diary: what has come in to each committee, and what it has sent and drawn up.

Offentlighets- och sekretesslagen (2009:400) 5 kap. 1–2 §§. A mark of secrecy masks who and what here; it warns, and decides nothing when
someone asks for the document. Private persons are never named. Personakter are not here at all (5 kap. 3 §).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Count, Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from stadig.cases import numbers, registering
from stadig.cases.models import Case, CaseType, Document, Party
from stadig.city import clock
from stadig.city.organisation_number import read as organisation_number
from stadig.ui import formatting

PER_PAGE = 30
MOST_WORDS = 80
MASKED = "(c.subject_secret OR c.confidentiality <> '')"
"""Whether sender and subject are masked."""
SHOWN = f"""
FROM cases_case c JOIN cases_casetype kind ON kind.id = c.type_id
WHERE kind.file <> '{CaseType.File.PERSONAL.value}' AND c.committee_id = %(committee)s
"""
"""``shown`` as SQL: the cases of a committee that the public diary knows."""
FIELDS = f"""
SELECT c.number, c.registered_at, c."group" = 'closed', {MASKED}, CASE WHEN {MASKED} THEN '' ELSE c.title END,
    CASE WHEN {MASKED} THEN '[]' ELSE (
        SELECT coalesce(json_agg(json_build_array(p.role, p.person_id, p.organisation_number, p.name) ORDER BY p.id), '[]')::text
        FROM cases_party p WHERE p.case_id = c.id
    ) END
"""  # noqa: S608 - only what stands above
"""The fields of :class:`Found`; what is masked does not leave the database."""
ONE = f"""
{FIELDS}, (
    SELECT coalesce(json_agg(json_build_array(
        d.number, d.at, d.direction, d.kind, d.counterpart, d.counterpart_public, d.person_id IS NOT NULL,
        {MASKED} OR d.confidentiality <> ''
    ) ORDER BY d.number), '[]')::text
    FROM cases_document d WHERE d.case_id = c.id
)
{SHOWN} AND c.number = %(number)s
"""  # noqa: S608 - only what stands above
"""The same, and its documents as JSON: what ``_papers`` reads."""
COMMITTEES = "SELECT id, name, phone FROM city_organisation WHERE kind = 'committee' ORDER BY sort_key"
slug_of: Callable[[str], str] = lru_cache(maxsize=256)(slugify)
"""The name of a committee as it stands in addresses."""


class Keeper(NamedTuple):
    """A committee that keeps a diary."""

    pk: int
    name: str
    phone: str


class Found(NamedTuple):
    """A case as it comes out of the database. ``parties`` is JSON: role, person, organisation number and name of each."""

    number: str
    registered_at: datetime
    closed: bool
    masked: bool
    title: str
    parties: str


@dataclass(frozen=True, slots=True)
class Committee:
    """A committee in the list. ``count`` is how many cases of this year its diary shows."""

    pk: int
    name: str
    slug: str
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the diary of a ``committee``, which is named as in addresses."""

    committee: str
    number: str
    address: str
    day: str
    subject: str
    masked: bool
    who: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """A document in the diary: never its title, its text or its files."""

    number: int
    day: str
    direction: str
    kind: str
    who: str
    masked: bool


def shown() -> Q:
    """Cases that the public diary knows."""
    return ~Q(type__file=CaseType.File.PERSONAL)


def committees() -> list[Committee]:
    """Every committee, A–Ö. Two queries."""
    year = clock.today().year
    found = Case.objects.filter(shown(), series__year=year).values_list("committee").annotate(n=Count("pk")).order_by()
    counts: dict[int, int] = dict(found)
    return [Committee(one.pk, one.name, slug_of(one.name), counts.get(one.pk, 0)) for one in _keepers()]


def committee(slug: str) -> Keeper | None:
    """The committee whose name gives the slug. One query."""
    return next((one for one in _keepers() if slug_of(one.name) == slug), None)


def _keepers() -> list[Keeper]:
    with connection.cursor() as cursor:
        cursor.execute(COMMITTEES)
        return [Keeper(*row) for row in cursor.fetchall()]


class _Cases:
    """The cases that were sought, counted and read a page at a time."""

    def __init__(self, where: str, values: dict[str, Any]) -> None:
        self.where, self.values = where, values

    def __len__(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) {self.where}", self.values)
            [(many,)] = cursor.fetchall()
            return many

    def __getitem__(self, wanted: slice) -> list[Found]:
        statement = f"{FIELDS} {self.where} ORDER BY c.registered_at DESC, c.id DESC LIMIT %(most)s OFFSET %(start)s"
        with connection.cursor() as cursor:
            cursor.execute(statement, self.values | {"most": wanted.stop - wanted.start, "start": wanted.start})
            return [Found(*row) for row in cursor.fetchall()]


def page(committee: Keeper, words: str, number: Any) -> tuple[Page, list[Row]]:
    """Cases of a committee, newest first. Words are sought in the subject, unless it is masked, and in the number. Two queries."""
    parts = [SHOWN]
    values: dict[str, Any] = {"committee": committee.pk}
    written = numbers.read(words)
    if written:
        parts.append("c.number = %(number)s")
        values["number"] = written.number
    else:
        for n, word in enumerate(words.casefold().split()):
            parts.append(f"(NOT {MASKED} AND strpos(c.search_text, %(word{n})s) > 0 OR strpos(lower(c.number), %(word{n})s) > 0)")
            values[f"word{n}"] = word
    chosen: Page = Paginator(_Cases(" AND ".join(parts), values), PER_PAGE).get_page(number)  # pyright: ignore[reportArgumentType]
    slug, language = slug_of(committee.name), formatting.language()
    return chosen, [_row(slug, one, language) for one in chosen.object_list]


def case(committee: Keeper, address: str) -> tuple[Row, tuple[Paper, ...]] | None:
    """One case and its documents. None for one that the diary does not know. One query."""
    written = numbers.read(address)
    if written is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(ONE, {"committee": committee.pk, "number": written.number})
        found = cursor.fetchone()
    if found is None:
        return None
    *fields, papers = found
    language = formatting.language()
    return _row(slug_of(committee.name), Found(*fields), language), _papers(papers, language)


@lru_cache(maxsize=8192)
def _row(committee: str, case: Found, _language: str) -> Row:
    return Row(
        committee=committee,
        number=case.number,
        address=numbers.address(case.number),
        day=formatting.day(case.registered_at, weekday=False, year=True),
        subject=_("Sekretessmarkerat") if case.masked else case.title,
        masked=case.masked,
        who=_("Sekretessmarkerat") if case.masked else ", ".join(_names(case.parties)),
        closed=case.closed,
    )


def _names(parties: str) -> Iterable[str]:
    """Who a case came from, as it may be told: companies and associations by name, a person as *Enskild*."""
    found: dict[str, None] = {}
    for role, person, number, name in json.loads(parties):
        public = name and person is None and (role == Party.Role.ORGANISATION) and (not number or organisation_number(number))
        found[name if public else _("Enskild")] = None
    return found


@lru_cache(maxsize=1024)
def _papers(papers: str, _language: str) -> tuple[Paper, ...]:
    """Documents in words, from the JSON of ``ONE``."""
    return tuple(
        Paper(
            number=number,
            day=formatting.day(datetime.fromisoformat(at), weekday=False, year=True),
            direction=str(Document.Direction(direction).label),
            kind=registering.kind_words(kind),
            who=_("Sekretessmarkerat") if secret else _counterpart(counterpart, is_public and not is_person, is_person),
            masked=secret,
        )
        for number, at, direction, kind, counterpart, is_public, is_person, secret in json.loads(papers)
    )


def _counterpart(name: str, public: bool, person: bool) -> str:
    """From or to whom a document is, as it may be told."""
    return "" if not name and not person else name if public else _("Enskild")
