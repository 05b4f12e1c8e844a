"""Computing the plan of a day: read, search, write. The search runs outside any transaction and tells how far it has come."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from stadig.city import clock, effects, live, outbox
from stadig.city.verbs import verb
from stadig.geo import queries as geo
from stadig.geo.network import GeoError
from stadig.waste import planning, routing, service
from stadig.waste.actions import forecasts, plans
from stadig.waste.day import Cost, DayPlan, DayRoute, NoBins, NoVehicle, RoutingError, Unreachable
from stadig.waste.models import BinForecast, Candidate, Plan, PlanState, Route, Stop, StopKind
from stadig.waste.planning import Prepared

SECONDS_PER_BIN, LEAST_S, MOST_S = 0.02, 2.0, 10.0
"""Search time: 140 bins get 2.8 CPU-seconds, 500 and more get ten (`operations.md` §2.3)."""
FORECAST_GOOD_FOR_S = 3600
HOUR_FACTOR, KM_FACTOR = "crew_hour_kr", "vehicle_km_kr"
"""Factors of the city's table: kronor per hour for crew and vehicle, kronor per kilometre."""


class Outrun(Exception):
    """Someone has asked for the plan again: this computation stops and leaves no trace."""


@dataclass
class _Teller:
    """Tells the plan's page how far the search has come, at most once a second."""

    plan_id: int
    computation: UUID
    told_at: float = field(default=0.0)

    def __call__(self, share: float) -> None:
        if time.monotonic() - self.told_at < 1.0:
            return
        self.told_at = time.monotonic()
        self.say(10 + int(share * 66), _("Söker kortaste vägen"))

    def say(self, percent: int, text: str) -> None:
        if not plans.progress(self.plan_id, self.computation, percent, text):
            raise Outrun


def compute(plan_id: int, computation: UUID, *, iterations: int | None = None) -> bool:
    """Compute a plan that has been asked for. False when a later ask has outrun this one, or it could not be done.

    ``iterations`` makes the search reproducible in tests.
    """
    plan = Plan.objects.get(pk=plan_id)
    tell = _Teller(plan_id, computation)
    started = time.monotonic()
    try:
        tell.say(2, _("Läser hur fulla korgarna är"))
        _freshen()
        prepared = planning.prepare(plan, clock.now())
        tell.say(10, _("Söker kortaste vägen"))
        seconds = None if iterations else min(MOST_S, max(LEAST_S, SECONDS_PER_BIN * len(prepared.states)))
        found = routing.plan_day(prepared.task, seconds=seconds, iterations=iterations, progress=tell)
        tell.say(78, _("Jämför med fasta rundor"))
        fixed = _fixed(prepared, plan, iterations)
        curve = _curve(prepared, plan, iterations, tell)
        return store(plan_id, computation, prepared, found, fixed=fixed, curve=curve, took_s=time.monotonic() - started)
    except Outrun:
        return False
    except (RoutingError, GeoError) as fault:
        plans.fail(plan_id, computation, _in_words(fault))
        return False


@verb
def store(
    plan_id: int,
    computation: UUID,
    prepared: Prepared,
    found: DayPlan,
    *,
    fixed: DayPlan | None,
    curve: Sequence[Cost],
    took_s: float,
) -> bool:
    """Write a computed plan in place of the one before. False when another computation has outrun this one."""
    plan = Plan.objects.select_for_update().get(pk=plan_id)
    if plan.computation != computation or plan.state != PlanState.RUNNING:
        return False
    plan.routes.all().delete()
    _write_candidates(plan, prepared, found)
    for route in found.routes:
        _write_route(plan, prepared, route)
    _figures(plan, prepared, found, fixed)
    plan.curve = [asdict(one) for one in curve]
    plan.state, plan.computed_at, plan.computed_seconds = PlanState.READY, clock.now(), round(took_s, 1)
    plan.progress_percent, plan.progress_text, plan.error = 100, "", ""
    plan.version += 1
    plan.save()
    live.publish("waste.plan", plan.pk, plan.version)
    outbox.announce("waste.plan_ready", plan=plan.pk)
    return True


