"""Driving times between a thousand places, and the plan of a day with 500 bins."""

from __future__ import annotations

import time

import numpy as np

from stadig.config.bench import CannotMeasure, Figure, at_most, bench, measured, reference
from stadig.geo import matrix as driving_times
from stadig.geo import streets
from stadig.geo.network import Network, build
from stadig.waste.day import Candidate, DayTask, DayVehicle, Station
from stadig.waste.routing import plan_day

STOCKHOLM = "operations/osm/stockholm_inner_osmnx_2020.tar.gz"
PLACES, BINS, PLAN_S = 1000, 500, 9.0


@bench("matrix")
def matrix() -> list[Figure]:
    """Drive between a thousand places, and plan a day with 500 bins."""
    network, where = _network()
    rng = np.random.default_rng(1)
    nodes = rng.choice(network.size, PLACES, replace=network.size < PLACES)
    begun = time.process_time()
    seconds, metres = driving_times.driving(network, nodes)
    took = time.process_time() - begun
    how = f"scipy Dijkstra, one thread, {where}, {network.size} junctions, CPU-seconds"
    figures = [at_most("1,000 × 1,000 driving times", round(took, 2), "CPU-s", 2, how=how)]
    figures += _moved(network, driving_times.Matrix(*_unique(nodes, seconds, metres)), rng)
    task = _day(seconds, metres, rng)
    begun = time.process_time()
    plan = plan_day(task, seconds=PLAN_S, seed=1)
    used = time.process_time() - begun
    how = f"500 candidate bins, 5 vehicles, 1 depot, 2 tipping stations, {where}; {plan.iterations} iterations, seed 1"
    worth = plan.distance_m + sum(task.metres_per_risk * one.risk for one in plan.skipped)
    return [
        *figures,
        at_most("plan of a day with 500 bins", round(used, 2), "CPU-s", 10, how=how),
        measured(
            "that plan",
            round(plan.distance_m / 1000, 1),
            "km",
            how=f"{len(plan.emptied)} bins emptied by {len(plan.routes)} vehicles",
        ),
        measured(
            "that plan and what it leaves",
            round(worth / 1000, 1),
            "km",
            how="kilometres plus the worth of the risks left, as the planner weighs them",
        ),
        at_most(
            "required bins left out", float(not plan.is_complete), "days", 0, how="every bin that must be emptied is on a route"
        ),
    ]


def _network() -> tuple[Network, str]:
    """Central Stockholm where the reference data lie, otherwise the demo town's streets."""
    try:
        with reference(STOCKHOLM) as path:
            return streets.read(path).network, "central Stockholm (OpenStreetMap 2020)"
    except CannotMeasure:
        from stadig.geo.town import lindhamn

        drawn = lindhamn.build().network
        edges = list(zip(drawn.tail.tolist(), drawn.head.tolist(), strict=True))
        lines = [list(line.coords) for line in drawn.shape]
        town = build(
            drawn.nodes[:, 0], drawn.nodes[:, 1], edges, length_m=drawn.length_m, limit_kmh=drawn.speed_kmh, names=drawn.name, lines=lines
        )  # fmt: skip
        return town, "the demo town, since the Stockholm graph is not at hand"


def _unique(nodes: np.ndarray, seconds: np.ndarray, metres: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The matrix by sorted distinct junctions, as it is kept."""
    wanted, first = np.unique(nodes, return_index=True)
    square = np.ix_(first, first)
    return wanted.astype(np.int32), seconds[square], metres[square]


def _moved(network: Network, kept: driving_times.Matrix, rng: np.random.Generator) -> list[Figure]:
    """Ten places have moved: only their rows and columns are computed."""
    nodes = kept.nodes.copy()
    nodes[rng.choice(len(nodes), 10, replace=False)] = rng.choice(network.size, 10, replace=False)
    begun = time.process_time()
    driving_times.extend(network, kept, nodes)
    return [measured("the same after ten bins moved", round(time.process_time() - begun, 3), "CPU-s", how="from the kept matrix")]


def _day(seconds: np.ndarray, metres: np.ndarray, rng: np.random.Generator) -> DayTask:
    """500 bins at the first places; risk skewed as after a normal night: about one bin in fifteen must be emptied."""
    bins = tuple(
        Candidate(n, n, risk=float(risk), litres=float(litres), kg=float(litres) * 0.07, service_s=75)
        for n, (risk, litres) in enumerate(zip(rng.beta(0.4, 1.2, BINS), rng.uniform(40, 140, BINS), strict=True))
    )
    vehicles = tuple(DayVehicle(n, BINS, 6000, 3500, start_cost_m=2000) for n in range(5))
    stations = (Station(1, BINS + 1), Station(2, BINS + 2))
    count = BINS + 3
    return DayTask(bins, vehicles, stations, seconds[:count, :count], metres[:count, :count])
