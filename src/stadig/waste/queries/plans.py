"""Reading the plan of a day: what it decides, how it compares, its stops with reasons, what waits.

Rows are plain values straight from the query. What they say in words follows from them and from ``today`` alone, so the
page's parts are drawn once for the same values (``stadig.ui.parts``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from stadig.city import clock
from stadig.ui import formatting
from stadig.ui.charts import Line
from stadig.waste import charts, sentences
from stadig.waste.day import Cost
from stadig.waste.models import AlarmKind, Outcome, Plan, PlanState, StopKind
from stadig.work import queries as work

LOOKS = ("", "b", "c")
"""The classes of the first, second and third vehicle's colour and dash."""
FIRST = 9
"""How many stops of a route the page lists before *Visa alla*."""
SENSORS = 6
"""How many sensors to look after the page shows."""


def of_day(day: date) -> Plan | None:
    """The plan of a day."""
    return Plan.objects.filter(day=day).first()


class StopRow(NamedTuple):
    """A stop in the list: its number among the route's bins, its place, why, what has been done there."""

    id: int
    route: int
    kind: str
    bin: int | None
    name: str
    key: str
    planned_arrival: datetime
    leg_m: int
    detour_m: int | None
    load_percent: int
    risk: float
    fill_percent: float | None
    reason: str
    values: str
    """As stored: JSON."""
    outcome: str
    closed_at: datetime | None
    number: str
    choice: str
    alarm_at: datetime | None
    vehicle: str
    look: str
    day: date
    today: date
    free: bool
    """Whether the one who looks may still decide for the bin."""

    @property
    def params(self) -> dict[str, Any]:
        return json.loads(self.values)

    @property
    def figure(self) -> str:
        """The one figure that decided: the risk, or when the load is tipped."""
        return formatting.percent(round(self.risk * 100)) if self.bin else formatting.clock(self.planned_arrival)

    @property
    def why(self) -> str:
        if self.bin:
            return sentences.reason(self, self.day)
        return sentences.tipping(self.load_percent, int(self.params.get("lunch_after_minutes", 0)))

    @property
    def done(self) -> str:
        return f"{Outcome(self.outcome).label} {formatting.clock(self.closed_at)}" if self.outcome else ""


class WaitingRow(NamedTuple):
    """A bin that waits for another day."""

    bin: int
    external_id: str
    name: str
    risk: float
    fill_percent: float | None
    reason: str
    values: str
    """As stored: JSON."""
    choice: str
    day: date
    today: date
    free: bool
    """Whether the one who looks may still decide for the bin."""

    @property
    def params(self) -> dict[str, Any]:
        return json.loads(self.values)

    @property
    def risk_percent(self) -> int:
        return round(self.risk * 100)

    @property
    def why(self) -> str:
        return sentences.reason(self, self.day)


class Sensor(NamedTuple):
    """A sensor that someone should look after: silent for so many hours, or with so little battery."""

    bin: int
    name: str
    silent_h: int | None
    battery_percent: float | None

    @property
    def sentence(self) -> str:
        return sentences.sensor(self.silent_h, self.battery_percent)


class Tab(NamedTuple):
    """A vehicle's route, as the page names it."""

    route: int
    vehicle: str
    look: str
    crew: int | None
    starts_at: datetime
    ends_at: datetime
    distance_m: int
    stops: int
    """Bins on it."""
    places: int
    """Bins and tipping."""


class Idle(NamedTuple):
    """A vehicle that the plan leaves at home, and how many work orders wait for its crew instead."""

    name: str
    orders: int


