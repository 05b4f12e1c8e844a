"""Made-up towns of areas for the tests of the statistics: a level each, weather that lasts, and an effect where there is one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from stadig.pilots.statistics.terms import Allocation, Design, Direction, Plan, Scale, Series

BEGINS = dt.date(2026, 1, 1)


def names(count: int) -> tuple[str, ...]:
    """That many districts."""
    return tuple(f"district-{number:03d}" for number in range(count))


def series(units: Sequence[str], days: Sequence[dt.date], values: np.ndarray) -> Series:
    """(days, units) as one series."""
    rows = values.size
    return Series(
        "emptyings",
        np.tile(np.array(units), len(days)),
        np.repeat(np.array(days, dtype="datetime64[D]"), len(units)),
        np.asarray(values, dtype=np.float64).ravel(),
        np.ones(rows),
        np.full(rows, "made"),
    )


def town(
    allocation: Allocation, *, effect: float = 0.0, weeks: int = 52, seed: int = 1, noise: float = 0.2, before: int = 365
) -> tuple[Plan, Series, list[dt.date]]:
    """A plan, a daily series from a year before it, and the day of each of its weekly looks; ``effect`` is a share."""
    random = np.random.default_rng(seed)
    count, length = len(allocation.units), weeks * 7
    days = [BEGINS + dt.timedelta(number) for number in range(-before, length)]
    shocks = random.normal(0, noise * np.sqrt(1 - 0.8**2), (len(days), count))
    for number in range(1, len(days)):
        shocks[number] += 0.8 * shocks[number - 1]
    got = np.isin(allocation.units, allocation.treated)
    began = np.array([day >= BEGINS for day in days])[:, None]
    values = np.exp(random.normal(2, 0.4, count) + shocks) * np.where(got & began, 1 + effect, 1.0)
    plan = Plan(
        Design.AREAS,
        "emptyings",
        Direction.LESS,
        0.1,
        BEGINS,
        BEGINS + dt.timedelta(length - 1),
        Scale.RELATIVE,
        allocation=allocation,
    )
    return plan, series(allocation.units, days, values), [BEGINS + dt.timedelta(7 * week - 1) for week in range(1, weeks + 1)]
