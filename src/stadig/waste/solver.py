# pyright: reportArgumentType=false, reportCallIssue=false
# NumPy's and PyVRP's types disagree about the shape of an array.
"""The only module that knows PyVRP (0.13.4): a day's task in, ordered visits per vehicle out.

Why this solver and this version: `operations.md` §2 (0.14 is 8 % worse after ten seconds on our own problem).
Tipping stations are reload depots; a route ends at a virtual depot, "the nearest station, then home" (§2.2).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyvrp import Client, Depot, ProblemData, Solution, SolveParams, VehicleType, solve
from pyvrp import Route as PyRoute
from pyvrp import Trip as PyTrip
from pyvrp.search import NeighbourhoodParams

from stadig.waste.day import Candidate, DayTask, DayVehicle, Station

LOAD_UNITS = 10
"""Loads are counted in tenths of a litre and of a kilogram, rounded up."""
HIGH_RISK = 0.5
"""Bins at or above this risk are laid first (two-stage warm start, `operations.md` §2.3)."""
TWO_STAGES_FROM = 100
"""With fewer bins the default start finds the same plans."""
_FAR = 10**8
_NO_LIMIT = 2**40
_PARAMS = SolveParams(neighbourhood=NeighbourhoodParams(num_neighbours=20))

Visits = list[tuple[str, int]]
"""("bin", index in task.bins) and ("tip", index in task.stations), in order, the last tip included."""


@dataclass(frozen=True, slots=True)
class Limit:
    """When to stop: after CPU-seconds of this thread, or after iterations for the same answer each time."""

    seconds: float | None = None
    iterations: int | None = None

    def half(self) -> Limit:
        return Limit(self.seconds and self.seconds / 2, self.iterations and self.iterations // 2)


class _Stop:
    """Counts iterations and CPU time; three times the CPU time on the clock also ends it, on a crowded machine."""

    def __init__(self, limit: Limit, report: Callable[[float], None]) -> None:
        self.limit, self.report, self.iterations = limit, report, 0
        self.cpu, self.wall, self.said = time.thread_time(), time.monotonic(), -1.0

    def __call__(self, best_cost: float) -> bool:
        self.iterations += 1
        share = 0.0
        if self.limit.iterations:
            share = self.iterations / self.limit.iterations
        if self.limit.seconds:
            used = max(time.thread_time() - self.cpu, (time.monotonic() - self.wall) / 3)
            share = max(share, used / self.limit.seconds)
        if share - self.said >= 0.02:
            self.said = share
            self.report(min(share, 1.0))
        return share >= 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """``visits[i]`` belongs to ``vehicles[i]`` of the task; empty when the vehicle stays at home."""

    visits: list[Visits]
    feasible: bool
    iterations: int


class Problem:
    """A day's task as PyVRP sees it: depots, stations and virtual ends first, then the bins in ``chosen``."""

    def __init__(self, task: DayTask, chosen: Sequence[int], vehicles: Sequence[int], *, must: bool = True) -> None:
        self.task, self.chosen = task, list(chosen)
        self.fleet = _alike(task, vehicles)
        self.homes = sorted({task.vehicles[v].place for v in vehicles})
        self.first_station = len(self.homes)
        self.first_end = self.first_station + len(task.stations)
        self.first_client = self.first_end + len(self.homes)
        self.data = self._data(must=must)

    def _data(self, *, must: bool) -> ProblemData:
        task = self.task
        places = [*self.homes, *(s.place for s in task.stations), *self.homes, *(task.bins[b].place for b in self.chosen)]
        metres = task.metres[np.ix_(places, places)].astype(np.float64)
        seconds = task.seconds[np.ix_(places, places)].astype(np.float64)
        for number, home in enumerate(self.homes):
            end = self.first_end + number
            metres[:, end], seconds[:, end] = way_home(task, np.array(places), home)
            tipped = slice(self.first_station, self.first_end)
            metres[tipped, end] = task.metres[[s.place for s in task.stations], home]
            seconds[tipped, end] = task.seconds[[s.place for s in task.stations], home]
            metres[end], seconds[end] = _FAR, _FAR
            metres[end, end] = seconds[end, end] = 0
        np.fill_diagonal(metres, 0)
        np.fill_diagonal(seconds, 0)
        depots = [Depot(0, 0) for _ in self.homes]
        depots += [Depot(0, 0, s.opens_s, s.closes_s, s.unload_s) for s in task.stations]
        return ProblemData(
            [self._client(task.bins[b], must=must) for b in self.chosen],
            depots + [Depot(0, 0, tw_late=latest_home(task, home)) for home in self.homes],
            [self._type(task.vehicles[some[0]], len(some)) for some in self.fleet],
            [_whole(np.rint(metres))],
            [_whole(np.ceil(seconds))],
        )

    def _client(self, candidate: Candidate, *, must: bool) -> Client:
        required = self.task.is_required(candidate)
        worth = self.task.worth_m(candidate)
        return Client(
            0,
            0,
            pickup=[_up(candidate.litres), _up(candidate.kg)],
            service_duration=candidate.service_s,
            tw_early=candidate.opens_s,
            tw_late=candidate.closes_s,
            prize=round(worth) + (_FAR // 100 if required and not must else 0),
            required=required and must,
        )

    def _type(self, vehicle: DayVehicle, count: int) -> VehicleType:
        home = self.homes.index(vehicle.place)
        return VehicleType(
            num_available=count,
            capacity=[_down(vehicle.litres), _down(vehicle.kg)],
            start_depot=home,
            end_depot=self.first_end + home,
            fixed_cost=vehicle.start_cost_m,
            tw_early=vehicle.starts_s,
            tw_late=max(vehicle.starts_s, vehicle.ends_s - vehicle.lunch_s),
            shift_duration=vehicle.working_s,
            reload_depots=list(range(self.first_station, self.first_end)),
        )

    def visits(self, solution: Solution) -> list[Visits]:
        """A solution as visits per vehicle of the task."""
        found: list[Visits] = [[] for _ in self.task.vehicles]
        free = [list(some) for some in self.fleet]
        for route in solution.routes():
            vehicle = free[route.vehicle_type()].pop(0)
            visits = found[vehicle]
            trips = [trip for trip in route.trips() if len(trip)]
            for trip in trips:
                visits += [("bin", self.chosen[number - self.first_client]) for number in trip.visits()]
                if self.first_station <= trip.end_depot() < self.first_end:
                    visits.append(("tip", trip.end_depot() - self.first_station))
            if visits and visits[-1][0] == "bin" and self.task.stations:
                last = np.array([self.task.bins[visits[-1][1]].place])
                visits.append(("tip", int(nearest_station(self.task, last, self.task.vehicles[vehicle].place)[0])))
        return found

    def warm(self, visits: Sequence[Visits]) -> Solution:
        """Visits found on a smaller problem as a start on this one."""
        at = {bin_: self.first_client + number for number, bin_ in enumerate(self.chosen)}
        routes = []
        for kind, vehicle in ((kind, vehicle) for kind, some in enumerate(self.fleet) for vehicle in some):
            trips: list[tuple[list[int], int | None]] = [([], None)]
            for what, index in visits[vehicle]:
                if what == "bin":
                    if trips[-1][1] is not None:
                        trips.append(([], None))
                    trips[-1][0].append(at[index])
                else:
                    trips[-1] = (trips[-1][0], self.first_station + index)
            if not trips[0][0]:
                continue
            home = self.homes.index(self.task.vehicles[vehicle].place)
            laid, start = [], home
            for number, (clients, end) in enumerate(trips):
                last = number == len(trips) - 1
                goal = self.first_end + home if last or end is None else end
                laid.append(PyTrip(self.data, clients, kind, start, goal))
                start = goal
            routes.append(PyRoute(self.data, laid, kind))
        return Solution(self.data, routes)


def search(
    task: DayTask,
    chosen: Sequence[int],
    vehicles: Sequence[int],
    *,
    limit: Limit,
    seed: int,
    must: bool,
    report: Callable[[float], None],
) -> Answer:
    """The best visits found within ``limit``. ``must=False`` lets required bins be dropped at a very high price."""
    whole = Problem(task, chosen, vehicles, must=must)
    first = [b for b in chosen if task.is_required(task.bins[b]) or task.bins[b].risk >= HIGH_RISK]
    if len(chosen) < TWO_STAGES_FROM or not first or len(first) > 0.9 * len(chosen):
        return _run(whole, limit, seed, None, report)
    start = _run(Problem(task, first, vehicles, must=must), limit.half(), seed, None, lambda share: report(share / 2))
    if must and not start.feasible:
        return start
    answer = _run(whole, limit.half(), seed, whole.warm(start.visits), lambda share: report(0.5 + share / 2))
    return Answer(answer.visits, answer.feasible, start.iterations + answer.iterations)


def _run(problem: Problem, limit: Limit, seed: int, start: Solution | None, report: Callable[[float], None]) -> Answer:
    stop = _Stop(limit, report)
    result = solve(problem.data, stop, seed=seed, collect_stats=False, display=False, params=_PARAMS, initial_solution=start)
    return Answer(problem.visits(result.best), result.best.is_feasible(), stop.iterations)


def _alike(task: DayTask, vehicles: Sequence[int]) -> list[list[int]]:
    """Vehicles grouped by everything but their number: the solver searches faster when it knows they are the same."""
    groups: dict[DayVehicle, list[int]] = {}
    for v in vehicles:
        groups.setdefault(replace(task.vehicles[v], id=0), []).append(v)
    return list(groups.values())


def nearest_station(task: DayTask, places: NDArray[np.int64], home: int) -> NDArray[np.int64]:
    """For each place, which station makes the shortest way home."""
    stations = np.array([s.place for s in task.stations], np.int64)
    return np.argmin(task.metres[np.ix_(places, stations)] + task.metres[stations, home][None, :], axis=1)


def latest_home(task: DayTask, home: int) -> int:
    """When a vehicle must be home at the latest, to have come to any station before it closed."""
    if not task.stations:
        return 2 * 24 * 3600
    return min(s.closes_s + s.unload_s + int(task.seconds[s.place, home]) for s in task.stations)


def way_home(task: DayTask, places: NDArray[np.int64], home: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres and seconds from each place by the nearest station home, unloading included."""
    if not task.stations:
        return task.metres[places, home].astype(np.float64), task.seconds[places, home].astype(np.float64)
    by: Sequence[Station] = [task.stations[int(s)] for s in nearest_station(task, places, home)]
    at = np.array([station.place for station in by])
    unload = np.array([station.unload_s for station in by])
    metres = task.metres[places, at].astype(np.float64) + task.metres[at, home]
    return metres, task.seconds[places, at].astype(np.float64) + unload + task.seconds[at, home]


def _whole(amounts: NDArray[np.float64]) -> Any:
    return np.minimum(amounts, _FAR).astype(np.int64)


def _up(amount: float) -> int:
    return int(np.ceil(round(amount * LOAD_UNITS, 6)))


def _down(amount: float) -> int:
    return _NO_LIMIT if amount == float("inf") else int(amount * LOAD_UNITS + 1e-6)
