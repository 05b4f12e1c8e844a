"""Lines of lists as plain values, rounded to what is written: equal rows look the same, so a page draws each of them once.

The words are properties: they are asked for when a row is drawn, in the language of the one who reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from stadig.city import clock
from stadig.ui import formatting
from stadig.waste import sentences
from stadig.waste.models import BinKind, KindOfBin, Vehicle
from stadig.waste.queries.bins import Area, BinState, Filter, Level, OpenAlarm

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FAR_OFF_H = 24 * 14
"""A forecast further away than this is not worth a word in a list."""


class BinRow(NamedTuple):
    """A bin in a list. ``hours*`` are rounded; ``spoke`` is how many minutes ago the sensor spoke, or when in words."""

    pk: int
    name: str
    place: str
    district: str
    alarms: tuple[OpenAlarm, ...]
    level: Level
    fill: int | None
    hours: float | None
    soonest: float | None
    latest: float | None
    spoke: int | str
    guessed: bool
    emptied: bool

    @property
    def words(self) -> str:
        return sentences.LEVELS[self.level]()

    @property
    def until(self) -> str:
        if self.hours is None or self.hours > FAR_OFF_H:
            return ""
        return sentences.hours(self.hours) if self.hours else _("nu")

    @property
    def span(self) -> str:
        return sentences.span(self)

    @property
    def heard(self) -> str:
        return formatting.minutes_ago(self.spoke) if isinstance(self.spoke, int) else self.spoke


def of(states: Iterable[BinState]) -> list[BinRow]:
    """One row for each state, as it is written now."""
    now = clock.now()
    return [_row(state, now) for state in states]


def _row(state: BinState, now: datetime) -> BinRow:
    thing = state.bin
    district = thing.district.name if thing.district else ""
    return BinRow(
        thing.pk,
        thing.name,
        f"{district} · {thing.kind.name}" if district else thing.kind.name,
        district,
        state.alarms,
        state.level,
        state.fill,
        _rounded(state.hours),
        _rounded(state.soonest),
        _rounded(state.latest),
        _spoke(state, now),
        state.guessed,
        state.emptied_at is not None,
    )


def _rounded(hours: float | None) -> float | None:
    """As ``sentences.hours`` writes it: less than one, whole hours up to two days, then whole days."""
    if not hours or hours >= 1:
        return hours and float(round(hours) if hours < 48 else 24 * round(hours / 24))
    return 0.5


def _spoke(state: BinState, now: datetime) -> int | str:
    if state.read_at is None or state.emptied_at or not timedelta() <= now - state.read_at < DAY:
        return sentences.heard(state)
    return (now - state.read_at) // MINUTE


class Now(NamedTuple):
    """A list of bins in figures."""

    total: int
    full: int
    silent: int
    alarms: int


def now(states: Sequence[BinState]) -> Now:
    """How many of the bins are full, guessed and calling."""
    return Now(
        len(states),
        len([state for state in states if state.level is Level.FULL]),
        len([state for state in states if state.guessed]),
        len([state for state in states if state.alarms]),
    )


class FilterRow(NamedTuple):
    """What a list may be narrowed to, and what has been chosen; choices as (value, name)."""

    wanted: Filter
    districts: tuple[Area, ...]

    @property
    def kinds(self) -> Sequence[tuple[str, str]]:
        return KindOfBin.choices

    @property
    def levels(self) -> tuple[tuple[str, str], ...]:
        return tuple((level.value, word()) for level, word in sentences.LEVELS.items() if level is not Level.UNKNOWN)

    @property
    def sorts(self) -> tuple[tuple[str, str], ...]:
        return ("hours", _("Full snarast")), ("fill", _("Fullast")), ("name", _("Namn")), ("read", _("Tyst längst"))


class VehicleRow(NamedTuple):
    """A vehicle in a list; ``away_until`` in words when it is away for repair."""

    pk: int
    name: str
    crew: str
    shift_start: time
    shift_end: time
    capacity_l: int
    away_until: str


def vehicle(one: Vehicle, today: date) -> VehicleRow:
    """One row for a vehicle, as of today."""
    away = formatting.day(one.repair_until) if one.repair_until and one.repair_until >= today else ""
    crew = one.crew.name if one.crew else ""
    return VehicleRow(one.pk, one.name, crew, one.shift_start, one.shift_end, one.capacity_l, away)


class KindRow(NamedTuple):
    """A kind of bin in a list."""

    name: str
    kind: str
    volume_l: int
    compaction: Decimal
    service_seconds: int

    @property
    def label(self) -> str:
        return str(KindOfBin(self.kind).label)


def kinds() -> tuple[KindRow, ...]:
    """Every kind of bin."""
    return tuple(KindRow(*row) for row in BinKind.objects.order_by("pk").values_list(*KindRow._fields))
