"""What a design can show: its power, the smallest effect it finds, and when it would be seen.

Persons: the normal approximation of the fixed test and of the confidence sequence. Areas: simulated over the draws the design can make, with area
levels that last and weather that follows itself from one period to the next (AR(1)), seeded. All figures are on the scale that is tested:
logarithms where the effect is a share, the outcome's own unit otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics import sequence, spending
from stadig.pilots.statistics.permutation import TIE, Adjust, adjustment, contrasts

BLOCK = 6_000_000
"""How many statistics of a simulation are held at once."""
WANTED = 0.8
"""The power at which an effect counts as found."""


@dataclass(frozen=True, slots=True)
class Weather:
    """How areas differ and change, standard deviations on the tested scale."""

    between: float
    """Levels that last."""
    noise: float
    """One period's figure around its area's level."""
    follows: float = 0.5
    """Correlation of an area's noise from one period to the next."""
    before: int = 12
    """Periods of baseline."""


@dataclass(frozen=True, slots=True)
class Powered:
    """What came out: shares of runs, and the look at which the sequential test stopped on average (the last where never)."""

    sequential: float
    fixed: float
    """Shown by one test at the last look alone."""
    mean_look: float


def weather_of(baseline: NDArray[np.float64], *, before: int | None = None) -> Weather:
    """How areas differ and change, from (periods, units) on the tested scale, common movements taken away. NaN is left out.

    Raises ValueError with fewer than three periods or two units.
    """
    periods, units = baseline.shape
    if periods < 3 or units < 2:
        raise ValueError("Give at least three periods of two units to tell how much they vary.")
    known = np.isfinite(baseline)
    common = baseline - _mean(baseline, known, 1)[:, None]
    level = _mean(common, known, 0)
    rest = np.where(known, common - level, 0.0)
    squares = float((rest**2).sum()) / max(1, int(known.sum()))
    noise = math.sqrt(squares * periods / (periods - 1) * units / (units - 1))
    both = int((known[1:] & known[:-1]).sum())
    found = float((rest[1:] * rest[:-1]).sum()) / max(1, both) / squares if squares > 0 else 0.0
    follows = min(0.95, max(0.0, found + (1 + 4 * max(0.0, found)) / periods))  # Marriott & Pope (1954): too low in short series
    of_mean = noise**2 * mean_variance(follows, periods)
    return Weather(math.sqrt(max(0.0, float(np.var(level, ddof=1)) - of_mean)), noise, follows, before or periods)


def _mean(figures: NDArray[np.float64], known: NDArray[np.bool_], axis: int) -> NDArray[np.float64]:
    total: NDArray[np.float64] = np.where(known, figures, 0.0).sum(axis=axis)
    return total / np.maximum(known.sum(axis=axis), 1)


def mean_variance(follows: float, periods: int) -> float:
    """The variance of the mean of so many periods of AR(1) noise with variance 1."""
    lags = np.arange(1, periods)
    return float(1 + 2 * np.sum((1 - lags / periods) * follows**lags)) / periods


