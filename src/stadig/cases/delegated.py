"""Decisions made in a committee's name, as the list it is told from (kommunallagen 6 kap. 40 §, 7 kap. 8 §)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language

from stadig.cases import access, casefile, definitions
from stadig.cases.models import Decision
from stadig.ui import formatting

MOST = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One decision. No one whom it concerns is named: the case number says it to those who may see the case."""

    pk: int
    case: int
    number: str
    what: str
    delegation: str
    day: str
    who: str


@dataclass(frozen=True, slots=True)
class Group:
    """The decisions of one committee, by point of its delegation order."""

    committee: str
    lines: tuple[Line, ...]


def untold(user: Any) -> tuple[Group, ...]:
    """What the committees have not been told of, those the user reports to."""
    return _groups(_within(user).filter(reported_on=None))


def told(user: Any, meeting: date) -> tuple[Group, ...]:
    """What they were told at a meeting."""
    return _groups(_within(user).filter(reported_on=meeting))


def meetings(user: Any) -> list[date]:
    """The latest meetings where something was told."""
    found = _within(user).exclude(reported_on=None).order_by("-reported_on").values_list("reported_on", flat=True).distinct()
    return [day for day in found[:12] if day]


def _within(user: Any) -> QuerySet[Decision]:
    found = Decision.objects.exclude(delegation="")
    reach = access.REPORT.organisations(user)
    return found if reach is None else found.filter(case__committee__in=reach)


def _groups(found: QuerySet[Decision]) -> tuple[Group, ...]:
    rows: Iterable[Any] = list(
        found.order_by("case__committee__sort_key", "delegation", "decided_at", "pk").values_list(
            "case__committee__name", "pk", "case_id", "case__number", "type", "delegation", "decided_at",
            "decided_by__first_name", "decided_by__last_name", "case__type_id", "case__type__digest",
        )[:MOST]
    )  # fmt: skip
    types = definitions.known((row[9], row[10]) for row in rows)
    language = (get_language() or "sv")[:2]

    def line(row: Any) -> Line:
        definition = types[row[9], row[10]]
        what = f"{definition.text('title', language)}: {casefile.decision_words(definition, row[4], language)}"
        return Line(row[1], row[2], row[3], what, row[5], formatting.day(row[6]), f"{row[7]} {row[8]}".strip())

    return tuple(Group(name, tuple(line(row) for row in lines)) for name, lines in groupby(rows, key=lambda row: row[0]))
