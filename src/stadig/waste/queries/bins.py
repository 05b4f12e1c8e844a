"""What each bin is like now. One query for bins with their forecast, one for the readings, one for alarms, one for work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Count, Q, QuerySet

from stadig.city import clock
from stadig.city.models import District
from stadig.sensing import queries as sensing
from stadig.waste import access
from stadig.waste.models import Bin, BinAlarm, Report, ReportState

FULL_AT = 95.0
"""Percent; from here a bin is called full. Its alarm is *sensing*'s own rule, and may come earlier."""
NEARLY_AT = 75.0
HALF_AT = 40.0
HEAVY = ("district__geometry", "district__population")
SILENT_AFTER = timedelta(hours=24)
"""A fill reading older than this says little of now."""


class Level(StrEnum):
    """The words come from ``waste.sentences.level``; the colour from the class of the same name."""

    FULL = "full"
    NEARLY = "nearly"
    HALF = "half"
    ROOM = "room"
    UNKNOWN = "unknown"


def level_of(fill_percent: float | None) -> Level:
    if fill_percent is None:
        return Level.UNKNOWN
    if fill_percent >= FULL_AT:
        return Level.FULL
    if fill_percent >= NEARLY_AT:
        return Level.NEARLY
    return Level.HALF if fill_percent >= HALF_AT else Level.ROOM


@dataclass(frozen=True, slots=True)
class BinState:
    """A bin now. ``hours_*`` count from now until full (0 = full); None where no forecast exists.

    ``guessed`` is true when the sensor is silent or absent, and the fill is reckoned from the usual rate.
    """

    bin: Bin
    fill_percent: float | None
    read_at: datetime | None
    guessed: bool
    level: Level
    hours: float | None
    hours_soonest: float | None
    hours_latest: float | None
    sure: str
    alarms: tuple[BinAlarm, ...]
    waiting_reports: int
    full_since: datetime | None

    @property
    def fill(self) -> int | None:
        """Whole percent."""
        return None if self.fill_percent is None else round(self.fill_percent)


def in_use(where: Q | None = None) -> QuerySet[Bin]:
    found = Bin.objects.filter(where or Q(), removed=None).select_related("kind", "district", "forecast")
    return found.defer(*HEAVY)  # a district's outline is long, and no list shows it


def _hours(fill: float, rate: float) -> float | None:
    """Hours from ``fill`` percent to full at ``rate`` percent per hour; None when it never comes."""
    if fill >= FULL_AT:
        return 0.0
    return (100.0 - fill) / rate if rate > 0 else None


def districts() -> QuerySet[District]:
    """Districts to choose among, without their outlines."""
    return District.objects.order_by("sort_key").only("code", "name", "sort_key")


def states(bins: Iterable[Bin], now: datetime | None = None, *, reports: bool = True) -> list[BinState]:
    """The state of each bin (loaded with ``in_use``), in the order given; three queries however many they are.

    ``reports=False`` leaves out how many residents wait for an answer, and a query.
    """
    bins = list(bins)
    now = now or clock.now()
    latest = sensing.latest([thing.fill_datastream for thing in bins if thing.fill_datastream])
    ids = [thing.pk for thing in bins]
    alarms: dict[int, list[BinAlarm]] = {}
    for alarm in BinAlarm.objects.filter(bin__in=ids, closed_at=None).order_by("raised_at"):
        alarms.setdefault(alarm.bin_id, []).append(alarm)
    waiting: dict[int, int] = {}
    if reports:
        waiting = _waiting(ids)
    return [
        _state(thing, latest.get(thing.fill_datastream or 0), alarms.get(thing.pk, []), waiting.get(thing.pk, 0), now)
        for thing in bins
    ]


def _waiting(ids: list[int]) -> dict[int, int]:
    """Bin → residents who have said something and wait for an answer."""
    return dict(
        Report.objects.filter(bin__in=ids, state__in=[ReportState.RECEIVED, ReportState.PLANNED])
        .order_by()
        .values_list("bin")
        .annotate(many=Count("pk"))
    )


def _state(thing: Bin, reading: Any, alarms: list[BinAlarm], waiting: int, now: datetime) -> BinState:
    forecast = getattr(thing, "forecast", None)
    fill, read_at = (reading.value, reading.time) if reading and isinstance(reading.value, float) else (None, None)
    if read_at is None and forecast:
        fill, read_at = forecast.fill_percent, forecast.read_at
    if fill is not None:
        fill = min(100.0, max(0.0, fill))
    guessed = read_at is None or now - read_at > SILENT_AFTER
    if guessed and fill is not None and read_at and forecast:
        fill = min(100.0, fill + forecast.rate_percent_per_hour * (now - read_at).total_seconds() / 3600)
    hours = soonest = late = None
    if forecast and fill is not None:
        hours = _hours(fill, forecast.rate_percent_per_hour)
        soonest = _hours(fill, forecast.rate_high)
        late = _hours(fill, forecast.rate_low)
    return BinState(
        bin=thing,
        fill_percent=fill,
        read_at=read_at,
        guessed=guessed,
        level=level_of(fill),
        hours=hours,
        hours_soonest=soonest,
        hours_latest=late,
        sure=("low" if guessed else forecast.sure) if forecast else "",
        alarms=tuple(alarms),
        waiting_reports=waiting,
        full_since=forecast.full_since if forecast and fill is not None and fill >= FULL_AT else None,
    )


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


def listed(user: Any, wanted: Filter) -> list[BinState]:
    """The states of the bins a planner asked for, filtered and sorted."""
    where = access.may_see(user)
    if wanted.words:
        where &= Q(name__icontains=wanted.words) | Q(external_id__icontains=wanted.words)
    if wanted.district.isdecimal():
        where &= Q(district_id=int(wanted.district))
    if wanted.kind:
        where &= Q(kind__kind=wanted.kind)
    found = states(in_use(where))
    if wanted.level:
        found = [state for state in found if state.level == wanted.level]
    if wanted.alarm:
        found = [state for state in found if state.alarms]
    return sorted(found, key=SORTS.get(wanted.sort, SORTS["hours"]))


def near(lon: float, lat: float, many: int = 7) -> list[BinState]:
    """The bins nearest a point, nearest first, among all in use."""
    import math

    east = math.cos(math.radians(lat)) ** 2
    nearest = sorted(in_use(), key=lambda thing: (thing.lon - lon) ** 2 * east + (thing.lat - lat) ** 2)[:many]
    return states(nearest)


def in_district(district_id: int) -> list[BinState]:
    """The bins of a district, fullest first."""
    return sorted(states(in_use(Q(district_id=district_id))), key=SORTS["fill"])
