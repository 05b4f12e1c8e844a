"""From what is stored to a day's task for the engine: bins with their risk, vehicles with their shifts, driving times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from stadig.city import clock, rollout
from stadig.geo import queries as geo
from stadig.waste import rate
from stadig.waste.day import Candidate, DayTask, DayVehicle, Lock, Station
from stadig.waste.models import AlarmKind, Choice, Depot, Emptying, Plan, Report, ReportKind, ReportState, TippingStation, Vehicle
from stadig.waste.models import Candidate as Choices
from stadig.waste.queries import bins as bin_queries
from stadig.waste.queries.bins import BinState
from stadig.waste.registration import CALLING
from stadig.waste.service import worth_of

KG_PER_LITRE = 0.07
"""Litter as thrown: City of Edinburgh's Enevo bins, June to August 2016 (20.9 kg in 299 l)."""
NEXT_ROUND = time(12)
"""By then a bin left today has been reached on the next day that crews drive."""
START_COST_M = 2000
"""Taking one more vehicle out is worth it from two kilometres on."""
METRES_PER_SERVICE_S = 5.0
"""A second at a bin costs as much as so many metres of driving: 620 kr an hour for the crew against 21 kr a kilometre for the
vehicle and 30 km/h of the same crew's time (620/3600 ÷ (21 + 620/30)/1000 ≈ 4.1), rounded up for walking and the lock."""
REMEMBERED = timedelta(days=60)
_UNKNOWN_FILL = 50.0


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A day's task with what it was made from. ``states``, ``fill`` and ``dispersion`` follow ``task.bins``."""

    task: DayTask
    states: list[BinState]
    fill: NDArray[np.float64]
    """Expected percent when the day's work begins."""
    per_hour: NDArray[np.float64]
    dispersion: NDArray[np.float64]
    vehicles: dict[int, Vehicle]
    stations: dict[int, TippingStation]
    depot_of: dict[int, tuple[float, float]]
    begins: datetime
    horizon: datetime
    reports: dict[int, int]

    @property
    def ahead_days(self) -> int:
        return (clock.local(self.horizon).date() - clock.local(self.begins).date()).days

    def at(self, seconds: int) -> datetime:
        """A second of the plan's day as a moment."""
        return moment(clock.local(self.begins).date(), seconds)


def next_round(day: date) -> date:
    """The next weekday: when a bin left today can be emptied instead."""
    following = day + timedelta(days=1)
    while following.isoweekday() > 5:
        following += timedelta(days=1)
    return following


def prepare(plan: Plan, now: datetime) -> Prepared:
    """Everything the engine needs for ``plan.day``, as known at ``now``.

    Raises
    ------
    EmptyNetwork
        No streets have been imported.
    """
    vehicles = [vehicle for vehicle in Vehicle.objects.select_related("depot") if _drives(vehicle, plan.day)]
    stations = list(TippingStation.objects.order_by("pk"))
    states = bin_queries.states(bin_queries.in_use().order_by("pk"), now)
    first_shift = min((_seconds(vehicle.shift_start) for vehicle in vehicles), default=6 * 3600)
    begins = max(moment(plan.day, first_shift), now)
    horizon = moment(next_round(plan.day), _seconds(NEXT_ROUND))
    emptied = _last_emptied(states, now)
    fill, per_hour, dispersion = _expected(states, emptied, now, begins)
    hours = (horizon - begins).total_seconds() / 3600
    risk = rate.risk(fill, per_hour, dispersion, hours)
    depots: list[Depot] = [vehicle.depot for vehicle in vehicles]
    lon = [one.bin.lon for one in states] + [one.lon for one in [*stations, *depots]]
    lat = [one.bin.lat for one in states] + [one.lat for one in [*stations, *depots]]
    matrix, place = geo.driving(lon, lat, purpose="waste") if lon else (None, np.empty(0, np.int64))
    reports = _reports(states)
    calling = rollout.compiled(CALLING, max(now, begins))
    choices = dict(Choices.objects.filter(plan=plan).exclude(choice=Choice.NONE).values_list("bin", "choice"))
    bins = tuple(
        _candidate(
            one,
            int(place[n]),
            risk=float(risk[n]),
            fill=float(fill[n]),
            choice=choices.get(one.bin.pk, ""),
            told=one.bin.pk in reports,
            emptied=emptied.get(one.bin.pk),
            round_today=_round_today(one, calling, plan.day),
        )
        for n, one in enumerate(states)
    )
    at = len(states) + len(stations)
    task = DayTask(
        bins,
        tuple(_vehicle(vehicle, int(place[at + n]), plan.day, now) for n, vehicle in enumerate(vehicles)),
        tuple(_station(station, int(place[len(states) + n])) for n, station in enumerate(stations)),
        matrix.seconds if matrix else np.empty((0, 0), np.float32),
        matrix.metres if matrix else np.empty((0, 0), np.float32),
        required_risk=plan.required_risk,
        metres_per_risk=worth_of(plan.service_level),
        metres_per_service_s=METRES_PER_SERVICE_S,
    )
    return Prepared(
        task, states, fill, per_hour, dispersion, {one.pk: one for one in vehicles}, {one.pk: one for one in stations},
        {vehicle.pk: (vehicle.depot.lon, vehicle.depot.lat) for vehicle in vehicles}, begins, horizon, reports,
    )  # fmt: skip