def made_up(
    random: np.random.Generator, weather: Weather, runs: int, units: int, looks: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(runs, units) baselines and (runs, looks, units) means since the start of areas without any effect, sorted by baseline."""
    steps = weather.before + looks
    shocks = random.standard_normal((steps, runs, units)) * weather.noise
    fresh = math.sqrt(1 - weather.follows**2)
    for step in range(1, steps):
        shocks[step] = weather.follows * shocks[step - 1] + fresh * shocks[step]
    level = random.standard_normal((runs, units)) * weather.between
    before = level + shocks[: weather.before].mean(axis=0)
    so_far = shocks[weather.before :].cumsum(axis=0) / np.arange(1, looks + 1)[:, None, None]
    order = np.argsort(before, axis=1)
    after = np.moveaxis(level + so_far, 0, 1)
    return np.take_along_axis(before, order, axis=1), np.take_along_axis(after, order[:, None, :], axis=2)


def statistics_of(
    rows: NDArray[np.bool_], before: NDArray[np.float64], after: NDArray[np.float64], adjust: Adjust
) -> NDArray[np.float64]:
    """(runs, looks, draws): what ``permutation.lines`` gives under no effect, for many made-up trials at once."""
    contrast = contrasts(rows)
    runs, looks, units = after.shape
    if adjust == "change":
        after = after - before[:, None, :]
    centred = before - before.mean(axis=1, keepdims=True)
    squares = (centred**2).sum(axis=1)
    if adjust == "regression":
        slope = np.einsum("rlu,ru->rl", after, centred) / squares[:, None]
        after = after - slope[:, :, None] * centred[:, None, :]
        taken = (centred @ contrast.T) ** 2 / squares[:, None]
    else:
        taken = np.zeros((runs, len(rows)))
    size = (contrast**2).sum(axis=1) - taken
    norm = np.where(size > TIE * size.max(), 1 / np.sqrt(np.maximum(size, TIE)), 0.0)
    found = (after.reshape(runs * looks, units) @ contrast.T).reshape(runs, looks, len(rows))
    np.abs(found, out=found)
    found *= norm[:, None, :]
    return found


def simulate(
    rows: NDArray[np.bool_],
    weather: Weather,
    *,
    effect: float = 0.0,
    shares: Sequence[float],
    alpha: float = 0.05,
    mirrored: bool = False,
    adjust: Adjust | None = None,
    runs: int = 1000,
    seed: int = 20261122,
) -> Powered:
    """Draw from ``rows`` and test, ``runs`` times over: how often something is shown at some look, and at the last alone.

    ``rows``: (draws, units), no two each other's mirror image when ``mirrored``; units in the order of their baseline.
    ``shares``: what of α may be spent by each look.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    draws, looks = len(rows), len(shares)
    budget = spending.budgets(shares, alpha, draws, mirrored=mirrored)
    whole = int(spending.budgets([1.0], alpha, draws, mirrored=mirrored)[0])
    used = adjust or adjustment(rows.shape[1])
    step = max(1, BLOCK // (draws * looks))
    shown, fixed, stopped = 0, 0, 0
    for begin in range(0, runs, step):
        some = min(step, runs - begin)
        before, after = made_up(random, weather, some, rows.shape[1], looks)
        own = random.integers(draws, size=some)
        sizes = statistics_of(rows, before, after + effect * rows[own][:, None, :], used)
        first = _first(sizes, own, budget)
        shown += int((first < looks).sum())
        stopped += int((np.minimum(first, looks - 1) + 1).sum())
        last = sizes[:, -1]
        extreme = last >= last[np.arange(some), own][:, None] - TIE * last.max(axis=1, keepdims=True)
        fixed += int((extreme.sum(axis=1) <= whole).sum())
    return Powered(shown / runs, fixed / runs, stopped / runs)


def _first(sizes: NDArray[np.float64], own: NDArray[np.intp], budget: NDArray[np.intp]) -> NDArray[np.intp]:
    """(runs,): the look at which each run's own draw is spent, the number of looks where never."""
    runs, looks, draws = sizes.shape
    spent = np.zeros((runs, draws), dtype=np.bool_)
    first = np.full(runs, looks, dtype=np.intp)
    for look in range(looks):
        spending.spend(sizes[:, look], spent, np.repeat(budget[look : look + 1], runs))
        first[spent[np.arange(runs), own] & (first == looks)] = look
    return first


def detectable(
    rows: NDArray[np.bool_],
    weather: Weather,
    *,
    shares: Sequence[float],
    alpha: float = 0.05,
    mirrored: bool = False,
    adjust: Adjust | None = None,
    runs: int = 400,
    seed: int = 20261122,
) -> float | None:
    """The smallest effect (tested scale) that the sequential test finds in four of five runs; None where none ever is."""
    normal, size = NormalDist(), max(weather.between, weather.noise, TIE)
    effect = size / 2
    for _ in range(6):
        made = simulate(
            rows, weather, effect=effect, shares=shares, alpha=alpha, mirrored=mirrored, adjust=adjust, runs=runs, seed=seed
        )
        if abs(made.sequential - WANTED) < 0.01:
            break
        found = min(1 - 0.5 / runs, max(0.5 / runs, made.sequential))
        # A normal test finds Φ(effect/error − 2): so far to go, or so much too far.
        effect *= (2 + normal.inv_cdf(WANTED)) / max(0.3, 2 + normal.inv_cdf(found))
        if effect > 40 * size:
            return None
    return effect


def fixed_power(effect: float, error: float, alpha: float = 0.05) -> float:
    """The power of a two-sided normal test of an effect with this standard error."""
    normal, away = NormalDist(), abs(effect) / error
    bar = normal.inv_cdf(1 - alpha / 2)
    return normal.cdf(away - bar) + normal.cdf(-away - bar)


def fixed_detectable(error: float, alpha: float = 0.05, power: float = WANTED) -> float:
    """The smallest effect that the fixed test finds with this power (Bloom 1995, Evaluation Review 19:547-556)."""
    normal = NormalDist()
    return (normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)) * error


def sequence_power(
    effect: float, sd: float, numbers: Sequence[int], *, planned: int, alpha: float = 0.05, burn_in: int = 30
) -> Powered:
    """The power of a confidence sequence looked at when ``numbers`` persons in all have come, half of them in each group.

    Each look's chance is the normal approximation; that of having stopped by then is the largest so far, a little less than the truth.
    """
    normal, stopped, left = NormalDist(), 0.0, 0.0
    for number in numbers:
        left += 1 - stopped
        if number // 2 >= burn_in:
            error = 2 * sd / math.sqrt(number)
            bar = sequence.half_width(error, number, alpha=alpha, planned=planned)
            stopped = max(stopped, normal.cdf((abs(effect) - bar) / error))
    last = numbers[-1] if numbers else 0
    fixed = fixed_power(effect, 2 * sd / math.sqrt(last), alpha) if last else 0.0
    return Powered(stopped, fixed, left)


def sequence_detectable(sd: float, number: int, *, planned: int, alpha: float = 0.05, power: float = WANTED) -> float:
    """The smallest effect that the confidence sequence finds with this power when all have come."""
    error = 2 * sd / math.sqrt(number)
    return sequence.half_width(error, number, alpha=alpha, planned=planned) + NormalDist().inv_cdf(power) * error
