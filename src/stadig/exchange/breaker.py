"""The circuit breaker of one agency: after five failures within a minute it is not asked for a while, then tried, then asked as usual.

Plain data and pure functions; the row that all processes share is read and written by :mod:`stadig.exchange.breaking`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final, Literal

State = Literal["shut", "open", "trying"]
SHUT: Final = "shut"
OPEN: Final = "open"
TRYING: Final = "trying"


@dataclass(frozen=True, slots=True)
class Limits:
    """When a breaker opens, and for how long. Seconds."""

    failures: int = 5
    within_s: float = 60.0
    rest_s: float = 30.0
    """How long an agency is left alone before it is tried."""
    trial_s: float = 15.0
    """A trial that no one has heard of for this long was lost with its process; another may begin."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """The state of one breaker. Times are aware."""

    state: State
    since: dt.datetime
    failures: tuple[dt.datetime, ...] = ()
    """When it failed of late, oldest first; never more than it takes to open it."""
    try_at: dt.datetime | None = None


def new(now: dt.datetime) -> Breaker:
    """One that has never failed."""
    return Breaker(SHUT, now)


def failed(before: Breaker, now: dt.datetime, limits: Limits) -> Breaker:
    """After a failure: open when it was a trial, or when there have been too many of late."""
    recent = tuple(at for at in before.failures if (now - at).total_seconds() < limits.within_s)
    failures = (*recent, now)[-limits.failures :]
    if before.state == TRYING or (before.state == SHUT and len(failures) >= limits.failures):
        return Breaker(OPEN, now, failures, now + dt.timedelta(seconds=limits.rest_s))
    return replace(before, failures=failures)


def answered(before: Breaker, now: dt.datetime) -> Breaker:
    """After an answer to a trial: shut and forgotten. An answer otherwise changes nothing: failures count within their minute."""
    return new(now) if before.state == TRYING else before


def is_due(breaker: Breaker, now: dt.datetime, limits: Limits) -> bool:
    """Whether someone should try it now: it has rested, or whoever was trying it is gone."""
    if breaker.state == OPEN:
        return breaker.try_at is None or now >= breaker.try_at
    return breaker.state == TRYING and (now - breaker.since).total_seconds() >= limits.trial_s


def tried(before: Breaker, now: dt.datetime) -> Breaker:
    """When someone has begun to try it."""
    return replace(before, state=TRYING, since=now)
