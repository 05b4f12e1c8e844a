"""The words of a trial that the methods share: its plan, its draw, its series and its result. All of it becomes JSON with ``msgspec``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Design(StrEnum):
    """How those who get the service are told from those who do not."""

    PERSONS = "persons"
    """Persons, households or cases, each drawn by itself."""
    AREAS = "areas"
    """Whole areas, schools or bins drawn by lot."""
    COMPARISON = "comparison-areas"
    """Areas that were chosen, beside others that were not."""
    BEFORE_AFTER = "before-after"
    """The same units before and after: described, never judged."""


class Verdict(StrEnum):
    """What the rule says."""

    WITHDRAW = "withdraw"
    CONTINUE = "continue"
    SCALE_UP = "scale_up"
    WITHHELD = "withheld"
    """The data cannot carry a verdict; the findings say why."""


class Scale(StrEnum):
    """How a difference is told."""

    RELATIVE = "relative"
    """As a share of the comparison: −0.37 is 37 % less."""
    ABSOLUTE = "absolute"
    """In the outcome's own unit."""


class Direction(StrEnum):
    """Which way is better."""

    LESS = "less"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Limit:
    """A guardrail: harm that withdraws the trial however good the primary outcome is."""

    slug: str
    direction: Direction
    bound: float
    """The level that must not be passed, or the difference, in the outcome's own unit."""
    kind: str = "level"
    """``level``: the units that have the service; ``difference``: beside those that have not."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """Which units got the service, and of which possible draws this was one."""

    units: tuple[str, ...]
    treated: tuple[str, ...]
    method: str = "complete"
    """``complete``, ``pairs``, ``constrained`` or ``chosen`` (not drawn)."""
    pairs: tuple[tuple[str, str], ...] = ()
    balance: tuple[tuple[float, ...], ...] = ()
    """For ``constrained``: one row of background figures per unit."""
    tolerance: float = 0.0
    """For ``constrained``: the largest standardised difference of means that an admissible draw may have."""
    seed: str = ""
    """Public: with it anyone draws the same."""
    begins: tuple[tuple[str, dt.date], ...] = ()
    """Units that got the service on another day than the trial's first."""
    admissible_sha256: str = ""
    """Of the list of every draw that was possible (``allocation.Draws.digest``), noted when the lot was cast."""
    admissible: int = 0
    """How many they were; 0 where they were too many to list."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The decision rule in machine form, frozen before the start. All that an analysis needs besides the series."""

    design: Design
    outcome: str
    direction: Direction
    worthwhile: float
    """The smallest effect worth its cost, as a positive number on ``scale`` in the good direction."""
    begins: dt.date
    ends: dt.date
    scale: Scale = Scale.RELATIVE
    harm: float | None = None
    """The primary outcome itself: worse than this (positive, in the bad direction) withdraws."""
    every_days: int = 7
    """How often it is looked at."""
    baseline_days: int = 365
    alpha: float = 0.05
    alpha_limits: float = 0.05
    """Shared equally among the guardrails."""
    planned_n: int = 1000
    """Persons design: how many in all the confidence sequence is tuned for."""
    burn_in: int = 30
    """Persons design: how many in each group before the first look."""
    spending: str = "obf"
    """Areas design: ``obf`` or ``linear``."""
    permutations: int = 999
    seed: int = 20261122
    at_end: str = "withdraw"
    """What holds at the last date without a verdict: ``withdraw`` or ``keep``."""
    limits: tuple[Limit, ...] = ()
    benefits: tuple[str, ...] = ()
    """Other outcomes, adjusted together by Holm's method."""
    derived: tuple[str, ...] = ()
    """Those among the benefits that are computed from another outcome: never evidence of their own."""
    allocation: Allocation | None = None
    share: float = 0.5
    """Persons design: how large a share is drawn to the service."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the data or the design that the reader must know. Its words are written elsewhere."""

    code: str
    severity: str = "note"
    """``note``, ``warning`` or ``withhold`` (no verdict while it stands)."""
    where: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A difference with its interval; bounds may be infinite, then they are None in JSON."""

    value: float
    low: float | None
    high: float | None
    level: float = 0.95
    p: float | None = None
    n_pilot: int = 0
    n_comparison: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one look."""

    number: int
    through: dt.date
    estimate: Estimate | None
    share_spent: float | None = None
    """Areas design: how much of alpha the looks so far could spend."""


@dataclass(frozen=True, slots=True)
class Held:
    """A guardrail at the latest look: ``held``, ``broken`` (wholly beyond its bound) or ``unknown``."""

    limit: Limit
    estimate: Estimate | None
    state: str


@dataclass(frozen=True, slots=True)
class Benefit:
    """Another outcome, its p-value adjusted by Holm's method."""

    slug: str
    estimate: Estimate | None
    p_adjusted: float | None
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """The effect in one area, age band or group; None where so few are behind it that it must not be shown."""

    kind: str
    label: str
    estimate: Estimate | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """One analysis, frozen: the same series, plan and seed give the same bytes."""

    plan_digest: str
    data_sha256: str
    method: str
    seed: int
    code_version: str
    through: dt.date
    looks: tuple[Look, ...]
    limits: tuple[Held, ...]
    benefits: tuple[Benefit, ...]
    parts: tuple[Part, ...]
    findings: tuple[Finding, ...]
    verdict: Verdict
    because: tuple[Finding, ...]
    """Why the verdict is what it is, as codes with their figures."""
    beside: tuple[tuple[str, str], ...] = ()
    """Units that border on each other, as far as was known: by them spill-over was looked for."""
    judged_not_shown: bool = False
    """The last date came without an answer: the verdict is ``at_end``, not evidence."""

    @property
    def primary(self) -> Estimate | None:
        """The estimate of the latest look."""
        return self.looks[-1].estimate if self.looks else None


@dataclass(frozen=True, slots=True)
class Series:
    """One outcome as rows: what was measured, of whom, when. All arrays have the same length, ordered by time, then unit."""

    outcome: str
    unit: NDArray[np.str_]
    day: NDArray[np.datetime64]
    """``datetime64[D]``, in Stockholm's calendar."""
    value: NDArray[np.float64]
    weight: NDArray[np.float64]
    """How many things a row speaks for (bins, answers, cases); 1 where each row is one."""
    source: NDArray[np.str_]
    arm: NDArray[np.str_] | None = None
    """``pilot`` or ``comparison`` per row, for the persons design; None where the allocation says it."""
    group: dict[str, NDArray[np.str_]] = field(default_factory=dict)
    """Age band, district …: label per row, for who gained."""
