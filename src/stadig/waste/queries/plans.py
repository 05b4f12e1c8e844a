"""Reading the plan of a day: what it decides, how it compares, its stops with reasons, what waits.

Rows are plain values straight from the query. What they say in words follows from them and from ``today`` alone, so the
page's parts are drawn once for the same values (``stadig.ui.parts``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import msgspec
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


@lru_cache(maxsize=1)
def _plan() -> tuple[str, list[str]]:
    fields = Plan._meta.concrete_fields
    columns = ", ".join(field.column for field in fields)
    return f"SELECT {columns} FROM waste_plan WHERE day = %s", [field.attname for field in fields]  # noqa: S608 - our own columns


def of_day(day: date) -> Plan | None:
    """The plan of a day."""
    statement, names = _plan()
    found = _rows(statement, [day])
    if not found:
        return None
    plan = Plan.from_db("default", names, found[0])
    plan.curve, plan.notes = msgspec.json.decode(plan.curve), msgspec.json.decode(plan.notes)
    return plan


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
    """The plan with the stops of one vehicle, in two queries. ``chosen`` is a route's id; ``whole`` lists all its stops."""
    [(*around, waits, changed, called, sender)] = _rows(_AROUND, _values(plan))
    tabs, left, sensors = _TABS.decode(around[0]), _LEFT.decode(around[1]), _SENSORS.decode(around[2])
    free = may_plan and plan.state != PlanState.LOCKED
    tab = next((one for one in tabs if str(one.route) == chosen), tabs[0] if tabs else None)
    rows = stops(plan, tab, most=None if whole else FIRST, free=free) if tab else ()
    away, idle = _vehicles(plan, tabs, left)
    return Shown(
        plan=plan,
        tabs=tabs,
        chosen=tab,
        rows=rows,
        waiting=waits,
        sensors=tuple(_sensor(*one) for one in sensors),
        head=Head(
            plan.day, clock.today(), plan.state, plan.bins_chosen, plan.bins_total, tuple(tab.vehicle for tab in tabs),
            min((tab.starts_at for tab in tabs), default=None), max((tab.ends_at for tab in tabs), default=None),
            away, idle, plan.computed_at, plan.computed_seconds,
            tuple((note["code"], int(note.get("bins", 0))) for note in plan.notes), plan.error,
            (plan.locked_at, sender or "") if plan.locked_at else None, changed, called, may_plan,
        ),
        figures=Figures(
            plan.distance_m, plan.fixed_distance_m, plan.cost_kr, plan.fixed_cost_kr, plan.bins_chosen, plan.fixed_emptyings,
            plan.fixed_below_half, plan.overflow_h, plan.fixed_overflow_h, plan.overflow_low_h, plan.overflow_high_h,
        ),
        curve=Curve(tuple(Cost(**one) for one in plan.curve), plan.service_level, plan.day, free) if plan.curve else None,
    )  # fmt: skip


def routes(plan: Plan) -> tuple[Tab, ...]:
    """The plan's routes by vehicle."""
    [(found,)] = _rows(_ROUTES, _values(plan))
    return _TABS.decode(found)


def stops(plan: Plan, tab: Tab | None = None, *, most: int | None = None, free: bool = False) -> tuple[StopRow, ...]:
    """The stops of one route or of all in order, the way home left out; at most ``most``."""
    values = _values(plan) | {"route": tab.route if tab else None, "most": most, "today": clock.today(), "free": free}
    [(found,)] = _rows(_STOPS, values)
    return _STOP_ROWS.decode(found)


def waiting(plan: Plan, *, free: bool = False) -> tuple[WaitingRow, ...]:
    """The bins that wait, the most urgent first."""
    [(found,)] = _rows(_WAITING, _values(plan) | {"today": clock.today(), "free": free})
    return _WAITING_ROWS.decode(found)


def _sensor(thing: int, name: str, kind: str, since: datetime, battery: float | None) -> Sensor:
    silent_h = max(1, round((clock.now() - since).total_seconds() / 3600)) if kind == AlarmKind.NO_DATA else None
    return Sensor(thing, name, silent_h, battery)


Left = tuple[str, date | None, int | None]
"""A vehicle that the plan does without: its name, until when it is on repair, its crew."""


def _vehicles(plan: Plan, tabs: tuple[Tab, ...], left: list[Left]) -> tuple[tuple[tuple[str, date], ...], tuple[Idle, ...]]:
    """Vehicles that are on repair that day, and those that the plan does without."""
    away = tuple((name, until) for name, until, _crew in left if until and until >= plan.day)
    short = any(note["code"] == "must_but_no_time" for note in plan.notes)
    free = [(name, crew) for name, until, crew in left if tabs and not short and not (until and until >= plan.day)]
    return away, tuple(Idle(name, work.waiting_count(crew)) for name, crew in free)


def _values(plan: Plan) -> dict[str, Any]:
    """What the statements below may ask for."""
    return {
        "plan": plan.pk,
        "day": plan.day,
        "computed": plan.computed_at,
        "sender": plan.locked_by_id,
        "looks": list(LOOKS),
        "sensors": SENSORS,
    }


