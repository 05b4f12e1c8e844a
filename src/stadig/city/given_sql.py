"""Reading what services gave: the ledger summed by the database, a statement for a period."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.db import connection

from stadig.city import clock, effects
from stadig.city.given import DERIVATIONS, Factor, Row

SUMS = """
SELECT e.service, m.slug, m.title, m.unit, e.kind, m.sustainability, m.additivity,
    coalesce(CASE WHEN m.additivity = 'sum' THEN sum(e.quantity) {within} ELSE avg(e.quantity) {within} END, 0),
    CASE WHEN count(e.low) {within} = 0 THEN NULL
        WHEN m.additivity = 'sum' THEN sum(coalesce(e.low, e.quantity)) {within} ELSE avg(e.low) {within} END,
    CASE WHEN count(e.high) {within} = 0 THEN NULL
        WHEN m.additivity = 'sum' THEN sum(coalesce(e.high, e.quantity)) {within} ELSE avg(e.high) {within} END,
    count(*) {within}, CASE WHEN min(e.method) {within} = max(e.method) {within} THEN min(e.method) {within} ELSE '' END,
    CASE WHEN m.additivity = 'sum' THEN sum(e.quantity) ELSE avg(e.quantity) END, min(e.at)
FROM city_effect e JOIN city_metric m ON m.slug = e.metric_id
WHERE e.replaced_by_id IS NULL AND e.at < %(end)s AND {which}
GROUP BY e.service, m.slug, e.kind
ORDER BY e.service, array_position(ARRAY['measured', 'estimated', 'derived'], e.kind::text), m.slug
"""
EVERY = SUMS.format(within="", which="e.at >= %(begin)s")
OF_ONE = SUMS.format(within="FILTER (WHERE e.at >= %(begin)s)", which="e.service = %(service)s")
REGISTER = """
WITH RECURSIVE above(id, top, name) AS (
    SELECT id, id, name FROM city_organisation WHERE parent_id IS NULL
    UNION ALL SELECT o.id, above.top, above.name FROM city_organisation o JOIN above ON o.parent_id = above.id
)
SELECT 'service', NULL::timestamptz, s.slug, s.title, s.words::text, s.status, s.declared, s.page, above.top, above.name,
    NULL::float, NULL::float, NULL::float, 0
FROM city_service s LEFT JOIN above ON above.id = s.owner_id
UNION ALL
(SELECT DISTINCT ON (slug) 'factor', NULL, slug, title, '', '', false, source, NULL, NULL, value, low, high, year FROM city_factor
    WHERE slug = ANY(%(factors)s) AND year <= %(year)s ORDER BY slug, year DESC)
UNION ALL SELECT 'since', min(at), '', '', '', '', false, '', NULL, NULL, NULL, NULL, NULL, 0 FROM city_effect
"""
FACTORS = """
SELECT DISTINCT ON (slug) slug, title, value, low, high, year, source FROM city_factor
WHERE slug = ANY(%s) AND year <= %s ORDER BY slug, year DESC
"""
NAMES = [each.factor for each in DERIVATIONS]


class Month(NamedTuple):
    """A calendar month in Stockholm."""

    first: dt.date
    end: dt.date
    """The first day after it."""

    @property
    def written(self) -> str:
        """``2026-10``."""
        return f"{self.first:%Y-%m}"

    @property
    def moments(self) -> tuple[dt.datetime, dt.datetime]:
        return clock.midnight(self.first), clock.midnight(self.end)


def month_of(day: dt.date) -> Month:
    """The month that a day lies in."""
    first = day.replace(day=1)
    return Month(first, (first + dt.timedelta(days=32)).replace(day=1))


def latest_whole() -> Month:
    """The month before this one."""
    return month_of(clock.today().replace(day=1) - dt.timedelta(days=1))


def written_month(text: str) -> Month | None:
    """The month of ``2026-10``; None for anything else, and for one that has not begun."""
    try:
        found = month_of(dt.date.fromisoformat(f"{text}-01"))
    except ValueError:
        return None
    return found if len(text) == 7 and found.first <= clock.today() else None


class Given(NamedTuple):
    """A measure of a service: the period's row, and all since the beginning."""

    row: Row
    ever: float
    since: dt.datetime


def rows(begin: dt.datetime, end: dt.datetime) -> tuple[Row, ...]:
    """What the ledger holds for [begin, end), by service and then the measured first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(EVERY, {"begin": begin, "end": end})
        return tuple([Row(*found[:12]) for found in cursor.fetchall()])


def of_service(month: Month, service: str) -> tuple[Given, ...]:
    """What one service gave in a month, and since the beginning; ``rows`` is 0 for a measure that the month lacks. One query."""
    begin, end = month.moments
    with connection.cursor() as cursor:
        cursor.execute(OF_ONE, {"begin": begin, "end": end, "service": service})
        return tuple([Given(Row(*found[:12]), *found[12:]) for found in cursor.fetchall()])


def title_of(row: Row) -> str:
    """What the measure is called in the reader's language, where the program declares it."""
    declared = effects.declared().get(row.metric)
    return row.title if declared is None else str(declared["title"])


def factors(year: int) -> tuple[Factor, ...]:
    """The factors that gains are turned by: for the year, or the latest before it. One query."""
    with connection.cursor() as cursor:
        cursor.execute(FACTORS, [NAMES, year])
        return tuple([Factor(*found) for found in cursor.fetchall()])


class Known(NamedTuple):
    """A service in the register, with the committee that answers for it."""

    slug: str
    title: str
    words: str
    status: str
    declared: bool
    page: str
    committee_id: int | None
    committee: str | None


class Register(NamedTuple):
    """The services, the factors for a year, and the day that the ledger begins."""

    services: tuple[Known, ...]
    factors: tuple[Factor, ...]
    since: dt.date


def register(year: int) -> Register:
    """What a month is read with. One query. The services as they come: in words they are sorted A–Ö."""
    with connection.cursor() as cursor:
        cursor.execute(REGISTER, {"factors": NAMES, "year": year})
        found: list[Any] = cursor.fetchall()
    since = next(one[1] for one in found if one[0] == "since")
    return Register(
        tuple([Known(*one[2:10]) for one in found if one[0] == "service"]),
        tuple([Factor(one[2], one[3], one[10], one[11], one[12], one[13], one[7]) for one in found if one[0] == "factor"]),
        clock.local(since).date() if since else clock.today(),
    )


def months(since: dt.date) -> tuple[Month, ...]:
    """The months since then, this one first, at most three years of them."""
    found = [month_of(clock.today())]
    while found[-1].first > since and len(found) < 36:
        found.append(month_of(found[-1].first - dt.timedelta(days=1)))
    return tuple(found)
