"""What a service level is worth and what each would cost: the steps are told, the same task gives the same curve."""

import numpy as np
import pytest

from stadig.waste import service
from stadig.waste.day import Candidate, DayTask, DayVehicle, Station


@pytest.fixture
def task() -> DayTask:
    """Forty bins at random on a plane of four by four kilometres, with risks from none to certain; two vehicles."""
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 4000, (2, 42))
    metres = (np.abs(x[:, None] - x) + np.abs(y[:, None] - y)).astype(np.float32)
    bins = tuple(Candidate(n, n, risk=float(risk), litres=90.0) for n, risk in enumerate(np.linspace(0, 0.94, 40)))
    vehicles = tuple(DayVehicle(n, 40, 2600.0, start_cost_m=2000) for n in (1, 2))
    return DayTask(bins, vehicles, (Station(1, 41),), metres / 8, metres, metres_per_service_s=5.0)


def test_a_higher_level_empties_more_drives_farther_and_leaves_fewer_full(task):
    costs = service.curve(task, 0.97, iterations=120, seconds=60)
    assert [one.level for one in costs] == sorted({*service.LEVELS, 0.97})
    low, high = costs[0], costs[-1]
    assert low.bins < high.bins
    assert low.distance_m < high.distance_m
    assert low.duration_s < high.duration_s
    assert low.full > high.full


def test_the_chosen_level_is_among_them_and_told_step_by_step(task):
    told: list[float] = []
    costs = service.curve(task, 0.955, iterations=30, seconds=60, progress=told.append)
    assert 0.955 in [one.level for one in costs]
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) == len(costs) + 1


def test_the_same_morning_gives_the_same_curve(task):
    first = service.curve(task, 0.97, iterations=40, seconds=60)
    assert service.curve(task, 0.97, iterations=40, seconds=60) == first


def test_each_level_is_searched_a_short_time_only(task):
    import time

    began = time.thread_time()
    service.curve(task, 0.97, levels=(0.9,), iterations=10**6, seconds=0.2)
    assert time.thread_time() - began < 3


def test_a_service_level_is_worth_more_the_nearer_it_comes_to_all():
    worth = [service.worth_of(level) for level in (0.85, 0.97, 0.99, 1.0)]
    assert worth == sorted(worth)
    assert np.isfinite(worth).all()
