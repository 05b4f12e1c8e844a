"""Reading the plan of a day: what it decides, how it compares, its stops with reasons, what waits.

Rows are plain values straight from the query. What they say in words follows from them and from ``today`` alone, so the
page's parts are drawn once for the same values (``stadig.ui.parts``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from stadig.city import clock
from stadig.waste.day import Cost
from stadig.waste.models import AlarmKind, Outcome, Plan, PlanState, StopKind
from stadig.waste.queries.plan_rows import Curve, Figures, Head, Idle, Sensor, StopRow, Tab, WaitingRow
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
