"""What rooms above tell the ground's pages about what services gave: their trials, and whom the digital way did not reach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple


class Trial(NamedTuple):
    """A trial of a service that has begun, in words of the reader's language."""

    slug: str
    service: str
    title: str
    url: str
    state: str
    """running, decided or closed."""
    outcome: str
    """withdraw, keep, scale_up, or empty."""
    last_day: dt.date
    overdue_days: int
    """Days past the last one without a decision."""
    says: str
    """What the rule says, as a clause: *skala upp*; empty before the first look."""
    committee: str
    committee_id: int | None
    began: dt.date
    decided: dt.date | None
    spent_kr: float
    """In the period that was asked for."""
    lesson: str
    """The first thing that did not work."""
    shown: str = ""
    """What its latest look that counts measured for sure, with the interval; empty where nothing is sure."""

    @property
    def withdrawn(self) -> bool:
        return self.outcome == "withdraw"

    @property
    def waits(self) -> bool:
        """Whether someone has yet to decide."""
        return self.state == "running"


class Reach(NamedTuple):
    """Applications from one group in a period, and how many of them came with help: by phone, a visit or on paper."""

    group: str
    came: int
    helped: int


class Reached(NamedTuple):
    """The same by age band (written *65–79*) and by district (its name; empty where no district is known)."""

    ages: tuple[Reach, ...]
    districts: tuple[Reach, ...]


TRIALS = frozenset({"trials"})
"""What a card of the start page is about that tells of trials: a page that lists them itself leaves it out."""
Trials = Callable[[dt.date, dt.date], tuple[Trial, ...]]
Reaches = Callable[[dt.date, dt.date, frozenset[str] | None], Reached]
_trials: list[Trials] = []
_reaches: list[Reaches] = []
REPORT: list[str] = []
"""The address name of the page that makes the committees' report, where a room has one."""


def register_trials(found: Trials) -> None:
    """``found(first, end)``: every trial that has begun, ``spent_kr`` within [first, end). Called in ``apps.ready()``."""
    _trials[:] = [found]


def register_reach(found: Reaches) -> None:
    """``found(first, end, services)``: whom the digital way reached within [first, end), of these services or (None) all."""
    _reaches[:] = [found]


def register_report(url_name: str) -> None:
    """The page where a report to a committee is made."""
    REPORT[:] = [url_name]


def trials(first: dt.date, end: dt.date) -> tuple[Trial, ...]:
    """Every trial that has begun, the one that has waited longest for a decision first. One query."""
    return tuple(one for found in _trials for one in found(first, end))


def reached(first: dt.date, end: dt.date, services: frozenset[str] | None = None) -> Reached:
    """Whom the digital way reached. One query."""
    return next((found(first, end, services) for found in _reaches), Reached((), ()))
