"""What each bin is like now: one query for all that this room knows of the bins, and one for their latest readings."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from stadig.city import clock, plain
from stadig.city.sorting import sort_key
from stadig.sensing import queries as sensing
from stadig.waste import access
from stadig.waste.models import AlarmKind, Bin, Side
from stadig.waste.queries.bins_sql import AROUND, CHOICES, COLUMNS, FACTS, IN_DISTRICT, IN_USE, NEAREST, PLACE

FULL_AT = 95.0
"""Percent; from here a bin is called full. Its alarm is *sensing*'s own rule, and may come earlier."""
NEARLY_AT = 75.0
HALF_AT = 40.0
SILENT_AFTER = timedelta(hours=24)
"""A fill reading older than this says little of now."""
REMEMBERED = timedelta(days=60)
"""An emptying older than this says nothing of a bin without a sensor."""


WHOLE = f"SELECT {plain.columns(Bin, 'waste_bin')} FROM waste_bin"  # noqa: S608 - the names are those of our own columns


class Level(StrEnum):
    """The words come from ``waste.sentences.level``; the colour from the class of the same name."""

    FULL = "full"
    NEARLY = "nearly"
    HALF = "half"
    ROOM = "room"
    UNKNOWN = "unknown"


LIMITS = (HALF_AT, NEARLY_AT, FULL_AT)
_BETWEEN = (Level.ROOM, Level.HALF, Level.NEARLY, Level.FULL)
_UNKNOWN = Level.UNKNOWN


def level_of(fill_percent: float | None) -> Level:
    return _UNKNOWN if fill_percent is None else _BETWEEN[bisect_right(LIMITS, fill_percent)]


class Kind(NamedTuple):
    """The model of a bin (``models.BinKind``)."""

    name: str
    kind: str
    volume_l: int
    compaction: Decimal
    service_seconds: int


class Area(NamedTuple):
    """The district of a bin, without its outline."""

    pk: int
    code: str
    name: str


class Forecast(NamedTuple):
    """What we believe of a bin's future (``models.BinForecast``)."""

    rate_percent_per_hour: float
    rate_low: float
    rate_high: float
    sure: str
    days_of_data: float
    battery_percent: float | None
    fill_percent: float | None
    read_at: datetime | None
    full_since: datetime | None


class Facts(NamedTuple):
    """A bin as lists and pages need it (``models.Bin``)."""

    pk: int
    external_id: str
    name: str
    sort_key: str
    lon: float
    lat: float
    side: str
    key: str
    access_note: str
    open_until: time | None
    fixed_weekdays: tuple[int, ...]
    installed: date
    fill_datastream: int | None
    district_id: int | None
    kind: Kind
    district: Area | None
    forecast: Forecast | None

    @property
    def side_label(self) -> str:
        return str(Side(self.side).label)


class OpenAlarm(NamedTuple):
    """An alarm that stands: raised, and the bin not emptied since if it was about being full."""

    kind: str
    raised_at: datetime

    @property
    def label(self) -> str:
        return str(AlarmKind(self.kind).label)


class BinState(NamedTuple):
    """A bin now. ``hours`` count from now until full (0 = full); None where no forecast exists.

    ``guessed`` is true when the sensor is silent or absent, and the fill is reckoned from the usual rate.
    ``emptied_at`` is set when a crew has emptied the bin after ``read_at``: the fill is reckoned from there
    until the sensor speaks.
    """

    bin: Facts
    fill_percent: float | None
    read_at: datetime | None
    emptied_at: datetime | None
    guessed: bool
    level: Level
    hours: float | None
    alarms: tuple[OpenAlarm, ...]
    waiting_reports: int

    @property
    def fill(self) -> int | None:
        """Whole percent."""
        return None if self.fill_percent is None else round(self.fill_percent)

    @property
    def soonest(self) -> float | None:
        return _hours(self.fill_percent, self.bin.forecast.rate_high) if self.bin.forecast else None

    @property
    def latest(self) -> float | None:
        return _hours(self.fill_percent, self.bin.forecast.rate_low) if self.bin.forecast else None

    @property
    def sure(self) -> str:
        """``high``, ``medium``, ``low``; empty without a forecast."""
        return "" if self.bin.forecast is None else "low" if self.guessed else self.bin.forecast.sure

    @property
    def full_since(self) -> datetime | None:
        return self.bin.forecast.full_since if self.bin.forecast and self.level == Level.FULL and not self.emptied_at else None


