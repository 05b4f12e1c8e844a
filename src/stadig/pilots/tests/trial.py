"""Trials with a known truth, for the tests of the statistics."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from stadig.pilots.statistics.terms import Allocation, Design, Direction, Plan, Series

BEGINS, ENDS = dt.date(2026, 1, 5), dt.date(2026, 3, 29)


def plan_of(design: Design = Design.PERSONS, **changes: Any) -> Plan:
    """A rule: missed appointments shall be at least a fifth fewer."""
    told: dict[str, Any] = {"design": design, "outcome": "missed", "direction": Direction.LESS, "worthwhile": 0.2}
    return Plan(**{**told, "begins": BEGINS, "ends": ENDS, "planned_n": 1000, **changes})


def persons_of(pilot: float = 0.15, comparison: float = 0.35, *, n: int = 800, seed: int = 1, days: int = 80) -> Series:
    """``n`` persons, each with one yes or no, evenly in two groups and over the days; age bands of uneven size."""
    rng = np.random.default_rng(seed)
    arm = np.where(np.arange(n) % 2 == 0, "pilot", "comparison")
    return Series(
        "missed",
        np.array([f"p{one:05}" for one in range(n)]),
        np.datetime64(BEGINS) + (np.arange(n) * days // n).astype("timedelta64[D]"),
        (rng.random(n) < np.where(arm == "pilot", pilot, comparison)).astype(np.float64),
        np.ones(n),
        np.full(n, "cases"),
        arm,
        {"age_band": rng.choice(["18-29", "30-64", "65+"], n, p=[0.3, 0.5, 0.2])},
    )


def areas_of(effect: float = 0.0, *, areas: int = 8, days_before: int = 100, days_after: int = 84, seed: int = 1) -> Series:
    """A row per area and day around a level of its own; the first half of the areas get the service and lose ``effect`` of it."""
    rng = np.random.default_rng(seed)
    names = np.array([f"area {one}" for one in range(areas)])
    day = np.datetime64(BEGINS) + np.arange(-days_before, days_after).astype("timedelta64[D]")
    level = 40 + 5 * rng.standard_normal((areas, 1)) + 3 * rng.standard_normal((areas, len(day)))
    level[: areas // 2, days_before:] *= 1 - effect
    count = areas * len(day)
    return Series(
        "missed", np.repeat(names, len(day)), np.tile(day, areas), level.ravel(), np.ones(count), np.full(count, "observations")
    )


def allocation_of(areas: int = 8) -> Allocation:
    """The first half of the areas."""
    names = tuple(f"area {one}" for one in range(areas))
    return Allocation(names, names[: areas // 2], seed="public")
