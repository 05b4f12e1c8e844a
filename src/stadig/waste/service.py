"""The service level: what one full bin is worth in driving, and what each level would cost today.

The curve plans the same morning a few times over, each with a short search: an estimate that shows how steep the choice
is, not a promise. Plain data in and out, no database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from stadig.waste import routing
from stadig.waste.day import Cost, DayTask

DETOUR_FOR_A_BIN_M = 120.0
"""What one more bin usually costs in driving; the scale of the service level."""
LEVELS = (0.85, 0.9, 0.94, 0.97, 0.99, 0.999)
"""The levels that the curve is reckoned for; the chosen one is added."""
ITERATIONS, MOST_S = 150, 0.7
"""How long each level is searched: so many rounds (the same answer each time), at most so many CPU-seconds."""


def worth_of(service_level: float) -> float:
    """Metres of detour that one certain overflow is worth, for a wished service level 0–1.

    The critical ratio of the newsvendor problem (Arrow, Harris & Marschak 1951): level = worth / (worth + cost).
    """
    level = min(max(service_level, 0.5), 0.9995)
    return DETOUR_FOR_A_BIN_M * level / (1 - level)


def curve(
    task: DayTask,
    chosen: float,
    *,
    levels: Iterable[float] = LEVELS,
    iterations: int = ITERATIONS,
    seconds: float = MOST_S,
    seed: int = 1,
    progress: Callable[[float], None] = lambda share: None,
) -> list[Cost]:
    """What the day costs at each of ``levels`` and at the ``chosen`` one, lowest first.

    The same task and seed give the same curve, unless ``seconds`` ends a search before its iterations are done.
    Raises as :func:`stadig.waste.routing.plan_day`.
    """
    wanted = sorted({round(level, 4) for level in (*levels, chosen)})
    found: list[Cost] = []
    for number, level in enumerate(wanted):
        progress(number / len(wanted))
        priced = replace(task, metres_per_risk=worth_of(level))
        day = routing.plan_day(priced, seconds=seconds, iterations=iterations, seed=seed)
        found.append(
            Cost(
                level,
                day.distance_m,
                sum(route.ends_s - route.starts_s for route in day.routes),
                len(day.emptied),
                len(day.routes),
                sum(one.risk for one in day.skipped),
            )
        )
    progress(1.0)
    return found
