"""The past of one bin: readings, emptyings, alarms, work, reports; the latest of each, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db import connection

from stadig.city import clock
from stadig.sensing import queries as sensing
from stadig.ui.formatting import moment
from stadig.waste.models import AlarmKind, EmptyingSource, ReportKind, ReportState
from stadig.waste.queries.bins import Facts
from stadig.work.models import State

PERIOD = timedelta(days=14)

PAST = """
SELECT
    (SELECT coalesce(json_agg(json_build_array(at, fill_before, source) ORDER BY at), '[]')::text
    FROM waste_emptying WHERE bin_id = %(bin)s AND at >= %(start)s AND at <= %(end)s),
    (SELECT coalesce(json_agg(json_build_array(kind, raised_at, closed_at) ORDER BY raised_at DESC), '[]')::text
    FROM (SELECT * FROM waste_binalarm WHERE bin_id = %(bin)s ORDER BY raised_at DESC LIMIT 8) a),
    (SELECT coalesce(json_agg(json_build_array(kind, state, created_at, text, photo_id) ORDER BY created_at DESC), '[]')::text
    FROM (SELECT * FROM waste_report WHERE bin_id = %(bin)s ORDER BY created_at DESC LIMIT 8) r),
    (SELECT coalesce(json_agg(json_build_array(id, title, state, opened_at) ORDER BY opened_at DESC), '[]')::text
    FROM (
        SELECT * FROM work_workorder
        WHERE (source_label = 'waste.report' AND source_id IN (
                SELECT id FROM waste_report WHERE bin_id = %(bin)s AND same_as_id IS NULL))
            OR (source_label = 'waste.stop' AND source_id IN (SELECT id FROM waste_stop WHERE bin_id = %(bin)s))
            OR (source_label = 'waste.alarm' AND source_id IN (SELECT id FROM waste_binalarm WHERE bin_id = %(bin)s))
        ORDER BY opened_at DESC LIMIT 8
    ) o)
"""
"""Emptyings of a period; the last alarms and reports; and the last work that residents' reports, crews' stops or alarms at
the bin have led to."""


class Emptied(NamedTuple):
    at: datetime
    fill_before: float | None
    source: str


class PastEmptying(NamedTuple):
    """An emptying in a list; ``when`` in words."""

    fill_before: float | None
    source: str
    when: str

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
    photo_id: UUID | None

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


_EMPTYINGS = msgspec.json.Decoder(tuple[Emptied, ...])
_ALARMS = msgspec.json.Decoder(list[tuple[str, datetime, datetime | None]])
_REPORTS = msgspec.json.Decoder(list[tuple[str, str, datetime, str, UUID | None]])
_ORDERS = msgspec.json.Decoder(list[tuple[int, str, str, datetime]])


@dataclass(frozen=True, slots=True)
class Past:
    """Fourteen days of readings (percent) with the emptyings among them, oldest first; and the last of everything else."""

    times: tuple[datetime, ...]
    values: tuple[float, ...]
    emptyings: tuple[Emptied, ...]
    alarms: tuple[PastAlarm, ...]
    reports: tuple[Said, ...]
    orders: tuple[Order, ...]

    def rows(self) -> list[dict[str, object]]:
        """For a file: time and percent."""
        return [{"0": at, "1": value} for at, value in zip(self.times, self.values, strict=True)]

    @property
    def last_emptyings(self) -> tuple[PastEmptying, ...]:
        """The eight last ones, newest first."""
        return tuple(PastEmptying(fill, source, moment(at)) for at, fill, source in self.emptyings[:-9:-1])


def fourteen_days(thing: Facts) -> Past:
    """Two queries."""
    end = clock.now()
    start = end - PERIOD
    times: tuple[datetime, ...] = ()
    values: tuple[float, ...] = ()
    if thing.fill_datastream:
        found = sensing.series(thing.fill_datastream, start, end + timedelta(seconds=1))
        times, values = tuple(found.times), tuple(found.values.tolist())
    with connection.cursor() as cursor:
        cursor.execute(PAST, {"bin": thing.pk, "start": start, "end": end})
        [(emptyings, alarms, reports, orders)] = cursor.fetchall()
    return Past(
        times,
        values,
        _EMPTYINGS.decode(emptyings),
        tuple(
            PastAlarm(kind, moment(raised), moment(closed) if closed else "") for kind, raised, closed in _ALARMS.decode(alarms)
        ),
        tuple(Said(kind, state, moment(at), text, photo) for kind, state, at, text, photo in _REPORTS.decode(reports)),
        tuple(Order(pk, title, state, moment(at)) for pk, title, state, at in _ORDERS.decode(orders)),
    )
