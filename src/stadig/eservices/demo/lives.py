"""The life of a case as plain data: through which statuses it goes, when, and what its clocks say. No Django, no database.

The ways are those of the case type: a life that took another would be found by the test that follows every event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from stadig.cases import states, terms
from stadig.cases.definition import Definition
from stadig.eservices.demo.seasons import at_work

PATHS: Final[dict[str, tuple[tuple[float, str], ...]]] = {
    "street-fault": (
        (86, "ordered mended"),
        (8, "nothing"),
        (6, "ordered nothing"),
    ),
    "parking-permit": (
        (52, "assessing approved"),
        (17, "assessing waiting assessing approved"),
        (14, "assessing refused"),
        (6, "assessing waiting assessing refused"),
        (3, "assessing waiting dismissed"),
        (3, "withdrawn"),
        (3, "assessing refused appealed refused"),
        (2, "assessing refused appealed assessing approved"),
    ),
    "preschool-place": (
        (62, "queued offered placed"),
        (9, "queued placed"),
        (9, "queued offered queued offered placed"),
        (7, "waiting queued offered placed"),
        (5, "queued offered declined"),
        (3, "queued withdrawn"),
        (3, "queued refused"),
        (1, "queued refused appealed refused"),
    ),
    "financial-assistance": (
        (44, "assessing granted"),
        (22, "assessing agencies assessing granted"),
        (14, "assessing waiting assessing granted"),
        (9, "assessing refused"),
        (4, "assessing waiting refused"),
        (2, "assessing waiting dismissed"),
        (2, "withdrawn"),
        (2, "assessing refused appealed refused"),
        (1, "assessing refused appealed assessing granted"),
    ),
    "association-grant": (
        (50, "assessing granted"),
        (20, "assessing waiting assessing granted"),
        (15, "assessing committee assessing granted"),
        (10, "assessing refused"),
        (2, "assessing waiting dismissed"),
        (2, "withdrawn"),
        (1, "assessing refused appealed refused"),
    ),
    "access-rights": (
        (55, "manager ordered done"),
        (32, "ordered done"),
        (6, "manager refused"),
        (5, "ordered waiting ordered done"),
        (2, "withdrawn"),
    ),
    "food-registration": (
        (68, "assessing registered"),
        (22, "assessing waiting assessing registered"),
        (4, "assessing waiting dismissed"),
        (4, "withdrawn"),
        (2, "assessing registered appealed registered"),
    ),
}
"""How often a case takes which way, after it has been registered."""
DAYS: Final[dict[str, dict[str, float]]] = {
    "street-fault": {"received": 0.4, "ordered": 2.0},
    "parking-permit": {"received": 3, "assessing": 15, "waiting": 11, "refused": 16, "appealed": 70},
    "preschool-place": {"received": 6, "queued": 45, "waiting": 7, "offered": 5, "refused": 14, "appealed": 60},
    "financial-assistance": {"received": 1.2, "assessing": 4, "waiting": 5, "agencies": 2, "refused": 15, "appealed": 55},
    "association-grant": {"received": 6, "assessing": 22, "waiting": 9, "committee": 20, "refused": 18, "appealed": 80},
    "access-rights": {"received": 0.3, "manager": 1.0, "ordered": 0.9, "waiting": 1.5},
    "food-registration": {"received": 1.2, "assessing": 5, "waiting": 6, "registered": 12, "appealed": 50},
}
"""Median days in each status before it goes on."""
SPREAD: Final = 0.55
"""Of the logarithm of those days: one in seven takes 1.7 times the median or more."""


@dataclass(frozen=True, slots=True)
class Step:
    """The case came to ``status`` at ``at``."""

    at: datetime
    status: str


@dataclass(slots=True)
class Term:
    """One deadline as it stands now."""

    name: str
    until: str
    starts_at: datetime
    due_at: datetime
    met_at: datetime | None = None
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """All that has happened to a case until now, its first status first."""

    steps: tuple[Step, ...]
    terms: tuple[Term, ...] = field(default=())

    @property
    def status(self) -> Step:
        """Where it stands."""
        return self.steps[-1]


def lived(service: str, definition: Definition, registered: datetime, now: datetime, rng: np.random.Generator) -> Life:
    """A life that began at ``registered``; what would come after ``now`` has not happened."""
    way = _path(service, rng).split()
    steps = [Step(registered, definition.first)]
    slow = 3.0 if rng.random() < 0.04 else 1.0
    for status in way:
        days = DAYS[service].get(steps[-1].status, 5.0) * float(np.exp(rng.normal(0.0, SPREAD))) * slow
        at = at_work(steps[-1].at, days, rng)
        if at >= now:
            break
        states.way(definition, steps[-1].status, status)
        steps.append(Step(at, status))
    return Life(tuple(steps), _terms(definition, steps))


def fixed(definition: Definition, registered: datetime, after: Sequence[tuple[float, str]]) -> Life:
    """A life where it is known what happened: days after ``registered``, and to which status the case came."""
    steps = [Step(registered, definition.first)]
    for days, status in after:
        states.way(definition, steps[-1].status, status)
        steps.append(Step(registered + timedelta(days=days), status))
    return Life(tuple(steps), _terms(definition, steps))


def _path(service: str, rng: np.random.Generator) -> str:
    weights = np.array([weight for weight, _ in PATHS[service]])
    return PATHS[service][int(rng.choice(len(weights), p=weights / weights.sum()))][1]


def _terms(definition: Definition, steps: list[Step]) -> tuple[Term, ...]:
    """What the verbs of cases would have made of the clocks: met, stopped while we waited for the applicant, moved after."""
    start = steps[0].at
    group: Mapping[str, str] = {one.id: one.group for one in definition.statuses}
    found = [Term(one.name, one.until, start, terms.due(start, one.days)) for one in definition.deadlines]
    for before, step in pairwise(steps):
        now_in = group[step.status]
        for one in (term for term in found if term.met_at is None):
            if one.until in (step.status, now_in) or now_in == "closed":
                one.met_at = step.at
            elif now_in == "applicant" and one.paused_at is None:
                one.paused_at = step.at
            elif group[before.status] == "applicant" != now_in and one.paused_at:
                one.due_at, one.paused_at = terms.after_pause(one.due_at, one.paused_at, step.at), None
    return tuple(found)
