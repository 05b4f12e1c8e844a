"""Reading the plan of a day: what it decides, how it compares, its stops with reasons, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q

from stadig.geo.drawing import View, view
from stadig.waste import sentences, strip
from stadig.waste.models import AlarmKind, BinAlarm, Candidate, Plan, Route, Stop, StopKind, Vehicle
from stadig.waste.queries.bins import BinState, in_use, states

LOOKS = ("", "b", "c")


def of_day(day: date) -> Plan | None:
    return Plan.objects.filter(day=day).select_related("locked_by").first()


@dataclass(frozen=True, slots=True)
class Row:
    """A stop in the list: its number, name, the one figure that decided, why; and the vehicle's class."""

    stop: Stop
    number: str
    name: str
    figure: str
    why: str
    look: str
    vehicle: str
    choice: str
    alarm: BinAlarm | None


@dataclass(frozen=True)
class Shown:
    """Everything the page of a plan needs."""

    plan: Plan
    routes: list[Route]
    rows: dict[int, list[Row]]
    chosen: int
    candidates: list[Candidate]
    away: list[Vehicle]
    sensors: list[tuple[str, BinState]]
    once: UUID

    @property
    def all_rows(self) -> list[Row]:
        return [row for rows in self.rows.values() for row in rows]

    @property
    def open_rows(self) -> list[Row]:
        return self.rows.get(self.chosen, [])

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        return [
            {
                "route": route,
                "look": LOOKS[(route.vehicle.position - 1) % 3],
                "stops": sum(1 for row in self.rows[route.pk] if row.stop.kind == StopKind.BIN),
                "current": route.pk == self.chosen,
                "rows": self.rows[route.pk],
            }
            for route in self.routes
        ]

    @property
    def waiting(self) -> int:
        return sum(1 for one in self.candidates if not one.chosen)

    @property
    def changed(self) -> int:
        """How many bins a planner has decided for since the plan was computed."""
        return sum(
            1 for one in self.candidates if (one.choice == "in" and not one.chosen) or (one.choice == "out" and one.chosen)
        )

    @property
    def km(self) -> float:
        return self.plan.distance_m / 1000

    @property
    def shorter(self) -> int | None:
        """How much shorter than the fixed rounds, percent; negative when longer, None when there are none."""
        fixed = self.plan.fixed_distance_m
        return round(100 * (1 - self.plan.distance_m / fixed)) if fixed else None

    @property
    def cheaper(self) -> int:
        return self.plan.fixed_cost_kr - self.plan.cost_kr

    @property
    def level_percent(self) -> float:
        """The service level as it is chosen, percent."""
        return round(self.plan.service_level * 100, 1)

    @property
    def starts(self) -> Any:
        return min((route.starts_at for route in self.routes), default=None)

    @property
    def ends(self) -> Any:
        return max((route.ends_at for route in self.routes), default=None)

    @cached_property
    def drawing(self) -> strip.Drawing | None:
        return _drawing(self)

    @cached_property
    def drawing_small(self) -> strip.Drawing | None:
        return _drawing(self, 420, 420)


def _name(stop: Stop) -> str:
    return stop.bin.name if stop.bin else stop.tipping.name if stop.tipping else ""


def shown(plan: Plan, chosen: str = "") -> Shown:
    """The plan with its stops and candidates, in six queries."""
    from stadig.ui import formatting

    routes = list(Route.objects.filter(plan=plan).select_related("vehicle__depot").order_by("vehicle__position"))
    candidates = list(Candidate.objects.filter(plan=plan).select_related("bin__district").order_by("-risk"))
    choices = {one.bin_id: one.choice for one in candidates}
    alarms = {one.bin_id: one for one in BinAlarm.objects.filter(closed_at=None, kind=AlarmKind.THRESHOLD).order_by("-raised_at")}
    rows: dict[int, list[Row]] = {route.pk: [] for route in routes}
    positions = {route.pk: route.vehicle for route in routes}
    stops = (
        Stop.objects.filter(route__plan=plan)
        .exclude(kind=StopKind.DEPOT)
        .select_related("bin__kind", "tipping")
        .order_by("route", "order")
    )
    for stop in stops:
        vehicle = positions[stop.route_id]
        number = sum(1 for row in rows[stop.route_id] if row.stop.bin_id) + 1
        rows[stop.route_id].append(
            Row(
                stop=stop,
                number=str(number) if stop.bin_id else "",
                name=_name(stop),
                figure=formatting.percent(round(stop.risk * 100)) if stop.bin_id else formatting.clock(stop.planned_arrival),
                why=sentences.reason(stop, plan.day)
                if stop.bin_id
                else sentences.tipping(stop.load_percent, int((stop.params or {}).get("lunch_after_minutes", 0))),
                look=LOOKS[(vehicle.position - 1) % 3],
                vehicle=vehicle.name,
                choice=choices.get(stop.bin_id or 0, ""),
                alarm=alarms.get(stop.bin_id or 0),
            )
        )
    picked = next((route.pk for route in routes if str(route.pk) == chosen), routes[0].pk if routes else 0)
    return Shown(
        plan=plan,
        routes=routes,
        rows=rows,
        chosen=picked,
        candidates=candidates,
        away=list(Vehicle.objects.filter(retired=None, repair_until__gte=plan.day)),
        sensors=sensors(),
        once=uuid4(),
    )


