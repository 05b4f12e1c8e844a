"""Which designs could answer a question, what each could show, and which are refused with the reason: before anything is begun."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from stadig.pilots.statistics import allocation as lots
from stadig.pilots.statistics import power, spending
from stadig.pilots.statistics.comparison import MONTHS, needed
from stadig.pilots.statistics.permutation import adjustment
from stadig.pilots.statistics.terms import Allocation, Design, Finding, Scale

PERSONS = ("person", "household", "case")
"""Units that are drawn one by one."""
BY_LOT = ("channel", "order", "reminder", "equipment", "area")
"""What may differ by lot; never a decision, a fee, a benefit or a statutory right."""
BURN_IN = 30
"""Persons in each group before a confidence sequence holds its level."""
CLUSTERS = 30
"""Areas below which normal approximations over areas do not hold their level (steering.md §0.4, simulated in ``stadig bench pilots``)."""
ROWS = 250
"""As many draws are used in a simulation of power; more change it little."""
TOLERANCES = (0.1, 0.25, 0.5)
"""Constrained: the narrowest of these that leaves enough draws."""
METHODS = ("re-randomisation", "placebo", "confidence-sequence", "cluster-t", "area-z", "person-level")


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be found out, in plain figures. Only ``unit``, ``lever``, ``units`` and ``worthwhile`` must be known."""

    unit: str
    lever: str
    units: int
    """How many could take part in all."""
    worthwhile: float
    """The smallest effect worth its cost, positive, on ``scale``."""
    scale: Scale = Scale.RELATIVE
    pilots: int | None = None
    """Areas: how many could get it; half of them unless said."""
    per_period: int = 0
    """Persons: how many new come between two looks; 0 when all are there from the start."""
    mean: float | None = None
    """The outcome's level today, in its own unit."""
    sd: float | None = None
    """How much one person's, or one area's figure of one period, differs from another's, in its own unit."""
    baseline: NDArray[np.float64] | None = None
    """(periods, units) in the outcome's own unit, the units in the order of ``names``; tells more than ``mean`` and ``sd``.

    A period is as long as the time between two looks: months where one looks each month."""
    names: tuple[str, ...] = ()
    periods: int = 12
    """How many looks there will be."""
    before: int = 12
    """Months of figures before the start, where ``baseline`` is not given."""
    lasting: float = 0.5
    """Share of the variance between areas' figures that lasts, where ``baseline`` is not given."""
    follows: float = 0.5
    """Correlation of an area's figure with the next period's, beyond what lasts, where ``baseline`` is not given."""
    alpha: float = 0.05
    spending: str = "obf"
    chosen: tuple[str, ...] = ()
    """Areas that have been chosen already and cannot be drawn."""
    chosen_because_worst: bool = False
    seed: str = ""
    """Public: given with ``names``, the draw is made."""
    runs: int = 200
    """Simulated trials per figure."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What one design could do. ``why`` holds refusals (``withhold``) and warnings; ``possible`` when none refuses."""

    design: Design
    method: str
    """``complete``, ``pairs``, ``constrained``, ``chosen`` or ``none``."""
    possible: bool
    why: tuple[Finding, ...] = ()
    draws: int | None = None
    """Admissible allocations; None where they are too many to count, or there are none."""
    smallest_p: float | None = None
    power: float | None = None
    """Chance that the smallest worthwhile effect is shown at some look, 0 to 1; None where the outcome's variation is not known."""
    fixed_power: float | None = None
    """The same with one look at the end."""
    detectable: float | None = None
    """The effect that would be shown in four of five trials, on ``scale``."""
    expected_look: float | None = None
    """When it would be shown on average, counted in looks, if the effect is the smallest worthwhile."""
    allocation: Allocation | None = None
    recommended: bool = False


@dataclass(frozen=True, slots=True)
class _Shape:
    """A design of areas as it is simulated."""

    draws: lots.Draws
    allocation: Allocation
    adjust_change: bool = False
    why: tuple[Finding, ...] = field(default=())