Known = tuple[Facts, datetime | None, tuple[OpenAlarm, ...], int]
"""A bin, when it was emptied, its open alarms, how many reports wait."""
_KNOWN = msgspec.json.Decoder(list[Known])


def in_use(where: Q | None = None) -> QuerySet[Bin]:
    """The bins that stand in the street."""
    return Bin.objects.filter(where or Q(), removed=None)


class Place(NamedTuple):
    """A bin as the page names it that tells of it."""

    pk: int
    name: str
    district: Area | None


def place(bin_id: int) -> Place | None:
    """A bin in use, or None."""
    with connection.cursor() as cursor:
        cursor.execute(PLACE, [bin_id])
        for pk, name, *district in cursor.fetchall():
            return Place(pk, name, Area(*district) if district[0] else None)
    return None


def areas() -> tuple[Area, ...]:
    """Districts to choose among, without their outlines."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, code, name FROM city_district ORDER BY sort_key")
        return tuple(Area(*row) for row in cursor.fetchall())


def choices() -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """(id, name) of each kind of bin, and of each district, A to Ö. One query."""
    with connection.cursor() as cursor:
        cursor.execute(CHOICES)
        rows = cursor.fetchall()
    kinds, districts = ([(pk, name) for what, _, _, pk, name in rows if what == wanted] for wanted in ("kind", "district"))
    return kinds, districts


def areas_of(found: Iterable[BinState]) -> tuple[Area, ...]:
    """The districts that these bins stand in, A to Ö."""
    return _sorted(frozenset({state.bin.district for state in found if state.bin.district}))


@lru_cache(maxsize=64)
def _sorted(areas: frozenset[Area]) -> tuple[Area, ...]:
    return tuple(sorted(areas, key=lambda area: sort_key(area.name)))


def states(chosen: QuerySet[Bin], now: datetime | None = None) -> list[BinState]:
    """The state of each bin chosen, by id: two queries however many they are, three when a sensor is long silent."""
    try:
        wanted, values = chosen.order_by().values(*COLUMNS).query.sql_with_params()
    except EmptyResultSet:
        return []
    return _states(wanted, *values, now=now)


def _states(wanted: str, *values: Any, now: datetime | None = None) -> list[BinState]:
    """The same for the bins that a statement chooses."""
    now = now or clock.now()
    with connection.cursor() as cursor:
        cursor.execute(FACTS.format(chosen=wanted), [now, now - REMEMBERED, *values])
        [(found,)] = cursor.fetchall()
    known = _KNOWN.decode(found)
    latest = sensing.latest([one[0].fill_datastream for one in known if one[0].fill_datastream])
    return [_state(one, latest.get(one[0].fill_datastream or 0), now) for one in known]


def _state(known: Known, reading: sensing.Latest | None, now: datetime) -> BinState:
    """What the sensor said, unless the bin has been emptied since; carried on at the usual rate when it says little of now."""
    facts, emptied, alarms, waiting = known
    forecast = facts.forecast
    fill = read_at = None
    if reading and reading.value.__class__ is float:
        fill, read_at = reading.value, reading.time
    elif forecast:
        fill, read_at = forecast.fill_percent, forecast.read_at
    if alarms and emptied:  # one that called it full before that waits only for the sensor to close it
        alarms = tuple(one for one in alarms if one.kind != "threshold" or one.raised_at > emptied)
    guessed = read_at is None or now - read_at > SILENT_AFTER
    since = read_at if guessed else None
    if emptied and (read_at is None or emptied > read_at):
        fill, since = 0.0, emptied
    else:
        emptied = None
    if since and fill is not None and forecast:
        fill += forecast.rate_percent_per_hour * (now - since).total_seconds() / 3600
    if fill is not None and not 0.0 <= fill <= 100.0:
        fill = 0.0 if fill < 0.0 else 100.0
    hours = _hours(fill, forecast.rate_percent_per_hour) if forecast else None
    return BinState(facts, fill, read_at, emptied, guessed, level_of(fill), hours, alarms, waiting)


def _hours(fill: float | None, rate: float) -> float | None:
    """Hours from ``fill`` percent to full at ``rate`` percent per hour; None when it never comes."""
    if fill is None:
        return None
    if fill >= FULL_AT:
        return 0.0
    return (100.0 - fill) / rate if rate > 0 else None


@dataclass(frozen=True, slots=True)
class Filter:
    """What a staff list shows; empty means everything."""

    words: str = ""
    district: str = ""
    kind: str = ""
    level: str = ""
    alarm: str = ""
    sort: str = "hours"


SORTS = {
    "name": lambda state: state.bin.sort_key,
    "fill": lambda state: -(state.fill_percent if state.fill_percent is not None else -1),
    "hours": lambda state: (state.hours if state.hours is not None else 1e9, -(state.fill_percent or 0)),
    "read": lambda state: state.read_at.timestamp() if state.read_at else 0,
}


def within_reach(user: Any) -> list[BinState]:
    """The states of all bins that a planner may see."""
    seen, values = access.seen(user)
    return _states(f"{IN_USE} AND {seen}", *values)


def one_within_reach(user: Any, bin_id: int) -> BinState | None:
    """The state of one of them, or None."""
    seen, values = access.seen(user)
    return next(iter(_states(f"{IN_USE} AND {seen} AND id = %s", *values, bin_id)), None)


def to_edit(user: Any, bin_id: int) -> Bin | None:
    """A bin that a planner may see, as its form writes on it; also one that has been taken away. One query."""
    seen, values = access.seen(user)
    with connection.cursor() as cursor:
        cursor.execute(f"{WHOLE} WHERE id = %s AND {seen}", [bin_id, *values])
        found = cursor.fetchone()
    return plain.made(Bin, iter(found)) if found else None


def on_the_way(bin_id: int) -> BinState | None:
    """The state of a bin on a crew's route, or None when it has been taken away."""
    return next(iter(_states(f"{IN_USE} AND id = %s", bin_id)), None)


