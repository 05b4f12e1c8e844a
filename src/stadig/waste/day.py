"""What a day of emptying consists of, before and after planning: plain data, no database, no solver.

Lengths in metres, times in seconds after local midnight, volumes in litres as they lie in the vehicle.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class RoutingError(Exception):
    """A day could not be planned. The message says why, and the way out."""


class NoVehicle(RoutingError):
    """No vehicle is in service with a shift that day."""


class NoBins(RoutingError):
    """There is nothing to choose among."""


class Unreachable(RoutingError):
    """A depot or a tipping station cannot be reached on the street network."""


class Lock(StrEnum):
    """What the planner has decided by hand."""

    NONE = "none"
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bin that may be emptied today. ``place`` is its row in the day's matrices."""

    id: int
    place: int
    risk: float
    """Probability that it overflows before it could be emptied another day, 0–1."""
    litres: float
    kg: float = 0.0
    service_s: int = 90
    opens_s: int = 0
    closes_s: int = 24 * 3600
    alarm: bool = False
    """Someone or something has said that it is full."""
    lock: Lock = Lock.NONE
    round_today: bool | None = None
    """It is emptied on fixed weekdays: True on those days, False on the others. None: by its risk."""

    @property
    def waits_for_its_round(self) -> bool:
        """Whether it is left today whatever its risk: another day is its own, and no one has asked for it."""
        return self.round_today is False and self.lock != Lock.IN and not self.alarm


@dataclass(frozen=True, slots=True)
class DayVehicle:
    """A vehicle with its shift. ``place`` is its depot's row in the matrices."""

    id: int
    place: int
    litres: float
    kg: float = float("inf")
    starts_s: int = 6 * 3600 + 1800
    ends_s: int = 15 * 3600
    lunch_s: int = 1800
    start_cost_m: int = 0
    """What taking the vehicle out costs, in metres: it stays at home when the others manage nearly as well."""
    in_service: bool = True

    @property
    def working_s(self) -> int:
        """Shift without lunch."""
        return max(0, self.ends_s - self.starts_s - self.lunch_s)


@dataclass(frozen=True, slots=True)
class Station:
    """Where a vehicle tips its load."""

    id: int
    place: int
    unload_s: int = 900
    opens_s: int = 0
    closes_s: int = 24 * 3600
    """A vehicle must arrive at the latest then."""


@dataclass(frozen=True, slots=True, eq=False)
class DayTask:
    """All that is needed to plan a day."""

    bins: tuple[Candidate, ...]
    vehicles: tuple[DayVehicle, ...]
    stations: tuple[Station, ...]
    seconds: NDArray[np.float32]
    """Driving time between places; row = from."""
    metres: NDArray[np.float32]
    required_risk: float = 0.95
    """Bins at or above this risk are always emptied."""
    metres_per_risk: float = 4000.0
    """How long a detour one certain overflow is worth: the policy, the planner's *service level*."""

    metres_per_service_s: float = 0.0
    """What a second of standing at a bin costs, in metres of driving: an emptying that removes little risk is not free."""

    def worth_m(self, candidate: Candidate) -> float:
        """The longest detour that fetching this bin is worth: the risk it removes, less the time it takes to empty."""
        return max(0.0, self.metres_per_risk * candidate.risk - self.metres_per_service_s * candidate.service_s)

    def is_required(self, candidate: Candidate) -> bool:
        """Whether this bin must be emptied today."""
        if candidate.round_today is not None:
            return candidate.lock == Lock.IN or candidate.alarm or candidate.round_today
        return candidate.lock == Lock.IN or candidate.alarm or candidate.risk >= self.required_risk


class Why(StrEnum):
    """What decided that a bin is in the plan."""

    ALARM = "alarm"
    LOCKED = "locked"
    REQUIRED = "required"
    ROUND_TODAY = "round_today"
    ON_THE_WAY = "on_the_way"
    WORTH_IT = "worth_it"


class WhyNot(StrEnum):
    """What decided that a bin waits."""

    LOW_RISK = "low_risk"
    LOCKED_OUT = "locked_out"
    ROUND_OTHER_DAY = "round_other_day"
    NO_TIME = "no_time"
    UNREACHABLE = "unreachable"
    MUST_BUT_NO_TIME = "must_but_no_time"


@dataclass(frozen=True, slots=True)
class RouteStop:
    """A bin (``bin`` set) or a tipping station (``station`` set) on a route."""

    place: int
    arrives_s: int
    leaves_s: int
    metres: int
    """Driven since the previous stop."""
    litres: float
    """On the vehicle when it arrives."""
    bin: int | None = None
    station: int | None = None
    why: Why | None = None
    risk: float = 0.0
    detour_m: int = 0
    """How much shorter the route would be without this stop."""


@dataclass(frozen=True, slots=True)
class DayRoute:
    """One vehicle's day: from the depot through the stops, a tipping station last, and home."""

    vehicle: int
    stops: tuple[RouteStop, ...]
    starts_s: int
    ends_s: int
    distance_m: int
    home_m: int
    """Of ``distance_m``, the last leg home."""
    lunch_after: int | None
    """Lunch is taken after the stop with this index (counted in the times that follow)."""

    @property
    def bins(self) -> tuple[int, ...]:
        return tuple(stop.bin for stop in self.stops if stop.bin is not None)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A bin that waits, and why."""

    bin: int
    why: WhyNot
    risk: float
    detour_m: int | None
    """The shortest detour that would have fetched it; None when there is no route to add it to."""


@dataclass(frozen=True, slots=True)
class DayPlan:
    """Routes for one day."""

    routes: tuple[DayRoute, ...]
    skipped: tuple[Skipped, ...]
    distance_m: int
    solve_s: float = field(compare=False)
    iterations: int = field(compare=False)

    @property
    def emptied(self) -> tuple[int, ...]:
        return tuple(number for route in self.routes for number in route.bins)

    @property
    def is_complete(self) -> bool:
        """Whether every bin that must be emptied is in the plan."""
        return not any(one.why == WhyNot.MUST_BUT_NO_TIME for one in self.skipped)


@dataclass(frozen=True, slots=True)
class Cost:
    """A day's plan at one service level (0–1)."""

    level: float
    distance_m: int
    duration_s: int
    bins: int
    """Emptied."""
    vehicles: int
    full: float
    """Of the bins left, how many are expected to be full before the next round: the sum of their risks."""
