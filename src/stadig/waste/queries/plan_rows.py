"""The rows of a plan as its pages show them. What they say in words follows from their values and from ``today`` alone."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, NamedTuple

from stadig.ui import formatting
from stadig.ui.charts import Line
from stadig.waste import charts, sentences
from stadig.waste.day import Cost
from stadig.waste.models import Outcome


class StopRow(NamedTuple):
    """A stop in the list: its number among the route's bins, its place, why, what has been done there."""

    id: int
    route: int
    kind: str
    bin: int | None
    name: str
    key: str
    planned_arrival: datetime
    leg_m: int
    detour_m: int | None
    load_percent: int
    risk: float
    fill_percent: float | None
    reason: str
    values: str
    """As stored: JSON."""
    outcome: str
    closed_at: datetime | None
    number: str
    choice: str
    alarm_at: datetime | None
    vehicle: str
    look: str
    day: date
    today: date
    free: bool
    """Whether the one who looks may still decide for the bin."""

    @property
    def params(self) -> dict[str, Any]:
        return json.loads(self.values)

    @property
    def figure(self) -> str:
        """The one figure that decided: the risk, or when the load is tipped."""
        return formatting.percent(round(self.risk * 100)) if self.bin else formatting.clock(self.planned_arrival)

    @property
    def why(self) -> str:
        if self.bin:
            return sentences.reason(self, self.day)
        return sentences.tipping(self.load_percent, int(self.params.get("lunch_after_minutes", 0)))

    @property
    def done(self) -> str:
        return f"{Outcome(self.outcome).label} {formatting.clock(self.closed_at)}" if self.outcome else ""


class WaitingRow(NamedTuple):
    """A bin that waits for another day."""

    bin: int
    external_id: str
    name: str
    risk: float
    fill_percent: float | None
    reason: str
    values: str
    """As stored: JSON."""
    choice: str
    day: date
    today: date
    free: bool
    """Whether the one who looks may still decide for the bin."""

    @property
    def params(self) -> dict[str, Any]:
        return json.loads(self.values)

    @property
    def risk_percent(self) -> int:
        return round(self.risk * 100)

    @property
    def why(self) -> str:
        return sentences.reason(self, self.day)


class Sensor(NamedTuple):
    """A sensor that someone should look after: silent for so many hours, or with so little battery."""

    bin: int
    name: str
    silent_h: int | None
    battery_percent: float | None

    @property
    def sentence(self) -> str:
        return sentences.sensor(self.silent_h, self.battery_percent)


class Tab(NamedTuple):
    """A vehicle's route, as the page names it."""

    route: int
    vehicle: str
    look: str
    crew: int | None
    starts_at: datetime
    ends_at: datetime
    distance_m: int
    stops: int
    """Bins on it."""
    places: int
    """Bins and tipping."""


class Idle(NamedTuple):
    """A vehicle that the plan leaves at home, and how many work orders wait for its crew instead."""

    name: str
    orders: int


class Head(NamedTuple):
    """What stands above a plan."""

    day: date
    today: date
    state: str
    chosen: int
    total: int
    vehicles: tuple[str, ...]
    starts_at: datetime | None
    ends_at: datetime | None
    away: tuple[tuple[str, date], ...]
    """Vehicles on repair, and until when."""
    idle: tuple[Idle, ...]
    computed_at: datetime | None
    computed_seconds: float | None
    notes: tuple[tuple[str, int], ...]
    error: str
    sent: tuple[datetime, str] | None
    """When it was sent to the crews, and by whom."""
    changed: int
    """Bins that a planner has decided for since the plan was computed."""
    called: int
    """Bins outside the plan that have called since it was computed."""
    may_plan: bool

    @property
    def driving(self) -> str:
        return formatting.list_of(list(self.vehicles))


class Curve(NamedTuple):
    """What other service levels would cost today, lowest first, and the level that was chosen, 0–1."""

    costs: tuple[Cost, ...]
    chosen: float
    day: date
    free: bool
    """Whether the one who looks may choose another level."""

    @property
    def charts(self) -> tuple[Line, Line]:
        return charts.cost_of_levels(self.costs, self.chosen), charts.full_at_levels(self.costs, self.chosen)

    @property
    def rows(self) -> list[tuple[Cost, str, str, bool]]:
        """Each level with its percentage in words, as a form sends it, and whether it is the chosen one."""
        return [
            (one, formatting.percent(one.level * 100, 1), f"{one.level * 100:.1f}", abs(one.level - self.chosen) < 0.0005)
            for one in self.costs
        ]


class Figures(NamedTuple):
    """A plan beside the fixed rounds. Lengths in metres, money in kronor, ``overflow`` in hours with a full bin."""

    distance_m: int
    fixed_distance_m: int
    cost_kr: int
    fixed_cost_kr: int
    emptyings: int
    fixed_emptyings: int
    fixed_below_half: int
    overflow_h: float
    fixed_overflow_h: float
    overflow_low_h: float
    overflow_high_h: float

    @property
    def shorter(self) -> int | None:
        """How much shorter than the fixed rounds, percent; negative when longer, None when there are none."""
        return round(100 * (1 - self.distance_m / self.fixed_distance_m)) if self.fixed_distance_m else None

    @property
    def answer(self) -> str:
        """The trade in one sentence; empty on a day without fixed rounds."""
        if not self.fixed_distance_m:
            return ""
        return sentences.trade(self.distance_m - self.fixed_distance_m, self.overflow_h, self.fixed_overflow_h)

    @property
    def longer(self) -> int:
        return -(self.shorter or 0)

    @property
    def cheaper(self) -> int:
        return self.fixed_cost_kr - self.cost_kr
