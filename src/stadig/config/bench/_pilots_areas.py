"""The statistics of areas: known answers, how often they err, what they find beside a single test, and how fast a look is."""

from __future__ import annotations

import csv
import datetime as dt
import math
import time

import numpy as np

from stadig.config.bench import Figure, at_least, at_most, measured, reference
from stadig.pilots.statistics import allocation as lots
from stadig.pilots.statistics import areas, chooser, comparison, level, ols, power
from stadig.pilots.statistics.terms import Allocation, Design, Direction, Plan, Scale, Series

RUNS = 10_000
SIZES = (8, 10, 12)


def figures() -> list[Figure]:
    """All figures of the areas."""
    return [*known_answers(), *errors(), *chosen_areas(), *powers(), *refusals(), one_look()]


def known_answers() -> list[Figure]:
    """Differences-in-differences and clustered errors beside their sources, as the largest difference in units of their last digit."""
    found = [
        ("Proposition 99, difference-in-differences", _prop99(), -27.349111, 6, "R synthdid"),
        *_card_krueger(),
        *_petersen(),
    ]
    return [
        at_most(name, round(abs(value - answer) * 10**digits, 3), "units of the last digit", 0.5, how=f"{answer} ({source})")
        for name, value, answer, digits, source in found
    ]


def _rows(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    with reference(f"steering/causal/{name}") as path, path.open(encoding="utf-8") as opened:
        return list(csv.DictReader(opened, delimiter=delimiter))


def _prop99() -> float:
    rows = sorted(_rows("california_prop99.csv", ";"), key=lambda row: (row["Year"], row["State"]))
    states = tuple(sorted({row["State"] for row in rows}))
    series = Series(
        "packs",
        np.array([row["State"] for row in rows]),
        np.array([f"{row['Year']}-07-01" for row in rows], dtype="datetime64[D]"),
        np.array([float(row["PacksPerCapita"]) for row in rows]),
        np.ones(len(rows)),
        np.full(len(rows), "prop99"),
    )
    plan = Plan(
        Design.COMPARISON,
        "packs",
        Direction.LESS,
        10,
        dt.date(1989, 1, 1),
        dt.date(2000, 12, 31),
        Scale.ABSOLUTE,
        baseline_days=19 * 366,
        allocation=Allocation(states, ("California",), "chosen"),
    )
    (last,), _ = comparison.looks(plan, series, [plan.ends])
    return math.nan if last.estimate is None else last.estimate.value


def _card_krueger() -> list[tuple[str, float, float, int, str]]:
    rows = [row for row in _rows("card_krueger_njmin3.csv") if row["fte"] not in ("", "NA")]
    jersey, after, workers = (np.array([float(row[key]) for row in rows]) for key in ("nj", "d", "fte"))
    line = ols.regression(workers, np.column_stack([np.ones(len(rows)), jersey, after, jersey * after]))
    made = [
        ("Card & Krueger, workers", float(line.value[3]), 2.753606, 6, "Card & Krueger 1994"),
        ("its error", float(line.error[3]), 1.688409, 6, "R lm"),
    ]
    for (state, when), answer in zip([(1, 0), (1, 1), (0, 0), (0, 1)], [0.508, 0.520, 1.351, 0.943], strict=True):
        cell = workers[(jersey == state) & (after == when)]
        made.append((f"error of the mean, {'NJ' if state else 'PA'} {'after' if when else 'before'}", float(cell.std(ddof=1)) / math.sqrt(len(cell)), answer, 3, "Card & Krueger 1994, table 3"))  # fmt: skip
    rows = _rows("card_krueger_minwage_qss.csv")
    share = {when: np.array([_share(row, when) for row in rows]) for when in ("Before", "After")}
    state = np.array([row["location"] != "PA" for row in rows])
    change = share["After"] - share["Before"]
    made.append(
        ("Card & Krueger, share in full time", float(change[state].mean() - change[~state].mean()), 0.06155831, 8, "Imai, QSS")
    )
    return made


def _share(row: dict[str, str], when: str) -> float:
    full, part = float(row[f"full{when}"]), float(row[f"part{when}"])
    return full / (full + part)


def _petersen() -> list[tuple[str, float, float, int, str]]:
    rows = _rows("PetersenCL.csv")
    firm, x, y = (np.array([float(row[key]) for row in rows]) for key in ("firm", "x", "y"))
    line = ols.regression(y, np.column_stack([np.ones(len(rows)), x]), firm.astype(np.intp))
    clustered = math.nan if line.clustered is None else float(line.clustered[1])
    return [
        ("Petersen, slope", float(line.value[1]), 1.034833, 6, "R lm"),
        ("Petersen, error", float(line.error[1]), 0.028583, 6, "R lm"),
        ("Petersen, error clustered by firm", clustered, 0.050596, 6, "R sandwich"),
    ]


def errors(runs: int = RUNS) -> list[Figure]:
    """How often areas without any effect are said to have one, at any of twelve looks."""
    made: list[Figure] = []
    for count in SIZES:
        rows, mirrored = level.half(count)
        found = power.simulate(
            rows, level.TOWN, shares=level.shares(), alpha=level.ALPHA, mirrored=mirrored, runs=runs, seed=level.SEED
        )
        hits = round(found.sequential * runs)
        how = f"{runs:,} runs, seed {level.SEED}, {level.LOOKS} looks, all allocations, O'Brien-Fleming spending, AR(1) noise {level.TOWN.follows:g}"
        made.append(
            at_most(
                f"false effects with {count} areas, 99 % lower bound",
                round(100 * level.at_least_surely(hits, runs), 2),
                "%",
                5,
                how=how,
            )
        )
        made.append(measured(f"false effects with {count} areas", round(100 * found.sequential, 2), "%", how=how))
    return made


def chosen_areas(runs: int = RUNS) -> list[Figure]:
    """Chosen areas beside others: errors of the placebo test, also when the pilot was chosen since it was worst."""
    names = tuple(str(number) for number in range(40))
    draws = lots.admissible(Allocation(names, names[:1]))
    found = power.simulate(
        draws.rows, level.TOWN, shares=level.shares(), alpha=level.ALPHA, adjust="change", runs=runs, seed=level.SEED
    )
    how = f"1 pilot area beside 39, {level.LOOKS} looks, {runs:,} runs, seed {level.SEED}"
    surely = level.at_least_surely(round(found.sequential * runs), runs)
    made = [
        at_most("false effects beside comparison areas, 99 % lower bound", round(100 * surely, 2), "%", 5, how=how),
        measured("false effects beside comparison areas", round(100 * found.sequential, 2), "%", how=how),
    ]
    for months in (3, 12):
        share, better = level.worst_chosen(40, runs, months=months)
        how = f"the worst of 40 areas last quarter is the pilot, {months} months of baseline, one look; it betters itself by {better:.2f} lasting SD"
        made.append(
            measured(f"false effects when the worst was chosen, {months} months before", round(100 * share, 2), "%", how=how)
        )
    return made


def powers(runs: int = 4000) -> list[Figure]:
    """What looking twelve times costs beside looking once at the end."""
    made: list[Figure] = []
    for count in SIZES:
        rows, mirrored = level.half(count)
        effect = 0.7
        found = power.simulate(
            rows,
            level.TOWN,
            effect=effect,
            shares=level.shares(),
            alpha=level.ALPHA,
            mirrored=mirrored,
            runs=runs,
            seed=level.SEED,
        )
        ratio = round(found.sequential / found.fixed, 3)
        how = f"effect {effect} beside a lasting SD of {level.TOWN.between:g}: {found.sequential:.3f} beside {found.fixed:.3f}, {runs:,} runs, stopped on average at look {found.mean_look:.1f} of {level.LOOKS}"  # fmt: skip
        name = f"power of the sequential test beside the fixed one, {count} areas"
        made.append(at_least(name, ratio, "times", 0.9, how=how) if count == 12 else measured(name, ratio, "times", how=how))
    return made


def refusals(runs: int = RUNS) -> list[Figure]:
    """Other methods on the same areas: each that errs must be one that the chooser refuses there."""
    made: list[Figure] = []
    for count in SIZES:
        for method, looks, share in level.naive(count, runs):
            surely = level.at_least_surely(round(share * runs), runs)
            told = chooser.refused(method, count, alpha=level.ALPHA, looks=looks) is not None
            how = f"{count} areas, {looks} looks; 99 % lower bound {100 * surely:.2f} %; {'refused' if told else 'allowed'} by the chooser"
            made.append(
                Figure(
                    f"false effects of {method}, {count} areas",
                    round(100 * share, 2),
                    "%",
                    "refused if > 5 %",
                    told or surely <= level.ALPHA,
                    how,
                )
            )
    return made


def one_look() -> Figure:
    """One look over 400 areas and a year of days, with 999 permutations."""
    random = np.random.Generator(np.random.PCG64(level.SEED))
    names = tuple(f"area-{number:03d}" for number in range(400))
    begins = dt.date(2026, 1, 1)
    days = np.arange(np.datetime64("2025-01-01"), np.datetime64("2027-01-01"))
    size = len(days) * len(names)
    series = Series(
        "made", np.tile(np.array(names), len(days)), np.repeat(days, len(names)), np.exp(random.standard_normal(size)), np.ones(size), np.full(size, "made")
    )  # fmt: skip
    allocation = lots.draw(names, 200, "bench 2026-11-22")
    plan = Plan(Design.AREAS, "made", Direction.LESS, 0.1, begins, dt.date(2026, 12, 31), allocation=allocation, permutations=999)
    begun = time.process_time()
    areas.looks(plan, series, [plan.ends])
    took = time.process_time() - begun
    how = "400 areas × 365 days and as long a baseline, 999 permutations: fold, test, always-valid interval and p; CPU-seconds"
    return at_most("one look over 400 areas and a year", round(took, 2), "CPU-s", 2, how=how)