def chosen(found: list[BinState], wanted: Filter) -> list[BinState]:
    """Those of the bins that were asked for, sorted."""
    if wanted.words:
        words = wanted.words.casefold()
        found = [one for one in found if words in one.bin.name.casefold() or words in one.bin.external_id.casefold()]
    if wanted.district.isdecimal():
        district = int(wanted.district)
        found = [state for state in found if state.bin.district_id == district]
    if wanted.kind:
        found = [state for state in found if state.bin.kind.kind == wanted.kind]
    if wanted.level:
        found = [state for state in found if state.level == wanted.level]
    if wanted.alarm:
        found = [state for state in found if state.alarms]
    return sorted(found, key=SORTS.get(wanted.sort, SORTS["hours"]))


def by_name() -> list[BinState]:
    """Every bin in use, A to Ö."""
    return sorted(_states(IN_USE), key=attrgetter("bin.sort_key"))


def near(lon: float, lat: float, many: int = 7) -> list[BinState]:
    """The bins nearest a point, nearest first, among all in use."""
    return _nearest_first(_states(NEAREST, lon, lat, lat, many), lon, lat)


def around(bin_id: int, many: int = 3) -> tuple[BinState, list[BinState]] | None:
    """A bin in use and those nearest to it, nearest first; None when there is no such bin."""
    found = _states(AROUND, bin_id, many + 1)
    here = next((state for state in found if state.bin.pk == bin_id), None)
    if here is None:
        return None
    return here, _nearest_first([state for state in found if state is not here], here.bin.lon, here.bin.lat)


def _nearest_first(found: list[BinState], lon: float, lat: float) -> list[BinState]:
    east = math.cos(math.radians(lat)) ** 2
    return sorted(found, key=lambda state: (state.bin.lon - lon) ** 2 * east + (state.bin.lat - lat) ** 2)


def in_district(district_id: int) -> list[BinState]:
    """The bins of a district, fullest first."""
    return sorted(_states(IN_DISTRICT, district_id), key=SORTS["fill"])
