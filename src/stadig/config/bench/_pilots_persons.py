"""The statistics of persons: a known answer, and how often a trial without effect is called one when it is looked at all the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

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


TOWNS = (
    Town("normal outcome", lambda rng, shape: rng.standard_normal(shape)),
    Town("skewed outcome (lognormal)", lambda rng, shape: np.exp(rng.standard_normal(shape))),
    Town("skewed outcome (exponential), as a share", lambda rng, shape: rng.exponential(size=shape), Scale.RELATIVE),
    Town("yes or no, 30 %", lambda rng, shape: (rng.random(shape) < 0.3).astype(np.float64), yes_or_no=True),
    Town("yes or no, 5 %", lambda rng, shape: (rng.random(shape) < 0.05).astype(np.float64), yes_or_no=True),
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
        shown = excluded(town, town.draw(rng, (2, PART, town.each)))
        called += shown[:, looks].any(axis=1).sum(), shown.any(axis=1).sum()
    found: list[Figure] = []
    for count, looking in zip(called.tolist(), (f"{LOOKS} looks", "continuous looking"), strict=True):
        name = f"false effects, {town.name}, {looking}"
        how = (
            f"{count} of {RUNS:,} runs; {town.each} persons in each group, burn-in {BURN_IN} in each, N* {town.planned}, "
            f"α {ALPHA}, seed {SEED}; exact binomial bound (Clopper–Pearson), one-sided"
        )
        found.append(at_most(f"{name}: 99 % lower bound", round(100 * lowest(count, RUNS), 2), "%", 100 * ALPHA, how=how))
        found.append(measured(name, round(100 * count / RUNS, 2), "%", how=how))
    return found


def lowest(count: int, runs: int, level: float = 0.99) -> float:
    """The lower bound of a probability by Clopper and Pearson."""
    from scipy.special import betaincinv

    return float(betaincinv(count, runs - count + 1, 1 - level)) if count else 0.0


def excluded(town: Town, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(runs, persons in each group): whether 0 is outside the interval after so many, of values (2, runs, persons).

    The method of ``persons.compare`` over whole arrays; a test holds the two together.
    """
    count = np.arange(1, values.shape[2] + 1, dtype=np.float64)
    total = values.cumsum(axis=2)
    mean = total / count
    spread = np.maximum((values**2).cumsum(axis=2) - count * mean**2, 0) / np.maximum(count - 1, 1) / count
    (pilot, comparison), (own, theirs) = mean, spread
    with np.errstate(divide="ignore", invalid="ignore"):
        if town.scale is Scale.RELATIVE:
            effect = pilot / comparison - 1
            error = np.sqrt(own / comparison**2 + theirs * pilot**2 / comparison**4)
            effect = np.where(np.abs(comparison) > 3 * np.sqrt(theirs), effect, 0)
        else:
            effect, error = pilot - comparison, np.sqrt(own + theirs)
    shown = np.abs(effect) > error * sequence.reach(2 * count, alpha=ALPHA, planned=town.planned)
    if town.yes_or_no:
        few = np.minimum(total, count - total).min(axis=0) < FEW_EVENTS
        shown = np.where(few, _exactly(total, few), shown)
    shown[:, : BURN_IN - 1] = False
    return shown


def _exactly(total: NDArray[np.float64], few: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where the two groups' own intervals lie apart; only asked where there are few events, from the burn-in on."""
    shown = np.zeros(few.shape, dtype=np.bool_)
    run, at = np.nonzero(few)
    late = at >= BURN_IN - 1
    run, at = run[late], at[late]
    triples, where = np.unique(np.stack([total[0, run, at], total[1, run, at], at + 1.0]), axis=1, return_inverse=True)
    apart = np.array([_apart(int(one), int(other), int(n)) for one, other, n in triples.T], dtype=np.bool_)
    shown[run, at] = apart[where]
    return shown


def _apart(one: int, other: int, n: int) -> bool:
    (low, high), (their_low, their_high) = _bounds(one, n), _bounds(other, n)
    return low > their_high or their_low > high


@cache
def _bounds(events: int, n: int) -> tuple[float, float]:
    return sequence.proportion_bounds(events, n, alpha=ALPHA / 2)
