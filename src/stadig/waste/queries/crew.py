"""What a crew needs on the street: the next stop, what is left, what else waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from stadig.city import clock
from stadig.waste import access, sentences
from stadig.waste.models import Outcome, Side, SkipReason
from stadig.work.models import WAITING

TODAY = f"""
SELECT
    (SELECT coalesce(json_agg(json_build_array(
            json_build_array(r.id, v.name, v.position, r.ends_at, r.ended_at), coalesce(stops.found, '[]'), coalesce(way.line, '[]')
        ) ORDER BY v.position), '[]')::text
    FROM waste_route r JOIN waste_plan p ON p.id = r.plan_id JOIN waste_vehicle v ON v.id = r.vehicle_id
    CROSS JOIN LATERAL (
        SELECT json_agg(json_build_array(
            s.id, s."order", s.kind, s.bin_id, coalesce(b.name, t.name, ''), coalesce(b.lon, t.lon), coalesce(b.lat, t.lat),
            coalesce(b.side, ''), coalesce(b.key, ''), coalesce(b.access_note, ''), b.open_until, coalesce(k.name, ''),
            s.planned_arrival, s.leg_m, s.outcome, s.skip_reason, s.closed_at,
            CASE WHEN s.reason = 'round_today' THEN b.fixed_weekdays ELSE '{{}}' END
        ) ORDER BY s."order") AS found
        FROM waste_stop s
        LEFT JOIN waste_bin b ON b.id = s.bin_id
        LEFT JOIN waste_binkind k ON k.id = b.kind_id
        LEFT JOIN waste_tippingstation t ON t.id = s.tipping_id
        WHERE s.route_id = r.id AND s.kind <> 'depot'
    ) stops
    LEFT JOIN LATERAL (
        SELECT leg_line AS line FROM waste_stop
        WHERE route_id = r.id AND kind <> 'depot' AND outcome = '' ORDER BY "order" LIMIT 1
    ) way ON true
    WHERE p.day = %(day)s AND {access.CLOSES}),
    (SELECT coalesce(json_agg(json_build_array(id, title, due, crew_id IS NOT NULL) ORDER BY due NULLS LAST, opened_at), '[]')::text
    FROM (
        SELECT id, title, due, crew_id, opened_at FROM work_workorder
        WHERE state = ANY(%(waiting)s) AND (%(crews)s::bigint[] IS NULL OR crew_id IS NULL OR crew_id = ANY(%(crews)s::bigint[]))
        ORDER BY due NULLS LAST, opened_at LIMIT 50
    ) o),
    EXISTS (SELECT FROM waste_plan WHERE day = %(day)s AND state = 'locked')
"""  # noqa: S608 - the rule is a constant
"""Routes with their stops and the way to the next one, other work that waits, and whether any plan has been sent."""
PLACE = f"""
SELECT s.id, s.kind, s.bin_id, coalesce(b.name, t.name, '')
FROM waste_stop s
JOIN waste_route r ON r.id = s.route_id JOIN waste_plan p ON p.id = r.plan_id JOIN waste_vehicle v ON v.id = r.vehicle_id
LEFT JOIN waste_bin b ON b.id = s.bin_id
LEFT JOIN waste_tippingstation t ON t.id = s.tipping_id
WHERE s.id = %(stop)s AND {access.CLOSES}
"""  # noqa: S608 - the rule is a constant


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
    round_days: tuple[int, ...] = ()
    """The fixed weekdays that it is emptied by, where it does not call."""

    @property
    def side_label(self) -> str:
        return str(Side(self.side).label)

    @property
    def outcome_label(self) -> str:
        return str(Outcome(self.outcome).label)

    @property
    def skip_label(self) -> str:
        return str(SkipReason(self.skip_reason).label)

    @property
    def round(self) -> str:
        """*Fast runda på måndagar*, or empty."""
        return sentences.fixed_round(self.round_days) if self.round_days else ""


@dataclass(frozen=True)
class Drive:
    """A crew's route today. ``done`` counts closed bins and ``total`` all bins."""

    route: DayRoute
    stops: tuple[StopRow, ...]
    """Without the depot."""
    way: tuple[tuple[float, float], ...]
    """The way to the next stop from the one before, as longitudes and latitudes."""

    @cached_property
    def delay(self) -> timedelta:
        """How late the stop closed last was."""
        closed = [stop for stop in self.stops if stop.closed_at and stop.outcome != Outcome.SKIPPED]
        last = max(closed, key=lambda stop: stop.closed_at, default=None)  # type: ignore[arg-type,return-value]
        return max(timedelta(), last.closed_at - last.planned_arrival) if last and last.closed_at else timedelta()

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


class Order(NamedTuple):
    """Other work that a crew may do; ``taken`` when it is a crew's own."""

    pk: int
    title: str
    due: datetime | None
    taken: bool


class Today(NamedTuple):
    """A crew's day: its routes by vehicle, what else waits, and whether a plan has been sent to anyone."""

    drives: tuple[Drive, ...]
    orders: tuple[Order, ...]
    sent: bool


class Place(NamedTuple):
    """A stop that someone is about to close: the bin or the tipping station."""

    pk: int
    kind: str
    bin_id: int | None
    name: str


_ROUTES = msgspec.json.Decoder(list[tuple[DayRoute, tuple[StopRow, ...], tuple[tuple[float, float], ...]]])
_ORDERS = msgspec.json.Decoder(tuple[Order, ...])


def today(user: Any) -> Today:
    """The locked routes of today that belong to the person's crews, and the work they could take; one query."""
    values = {"day": clock.today(), "crews": access.crews_of(user), "waiting": list(WAITING)}
    with connection.cursor() as cursor:
        cursor.execute(TODAY, values)
        [(routes, orders, sent)] = cursor.fetchall()
    return Today(tuple(Drive(*one) for one in _ROUTES.decode(routes)), _ORDERS.decode(orders), sent)


def place(user: Any, stop_id: int) -> Place | None:
    """A stop that the person may close, or None."""
    with connection.cursor() as cursor:
        cursor.execute(PLACE, {"stop": stop_id, "crews": access.crews_of(user)})
        return next((Place(*row) for row in cursor.fetchall()), None)