def sensors(most: int = 6) -> list[tuple[str, BinState]]:
    """Sensors to look after, as sentences: the silent and those with little battery."""
    where = Q(alarms__closed_at=None, alarms__kind__in=[AlarmKind.NO_DATA, AlarmKind.BATTERY])
    found = states(in_use(where).distinct()[:most])
    return [(sentences.sensor(state), state) for state in found]


def waiting(plan: Plan) -> list[dict[str, Any]]:
    """The bins that wait, the most urgent first."""
    from stadig.ui import formatting

    found = Candidate.objects.filter(plan=plan, chosen=False).select_related("bin__district").order_by("-risk", "bin__sort_key")
    return [
        {
            "candidate": one,
            "bin": one.bin,
            "risk": formatting.percent(round(one.risk * 100)),
            "risk_percent": round(one.risk * 100),
            "fill_percent": one.fill_percent,
            "why": sentences.reason(one, plan.day),
            "choice": one.choice,
        }
        for one in found
    ]


COLUMNS = (
    ("bil", "vehicle"),
    ("nummer", "number"),
    ("plats", "name"),
    ("slag", lambda row: row.stop.get_kind_display()),
    ("planerad_ankomst", "stop.planned_arrival"),
    ("meter_från_förra", "stop.leg_m"),
    ("risk_procent", lambda row: round(row.stop.risk * 100) if row.stop.bin_id else None),
    ("fyllnad_procent", "stop.fill_percent"),
    ("omväg_meter", "stop.detour_m"),
    ("skäl", "why"),
    ("utfall", lambda row: row.stop.get_outcome_display()),
    ("stängd", "stop.closed_at"),
)
WAITING_COLUMNS = (
    ("id", "bin.external_id"),
    ("plats", "bin.name"),
    ("stadsdel", "bin.district.name"),
    ("risk_procent", "risk_percent"),
    ("fyllnad_procent", "fill_percent"),
    ("skäl", "why"),
)


def _window(found: Shown, width: float, height: float) -> View | None:
    places = [(one.bin.lon, one.bin.lat) for one in found.candidates]
    places += [(route.vehicle.depot.lon, route.vehicle.depot.lat) for route in found.routes]
    places += [(row.stop.tipping.lon, row.stop.tipping.lat) for row in found.all_rows if row.stop.tipping]
    return view(places, width, height, margin=0.05) if places else None


def _line(rows: list[Row]) -> list[list[float]]:
    return [point for row in rows for point in row.stop.leg_line]


def _drawing(found: Shown, width: int = 1000, height: int = 680) -> strip.Drawing | None:
    window = _window(found, width, height)
    if window is None:
        return None
    routes = [
        (
            tab["look"],
            _line(found.rows[tab["route"].pk]),
            [(row.stop.bin.lon, row.stop.bin.lat, row.number) for row in found.rows[tab["route"].pk] if row.stop.bin],
        )
        for tab in found.tabs
    ]
    bases = {(route.vehicle.depot.lon, route.vehicle.depot.lat, route.vehicle.depot.name) for route in found.routes}
    bases |= {(row.stop.tipping.lon, row.stop.tipping.lat, row.stop.tipping.name) for row in found.all_rows if row.stop.tipping}
    waits = [(one.bin.lon, one.bin.lat, one.bin.name) for one in found.candidates if not one.chosen]
    return strip.day(window, routes, waits, sorted(bases))