class Head(NamedTuple):
    """What stands above a plan."""

    day: date
    today: date
    state: str
    chosen: int
    total: int
    vehicles: tuple[str, ...]
    starts_at: datetime | None
    ends_at: datetime | None
    away: tuple[tuple[str, date], ...]
    """Vehicles on repair, and until when."""
    idle: tuple[Idle, ...]
    computed_at: datetime | None
    computed_seconds: float | None
    notes: tuple[tuple[str, int], ...]
    error: str
    sent: tuple[datetime, str] | None
    """When it was sent to the crews, and by whom."""
    changed: int
    """Bins that a planner has decided for since the plan was computed."""
    called: int
    """Bins outside the plan that have called since it was computed."""
    may_plan: bool

    @property
    def driving(self) -> str:
        return formatting.list_of(list(self.vehicles))


class Curve(NamedTuple):
    """What other service levels would cost today, lowest first, and the level that was chosen, 0–1."""

    costs: tuple[Cost, ...]
    chosen: float
    day: date
    free: bool
    """Whether the one who looks may choose another level."""

    @property
    def charts(self) -> tuple[Line, Line]:
        return charts.cost_of_levels(self.costs, self.chosen), charts.full_at_levels(self.costs, self.chosen)

    @property
    def rows(self) -> list[tuple[Cost, str, str, bool]]:
        """Each level with its percentage in words, as a form sends it, and whether it is the chosen one."""
        return [
            (one, formatting.percent(one.level * 100, 1), f"{one.level * 100:.1f}", abs(one.level - self.chosen) < 0.0005)
            for one in self.costs
        ]


class Figures(NamedTuple):
    """A plan beside the fixed rounds. Lengths in metres, money in kronor, ``overflow`` in hours with a full bin."""

    distance_m: int
    fixed_distance_m: int
    cost_kr: int
    fixed_cost_kr: int
    emptyings: int
    fixed_emptyings: int
    fixed_below_half: int
    overflow_h: float
    fixed_overflow_h: float
    overflow_low_h: float
    overflow_high_h: float

    @property
    def shorter(self) -> int | None:
        """How much shorter than the fixed rounds, percent; negative when longer, None when there are none."""
        return round(100 * (1 - self.distance_m / self.fixed_distance_m)) if self.fixed_distance_m else None

    @property
    def answer(self) -> str:
        """The trade in one sentence; empty on a day without fixed rounds."""
        if not self.fixed_distance_m:
            return ""
        return sentences.trade(self.distance_m - self.fixed_distance_m, self.overflow_h, self.fixed_overflow_h)

    @property
    def longer(self) -> int:
        return -(self.shorter or 0)

    @property
    def cheaper(self) -> int:
        return self.fixed_cost_kr - self.cost_kr


@dataclass(frozen=True)
class Shown:
    """Everything the page of a plan needs."""

    plan: Plan
    tabs: tuple[Tab, ...]
    chosen: Tab | None
    rows: tuple[StopRow, ...]
    waiting: int
    sensors: tuple[Sensor, ...]
    head: Head
    figures: Figures
    curve: Curve | None

    @property
    def more(self) -> bool:
        return self.chosen is not None and self.chosen.places > len(self.rows)

    @property
    def level_percent(self) -> float:
        """The service level as it is chosen, percent."""
        return round(self.plan.service_level * 100, 1)


def shown(plan: Plan, chosen: str = "", *, whole: bool = False, may_plan: bool = False) -> Shown:
    """The plan with the stops of one vehicle, in seven queries. ``chosen`` is a route's id; ``whole`` lists all its stops."""
    tabs = routes(plan)
    free = may_plan and plan.state != PlanState.LOCKED
    tab = next((one for one in tabs if str(one.route) == chosen), tabs[0] if tabs else None)
    waits, *decided = _rows(_DECIDED, [plan.computed_at, plan.locked_by_id, plan.pk])[0]
    rows = stops(plan, tab, most=None if whole else FIRST, free=free) if tab else []
    return Shown(
        plan=plan,
        tabs=tabs,
        chosen=tab,
        rows=tuple(rows),
        waiting=waits,
        sensors=_sensors(),
        head=_head(plan, tabs, *decided, may_plan=may_plan),
        figures=Figures(
            plan.distance_m, plan.fixed_distance_m, plan.cost_kr, plan.fixed_cost_kr, plan.bins_chosen, plan.fixed_emptyings,
            plan.fixed_below_half, plan.overflow_h, plan.fixed_overflow_h, plan.overflow_low_h, plan.overflow_high_h,
        ),
        curve=Curve(tuple(Cost(**one) for one in plan.curve), plan.service_level, plan.day, free) if plan.curve else None,
    )  # fmt: skip


