"""The past of one bin: readings, emptyings, alarms, work, reports; the latest of each, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from stadig.city import clock
from stadig.sensing import queries as sensing
from stadig.ui.formatting import moment
from stadig.waste.models import AlarmKind, EmptyingSource, ReportKind, ReportState
from stadig.waste.queries.bins import Facts
from stadig.work.models import State

PERIOD = timedelta(days=14)

EMPTYINGS = "SELECT at, fill_before, source FROM waste_emptying WHERE bin_id = %s AND at >= %s AND at <= %s ORDER BY at"
ALARMS = "SELECT kind, raised_at, closed_at FROM waste_binalarm WHERE bin_id = %s ORDER BY raised_at DESC LIMIT 8"
REPORTS = """
SELECT kind, state, created_at, text, photo_id FROM waste_report WHERE bin_id = %s ORDER BY created_at DESC LIMIT 8
"""
ORDERS = """
SELECT id, title, state, opened_at FROM work_workorder
WHERE (source_label = 'waste.report' AND source_id IN (SELECT id FROM waste_report WHERE bin_id = %s AND same_as_id IS NULL))
    OR (source_label = 'waste.stop' AND source_id IN (SELECT id FROM waste_stop WHERE bin_id = %s))
    OR (source_label = 'waste.alarm' AND source_id IN (SELECT id FROM waste_binalarm WHERE bin_id = %s))
ORDER BY opened_at DESC LIMIT 8
"""
"""Work that residents' reports, crews' stops or alarms at the bin have led to."""


class Emptied(NamedTuple):
    at: datetime
    fill_before: float | None
    source: str
    when: str
    """``at`` in words."""

    @property
    def how(self) -> str:
        return str(EmptyingSource(self.source).label)


class PastAlarm(NamedTuple):
    """``raised`` and ``over`` in words; ``over`` is empty while it stands."""

    kind: str
    raised: str
    over: str

    @property
    def label(self) -> str:
        return str(AlarmKind(self.kind).label)


class Said(NamedTuple):
    """What a resident said, and when in words."""

    kind: str
    state: str
    said: str
    text: str
    photo_id: int | None

    @property
    def label(self) -> str:
        return str(ReportKind(self.kind).label)

    @property
    def state_label(self) -> str:
        return str(ReportState(self.state).label)


class Order(NamedTuple):
    """Work at the bin; ``opened`` in words."""

    pk: int
    title: str
    state: str
    opened: str

    @property
    def state_label(self) -> str:
        return str(State(self.state).label)


@dataclass(frozen=True, slots=True)
class Past:
    """Fourteen days of readings (percent) with the emptyings among them, oldest first."""

    start: datetime
    end: datetime
    times: tuple[datetime, ...]
    values: tuple[float, ...]
    emptyings: tuple[Emptied, ...]

    def rows(self) -> list[dict[str, object]]:
        """For a file: time and percent."""
        return [{"0": at, "1": value} for at, value in zip(self.times, self.values, strict=True)]


def fourteen_days(thing: Facts) -> Past:
    """Two queries."""
    end = clock.now()
    start = end - PERIOD
    times: tuple[datetime, ...] = ()
    values: tuple[float, ...] = ()
    if thing.fill_datastream:
        found = sensing.series(thing.fill_datastream, start, end + timedelta(seconds=1))
        times, values = tuple(found.times), tuple(found.values.tolist())
    emptied = tuple(
        Emptied(*row, moment(row[0]))  # pyright: ignore[reportCallIssue]
        for row in _rows(EMPTYINGS, thing.pk, start, end)
    )
    return Past(start, end, times, values, emptied)


def alarms(thing: Facts) -> tuple[PastAlarm, ...]:
    return tuple(
        PastAlarm(kind, moment(raised), moment(closed) if closed else "") for kind, raised, closed in _rows(ALARMS, thing.pk)
    )


def reports(thing: Facts) -> tuple[Said, ...]:
    return tuple(Said(kind, state, moment(at), text, photo) for kind, state, at, text, photo in _rows(REPORTS, thing.pk))


def orders(thing: Facts) -> tuple[Order, ...]:
    return tuple(Order(pk, title, state, moment(at)) for pk, title, state, at in _rows(ORDERS, *[thing.pk] * 3))


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
