"""What a crew needs on the street: the next stop, what is left, what else waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from stadig.city import clock
from stadig.waste import access
from stadig.waste.models import Outcome, Plan, PlanState, Route, Stop, StopKind


@dataclass(frozen=True, slots=True)
class Drive:
    """A crew's route today. ``done`` counts closed bins and ``total`` all bins; ``delay`` is how late the last closed stop was."""

    route: Route
    stops: tuple[Stop, ...]
    delay: timedelta

    @property
    def bins(self) -> list[Stop]:
        return [stop for stop in self.stops if stop.kind == StopKind.BIN]

    @property
    def total(self) -> int:
        return len(self.bins)

    @property
    def done(self) -> int:
        return sum(1 for stop in self.bins if stop.outcome)

    @property
    def left(self) -> list[Stop]:
        return [stop for stop in self.stops if not stop.outcome and stop.kind != StopKind.DEPOT]

    @property
    def next(self) -> Stop | None:
        return self.left[0] if self.left else None

    @property
    def after(self) -> Stop | None:
        return self.left[1] if len(self.left) > 1 else None

    @property
    def number(self) -> int:
        """The next bin's number among the bins."""
        return min(self.done + 1, self.total)

    @property
    def ready_at(self) -> Any:
        return self.route.ends_at + self.delay


def drives(user: Any) -> list[Route]:
    """The locked routes of today that belong to the person's crews."""
    return list(
        Route.objects.filter(access.routes_of(user), plan__day=clock.today(), plan__state=PlanState.LOCKED)
        .select_related("vehicle__depot", "plan")
        .order_by("vehicle__position")
    )


def drive(route: Route) -> Drive:
    """The stops of a route with their bins, in order; one query."""
    stops = tuple(Stop.objects.filter(route=route).select_related("bin__kind", "tipping").order_by("order"))
    closed = [stop for stop in stops if stop.closed_at and stop.outcome != Outcome.SKIPPED]
    last = max(closed, key=lambda stop: stop.closed_at, default=None)  # type: ignore[arg-type,return-value]
    delay = max(timedelta(), last.closed_at - last.planned_arrival) if last and last.closed_at else timedelta()
    return Drive(route, stops, delay)


def plan_is_sent(day: date) -> bool:
    """Whether the day's plan has been sent to the crews."""
    return Plan.objects.filter(day=day, state=PlanState.LOCKED).exists()
