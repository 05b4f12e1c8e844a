"""Whom the digital way reached: how many sent in themselves, and how many came with help, by age and by district. Counts alone."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from stadig.city import clock
from stadig.city.told import Reach, Reached

HELPED = "('assisted', 'paper', 'phone', 'visit')"
REACHED = f"""
SELECT 'age', band, sum(count), coalesce(sum(count) FILTER (WHERE channel IN {HELPED}), 0) FROM eservices_tally
WHERE kind = 'submitted' AND band <> '' AND day >= %(first)s AND day < %(end)s
    AND (%(services)s::text[] IS NULL OR service = ANY(%(services)s))
GROUP BY band
UNION ALL
SELECT 'district', d.name, count(*), count(*) FILTER (WHERE c.channel IN {HELPED})
FROM cases_case c JOIN cases_casetype t ON t.id = c.type_id JOIN city_district d ON d.id = c.district_id
WHERE c.registered_at >= %(begin)s AND c.registered_at < %(until)s
    AND (%(services)s::text[] IS NULL OR t.slug = ANY(%(services)s))
GROUP BY d.id ORDER BY 1, 2
"""  # noqa: S608 - only what stands above


def of(first: dt.date, end: dt.date, services: frozenset[str] | None = None) -> Reached:
    """Applications within [first, end) by age band and by district, with how many came by phone, visit or paper. One query."""
    values = {
        "first": first,
        "end": end,
        "begin": clock.midnight(first),
        "until": clock.midnight(end),
        "services": None if services is None else sorted(services),
    }
    with connection.cursor() as cursor:
        cursor.execute(REACHED, values)
        found = cursor.fetchall()
    ages = tuple(Reach(_written(band), int(came), int(helped)) for kind, band, came, helped in found if kind == "age")
    return Reached(ages, tuple(Reach(name, came, helped) for kind, name, came, helped in found if kind == "district"))


def _written(band: str) -> str:
    """``65-79`` → *65–79*; the last band keeps its open end."""
    return band.replace("-", "\N{EN DASH}")
