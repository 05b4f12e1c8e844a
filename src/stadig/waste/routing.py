"""Which bins to empty today, and in what order: chosen, timed and explained.

Routing with prizes (Wouda et al. 2024, arXiv:2409.13386, section 4): a bin is emptied when the overflow risk it removes
is worth the detour, always when the risk is too high, when there is an alarm, or when the planner has said so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from stadig.waste import solver
from stadig.waste.day import (
    Candidate,
    DayPlan,
    DayRoute,
    DayTask,
    DayVehicle,
    Lock,
    NoBins,
    NoVehicle,
    RouteStop,
    RoutingError,
    Skipped,
    Station,
    Unreachable,
    Why,
    WhyNot,
)
from stadig.waste.solver import Limit, Visits

__all__ = [
    "Candidate", "DayPlan", "DayRoute", "DayTask", "DayVehicle", "Lock", "NoBins", "NoVehicle", "RouteStop", "RoutingError",
    "Skipped", "Station", "Unreachable", "Why", "WhyNot", "fixed_round", "plan_day",
]  # fmt: skip

ON_THE_WAY_M = 30
"""A detour at most this long is said to be on the way."""


def plan_day(
    task: DayTask,
    *,
    seconds: float | None = 10.0,
    iterations: int | None = None,
    seed: int = 1,
    progress: Callable[[float], None] = lambda share: None,
) -> DayPlan:
    """Choose which bins to empty and in what order.

    Parameters
    ----------
    seconds
        CPU-seconds to search; at most three times as many on the clock.
    iterations
        Search exactly this long instead: the same task and seed then give the same plan. Pass ``seconds=None``.
    progress
        Called with the share done, 0–1.

    Returns
    -------
    DayPlan
        Every candidate is either on a route or among ``skipped`` with its reason. Shifts and capacities hold. A bin that
        must be emptied but cannot be fitted in is skipped with ``MUST_BUT_NO_TIME``; ``is_complete`` is then false.

    Raises
    ------
    NoVehicle
        No vehicle is in service with a shift.
    NoBins
        There are no candidates, or all are locked out.
    Unreachable
        A depot or tipping station cannot be reached from the others.
    """
    started = time.thread_time()
    limit = Limit(seconds, iterations)
    vehicles = [v for v, vehicle in enumerate(task.vehicles) if vehicle.in_service and vehicle.working_s > 0]
    if not vehicles:
        raise NoVehicle("No vehicle is in service with a shift that day. Add a shift, or move the bins to another day.")
    _check_bases(task, vehicles)
    base = task.vehicles[vehicles[0]].place
    skipped: list[Skipped] = []
    chosen: list[int] = []
    for number, candidate in enumerate(task.bins):
        if candidate.lock == Lock.OUT:
            skipped.append(Skipped(candidate.id, WhyNot.LOCKED_OUT, candidate.risk, None))
        elif candidate.waits_for_its_round:
            skipped.append(Skipped(candidate.id, WhyNot.ROUND_OTHER_DAY, candidate.risk, None))
        elif not _reachable(task, candidate.place, base):
            skipped.append(Skipped(candidate.id, WhyNot.UNREACHABLE, candidate.risk, None))
        else:
            chosen.append(number)
    if not chosen:
        raise NoBins("There is no bin to plan: none is registered, or all are locked out, out of reach or wait for their round.")
    answer = solver.search(task, chosen, vehicles, limit=limit, seed=seed, must=True, report=progress)
    if not answer.feasible:
        answer = solver.search(task, chosen, vehicles, limit=limit, seed=seed, must=False, report=progress)
    visits: list[Visits] = answer.visits if answer.feasible else [[] for _ in task.vehicles]
    there = {index for one in visits for what, index in one if what == "bin"}
    there |= _fetch_more(task, [number for number in chosen if number not in there], vehicles, visits)
    routes = tuple(_timed(task, v, visits[v]) for v in vehicles if visits[v])
    skipped += [_left(task, number, vehicles, visits) for number in chosen if number not in there]
    progress(1.0)
    return DayPlan(routes, tuple(skipped), sum(r.distance_m for r in routes), time.thread_time() - started, answer.iterations)


def fixed_round(
    task: DayTask, bins: Sequence[int], *, seconds: float | None = 3.0, iterations: int | None = None, seed: int = 1
) -> DayPlan:
    """What the old fixed round would have driven: all ``bins`` (ids) emptied whatever their level, in the best order.

    The order is the best we find, so the comparison flatters the old round rather than us.
    Raises as :func:`plan_day`.
    """
    wanted = set(bins)
    round_ = tuple(replace(one, lock=Lock.IN, alarm=False) for one in task.bins if one.id in wanted)
    return plan_day(replace(task, bins=round_), seconds=seconds, iterations=iterations, seed=seed)


def _reachable(task: DayTask, place: int, base: int) -> bool:
    if not 0 <= place < len(task.metres):
        return False
    legs = (task.metres[base, place], task.metres[place, base], task.seconds[base, place], task.seconds[place, base])
    return bool(np.isfinite(legs).all())


def _check_bases(task: DayTask, vehicles: Sequence[int]) -> None:
    bases = [task.vehicles[v].place for v in vehicles] + [station.place for station in task.stations]
    for place in bases:
        if not _reachable(task, place, bases[0]):
            raise Unreachable("A depot or tipping station has no driving way to the others. Check its place on the map.")


def _legs(task: DayTask, vehicle: DayVehicle, visits: Visits) -> list[int]:
    """The places of a route from depot to depot."""
    stops = [task.bins[index].place if what == "bin" else task.stations[index].place for what, index in visits]
    return [vehicle.place, *stops, vehicle.place]


def _timed(task: DayTask, number: int, visits: Visits) -> DayRoute:
    """Visits with times, loads and reasons. Lunch goes nearest mid-shift where no bin's opening hours break."""
    vehicle = task.vehicles[number]
    lunch = _lunch(task, vehicle, visits)
    places = _legs(task, vehicle, visits)
    clock, load, driven = float(vehicle.starts_s), 0.0, 0
    stops: list[RouteStop] = []
    for position, (what, index) in enumerate(visits):
        leg = int(np.rint(task.metres[places[position], places[position + 1]]))
        clock += float(np.ceil(task.seconds[places[position], places[position + 1]]))
        driven += leg
        detour = _detour(task, places[position], places[position + 1], places[position + 2])
        if what == "bin":
            candidate = task.bins[index]
            arrives = max(clock, candidate.opens_s)
            clock = arrives + candidate.service_s
            stop = RouteStop(
                candidate.place, int(arrives), int(clock), leg, load, bin=candidate.id, why=_why(task, candidate, detour),
                risk=candidate.risk, detour_m=detour,
            )  # fmt: skip
            load += candidate.litres
        else:
            station = task.stations[index]
            clock = max(clock, station.opens_s)
            stop = RouteStop(
                station.place, int(clock), int(clock + station.unload_s), leg, load, station=station.id, detour_m=detour
            )
            clock += station.unload_s
            load = 0.0
        stops.append(stop)
        if position == lunch:
            clock += vehicle.lunch_s
    home_m = int(np.rint(task.metres[places[-2], places[-1]]))
    ends = clock + float(np.ceil(task.seconds[places[-2], places[-1]]))
    return DayRoute(vehicle.id, tuple(stops), vehicle.starts_s, int(ends), driven + home_m, home_m, lunch)


