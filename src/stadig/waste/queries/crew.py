"""What a crew needs on the street: the next stop, what is left, what else waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from stadig.city import clock
from stadig.waste import access
from stadig.waste.models import Outcome, Plan, PlanState, Route, Side, SkipReason, StopKind

STOPS = """
SELECT s.id, s."order", s.kind, s.bin_id, coalesce(b.name, t.name, ''), coalesce(b.lon, t.lon), coalesce(b.lat, t.lat),
    coalesce(b.side, ''), coalesce(b.key, ''), coalesce(b.access_note, ''), b.open_until, coalesce(k.name, ''),
    s.planned_arrival, s.leg_m, s.outcome, s.skip_reason, s.closed_at
FROM waste_stop s
LEFT JOIN waste_bin b ON b.id = s.bin_id
LEFT JOIN waste_binkind k ON k.id = b.kind_id
LEFT JOIN waste_tippingstation t ON t.id = s.tipping_id
WHERE s.route_id = %s ORDER BY s."order"
"""
WAY = "SELECT leg_line::text FROM waste_stop WHERE id = %s"


class DayRoute(NamedTuple):
    """A vehicle's route today."""

    pk: int
    vehicle: str
    position: int
    ends_at: datetime
    ended_at: datetime | None


class StopRow(NamedTuple):
    """A stop with its place: a bin, a tipping station or the depot."""

    pk: int
    order: int
    kind: str
    bin_id: int | None
    name: str
    lon: float
    lat: float
    side: str
    key: str
    access_note: str
    open_until: time | None
    bin_kind: str
    planned_arrival: datetime
    leg_m: int
    outcome: str
    skip_reason: str
    closed_at: datetime | None

    @property
    def side_label(self) -> str:
        return str(Side(self.side).label)

    @property
    def outcome_label(self) -> str:
        return str(Outcome(self.outcome).label)

    @property
    def skip_label(self) -> str:
        return str(SkipReason(self.skip_reason).label)


@dataclass(frozen=True)
class Drive:
    """A crew's route today. ``done`` counts closed bins and ``total`` all bins; ``delay`` is how late the last closed stop was."""

    route: DayRoute
    stops: tuple[StopRow, ...]
    """Without the depot."""
    delay: timedelta

    @cached_property
    def bins(self) -> list[StopRow]:
        return [stop for stop in self.stops if stop.bin_id]

    @property
    def total(self) -> int:
        return len(self.bins)

    @cached_property
    def done(self) -> int:
        return len([stop for stop in self.bins if stop.outcome])

    @cached_property
    def left(self) -> list[StopRow]:
        return [stop for stop in self.stops if not stop.outcome]

    @property
    def next(self) -> StopRow | None:
        return self.left[0] if self.left else None

    @property
    def after(self) -> StopRow | None:
        return self.left[1] if len(self.left) > 1 else None

    @property
    def number(self) -> int:
        """The next bin's number among the bins."""
        return min(self.done + 1, self.total)

    @property
    def ready_at(self) -> datetime:
        return self.route.ends_at + self.delay


def drives(user: Any) -> list[DayRoute]:
    """The locked routes of today that belong to the person's crews."""
    found = Route.objects.filter(access.routes_of(user), plan__day=clock.today(), plan__state=PlanState.LOCKED)
    fields = ("pk", "vehicle__name", "vehicle__position", "ends_at", "ended_at")
    return [DayRoute(*row) for row in found.order_by("vehicle__position").values_list(*fields)]


def drive(route: DayRoute) -> Drive:
    """The stops of a route with their bins, in order; one query."""
    with connection.cursor() as cursor:
        cursor.execute(STOPS, [route.pk])
        stops = tuple(StopRow(*row) for row in cursor.fetchall() if row[2] != StopKind.DEPOT)
    closed = [stop for stop in stops if stop.closed_at and stop.outcome != Outcome.SKIPPED]
    last = max(closed, key=lambda stop: stop.closed_at, default=None)  # type: ignore[arg-type,return-value]
    delay = max(timedelta(), last.closed_at - last.planned_arrival) if last and last.closed_at else timedelta()
    return Drive(route, stops, delay)


def way_to(stop: StopRow) -> list[tuple[float, float]]:
    """The way from the stop before, as longitudes and latitudes."""
    with connection.cursor() as cursor:
        cursor.execute(WAY, [stop.pk])
        [(line,)] = cursor.fetchall()
    return msgspec.json.decode(line, type=list[tuple[float, float]])


def plan_is_sent(day: date) -> bool:
    """Whether the day's plan has been sent to the crews."""
    return Plan.objects.filter(day=day, state=PlanState.LOCKED).exists()
