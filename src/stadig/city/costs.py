"""What a service costs a year, as someone has said it, from a day: the latest said holds, what was said before stays to be read.

A month bears a twelfth of the year, day by day where it changed within the month. A service that nobody has said anything of has no
cost here, which is not the same as nothing: pages say *inte angiven*.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from stadig.city import access, audit, clock
from stadig.city.actions import require
from stadig.city.models import Service, ServiceCost, User
from stadig.city.verbs import verb

MOST_KR = 1_000_000_000


class Said(NamedTuple):
    """What was said of a service's cost: from which day, kronor a year, where the figure is from, and when it was said."""

    service: str
    from_day: dt.date
    year_kr: float
    source: str
    at: dt.datetime


SAID = """
SELECT service, from_day, year_kr, source, at FROM city_servicecost
WHERE from_day < %(end)s AND (%(service)s::text IS NULL OR service = %(service)s) ORDER BY service, from_day, id
"""


def said(end: dt.date, service: str | None = None) -> tuple[Said, ...]:
    """What holds from a day before ``end``, of one service or of all: by service, the day and when it was said. One query."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"end": end, "service": service}
        cursor.execute(SAID, values)
        return tuple([Said._make(row) for row in cursor.fetchall()])


def history(service: str) -> tuple[Said, ...]:
    """Everything that was said of a service, also of days to come; the latest said first. One query."""
    found = ServiceCost.objects.filter(service=service).order_by("-pk")
    return tuple([Said._make(row) for row in found.values_list(*Said._fields)])


def in_force(told: Iterable[Said], day: dt.date) -> Said | None:
    """What holds on a day, of one service's; None where nothing was said of it."""
    return max((one for one in told if one.from_day <= day), key=lambda one: (one.from_day, one.at), default=None)


@lru_cache(maxsize=256)
def spread(told: tuple[Said, ...], first: dt.date, end: dt.date) -> Mapping[str, float]:
    """Kronor for the days [first, end) of one month, by service; a service of which nothing was said is not in it."""
    length = ((first.replace(day=1) + dt.timedelta(days=32)).replace(day=1) - first.replace(day=1)).days
    days = [first + dt.timedelta(days=n) for n in range((end - first).days)]
    found: dict[str, float] = {}
    for service in sorted({one.service for one in told}):
        own = [one for one in told if one.service == service]
        held = [one.year_kr for day in days if (one := in_force(own, day)) is not None]
        if held:
            found[service] = sum(held) / 12 / length
    return found


@verb
def say(by: User | None, slug: str, *, year_kr: float, from_day: dt.date, source: str) -> ServiceCost:
    """Say what a service costs a year from a day. Nothing that was said before is changed.

    Raises ``ValidationError`` for a cost that cannot be or has no source; Service.DoesNotExist.
    """
    require(by, access.SERVICES)
    service = Service.objects.get(slug=slug)
    if not 0 <= year_kr <= MOST_KR:
        raise ValidationError({"year_kr": _("Skriv kostnaden i kronor om året, 0 eller mer.")})
    if not source.strip():
        raise ValidationError({"source": _("Skriv var siffran kommer från, till exempel avtalet eller bokslutet.")})
    made = ServiceCost.objects.create(
        service=slug, from_day=from_day, year_kr=year_kr, source=" ".join(source.split())[:300], at=clock.now()
    )
    audit.record(by, "said what it costs", service, from_day=from_day.isoformat(), year_kr=year_kr)
    return made