def _freshen() -> None:
    newest = BinForecast.objects.order_by("-computed_at").values_list("computed_at", flat=True).first()
    if newest is None or abs((clock.now() - newest).total_seconds()) > FORECAST_GOOD_FOR_S:
        forecasts.refresh()


def _fixed(prepared: Prepared, plan: Plan, iterations: int | None) -> DayPlan | None:
    """The old schedule's day, laid as well as we can; None on days without rounds."""
    bins = planning.fixed_today(prepared, plan.day)
    if not bins:
        return None
    return routing.fixed_round(prepared.task, bins, seconds=None if iterations else 1.5, iterations=iterations)


def _curve(prepared: Prepared, plan: Plan, iterations: int | None, tell: _Teller) -> list[Cost]:
    """What other levels would cost this morning; each step tells how far it has come, and stops if it has been outrun."""
    rounds = min(service.ITERATIONS, iterations or service.ITERATIONS)

    def say(share: float) -> None:
        tell.say(82 + int(share * 16), _("Räknar vad andra servicenivåer kostar"))

    return service.curve(prepared.task, plan.service_level, iterations=rounds, progress=say)


def _params(prepared: Prepared, n: int) -> dict[str, Any]:
    """What the sentence about a bin needs beside risk and fill."""
    state = prepared.states[n]
    values: dict[str, Any] = {"ahead_days": prepared.ahead_days}
    if told := prepared.reports.get(state.bin.pk):
        values["reports"] = told
    if state.full_since:
        since = clock.local(state.full_since)
        values["full_since"] = f"{since:%H.%M}" if since.date() == clock.today() else f"{since:%Y-%m-%d %H.%M}"
    if state.bin.open_until:
        values["open_until"] = f"{state.bin.open_until:%H.%M}"
    if prepared.task.bins[n].round_today is not None:
        values["weekdays"] = state.bin.fixed_weekdays
    return values


def _write_candidates(plan: Plan, prepared: Prepared, found: DayPlan) -> None:
    said: dict[int, tuple[bool, str, int | None]] = {
        stop.bin: (True, stop.why, stop.detour_m)
        for route in found.routes
        for stop in route.stops
        if stop.bin is not None and stop.why
    }
    said |= {one.bin: (False, one.why, one.detour_m) for one in found.skipped}
    rows = []
    for n, candidate in enumerate(prepared.task.bins):
        chosen, reason, detour = said[candidate.id]
        params = _params(prepared, n) | ({"detour_m": detour} if detour is not None else {})
        rows.append(
            Candidate(
                plan=plan, bin_id=candidate.id, risk=candidate.risk, fill_percent=float(prepared.fill[n]),
                chosen=chosen, reason=reason, params=params,
            )
        )  # fmt: skip
    fields = ["risk", "fill_percent", "chosen", "reason", "params"]
    Candidate.objects.bulk_create(rows, update_conflicts=True, unique_fields=["plan", "bin"], update_fields=fields)
    plan.candidates.exclude(bin__in=[one.id for one in prepared.task.bins]).delete()


def _write_route(plan: Plan, prepared: Prepared, route: DayRoute) -> None:
    vehicle = prepared.vehicles[route.vehicle]
    number_of = {one.id: n for n, one in enumerate(prepared.task.bins)}
    saved = Route.objects.create(
        plan=plan, vehicle=vehicle, distance_m=route.distance_m, duration_s=route.ends_s - route.starts_s,
        load_l=round(sum(prepared.task.bins[number_of[b]].litres for b in route.bins)),
        starts_at=prepared.at(route.starts_s), ends_at=prepared.at(route.ends_s),
    )  # fmt: skip
    depot = prepared.depot_of[vehicle.pk]
    places = [depot]
    for stop in route.stops:
        thing = prepared.states[number_of[stop.bin]].bin if stop.bin is not None else prepared.stations[stop.station or 0]
        places.append((thing.lon, thing.lat))
    lines = geo.route_legs([lon for lon, _lat in [*places, depot]], [lat for _lon, lat in [*places, depot]])
    stops = []
    for order, stop in enumerate(route.stops):
        n = number_of[stop.bin] if stop.bin is not None else None
        params = _params(prepared, n) if n is not None else {}
        if order == route.lunch_after:
            params["lunch_after_minutes"] = vehicle.break_minutes
        stops.append(
            Stop(
                route=saved, order=order + 1, kind=StopKind.BIN if n is not None else StopKind.TIPPING,
                bin_id=stop.bin, tipping_id=stop.station, planned_arrival=prepared.at(stop.arrives_s),
                leg_m=stop.metres, leg_line=lines[order], detour_m=stop.detour_m,
                load_percent=min(100, round(stop.litres / vehicle.capacity_l * 100)), risk=stop.risk,
                fill_percent=float(prepared.fill[n]) if n is not None else None, reason=stop.why or "", params=params,
            )
        )  # fmt: skip
    stops.append(
        Stop(
            route=saved, order=len(stops) + 1, kind=StopKind.DEPOT, planned_arrival=prepared.at(route.ends_s),
            leg_m=route.home_m, leg_line=lines[-1], reason="",
        )
    )  # fmt: skip
    Stop.objects.bulk_create(stops)


