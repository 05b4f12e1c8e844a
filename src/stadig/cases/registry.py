"""Searching the diary by sender or receiver, for those who may see it. Nobody else can: the public diary searches no names.

A protected person is never found by name, and stands masked in what is found otherwise. That someone searched is written down, what they
searched for is not.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q

from stadig.cases import access, registering
from stadig.cases.models import Case, Document
from stadig.city import audit
from stadig.city.models import Person
from stadig.city.verbs import verb

if TYPE_CHECKING:
    from stadig.city.models import User

MOST = 50
MOST_PEOPLE = 200


class Row(NamedTuple):
    """A document, and whom it came from or went to."""

    case: int
    number: str
    document: int
    at: datetime
    direction: str
    kind: str
    title: str
    who: str


@verb
def by_sender(by: User, name: str) -> tuple[list[Row], bool]:
    """Documents from or to someone with this name in cases that ``by`` sees at work, the latest first; and whether there are more."""
    words = name.split()
    named = Q()
    for word in words:
        named &= Q(counterpart__icontains=word)
    seen = Case.objects.filter(access.seen_at_work(by))
    found = list(
        Document.objects.filter(named | Q(person__in=_people(words)), case__in=seen)
        .order_by("-at", "-pk")
        .values_list("pk", flat=True)[: MOST + 1]
    )
    audit.record(by, "searched the diary", ("cases.document", "by sender"), found=min(len(found), MOST))
    rows = Document.objects.filter(pk__in=found[:MOST]).select_related("person", "case").order_by("-at", "-pk")
    return [_row(one, by) for one in rows], len(found) > MOST


def _people(words: list[str]) -> list[int]:
    """People without protection whose names begin with the words, each in the given or the family name."""
    named = Q(protection="")
    for word in words:
        named &= Q(given_name__istartswith=word) | Q(family_name__istartswith=word)
    return list(Person.objects.filter(named).values_list("pk", flat=True)[:MOST_PEOPLE])


def _row(one: Document, by: User) -> Row:
    who = one.person.shown_to(by).name if one.person else one.counterpart
    direction = str(Document.Direction(one.direction).label)
    kind = registering.kind_words(one.kind)
    return Row(one.case_id, one.case.number, one.number, one.at, direction, kind, one.title, who)
