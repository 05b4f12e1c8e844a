"""What a planner's start page says of the bins."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from stadig.waste import access

PLAN = "SELECT state, bins_chosen, bins_total, distance_m, fixed_distance_m FROM waste_plan WHERE day = %s"
CALLING = """
SELECT a.alarm FROM waste_binalarm a JOIN waste_bin b ON b.id = a.bin_id
WHERE b.removed IS NULL AND {seen} AND a.closed_at IS NULL AND a.kind = 'threshold'
    AND NOT EXISTS (SELECT FROM waste_emptying e WHERE e.bin_id = a.bin_id AND e.at >= a.raised_at)
"""


class PlanOfDay(NamedTuple):
    """A day's plan in figures; the fixed rounds are those drivers keep whatever the plan says."""

    state: str
    bins_chosen: int
    bins_total: int
    distance_m: int
    fixed_distance_m: int


def plan(day: date) -> PlanOfDay | None:
    """The plan of a day. One query."""
    with connection.cursor() as cursor:
        cursor.execute(PLAN, [day])  # pyright: ignore[reportArgumentType]
        return next((PlanOfDay(*row) for row in cursor.fetchall()), None)


def calling(user: Any) -> list[int]:
    """Ids of *sensing*'s alarms for bins that are full and have not been emptied since. One query."""
    seen, values = access.seen(user)
    with connection.cursor() as cursor:
        cursor.execute(CALLING.format(seen=seen), values)
        return [alarm for (alarm,) in cursor.fetchall()]