def _figures(plan: Plan, prepared: Prepared, found: DayPlan, fixed: DayPlan | None) -> None:
    plan.notes = []
    plan.bins_total, plan.bins_chosen = len(prepared.states), len(found.emptied)
    plan.distance_m, plan.duration_s = found.distance_m, _duration(found)
    plan.overflow_h, plan.overflow_low_h, plan.overflow_high_h = planning.overflow_hours(prepared, _when(prepared, found))
    plan.cost_kr = _cost(plan, found)
    plan.fixed_emptyings = len(fixed.emptied) if fixed else 0
    fill = {one.id: prepared.fill[n] for n, one in enumerate(prepared.task.bins)}
    plan.fixed_below_half = sum(bool(fill[number] < 50) for number in fixed.emptied) if fixed else 0
    plan.fixed_distance_m = fixed.distance_m if fixed else 0
    plan.fixed_duration_s = _duration(fixed) if fixed else 0
    plan.fixed_cost_kr = _cost(plan, fixed) if fixed else 0
    plan.fixed_overflow_h = planning.overflow_hours(prepared, _when(prepared, fixed) if fixed else {})[0]
    if not found.is_complete:
        missed = sum(one.why == routing.WhyNot.MUST_BUT_NO_TIME for one in found.skipped)
        plan.notes.append({"code": "must_but_no_time", "bins": missed})
    if unreachable := sum(one.why == routing.WhyNot.UNREACHABLE for one in found.skipped):
        plan.notes.append({"code": "unreachable", "bins": unreachable})
    if fixed is None:
        plan.notes.append({"code": "no_fixed_round"})
    elif not fixed.is_complete:
        plan.notes.append({"code": "fixed_round_did_not_fit", "bins": len(fixed.skipped)})


def _when(prepared: Prepared, day: DayPlan) -> dict[int, datetime]:
    return {stop.bin: prepared.at(stop.arrives_s) for route in day.routes for stop in route.stops if stop.bin is not None}


def _duration(day: DayPlan) -> int:
    return sum(route.ends_s - route.starts_s for route in day.routes)


def _cost(plan: Plan, day: DayPlan) -> int:
    """Kronor for hours and kilometres, by the city's own factors; zero with a note when they are not set."""
    try:
        hour, km = (float(effects.factor(slug, plan.day.year).value) for slug in (HOUR_FACTOR, KM_FACTOR))
    except effects.NoFactor:
        if {"code": "no_cost_factor"} not in plan.notes:
            plan.notes.append({"code": "no_cost_factor"})
        return 0
    return round(_duration(day) / 3600 * hour + day.distance_m / 1000 * km)


def _in_words(fault: Exception) -> str:
    """What the planner reads."""
    if isinstance(fault, NoVehicle):
        return _("Ingen bil har något pass kvar den dagen. Ändra passet, eller ta en bil tillbaka från verkstaden.")
    if isinstance(fault, NoBins):
        return _("Det finns ingen korg att planera. Alla är låsta ut, eller så är ingen inlagd.")
    if isinstance(fault, Unreachable):
        return _("Det går inte att köra mellan depån och tömningsstationen. Kontrollera deras platser på kartan.")
    return _("Det finns inget gatunät. Läs in ett med: stadig import streets FIL")
