"""What is known of how a service works for people: how far they come, how long it takes, by which way, how easy it was.

Counts alone, of a period; nothing here says who. Fewer than :data:`LEAST` are never shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any, Final

from django.db import connection

from stadig.city import clock
from stadig.eservices.models import Tally
from stadig.eservices.package import Package

LEAST: Final = 10
"""Fewer people than this are suppressed: they could be guessed."""
DAYS: Final = 365
Z: Final = 1.96
"""Half the width of a 95 % interval in standard errors."""
COUNTS = """
SELECT service, kind, channel, step, value, band, sum(count) FROM eservices_tally WHERE day >= %s AND day <= %s
  AND (%s = '' OR service = %s) GROUP BY 1, 2, 3, 4, 5, 6
"""
HANDLING = """
SELECT type.slug, count(*), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (
  ORDER BY extract(epoch FROM c.closed_at - c.registered_at) / 86400.0)
FROM cases_case c JOIN cases_casetype type ON type.id = c.type_id
WHERE c.closed_at >= %s AND c.closed_at < %s AND (%s = '' OR type.slug = %s) GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of what people answered, 1–5, with its 95 % interval. Of so many answers."""

    value: float
    low: float
    high: float
    answers: int


@dataclass(frozen=True, slots=True)
class Handling:
    """Days from when it came in until it was closed: half of the cases took at most ``median``, nine of ten at most ``most``."""

    cases: int
    median: float
    most: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One service in one period. What is None was too little to show."""

    service: str
    started: int
    submitted: int
    reached: Mapping[str, int]
    channels: Mapping[str, int]
    handling: Handling | None
    ease: Mean | None
    ease_by_channel: Mapping[str, Mean]
    ease_by_band: Mapping[str, Mean]
    answers: int

    @property
    def share_submitted(self) -> float | None:
        """Of those who began on the web, the share that submitted, in percent."""
        return None if self.started < LEAST else min(100.0, 100 * self.submitted / self.started)


def of(service: str = "", *, days: int = DAYS) -> dict[str, Figures]:
    """The figures of every service, or of one, in the last ``days``. Two queries."""
    until = clock.today()
    begin = until - timedelta(days=days)
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [begin.isoformat(), until.isoformat(), service, service])
        rows = cursor.fetchall()
        cursor.execute(HANDLING, [clock.midnight(begin), clock.midnight(until + timedelta(days=1)), service, service])
        handled = {slug: _handling(count, both) for slug, count, both in cursor.fetchall()}
    names = {row[0] for row in rows} | set(handled) | ({service} if service else set())
    return {name: _figures(name, [row[1:] for row in rows if row[0] == name], handled.get(name)) for name in sorted(names)}


def steps(package: Package, figures: Figures, language: str) -> list[tuple[str, int]]:
    """(what the step is called, how many came there), in the order of the form, from those who began to those who submitted."""
    return [(package.text(f"step.{step.id}.title", language), figures.reached.get(step.id, 0)) for step in package.flow.steps]


def _figures(name: str, rows: list[tuple[Any, ...]], handling: Handling | None) -> Figures:
    started = submitted = 0
    reached: Counter[str] = Counter()
    channels: Counter[str] = Counter()
    scores: dict[tuple[str, str], Counter[int]] = {}
    for kind, channel, step, value, band, count in rows:
        number = int(count)
        if kind == Tally.Kind.STARTED:
            started += number
        elif kind == Tally.Kind.REACHED:
            reached[step] += number
        elif kind == Tally.Kind.SUBMITTED:
            submitted += number
            channels[channel] += number
        elif kind == Tally.Kind.RATED:
            scores.setdefault((channel, band), Counter())[value] += number
    return Figures(
        service=name,
        started=started,
        submitted=submitted,
        reached=dict(reached),
        channels=dict(channels) if submitted >= LEAST else {},
        handling=handling,
        ease=mean(_together(scores)),
        ease_by_channel=_means(scores, 0),
        ease_by_band=_means(scores, 1),
        answers=_together(scores).total(),
    )


def _together(scores: Mapping[tuple[str, str], Counter[int]]) -> Counter[int]:
    return sum(scores.values(), Counter[int]())


def _means(scores: Mapping[tuple[str, str], Counter[int]], part: int) -> dict[str, Mean]:
    found: dict[str, Mean] = {}
    for name in sorted({key[part] for key in scores} - {""}):
        shown = mean(_together({key: one for key, one in scores.items() if key[part] == name}))
        if shown is not None:
            found[name] = shown
    return found


def mean(scores: Counter[int]) -> Mean | None:
    """The mean with its 95 % interval (normal approximation, kept within 1–5); None below :data:`LEAST` answers."""
    count = scores.total()
    if count < LEAST:
        return None
    value = sum(score * number for score, number in scores.items()) / count
    spread = sum(number * (score - value) ** 2 for score, number in scores.items()) / (count - 1)
    half = Z * sqrt(spread / count)
    return Mean(value, max(1.0, value - half), min(5.0, value + half), count)


def _handling(count: int, both: list[float]) -> Handling | None:
    return Handling(count, both[0], both[1]) if count >= LEAST else None


def period(days: int = DAYS) -> tuple[date, date]:
    """The first and the last day that figures are of."""
    return clock.today() - timedelta(days=days), clock.today()