def _lunch(task: DayTask, vehicle: DayVehicle, visits: Visits) -> int | None:
    if not vehicle.lunch_s:
        return None
    best, middle = None, (vehicle.starts_s + vehicle.ends_s - vehicle.lunch_s) / 2
    for after in range(len(visits)):
        leaves, fits = _run_through(task, vehicle, visits, after)
        if fits and (best is None or abs(leaves - middle) < abs(best[0] - middle)):
            best = (leaves, after)
    return best[1] if best else None


def _run_through(task: DayTask, vehicle: DayVehicle, visits: Visits, lunch: int | None) -> tuple[float, bool]:
    """When the stop before lunch is left, and whether opening hours, shift and capacity hold."""
    places = _legs(task, vehicle, visits)
    clock, litres, kg, left = float(vehicle.starts_s), 0.0, 0.0, 0.0
    for position, (what, index) in enumerate(visits):
        clock += float(np.ceil(task.seconds[places[position], places[position + 1]]))
        if what == "bin":
            candidate = task.bins[index]
            clock = max(clock, candidate.opens_s)
            litres, kg = litres + candidate.litres, kg + candidate.kg
            if clock > candidate.closes_s or litres > vehicle.litres + 1e-6 or kg > vehicle.kg + 1e-6:
                return clock, False
            clock += candidate.service_s
        else:
            station = task.stations[index]
            clock = max(clock, station.opens_s)
            if clock > station.closes_s:
                return clock, False
            clock += station.unload_s
            litres = kg = 0.0
        if position == lunch:
            left = clock
            clock += vehicle.lunch_s
    clock += float(np.ceil(task.seconds[places[-2], places[-1]]))
    return left, clock <= vehicle.ends_s - (0 if lunch is not None else vehicle.lunch_s)