def refused(method: str, areas: int, *, alpha: float = 0.05, smallest_p: float | None = None, looks: int = 1) -> Finding | None:
    """Why a method cannot hold its level with so few areas; None when it does. Held to the simulation by a test.

    Raises ValueError for a method that is not among ``METHODS``.
    """
    if method not in METHODS:
        raise ValueError(f"The method {method!r} is not known. Choose among {', '.join(METHODS)}.")
    if method in ("re-randomisation", "placebo"):
        if smallest_p is None or smallest_p <= alpha:
            return None
        return Finding(
            "areas_too_few", "withhold", values={"smallest_p": smallest_p, "draws": round(1 / smallest_p), "alpha": alpha}
        )
    holds = {
        "confidence-sequence": areas >= 2 * BURN_IN,
        "area-z": areas >= CLUSTERS and looks == 1,
        "cluster-t": looks == 1,
        "person-level": False,
    }[method]
    return None if holds else Finding("method_errs", "withhold", values={"method": method, "areas": areas, "looks": looks})


def advise(question: Question) -> tuple[Advice, ...]:
    """Every design, the recommended first, then the other possible ones by power, then the refused ones.

    Raises ValueError with a message for the reader when the figures contradict each other.
    """
    if question.worthwhile <= 0:
        raise ValueError("The smallest worthwhile effect must be above 0.")
    if question.baseline is not None and question.baseline.shape[1] != question.units:
        raise ValueError(f"There are {question.units} units but {question.baseline.shape[1]} baselines. Give one for each.")
    if question.names and len(question.names) != question.units:
        raise ValueError(f"There are {question.units} units but {len(question.names)} names. Name each.")
    made = [*_persons(question), *_areas(question), _comparison(question), _before_after(question)]
    order = sorted(made, key=lambda one: (not one.possible, -(one.power or 0.0), one.design is Design.COMPARISON))
    first = order[0]
    return (replace(first, recommended=first.possible), *order[1:])


def _lot(question: Question) -> Iterator[Finding]:
    if question.lever not in BY_LOT:
        yield Finding("never_by_lot", "withhold", values={"lever": question.lever, "allowed": BY_LOT})
    if question.chosen:
        yield Finding("not_drawn", "withhold", values={"units": list(question.chosen)})


def _persons(question: Question) -> Iterator[Advice]:
    if question.unit not in PERSONS:
        yield Advice(Design.PERSONS, "complete", False, tuple(filter(None, (refused("person-level", question.units),))))
        return
    why = [*_lot(question)]
    number = min(question.units, question.per_period * question.periods or question.units)
    if number < 2 * BURN_IN:
        why.append(Finding("persons_too_few", "withhold", values={"persons": number, "needed": 2 * BURN_IN}))
    if any(one.severity == "withhold" for one in why):
        yield Advice(Design.PERSONS, "complete", False, tuple(why))
        return
    sd, effect = question.sd, question.worthwhile
    if sd is None or (question.scale is Scale.RELATIVE and not question.mean):
        yield Advice(Design.PERSONS, "complete", True, (*why, Finding("variation_unknown")))
        return
    unit = abs(question.mean or 1.0) if question.scale is Scale.RELATIVE else 1.0
    coming = [min(number, (question.per_period or number) * look) for look in range(1, question.periods + 1)]
    made = power.sequence_power(effect * unit, sd, coming, planned=number, alpha=question.alpha, burn_in=BURN_IN)
    smallest = power.sequence_detectable(sd, number, planned=number, alpha=question.alpha) / unit
    why += _low(made.sequential, smallest)
    yield Advice(
        Design.PERSONS, "complete", True, tuple(why), None, None, made.sequential, made.fixed, smallest, made.mean_look
    )  # fmt: skip