def _rows(statement: str, values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


_TABS = msgspec.json.Decoder(tuple[Tab, ...])
_LEFT = msgspec.json.Decoder(list[Left])
_SENSORS = msgspec.json.Decoder(list[tuple[int, str, str, datetime, float | None]])
_STOP_ROWS = msgspec.json.Decoder(tuple[StopRow, ...])
_WAITING_ROWS = msgspec.json.Decoder(tuple[WaitingRow, ...])

_ROUTES = """
SELECT coalesce(json_agg(json_build_array(
    r.id, v.name, (%(looks)s::text[])[(v.position - 1) %% 3 + 1], v.crew_id, r.starts_at, r.ends_at, r.distance_m, s.bins, s.places
) ORDER BY v.position), '[]')::text
FROM waste_route r JOIN waste_vehicle v ON v.id = r.vehicle_id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE kind = 'bin') AS bins, count(*) FILTER (WHERE kind <> 'depot') AS places
    FROM waste_stop WHERE route_id = r.id
) s
WHERE r.plan_id = %(plan)s
"""
_STOPS = """
SELECT coalesce(json_agg(json_build_array(
    s.id, s.route_id, s.kind, s.bin_id, s.name, s.key, s.planned_arrival, s.leg_m, s.detour_m, s.load_percent, s.risk,
    s.fill_percent, s.reason, s.params::text, s.outcome, s.closed_at, s.number, coalesce(c.choice, ''), a.raised_at, s.vehicle,
    (%(looks)s::text[])[(s.position - 1) %% 3 + 1], %(day)s::date, %(today)s::date, %(free)s
) ORDER BY s.position, s."order"), '[]')::text
FROM (
    SELECT s.*, v.name AS vehicle, v.position, coalesce(b.name, t.name) AS name, coalesce(b.key, '') AS key,
        CASE WHEN s.kind = 'bin' THEN count(s.bin_id) OVER (PARTITION BY s.route_id ORDER BY s."order")::text ELSE '' END AS number
    FROM waste_route r
    JOIN waste_vehicle v ON v.id = r.vehicle_id
    JOIN waste_stop s ON s.route_id = r.id AND s.kind <> 'depot'
    LEFT JOIN waste_bin b ON b.id = s.bin_id
    LEFT JOIN waste_tippingstation t ON t.id = s.tipping_id
    WHERE r.plan_id = %(plan)s AND (%(route)s::bigint IS NULL OR r.id = %(route)s)
    ORDER BY v.position, s."order" LIMIT %(most)s
) s
LEFT JOIN waste_candidate c ON c.plan_id = %(plan)s AND c.bin_id = s.bin_id
LEFT JOIN LATERAL (
    SELECT max(raised_at) AS raised_at FROM waste_binalarm WHERE bin_id = s.bin_id AND kind = 'threshold' AND closed_at IS NULL
) a ON true
"""
_WAITING = """
SELECT coalesce(json_agg(json_build_array(
    b.id, b.external_id, b.name, c.risk, c.fill_percent, c.reason, c.params::text, c.choice, %(day)s::date, %(today)s::date, %(free)s
) ORDER BY c.risk DESC, b.sort_key), '[]')::text
FROM waste_candidate c JOIN waste_bin b ON b.id = c.bin_id
WHERE c.plan_id = %(plan)s AND NOT c.chosen
"""
_AROUND = f"""
SELECT ({_ROUTES}),
    (SELECT coalesce(json_agg(json_build_array(v.name, v.repair_until, v.crew_id) ORDER BY v.position), '[]')::text
    FROM waste_vehicle v WHERE (v.retired IS NULL OR v.retired > %(day)s)
        AND NOT EXISTS (SELECT FROM waste_route r WHERE r.plan_id = %(plan)s AND r.vehicle_id = v.id)),
    (SELECT coalesce(json_agg(json_build_array(
            b.id, b.name, a.kind, coalesce(f.read_at, a.raised_at), f.battery_percent) ORDER BY a.raised_at DESC), '[]')::text
    FROM (
        SELECT * FROM waste_binalarm WHERE closed_at IS NULL AND kind <> 'threshold' ORDER BY raised_at DESC LIMIT %(sensors)s
    ) a JOIN waste_bin b ON b.id = a.bin_id LEFT JOIN waste_binforecast f ON f.bin_id = b.id),
    count(*) FILTER (WHERE NOT chosen),
    count(*) FILTER (WHERE choice = 'in' AND NOT chosen OR choice = 'out' AND chosen),
    count(*) FILTER (WHERE NOT chosen AND EXISTS (
        SELECT FROM waste_binalarm a
        WHERE a.bin_id = c.bin_id AND a.kind = 'threshold' AND a.closed_at IS NULL AND a.raised_at > %(computed)s::timestamptz
    )),
    (SELECT coalesce(nullif(trim(first_name || ' ' || last_name), ''), username) FROM city_user WHERE id = %(sender)s)
FROM waste_candidate c WHERE plan_id = %(plan)s
"""  # noqa: S608 - a constant
"""The plan's routes, the vehicles left at home, sensors to look after; how many bins wait, were decided for, and have called."""

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