def overflow_hours(prepared: Prepared, emptied_at: dict[int, datetime]) -> tuple[float, float, float]:
    """Expected hours with a full bin from the day's start to the next round, with the tenth and ninetieth percentile.

    ``emptied_at``: bin id → when it is emptied; other bins stand until the next round. Bins are taken as independent.
    """
    total = variance = 0.0
    for n, state in enumerate(prepared.states):
        until = emptied_at.get(state.bin.pk, prepared.horizon)
        length = max(0.0, (until - prepared.begins).total_seconds() / 3600)
        if not length:
            continue
        hours = np.linspace(0, length, 33)
        full = rate.risk(prepared.fill[n], prepared.per_hour[n], prepared.dispersion[n], hours)
        mean = float(np.trapezoid(full, hours))
        total += mean
        variance += max(0.0, 2 * float(np.trapezoid((length - hours) * full, hours)) - mean**2)
    spread = 1.2816 * variance**0.5
    return total, max(0.0, total - spread), total + spread


def fixed_today(prepared: Prepared, day: date) -> list[int]:
    """Ids of the bins the old fixed rounds would have emptied that weekday."""
    return [one.bin.pk for one in prepared.states if day.isoweekday() in one.bin.fixed_weekdays]


def moment(day: date, seconds: int) -> datetime:
    """A second after midnight on the Stockholm clock, in UTC."""
    return (datetime.combine(day, time()) + timedelta(seconds=int(seconds))).replace(tzinfo=clock.STOCKHOLM).astimezone(UTC)


def _last_emptied(states: Sequence[BinState], now: datetime) -> dict[int, datetime]:
    """Bin → when it was last emptied: a sensor that has not spoken since does not know."""
    done = Emptying.objects.filter(bin__in=[one.bin.pk for one in states], at__lte=now, at__gt=now - REMEMBERED)
    return dict(done.order_by("bin", "-at").distinct("bin").values_list("bin", "at"))


def _expected(
    states: Sequence[BinState], emptied: dict[int, datetime], now: datetime, begins: datetime
) -> tuple[NDArray[np.float64], ...]:
    """Percent when the work begins, percent per hour and dispersion of each bin."""
    rows = []
    for one in states:
        forecast = getattr(one.bin, "forecast", None)
        if forecast is None:
            per_hour, dispersion = rate.USUAL_PERCENT_PER_HOUR, rate.USUAL_DISPERSION
        else:
            per_hour = forecast.rate_percent_per_hour
            dispersion = rate.dispersion_of(forecast.rate_low, forecast.rate_high, per_hour)
        fill, since = (one.fill_percent if one.fill_percent is not None else _UNKNOWN_FILL), now
        done = emptied.get(one.bin.pk)
        if done and (one.read_at is None or done > one.read_at):
            fill, since = 0.0, done
        rows.append((min(100.0, fill + per_hour * (begins - since).total_seconds() / 3600), per_hour, dispersion))
    columns = np.array(rows, np.float64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]


def _candidate(
    state: BinState,
    place: int,
    *,
    risk: float,
    fill: float,
    choice: str,
    told: bool,
    emptied: datetime | None,
    round_today: bool | None,
) -> Candidate:
    thing = state.bin
    litres = fill / 100 * thing.kind.volume_l
    stands = [
        alarm for alarm in state.alarms if alarm.kind == AlarmKind.THRESHOLD and (emptied is None or alarm.raised_at > emptied)
    ]
    full = told or (bool(stands) and round_today is None)
    return Candidate(
        thing.pk,
        place,
        risk=risk,
        litres=litres,
        kg=litres * KG_PER_LITRE * float(thing.kind.compaction),
        service_s=thing.kind.service_seconds,
        closes_s=_seconds(thing.open_until) if thing.open_until else 24 * 3600,
        alarm=full,
        lock={Choice.IN: Lock.IN, Choice.OUT: Lock.OUT}.get(Choice(choice), Lock.NONE),
        round_today=round_today,
    )


def _round_today(state: BinState, calling: rollout.Decider, day: date) -> bool | None:
    """None where bins call, or there are no fixed weekdays to go by. There the sensor is heard but does not steer."""
    place = state.bin.district_id
    if not state.bin.fixed_weekdays or calling.is_on(("city.district", place) if place else None):
        return None
    return day.isoweekday() in state.bin.fixed_weekdays


def _vehicle(vehicle: Vehicle, place: int, day: date, now: datetime) -> DayVehicle:
    starts, ends = _seconds(vehicle.shift_start), _seconds(vehicle.shift_end)
    local = clock.local(now)
    if local.date() == day:
        starts = max(starts, local.hour * 3600 + local.minute * 60 + local.second)
    lunch = vehicle.break_minutes * 60 if starts < 13 * 3600 else 0
    return DayVehicle(vehicle.pk, place, vehicle.capacity_l, vehicle.capacity_kg, starts, ends, lunch, START_COST_M)


def _station(station: TippingStation, place: int) -> Station:
    opens = _seconds(station.opens) if station.opens else 0
    closes = _seconds(station.closes) if station.closes else 24 * 3600
    return Station(station.pk, place, station.unload_minutes * 60, opens, closes)


def _drives(vehicle: Vehicle, day: date) -> bool:
    away = vehicle.repair_until is not None and vehicle.repair_until >= day
    return not away and (vehicle.retired is None or vehicle.retired > day)


def _reports(states: Sequence[BinState]) -> dict[int, int]:
    """Bin → how many people have said that it is full and wait for us."""
    counts: dict[int, int] = {}
    waiting = Report.objects.filter(
        kind=ReportKind.FULL, state__in=[ReportState.RECEIVED, ReportState.PLANNED], bin__in=[one.bin.pk for one in states]
    )
    for number in waiting.values_list("bin", flat=True):
        counts[number] = counts.get(number, 0) + 1
    return counts


def _seconds(of_day: time) -> int:
    return of_day.hour * 3600 + of_day.minute * 60 + of_day.second
