"""Reading the plan of a day: what it decides, how it compares, its stops with reasons, what waits."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext

from stadig.geo import layers
from stadig.geo.drawing import View, view
from stadig.waste import sentences, strip
from stadig.waste.models import AlarmKind, Bin, BinAlarm, Candidate, Plan, Route, Stop, StopKind, Vehicle

LOOKS = ("", "b", "c")
FIRST = 9
"""How many stops of a route the page lists before *Visa alla*."""


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


class Considered(NamedTuple):
    """What the plan made of a bin, as little as the page needs."""

    bin: int
    chosen: bool
    choice: str


@dataclass(frozen=True)
class Shown:
    """Everything the page of a plan needs."""

    plan: Plan
    routes: list[Route]
    rows: dict[int, list[Row]]
    chosen: int
    candidates: list[Considered]
    away: list[Vehicle]
    sensors: list[tuple[str, Bin]]
    called: int
    """Bins outside the plan that have called since it was computed."""
    drawing: SafeString
    drawing_small: SafeString
    once: UUID
    whole: bool = False
    """Whether every stop is listed; else the first ``FIRST``."""

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
                "rows": self.rows[route.pk] if self.whole else self.rows[route.pk][:FIRST],
                "more": len(self.rows[route.pk]) > FIRST and not self.whole,
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


def _name(stop: Stop) -> str:
    return stop.bin.name if stop.bin else stop.tipping.name if stop.tipping else ""


def shown(plan: Plan, chosen: str = "", *, whole: bool = False) -> Shown:
    """The plan with its stops and candidates, in six queries."""
    from stadig.ui import formatting

    routes = list(Route.objects.filter(plan=plan).select_related("vehicle__depot").order_by("vehicle__position"))
    candidates = [Considered(*row) for row in Candidate.objects.filter(plan=plan).values_list("bin", "chosen", "choice")]
    choices = {one.bin: one.choice for one in candidates}
    open_alarms = list(BinAlarm.objects.filter(closed_at=None).select_related("bin__forecast").order_by("-raised_at"))
    alarms = {one.bin_id: one for one in open_alarms if one.kind == AlarmKind.THRESHOLD}
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
        sensors=[(sentences.sensor(one), one.bin) for one in open_alarms if one.kind != AlarmKind.THRESHOLD][:6],
        called=_called(plan, candidates, alarms),
        drawing=_map(plan, routes, rows, 1000, 680),
        drawing_small=_map(plan, routes, rows, 420, 330),
        once=uuid4(),
        whole=whole,
    )


def _called(plan: Plan, candidates: list[Considered], alarms: dict[int, BinAlarm]) -> int:
    chosen = {one.bin for one in candidates if one.chosen}
    since = plan.computed_at
    return sum(1 for number, alarm in alarms.items() if since and alarm.raised_at > since and number not in chosen)


def waiting(plan: Plan) -> list[dict[str, Any]]:
    """The bins that wait, the most urgent first."""
    from stadig.ui import formatting

    found = Candidate.objects.filter(plan=plan, chosen=False).select_related("bin").order_by("-risk", "bin__sort_key")
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
    ("risk_procent", "risk_percent"),
    ("fyllnad_procent", "fill_percent"),
    ("skäl", "why"),
)


_drawn: OrderedDict[tuple[Any, ...], SafeString] = OrderedDict()
"""Maps drawn lately, by plan, version, size and language: a plan is looked at far more often than it changes."""
KEPT = 24


def _map(plan: Plan, routes: list[Route], rows: dict[int, list[Row]], width: int, height: int) -> SafeString:
    """The day on the base map as SVG, kept per process until the plan changes."""
    key = (plan.pk, plan.version, plan.computation, width, get_language())
    if key not in _drawn:
        _drawn[key] = _draw(plan, routes, rows, width, height)
        if len(_drawn) > KEPT:
            _drawn.popitem(last=False)
    return _drawn[key]


def _draw(plan: Plan, routes: list[Route], rows: dict[int, list[Row]], width: int, height: int) -> SafeString:
    bins = list(Candidate.objects.filter(plan=plan).values_list("bin__lon", "bin__lat", "bin__name", "chosen"))
    bases = {(route.vehicle.depot.lon, route.vehicle.depot.lat, route.vehicle.depot.name) for route in routes}
    tips = [row.stop.tipping for found in rows.values() for row in found if row.stop.tipping]
    bases |= {(one.lon, one.lat, one.name) for one in tips}
    places = [(lon, lat) for lon, lat, *_rest in [*bins, *bases]]
    if not places or not routes:
        return SafeString("")
    drawn = [
        (
            LOOKS[(route.vehicle.position - 1) % 3],
            [point for row in rows[route.pk] for point in row.stop.leg_line],
            [(row.stop.bin.lon, row.stop.bin.lat, row.number) for row in rows[route.pk] if row.stop.bin],
        )
        for route in routes
    ]
    waits = [(lon, lat, name) for lon, lat, name, chosen in bins if not chosen]
    drawing = strip.day(_window(places, width, height), drawn, waits, sorted(bases))
    label = ngettext(
        "Karta med en rutt. Alla stopp finns i listan.", "Karta med %(n)s rutter. Alla stopp finns i listan.", len(routes)
    )
    values = {
        "drawing": drawing,
        "label": label % {"n": len(routes)} if "%" in label else label,
        "css": "day" if width > 500 else "day small",
    }
    return render_to_string("waste/_drawing.html", values)


def _window(places: list[tuple[float, float]], width: int, height: int) -> View:
    window = view(places, width, height, margin=0.05)
    edge = layers.bounds()
    if edge and window.north > edge[3]:  # the town ends there: the spare room goes to the sea
        down = window.north - edge[3]
        window = replace(window, north=edge[3], south=window.south - down)
    return window
