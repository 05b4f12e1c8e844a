"""How often a method says that areas without any effect have one: simulated, so that the chooser's refusals rest on figures."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics import allocation as lots
from stadig.pilots.statistics import power, spending
from stadig.pilots.statistics.terms import Allocation

SEED, LOOKS, ALPHA = 20261122, 12, 0.05
PERSONS = 100
"""Persons behind each area's figure, in the simulation of the test that forgets the areas."""
TOWN = power.Weather(between=1.0, noise=0.5, follows=0.5, before=12)
"""Areas whose levels last, with AR(1) noise."""


def half(count: int) -> tuple[NDArray[np.bool_], bool]:
    """Every way to draw half of so many areas, mirror images once."""
    names = tuple(str(number) for number in range(count))
    draws = lots.admissible(Allocation(names, names[: count // 2]))
    return draws.unlike(0)[0], draws.mirrored


def shares() -> list[float]:
    """What of α may be spent by each look, by the default spending."""
    return [spending.share("obf", (look + 1) / LOOKS, ALPHA) for look in range(LOOKS)]


def at_least_surely(hits: int, runs: int, level: float = 0.99) -> float:
    """The one-sided lower bound of a share (Clopper & Pearson 1934, Biometrika 26:404-413)."""
    from scipy import special

    return float(special.betaincinv(hits, runs - hits + 1, 1 - level)) if hits else 0.0


def naive(count: int, runs: int) -> list[tuple[str, int, float]]:
    """(method, looks, share of false effects) of the tests that forget how few the areas are, or how often one looks."""
    from scipy import special

    random = np.random.Generator(np.random.PCG64(SEED))
    before, after = power.made_up(random, TOWN, runs, count, LOOKS)
    got = random.random((runs, count)).argsort(axis=1) < count // 2
    change = after - before[:, None, :]
    with_it = (change * got[:, None, :]).sum(axis=2) / (count // 2)
    without = (change * ~got[:, None, :]).sum(axis=2) / (count - count // 2)
    chosen, others = count // 2, count - count // 2
    squares = (change**2).sum(axis=2) - chosen * with_it**2 - others * without**2
    pooled = squares / (count - 2)
    t = np.abs(with_it - without) / np.sqrt(pooled * (1 / chosen + 1 / others))
    z, bar = float(special.ndtri(1 - ALPHA / 2)), float(special.stdtrit(count - 2, 1 - ALPHA / 2))
    within = 3 * TOWN.between
    levels = after[:, -1] + random.standard_normal((runs, count)) * within / math.sqrt(PERSONS)
    apart = np.abs((levels * got).sum(axis=1) - (levels * ~got).sum(axis=1)) / (count // 2)
    alone = math.sqrt((within**2 + TOWN.between**2) * 4 / (count * PERSONS))
    return [
        ("cluster-t", 1, int(np.count_nonzero(t[:, -1] > bar)) / runs),
        ("cluster-t", LOOKS, int(np.count_nonzero((t > bar).any(axis=1))) / runs),
        ("area-z", 1, int(np.count_nonzero(t[:, -1] > z)) / runs),
        ("person-level", 1, int(np.count_nonzero(apart / alone > z)) / runs),
    ]


def worst_chosen(count: int, runs: int, *, months: int, before: int = 12) -> tuple[float, float]:
    """The worst of so many areas in the last three months is the pilot: (share of false effects, what it betters itself by in lasting SDs).

    Difference-in-differences with ``months`` of baseline and placebos in space, one look after twelve months. No area gets any service.
    """
    random = np.random.Generator(np.random.PCG64(SEED))
    steps = before + LOOKS
    shocks = random.standard_normal((steps, runs, count)) * TOWN.noise
    for step in range(1, steps):
        shocks[step] = TOWN.follows * shocks[step - 1] + math.sqrt(1 - TOWN.follows**2) * shocks[step]
    level = random.standard_normal((runs, count)) * TOWN.between
    worst = (level + shocks[before - 3 : before].mean(axis=0)).argmax(axis=1)
    change = shocks[before:].mean(axis=0) - shocks[before - months : before].mean(axis=0)
    apart = np.abs(change - (change.sum(axis=1, keepdims=True) - change) / (count - 1))
    own = apart[np.arange(runs), worst][:, None]
    extreme = (apart >= own).sum(axis=1) <= math.floor(ALPHA * count + 1e-9)
    return int(np.count_nonzero(extreme)) / runs, -float(change[np.arange(runs), worst].mean()) / TOWN.between