def _detour(task: DayTask, before: int, place: int, after: int) -> int:
    metres = task.metres
    return max(0, int(np.rint(metres[before, place] + metres[place, after] - metres[before, after])))


def _why(task: DayTask, candidate: Candidate, detour_m: int) -> Why:
    if candidate.lock == Lock.IN:
        return Why.LOCKED
    if candidate.alarm:
        return Why.ALARM
    if candidate.round_today:
        return Why.ROUND_TODAY
    if candidate.risk >= task.required_risk:
        return Why.REQUIRED
    return Why.ON_THE_WAY if detour_m <= ON_THE_WAY_M else Why.WORTH_IT


def _fetch_more(task: DayTask, waiting: Sequence[int], vehicles: Sequence[int], visits: Sequence[Visits]) -> set[int]:
    """Put in, where they fit, the bins the search left although they are worth their detour. Changes ``visits``.

    After this, "there was no time" is a fact and not a search that ended early.
    """
    fetched: set[int] = set()
    for number in sorted(waiting, key=lambda n: -task.bins[n].risk):
        candidate = task.bins[number]
        worth = float("inf") if task.is_required(candidate) else task.worth_m(candidate)
        for detour, v, at in _insertions(task, candidate.place, vehicles, visits):
            if detour >= worth:
                break
            tried = [*visits[v][:at], ("bin", number), *visits[v][at:]]
            vehicle = task.vehicles[v]
            if _run_through(task, vehicle, tried, None)[1] and (not vehicle.lunch_s or _lunch(task, vehicle, tried) is not None):
                visits[v][:] = tried
                fetched.add(number)
                break
    return fetched


def _insertions(task: DayTask, place: int, vehicles: Sequence[int], visits: Sequence[Visits]) -> list[tuple[int, int, int]]:
    """(detour, vehicle, position) of every way to add a place before a stop, cheapest first."""
    found: list[tuple[int, int, int]] = []
    for v in vehicles:
        if visits[v]:
            legs = _legs(task, task.vehicles[v], visits[v])
            found += [(_detour(task, legs[at], place, legs[at + 1]), v, at) for at in range(len(visits[v]))]
    return sorted(found)


def _left(task: DayTask, number: int, vehicles: Sequence[int], visits: Sequence[Visits]) -> Skipped:
    """Why a bin that could have been chosen was not: by the cheapest detour that would have fetched it."""
    candidate = task.bins[number]
    detours = _insertions(task, candidate.place, vehicles, visits)
    cheapest = detours[0][0] if detours else None
    if task.is_required(candidate):
        return Skipped(candidate.id, WhyNot.MUST_BUT_NO_TIME, candidate.risk, cheapest)
    worth = task.worth_m(candidate)
    if cheapest is not None and cheapest < worth:
        return Skipped(candidate.id, WhyNot.NO_TIME, candidate.risk, cheapest)
    return Skipped(candidate.id, WhyNot.LOW_RISK, candidate.risk, cheapest)
