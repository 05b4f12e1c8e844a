"""Reading work orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet

from stadig.work import access, kinds
from stadig.work.models import WAITING, State, WorkOrder


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list shows; empty strings mean everything. ``waiting`` alone is the default view."""

    words: str = ""
    state: str = "waiting"
    kind: str = ""
    crew: str = ""
    district: str = ""


class OrderRow(NamedTuple):
    """An order in a list."""

    pk: int
    title: str
    kind: str
    state: str
    district: str | None
    crew: str | None
    due: datetime | None

    @property
    def state_label(self) -> str:
        return str(State(self.state).label)

    @property
    def kind_label(self) -> str:
        return str(kinds.of(self.kind).label)


def rows(found: Iterable[Any]) -> list[OrderRow]:
    """A page of ``orders(...).values_list(*FIELDS)`` as rows."""
    return [OrderRow(*row) for row in found]


CHOICES = """
SELECT 'crew', id, name, sort_key FROM city_organisation WHERE kind = 'crew'
UNION ALL SELECT 'district', id, name, sort_key FROM city_district ORDER BY sort_key
"""
FIELDS = ("pk", "title", "kind", "state", "district__name", "crew__name", "due")


def orders(user: Any, wanted: Filter) -> QuerySet[WorkOrder]:
    """What the person may see, most urgent first."""
    found = (
        WorkOrder.objects.filter(access.may_see(user))
        .select_related("district", "crew")
        .defer("district__geometry", "district__population")
    )
    if wanted.state == "waiting":
        found = found.filter(state__in=WAITING)
    elif wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.crew:
        found = found.filter(crew=None) if wanted.crew == "none" else found.filter(crew_id=int(wanted.crew))
    if wanted.district:
        found = found.filter(district_id=int(wanted.district))
    if wanted.words:
        found = found.filter(Q(title__icontains=wanted.words) | Q(place_name__icontains=wanted.words))
    return found.order_by(F("due").asc(nulls_last=True), "-opened_at")


Choice = tuple[int, str]


def choices() -> tuple[tuple[Choice, ...], tuple[Choice, ...]]:
    """(id, name) of each crew, and of each district, A to Ö. One query."""
    with connection.cursor() as cursor:
        cursor.execute(CHOICES)
        rows = cursor.fetchall()
    crews, districts = (tuple((pk, name) for what, pk, name, _ in rows if what == wanted) for wanted in ("crew", "district"))
    return crews, districts


def waiting_for(crews: set[int] | None) -> list[WorkOrder]:
    """What is on a crew's list: its own waiting orders, then those nobody has. ``None`` means every crew."""
    found = WorkOrder.objects.filter(state__in=WAITING)
    if crews is not None:
        found = found.filter(Q(crew__in=crews) | Q(crew=None))
    return list(found.order_by(F("due").asc(nulls_last=True), "opened_at")[:50])


def waiting_count(crew: int | None) -> int:
    """How many orders a crew could take: its own and those nobody has."""
    statement = "SELECT count(*) FROM work_workorder WHERE state = ANY(%s) AND (crew_id IS NULL OR crew_id = %s)"
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(WAITING), crew])
        return int((cursor.fetchone() or (0,))[0])


def order(user: Any, order_id: int) -> WorkOrder:
    """Raises WorkOrder.DoesNotExist for one the person may not see."""
    return (
        WorkOrder.objects.filter(access.may_see(user))
        .select_related("district", "crew")
        .defer("district__geometry", "district__population")
        .prefetch_related("evidence")
        .get(pk=order_id)
    )