def _areas(question: Question) -> Iterator[Advice]:
    refusals = tuple(_lot(question))
    if question.unit in PERSONS:
        return
    for method in ("complete", "pairs", "constrained"):
        if refusals:
            yield Advice(Design.AREAS, method, False, refusals)
            continue
        try:
            shape = _shape(question, method)
        except lots.BadDraw as bad:
            yield Advice(Design.AREAS, method, False, (Finding("draw_impossible", "withhold", values={"reason": str(bad)}),))
            continue
        few = refused("re-randomisation", question.units, alpha=question.alpha, smallest_p=shape.draws.smallest_p)
        yield _advice(question, Design.AREAS, method, shape, [few] if few else [])


def _shape(question: Question, method: str) -> _Shape:
    names = question.names or tuple(f"{number + 1}" for number in range(question.units))
    treated = question.pilots or question.units // 2
    if not 0 < treated < question.units:
        raise lots.BadDraw("Some must get the service and some must not, otherwise there is nothing to compare.")
    seed, levels = question.seed, _levels(question)
    if method == "complete":
        blank = Allocation(names, names[:treated], seed=seed)
    elif method == "pairs":
        if question.pilots not in (None, question.units // 2):
            raise lots.BadDraw("Pairs give the service to every second area. Choose half of them, or draw without pairs.")
        pairs = lots.matched_pairs(names, levels)
        blank = Allocation(names, tuple(first for first, _ in pairs), "pairs", pairs, seed=seed)
    else:
        if question.baseline is None:
            raise lots.BadDraw("Balance needs figures of each area before the start. Give them, or draw without constraint.")
        blank = _balanced(names, treated, levels, question)
    return _Shape(lots.admissible(blank), _made(blank) if question.names and seed.strip() else blank)


def _made(blank: Allocation) -> Allocation:
    return lots.draw(
        blank.units, len(blank.treated), blank.seed,
        method=blank.method, pairs=blank.pairs, balance=blank.balance, tolerance=blank.tolerance,
    )  # fmt: skip


def _balanced(names: tuple[str, ...], treated: int, levels: NDArray[np.float64], question: Question) -> Allocation:
    balance = tuple((float(level),) for level in levels)
    for tolerance in TOLERANCES:
        blank = Allocation(names, names[:treated], "constrained", balance=balance, tolerance=tolerance, seed=question.seed)
        try:
            if lots.admissible(blank).smallest_p <= question.alpha / 2:
                return blank
        except lots.BadDraw:
            continue
    raise lots.BadDraw("Too few draws are balanced for anything to be shown. Draw in pairs or without constraint.")


def _levels(question: Question) -> NDArray[np.float64]:
    """(units,): where each unit stood before, or their order where that is not known."""
    if question.baseline is None:
        return np.arange(question.units, dtype=np.float64)
    known = np.isfinite(question.baseline)
    total: NDArray[np.float64] = np.where(known, question.baseline, 0.0).sum(axis=0)
    return total / np.maximum(known.sum(axis=0), 1)


def _comparison(question: Question) -> Advice:
    why, pilots = list[Finding](), len(question.chosen) or question.pilots or 1
    if question.unit in PERSONS:
        return Advice(Design.COMPARISON, "chosen", False, (Finding("persons_not_chosen", "withhold"),))
    if question.chosen_because_worst:
        why.append(_worst(question))
    beside = question.units - pilots
    if beside < needed(question.alpha):
        values = {"comparison": beside, "needed": needed(question.alpha), "smallest_p": 1 / (beside + 1), "alpha": question.alpha}
        why.append(Finding("comparison_too_few", "withhold", values=values))
    months = len(question.baseline) if question.baseline is not None else question.before
    if months < MONTHS:
        why.append(Finding("baseline_short", "withhold", values={"months": months, "needed": MONTHS}))
    names = question.names or tuple(f"{number + 1}" for number in range(question.units))
    try:
        taken = Allocation(names, question.chosen or names[:pilots], "chosen")
        draws = lots.admissible(replace(taken, method="complete"))
    except lots.BadDraw as bad:
        why.append(Finding("draw_impossible", "withhold", values={"reason": str(bad)}))
        return Advice(Design.COMPARISON, "chosen", False, tuple(why))
    shape = _Shape(draws, taken, adjust_change=True)
    return _advice(question, Design.COMPARISON, "chosen", shape, why)


def _before_after(question: Question) -> Advice:
    why = [Finding("before_after", "withhold")]
    if question.chosen_because_worst:
        why.append(_worst(question))
    return Advice(Design.BEFORE_AFTER, "none", False, tuple(why))


def _worst(question: Question) -> Finding:
    """Regression to the mean: what the worst of so many would better itself by, without any service, in standard deviations of the areas."""
    weather = _weather(question)
    lasting = question.lasting if weather is None else weather.between**2 / max(weather.between**2 + weather.noise**2, 1e-300)
    count = question.units
    extreme = NormalDist().inv_cdf((count - 0.375) / (count + 0.25))  # Blom (1958): the expected largest of so many
    return Finding("worst_chosen", "warning", values={"by_itself_sd": extreme * (1 - lasting), "units": count})


def _weather(question: Question) -> power.Weather | None:
    """How areas differ and change on the tested scale; None where it is not known."""
    relative = question.scale is Scale.RELATIVE
    if question.baseline is not None and len(question.baseline) >= 3:
        figures = question.baseline
        if relative:
            if not (figures[np.isfinite(figures)] > 0).all():
                return None
            figures = np.log(figures)
        return power.weather_of(figures)
    if question.sd is None or (relative and not question.mean):
        return None
    sd = question.sd / abs(question.mean or 1.0) if relative else question.sd
    share = min(1.0, max(0.0, question.lasting))
    return power.Weather(sd * math.sqrt(share), sd * math.sqrt(1 - share), question.follows, max(1, question.before))


def _advice(question: Question, design: Design, method: str, shape: _Shape, why: list[Finding]) -> Advice:
    """What the simulation gives, for a design that is not refused."""
    draws, allocation = shape.draws, shape.allocation if question.names and (question.seed or question.chosen) else None
    possible = not any(one.severity == "withhold" for one in why)
    weather = _weather(question)
    if not possible or weather is None:
        if possible:
            why.append(Finding("variation_unknown"))
        return Advice(
            design, method, possible, tuple(why), draws.total, draws.smallest_p, allocation=allocation if possible else None
        )
    rows, mirrored = _simulated(draws, _levels(question))
    shares = [
        spending.share(question.spending, (look + 1) / question.periods, question.alpha) for look in range(question.periods)
    ]
    adjust = "change" if shape.adjust_change else adjustment(question.units)
    relative = question.scale is Scale.RELATIVE
    effect = math.log1p(question.worthwhile) if relative else question.worthwhile
    made = power.simulate(
        rows, weather, effect=effect, shares=shares, alpha=question.alpha, mirrored=mirrored, adjust=adjust, runs=question.runs
    )
    least = power.detectable(
        rows, weather, shares=shares, alpha=question.alpha, mirrored=mirrored, adjust=adjust, runs=question.runs
    )
    if least is not None and relative:
        least = math.expm1(least)
    why += _low(made.sequential, least)
    return Advice(
        design, method, True, tuple(why), draws.total, draws.smallest_p, made.sequential, made.fixed, least, made.mean_look, allocation
    )  # fmt: skip


def _simulated(draws: lots.Draws, levels: NDArray[np.float64]) -> tuple[NDArray[np.bool_], bool]:
    """The draws with units in the order of their baseline, at most ``ROWS`` of them."""
    rows = draws.unlike(0)[0][:, np.argsort(levels, kind="stable")]
    if len(rows) <= ROWS:
        return rows, draws.mirrored
    kept = np.sort(np.random.Generator(np.random.PCG64(1)).choice(len(rows), ROWS, replace=False))
    return rows[kept], draws.mirrored


def _low(found: float, least: float | None) -> Iterator[Finding]:
    if found < power.WANTED:
        yield Finding("power_low", "warning", values={"power": found, "detectable": least})
