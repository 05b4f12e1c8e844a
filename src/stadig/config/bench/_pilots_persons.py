"""The statistics of persons: a known answer, and how often a trial without effect is called one when it is looked at all the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stadig.config.bench import Figure, at_most, measured
from stadig.pilots.statistics import sequence
from stadig.pilots.statistics.persons import FEW_EVENTS
from stadig.pilots.statistics.terms import Scale

RUNS, SEED, LOOKS, ALPHA = 10_000, 20261122, 12, 0.05
EACH, BURN_IN, PLANNED = 500, 30, 1000
"""Persons in each group, in each before the first interval, and in all as the plan says."""
PART = 500
"""Runs in memory at a time."""

Draw = Callable[[np.random.Generator, tuple[int, ...]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Town:
    """A world without effect: how one person's outcome is drawn, and how the difference is told."""

    name: str
    draw: Draw
    scale: Scale = Scale.ABSOLUTE
    each: int = EACH
    planned: int = PLANNED
    yes_or_no: bool = False
    beside: int = 1
    """Persons without the service for each with it."""


TOWNS = (
    Town("normal outcome", lambda rng, shape: rng.standard_normal(shape)),
    Town("skewed outcome (lognormal)", lambda rng, shape: np.exp(rng.standard_normal(shape))),
    Town("skewed outcome (exponential), as a share", lambda rng, shape: rng.exponential(size=shape), Scale.RELATIVE),
    Town("yes or no, 30 %", lambda rng, shape: (rng.random(shape) < 0.3).astype(np.float64), yes_or_no=True),
    Town("yes or no, 5 %", lambda rng, shape: (rng.random(shape) < 0.05).astype(np.float64), yes_or_no=True),
    Town("skewed outcome (exponential), one in ten drawn", lambda rng, shape: rng.exponential(size=shape), each=200, beside=9),
    Town("normal outcome, planned for 80 and grown to 1,000", lambda rng, shape: rng.standard_normal(shape), planned=80),
)


def figures() -> list[Figure]:
    """The known answer, then two figures per town and way of looking: the error's lower bound, and the error itself."""
    return [known_answer(), *(figure for town in TOWNS for figure in _errors(town))]


def known_answer() -> Figure:
    """GrowthBook's own test of its sequential interval, a relative difference, as the largest deviation of its three figures."""
    pilot = sequence.Moments.of_sums(2422.7, 134698.29, 3461)
    comparison = sequence.Moments.of_sums(1396.87, 52377.9767, 3000)
    one = sequence.difference(pilot, comparison, alpha=ALPHA, planned=1000, scale=Scale.RELATIVE)
    found = (one.value, one.low or 0.0, one.high or 0.0) if one else (np.inf,) * 3
    off = max(abs(mine - theirs) for mine, theirs in zip(found, (0.50336, -0.55844, 1.56516), strict=True))
    how = "units of the source's last digit; .50336 (−.55844, 1.56516), GrowthBook's test of sequential intervals"
    return at_most("confidence sequence, known answer", round(off * 1e5, 3), "units of the last digit", 0.5, how=how)


