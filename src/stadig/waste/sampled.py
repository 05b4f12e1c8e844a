"""How many bins are emptied when they say so, and how many people have told of a bin, since a step of the roll-out began."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from django.db import connection
from django.utils.translation import gettext_lazy as _

from stadig.city import clock
from stadig.city.ramps import Count, Counter
from stadig.city.rollout import Decider, Setting

EMPTIED = _("olika korgar som har tömts på det nya sättet sedan steget började")
TOLD = _("invånare som har sagt till sedan steget började")
BINS = """
SELECT b.district_id, count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM waste_emptying e WHERE e.bin_id = b.id AND e.at >= %(since)s))
FROM waste_bin b WHERE b.removed IS NULL GROUP BY b.district_id
"""
REPORTS = """
SELECT b.district_id, count(*) FROM waste_report r JOIN waste_bin b ON b.id = r.bin_id WHERE r.created_at >= %(since)s GROUP BY b.district_id
"""


def emptied(setting: Setting, since: dt.datetime) -> Count:
    """Bins in the districts that are on which have been emptied since, each once, of all that stand there. One query."""
    rule, bins, done = Decider(setting, clock.now()), 0, 0
    with connection.cursor() as cursor:
        cursor.execute(BINS, {"since": since})
        for district, stand, have in cursor.fetchall():
            if rule.is_on(_subject(district)):
                bins, done = bins + stand, done + have
    return Count(done, EMPTIED, bins)


def told(setting: Setting, since: dt.datetime) -> Count:
    """Reports of bins in the districts that are on. One query."""
    rule = Decider(setting, clock.now())
    with connection.cursor() as cursor:
        cursor.execute(REPORTS, {"since": since})
        return Count(sum(came for district, came in cursor.fetchall() if rule.is_on(_subject(district))), TOLD)


def by_service(counters: Mapping[str, Callable[[Setting, dt.datetime], Count]]) -> Counter:
    """One counter of those of the room's services, by their slugs."""

    def counted(setting: Setting, since: dt.datetime) -> Count | None:
        counter = counters.get(setting.service)
        return counter(setting, since) if counter else None

    return counted


def _subject(district: int | None) -> tuple[str, int] | None:
    """What the room asks the roll-out about: the bin's district."""
    return ("city.district", district) if district else None