def _head(plan: Plan, tabs: tuple[Tab, ...], changed: int, called: int, sender: str | None, *, may_plan: bool) -> Head:
    away, idle = _vehicles(plan, tabs)
    return Head(
        plan.day, clock.today(), plan.state, plan.bins_chosen, plan.bins_total, tuple(tab.vehicle for tab in tabs),
        min((tab.starts_at for tab in tabs), default=None), max((tab.ends_at for tab in tabs), default=None),
        away, idle, plan.computed_at, plan.computed_seconds,
        tuple((note["code"], int(note.get("bins", 0))) for note in plan.notes), plan.error,
        (plan.locked_at, sender or "") if plan.locked_at else None, changed, called, may_plan,
    )  # fmt: skip


def routes(plan: Plan) -> tuple[Tab, ...]:
    """The plan's routes by vehicle."""
    found = _rows(_ROUTES, [plan.pk])
    return tuple(Tab(pk, name, LOOKS[(position - 1) % 3], *rest) for pk, name, position, *rest in found)


def stops(plan: Plan, tab: Tab | None = None, *, most: int | None = None, free: bool = False) -> list[StopRow]:
    """The stops of one route or of all in order, the way home left out; at most ``most``."""
    route = tab.route if tab else None
    today = clock.today()
    return [
        StopRow(*one, look=LOOKS[(position - 1) % 3], day=plan.day, today=today, free=free)
        for *one, position in _rows(_STOPS, [plan.pk, route, route, most])
    ]


def waiting(plan: Plan, *, free: bool = False) -> list[WaitingRow]:
    """The bins that wait, the most urgent first."""
    today = clock.today()
    return [WaitingRow(*one, day=plan.day, today=today, free=free) for one in _rows(_WAITING, [plan.pk])]


def _sensors() -> tuple[Sensor, ...]:
    now, found = clock.now(), []
    for thing, name, kind, since, battery in _rows(_SENSORS, [SENSORS]):
        silent_h = max(1, round((now - since).total_seconds() / 3600)) if kind == AlarmKind.NO_DATA else None
        found.append(Sensor(thing, name, silent_h, battery))
    return tuple(found)


def _vehicles(plan: Plan, tabs: tuple[Tab, ...]) -> tuple[tuple[tuple[str, date], ...], tuple[Idle, ...]]:
    """Vehicles that are on repair that day, and those that the plan does without."""
    found = _rows(_LEFT, [plan.day, plan.pk])
    away = tuple((name, until) for name, until, _crew in found if until and until >= plan.day)
    short = any(note["code"] == "must_but_no_time" for note in plan.notes)
    free = [(name, crew) for name, until, crew in found if tabs and not short and not (until and until >= plan.day)]
    return away, tuple(Idle(name, work.waiting_count(crew)) for name, crew in free)