def _errors(town: Town) -> list[Figure]:
    """How many of the runs are called an effect, by someone who looks twelve times and by someone who always looks."""
    rng = np.random.default_rng(SEED)
    looks = np.linspace(town.each / LOOKS, town.each, LOOKS).astype(np.intp) - 1
    called = np.zeros(2, dtype=np.int64)
    for _ in range(RUNS // PART):
        shown = excluded(town, town.draw(rng, (PART, town.each)), town.draw(rng, (PART, town.each * town.beside)))
        called += shown[:, looks].any(axis=1).sum(), shown.any(axis=1).sum()
    found: list[Figure] = []
    for count, looking in zip(called.tolist(), (f"{LOOKS} looks", "continuous looking"), strict=True):
        name = f"false effects, {town.name}, {looking}"
        how = (
            f"{count} of {RUNS:,} runs; {town.each} persons with the service and {town.beside} beside each, burn-in {BURN_IN} in each, N* {town.planned}, "
            f"α {ALPHA}, seed {SEED}; exact binomial bound (Clopper–Pearson), one-sided"
        )
        found.append(at_most(f"{name}: 99 % lower bound", round(100 * lowest(count, RUNS), 2), "%", 100 * ALPHA, how=how))
        found.append(measured(name, round(100 * count / RUNS, 2), "%", how=how))
    return found


def lowest(count: int, runs: int, level: float = 0.99) -> float:
    """The lower bound of a probability by Clopper and Pearson."""
    from scipy.special import betaincinv

    return float(betaincinv(count, runs - count + 1, 1 - level)) if count else 0.0


def excluded(town: Town, pilot: NDArray[np.float64], comparison: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(runs, persons with the service): whether 0 is outside the interval after so many; ``beside`` times as many are compared with.

    The method of ``persons.compare`` over whole arrays; a test holds the two together.
    """
    one, other = _running(pilot, 1), _running(comparison, town.beside)
    wide = sequence.reach(one.count + other.count, alpha=ALPHA, planned=town.planned)
    own, theirs = one.variance / one.count, other.variance / other.count
    with np.errstate(divide="ignore", invalid="ignore"):
        shown = np.abs(one.mean - other.mean) > np.sqrt(own + theirs) * wide
        if town.scale is Scale.RELATIVE:
            error = np.sqrt(own / other.mean**2 + theirs * one.mean**2 / other.mean**4)
            shown &= (np.abs(one.mean / other.mean - 1) > error * wide) & (np.abs(other.mean) > 3 * np.sqrt(theirs))
        most = np.maximum(np.abs(one.skewness), np.abs(other.skewness))
        few = most * (one.count**-2 - other.count**-2) / (1 / one.count + 1 / other.count) ** 1.5 > sequence.MOST_SKEW
    if town.yes_or_no:
        few |= np.minimum(one.fewest, other.fewest) < FEW_EVENTS
    shown = np.where(few, _exactly(one, other) if town.yes_or_no else False, shown)
    shown[:, : BURN_IN - 1] = False
    return shown


@dataclass(frozen=True, slots=True)
class _Running:
    """The moments of each run after so many persons; ``count`` is (looks,), the others are (runs, looks)."""

    count: NDArray[np.float64]
    total: NDArray[np.float64]
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    skewness: NDArray[np.float64]

    @property
    def fewest(self) -> NDArray[np.float64]:
        """The smaller of yes and no."""
        return np.minimum(self.total, self.count - self.total)


def _running(values: NDArray[np.float64], step: int) -> _Running:
    """After every ``step`` persons."""
    count = np.arange(step, values.shape[1] + 1, step, dtype=np.float64)
    total, squares, cubes = (np.cumsum(values**power, axis=1)[:, step - 1 :: step] for power in (1, 2, 3))
    mean = total / count
    variance = np.maximum(squares - count * mean**2, 0) / np.maximum(count - 1, 1)
    third = cubes / count - 3 * mean * squares / count + 2 * mean**3
    skewness = np.divide(third, variance**1.5, out=np.zeros_like(third), where=variance > 1e-12)
    return _Running(count, total, mean, variance, skewness)


def _exactly(one: _Running, other: _Running) -> NDArray[np.bool_]:
    """Where the two groups' e-values against their common probability reach the limit together."""
    from scipy.special import betaln, xlog1py, xlogy

    yes, asked = one.total + other.total, one.count + other.count
    log_e = -xlogy(yes, yes / asked) - xlog1py(asked - yes, -yes / asked)
    for group in (one, other):
        log_e += betaln(group.total + 1, group.count - group.total + 1)
    return np.asarray(log_e > -np.log(ALPHA), dtype=np.bool_)
