"""Reading work orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from stadig.city.models import District, Organisation, User
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


class FileRow(NamedTuple):
    """An order in a file."""

    listed: OrderRow
    place_name: str
    opened_at: datetime
    closed_at: datetime | None
    outcome: str
    lon: float
    lat: float


class Evidence(NamedTuple):
    """A file that shows what the work is about."""

    pk: UUID
    state: str
    stored_at: datetime


LISTED = "o.id, o.title, o.kind, o.state, d.name, c.name, o.due"
FILED = f"{LISTED}, o.place_name, o.opened_at, o.closed_at, o.outcome, o.lon, o.lat"
ORDERS = """
SELECT {columns} FROM work_workorder o
LEFT JOIN city_district d ON d.id = o.district_id LEFT JOIN city_organisation c ON c.id = o.crew_id
WHERE {wanted} ORDER BY o.due ASC NULLS LAST, o.opened_at DESC LIMIT %s OFFSET %s
"""
COUNT = "SELECT count(*) FROM work_workorder o WHERE {wanted}"
MAP = """
SELECT jsonb_build_object('type', 'FeatureCollection', 'features', coalesce(jsonb_agg(jsonb_build_object(
    'type', 'Feature', 'id', o.id,
    'geometry', jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(o.lon, o.lat)),
    'properties', jsonb_build_object('kind', 'order', 'name', o.title, 'label', o.place_name, 'url', %s || o.id || %s)
) ORDER BY o.due ASC NULLS LAST, o.opened_at DESC), '[]'))::text
FROM (
    SELECT * FROM work_workorder o WHERE {wanted} ORDER BY o.due ASC NULLS LAST, o.opened_at DESC LIMIT 500
) o
"""
ORDER = """
SELECT {columns}, d.name, c.name, u.username, u.first_name, u.last_name, seen.ids, seen.states, seen.times
FROM work_workorder o
LEFT JOIN city_district d ON d.id = o.district_id LEFT JOIN city_organisation c ON c.id = o.crew_id
LEFT JOIN city_user u ON u.id = o.closed_by_id
CROSS JOIN LATERAL (
    SELECT array_agg(f.id ORDER BY f.stored_at, f.id) AS ids, array_agg(f.state ORDER BY f.stored_at, f.id) AS states,
        array_agg(f.stored_at ORDER BY f.stored_at, f.id) AS times
    FROM work_workorder_evidence e JOIN files_storedfile f ON f.id = e.storedfile_id WHERE e.workorder_id = o.id
) seen
WHERE o.id = %s AND {rule}
"""
CHOICES = """
SELECT 'crew', id, name, sort_key FROM city_organisation WHERE kind = 'crew'
UNION ALL SELECT 'district', id, name, sort_key FROM city_district ORDER BY sort_key
"""
MOST = 100_000


class Orders:
    """What a person may see of what was wanted, most urgent first; read a page at a time, as a ``Paginator`` does."""

    def __init__(self, user: Any, wanted: Filter) -> None:
        self._wanted, self._values = _rule(user, wanted)

    def __len__(self) -> int:
        return fetch(COUNT.format(wanted=self._wanted), self._values)[0][0]

    def __getitem__(self, part: slice) -> list[OrderRow]:
        return [OrderRow(*row) for row in self._read(LISTED, part.stop - part.start, part.start)]

    def for_file(self) -> list[FileRow]:
        """All of them. One query."""
        return [FileRow(OrderRow(*row[:7]), *row[7:]) for row in self._read(FILED, MOST, 0)]

    def geojson(self, before: str, after: str) -> str:
        """The five hundred most urgent as GeoJSON; an order's address is its number between ``before`` and ``after``."""
        return fetch(MAP.format(wanted=self._wanted), [before, after, *self._values])[0][0]

    def _read(self, columns: str, most: int, start: int) -> list[tuple[Any, ...]]:
        return fetch(ORDERS.format(columns=columns, wanted=self._wanted), [*self._values, most, start])


def fetch(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement; values are bound."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _rule(user: Any, wanted: Filter) -> tuple[str, list[Any]]:
    """What is wanted, and may be seen, as SQL about an order ``o``, and its values."""
    rule, values = access.may_see_sql(user)
    rules = [rule]

    def narrow(sql: str, *value: Any) -> None:
        rules.append(sql)
        values.extend(value)

    if wanted.state:
        narrow("o.state = ANY(%s)", list(WAITING) if wanted.state == "waiting" else [wanted.state])
    if wanted.kind:
        narrow("o.kind = %s", wanted.kind)
    if wanted.crew == "none":
        narrow("o.crew_id IS NULL")
    elif wanted.crew:
        narrow("o.crew_id = %s", int(wanted.crew))
    if wanted.district:
        narrow("o.district_id = %s", int(wanted.district))
    if wanted.words:
        narrow("(strpos(lower(o.title), lower(%s)) > 0 OR strpos(lower(o.place_name), lower(%s)) > 0)", *[wanted.words] * 2)
    return " AND ".join(rules), values


Choice = tuple[int, str]


def choices() -> tuple[tuple[Choice, ...], tuple[Choice, ...]]:
    """(id, name) of each crew, and of each district, A to Ö. One query."""
    rows = fetch(CHOICES)
    crews, districts = (tuple((pk, name) for what, pk, name, _ in rows if what == wanted) for wanted in ("crew", "district"))
    return crews, districts


def waiting_count(crew: int | None) -> int:
    """How many orders a crew could take: its own and those nobody has."""
    statement = "SELECT count(*) FROM work_workorder WHERE state = ANY(%s) AND (crew_id IS NULL OR crew_id = %s)"
    return int(fetch(statement, [list(WAITING), crew])[0][0])


@lru_cache(maxsize=1)
def _names() -> list[str]:
    return [field.attname for field in WorkOrder._meta.concrete_fields]


def order(user: Any, order_id: int) -> WorkOrder:
    """An order with its district, crew, evidence and who closed it. One query.

    Raises WorkOrder.DoesNotExist for one the person may not see.
    """
    rule, values = access.may_see_sql(user)
    columns = ", ".join(f"o.{name}" for name in _names())
    found = fetch(ORDER.format(columns=columns, rule=rule), [order_id, *values])
    if not found:
        raise WorkOrder.DoesNotExist
    *row, district, crew, username, first, last, ids, states, times = found[0]
    order = WorkOrder.from_db("default", _names(), row)
    if district:
        known = District.from_db("default", ("id", "name"), (order.district_id, district))
        order.district = known  # pyright: ignore[reportAttributeAccessIssue]
    if crew:
        order.crew = Organisation.from_db("default", ("id", "name"), (order.crew_id, crew))
    if username:
        named = ("id", "username", "first_name", "last_name")
        order.closed_by = User.from_db("default", named, (order.closed_by_id, username, first, last))
    files = [Evidence(*one) for one in zip(ids or (), states or (), times or (), strict=True)]
    vars(order)["_prefetched_objects_cache"] = {"evidence": files}  # as prefetch_related leaves it
    return order
