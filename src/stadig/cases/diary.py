"""The public diary: what has come in to each committee, and what it has sent and drawn up.

Offentlighets- och sekretesslagen (2009:400) 5 kap. 1–2 §§. A mark of secrecy masks who and what here; it warns, and decides nothing when
someone asks for the document. Private persons are never named. Personakter are not here at all (5 kap. 3 §).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Count, Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from stadig.cases import numbers, registering
from stadig.cases.models import Case, CaseType, Document, Group, Party
from stadig.city import clock
from stadig.city.models import Organisation
from stadig.city.organisation_number import read as organisation_number
from stadig.ui import formatting

PER_PAGE = 30
MOST_WORDS = 80
WHO = "SELECT case_id, role, person_id, organisation_number, name FROM cases_party WHERE case_id = ANY(%s) ORDER BY id"


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


def masked(case: Any) -> bool:
    """Whether sender and subject are masked."""
    return bool(case.subject_secret or case.confidentiality)


def committees() -> list[Committee]:
    """Every committee, A–Ö. Two queries."""
    year = clock.today().year
    found = Case.objects.filter(shown(), series__year=year).values_list("committee").annotate(n=Count("pk")).order_by()
    counts: dict[int, int] = dict(found)
    return [
        Committee(pk, name, slugify(name), counts.get(pk, 0))
        for pk, name in Organisation.objects.filter(kind=Organisation.Kind.COMMITTEE)
        .order_by("sort_key")
        .values_list("pk", "name")
    ]


def committee(slug: str) -> Organisation | None:
    """The committee whose name gives the slug."""
    every = Organisation.objects.filter(kind=Organisation.Kind.COMMITTEE)
    return next((one for one in every if slugify(one.name) == slug), None)


def page(committee: Organisation, words: str, number: Any) -> tuple[Page, list[Row]]:
    """Cases of a committee, newest first. Words are sought in the subject, unless it is masked, and in the number."""
    found = Case.objects.filter(shown(), committee=committee)
    written = numbers.read(words)
    if written:
        found = found.filter(number=written.number)
    else:
        for word in words.casefold().split():
            seen = Q(subject_secret=False, confidentiality="", search_text__contains=word)
            found = found.filter(seen | Q(number__icontains=word))
    columns = ("pk", "number", "title", "subject_secret", "confidentiality", "registered_at", "group")
    chosen = Paginator(found.order_by("-registered_at", "-pk").values_list(*columns, named=True), PER_PAGE).get_page(number)
    cases = list(chosen.object_list)
    names = _names([one.pk for one in cases])
    slug = slugify(committee.name)
    return chosen, [_row(slug, one, names.get(one.pk, ())) for one in cases]


def case(committee: Organisation, address: str) -> tuple[Row, list[Paper]] | None:
    """One case and its documents. None for one that the diary does not know."""
    written = numbers.read(address)
    found = Case.objects.filter(shown(), committee=committee, number=written.number).first() if written else None
    if found is None:
        return None
    documents = Document.objects.filter(case=found).order_by("number")
    columns = ("number", "at", "direction", "kind", "counterpart", "counterpart_public", "person", "confidentiality")
    secret = masked(found)
    papers_ = [_paper(one, secret) for one in documents.values_list(*columns, named=True)]
    return _row(slugify(committee.name), found, _names([found.pk]).get(found.pk, ())), papers_


def _row(committee: str, case: Any, who: Iterable[str]) -> Row:
    secret = masked(case)
    return Row(
        committee=committee,
        number=case.number,
        address=numbers.address(case.number),
        day=formatting.day(case.registered_at, weekday=False, year=True),
        subject=_("Sekretessmarkerat") if secret else case.title,
        masked=secret,
        who=_("Sekretessmarkerat") if secret else ", ".join(who),
        closed=case.group == Group.CLOSED,
    )


def _names(cases: list[int]) -> dict[int, tuple[str, ...]]:
    """Who each case came from, as it may be told: companies and associations by name, a person as *Enskild*. One query."""
    found: dict[int, dict[str, None]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(WHO, [cases])
        rows = cursor.fetchall()
    private = _("Enskild")
    for pk, role, person, number, name in rows:
        public = name and person is None and (role == Party.Role.ORGANISATION) and (not number or organisation_number(number))
        found[pk][name if public else private] = None
    return {pk: tuple(names) for pk, names in found.items()}


def _paper(one: Any, secret: bool) -> Paper:
    secret = secret or bool(one.confidentiality)
    who = ""
    if one.counterpart or one.person:
        who = one.counterpart if one.counterpart_public and one.person is None else _("Enskild")
    return Paper(
        number=one.number,
        day=formatting.day(one.at, weekday=False, year=True),
        direction=str(Document.Direction(one.direction).label),
        kind=registering.kind_words(one.kind),
        who=_("Sekretessmarkerat") if secret else who,
        masked=secret,
    )
