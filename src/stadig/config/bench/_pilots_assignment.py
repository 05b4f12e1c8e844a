"""How long it takes to say which arm of a trial someone is in, with the rule at hand."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING
from uuid import UUID

from stadig.config.bench import Figure, at_most

if TYPE_CHECKING:
    from stadig.city.rollout import Decider, Subject

PEOPLE = 20_000
ROUNDS = 5
WRITTEN = 5_000
"""How many of them already have an arm that is written down."""


def figures() -> list[Figure]:
    """The median round's time per question, over a trial of persons in which a quarter is written down."""
    from stadig.city import clock, rollout

    known = rollout.Setting("reminders", stopped=False, percent=50, begins=None, ends=None, districts=(), trial=rollout.PERSONS)
    people = [rollout.Subject(str(UUID(int=number))) for number in range(PEOPLE)]
    written = {rollout.ref("reminders", one): rollout.PILOT for one in people[:WRITTEN]}
    rule = rollout.Decider(known, clock.real_now(), written)
    took = [_round(rule, people) for _ in range(ROUNDS)]
    how = f"{PEOPLE:,} persons, {WRITTEN:,} of them written down, no database; median of {ROUNDS} rounds, per person"
    return [at_most("assignment", round(statistics.median(took), 2), "µs", 50, how=how)]


def _round(rule: Decider, people: list[Subject]) -> float:
    begun = time.perf_counter()
    for one in people:
        rule.arm(one)
    return (time.perf_counter() - begun) / len(people) * 1e6