def _rows(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


_ROUTES = """
SELECT r.id, v.name, v.position, v.crew_id, r.starts_at, r.ends_at, r.distance_m,
       count(*) FILTER (WHERE s.kind = 'bin'), count(*) FILTER (WHERE s.kind <> 'depot')
FROM waste_route r JOIN waste_vehicle v ON v.id = r.vehicle_id LEFT JOIN waste_stop s ON s.route_id = r.id
WHERE r.plan_id = %s GROUP BY r.id, v.id ORDER BY v.position
"""
_STOPS = """
SELECT s.id, s.route_id, s.kind, s.bin_id, coalesce(b.name, t.name), coalesce(b.key, ''), s.planned_arrival, s.leg_m, s.detour_m,
       s.load_percent, s.risk, s.fill_percent, s.reason, s.params::text, s.outcome, s.closed_at,
       CASE WHEN s.kind = 'bin' THEN count(s.bin_id) OVER (PARTITION BY s.route_id ORDER BY s."order")::text ELSE '' END,
       coalesce(c.choice, ''), a.raised_at, v.name, v.position
FROM waste_route r
JOIN waste_vehicle v ON v.id = r.vehicle_id
JOIN waste_stop s ON s.route_id = r.id AND s.kind <> 'depot'
LEFT JOIN waste_bin b ON b.id = s.bin_id
LEFT JOIN waste_tippingstation t ON t.id = s.tipping_id
LEFT JOIN waste_candidate c ON c.plan_id = r.plan_id AND c.bin_id = s.bin_id
LEFT JOIN LATERAL (
    SELECT max(raised_at) AS raised_at FROM waste_binalarm WHERE bin_id = s.bin_id AND kind = 'threshold' AND closed_at IS NULL
) a ON true
WHERE r.plan_id = %s AND (%s::bigint IS NULL OR r.id = %s)
ORDER BY v.position, s."order" LIMIT %s
"""
_WAITING = """
SELECT b.id, b.external_id, b.name, c.risk, c.fill_percent, c.reason, c.params::text, c.choice
FROM waste_candidate c JOIN waste_bin b ON b.id = c.bin_id
WHERE c.plan_id = %s AND NOT c.chosen ORDER BY c.risk DESC, b.sort_key
"""
_DECIDED = """
SELECT count(*) FILTER (WHERE NOT chosen),
       count(*) FILTER (WHERE choice = 'in' AND NOT chosen OR choice = 'out' AND chosen),
       count(*) FILTER (WHERE NOT chosen AND EXISTS (
           SELECT FROM waste_binalarm a
           WHERE a.bin_id = c.bin_id AND a.kind = 'threshold' AND a.closed_at IS NULL AND a.raised_at > %s::timestamptz
       )),
       (SELECT coalesce(nullif(trim(first_name || ' ' || last_name), ''), username) FROM city_user WHERE id = %s)
FROM waste_candidate c WHERE plan_id = %s
"""
_SENSORS = """
SELECT b.id, b.name, a.kind, coalesce(f.read_at, a.raised_at), f.battery_percent
FROM waste_binalarm a JOIN waste_bin b ON b.id = a.bin_id LEFT JOIN waste_binforecast f ON f.bin_id = b.id
WHERE a.closed_at IS NULL AND a.kind <> 'threshold' ORDER BY a.raised_at DESC LIMIT %s
"""
_LEFT = """
SELECT v.name, v.repair_until, v.crew_id FROM waste_vehicle v
WHERE (v.retired IS NULL OR v.retired > %s) AND NOT EXISTS (SELECT FROM waste_route r WHERE r.plan_id = %s AND r.vehicle_id = v.id)
ORDER BY v.position
"""

COLUMNS = (
    ("bil", "vehicle"),
    ("nummer", "number"),
    ("plats", "name"),
    ("slag", lambda row: StopKind(row.kind).label),
    ("planerad_ankomst", "planned_arrival"),
    ("meter_från_förra", "leg_m"),
    ("risk_procent", lambda row: round(row.risk * 100) if row.bin else None),
    ("fyllnad_procent", "fill_percent"),
    ("omväg_meter", "detour_m"),
    ("skäl", "why"),
    ("utfall", lambda row: Outcome(row.outcome).label if row.outcome else ""),
    ("stängd", "closed_at"),
)
WAITING_COLUMNS = (
    ("id", "external_id"),
    ("plats", "name"),
    ("risk_procent", "risk_percent"),
    ("fyllnad_procent", "fill_percent"),
    ("skäl", "why"),
)
