"""``stadig demo --real DIR``: real readings on real streets, read at run time; nothing of it lies in the program.

Expects, under ``DIR``: ``osm/stockholm_inner_osmnx_2020.tar.gz`` (OpenStreetMap, ODbL 1.0), ``bins/edinburgh_collections.csv.gz``
(City of Edinburgh Council, OGL v3.0), ``bins/wyndham_fill_daily.csv`` and ``bins/wyndham_containers.csv`` (Wyndham City
Council, CC BY). What is real: every level, every time of day and weekday, every street. What we have arranged, and say on
every page: the bins stand at places in Stockholm that we drew, and the readings are moved in time by whole weeks to end today.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from stadig.city import cells, tables
from stadig.city.tables import Column, Row

STREETS = "osm/stockholm_inner_osmnx_2020.tar.gz"
EDINBURGH, WYNDHAM, WYNDHAM_BINS = (
    "bins/edinburgh_collections.csv.gz",
    "bins/wyndham_fill_daily.csv",
    "bins/wyndham_containers.csv",
)
NAME = "Mätstad"
WEEK_S = 7 * 86400
SAID = {
    "E": "Mätningarna är från Edinburgh 2016. Platsen i Stockholm har vi lottat.",
    "W": "Mätningarna är från Wyndham i Australien 2018–2020. Platsen i Stockholm har vi lottat.",
}
LOAD_L = 24_000
"""What a vehicle with a press takes, litres as they lie in the bins: 1.7 t at 0.07 kg/l, a small compactor truck."""
_OLD = datetime(2010, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Source:
    """One city's bins: levels as they were read, emptyings as they were written down."""

    letter: str
    names: dict[str, str]
    """Number → what the source calls the place."""
    readings: dict[str, list[tuple[float, float]]]
    """Number → (seconds since 1970, percent)."""
    emptied: dict[str, list[tuple[float, float]]]
    """Number → (seconds since 1970, percent before)."""

    @property
    def last_s(self) -> float:
        return max(series[-1][0] for series in self.readings.values())


def edinburgh(path: Path) -> Source:
    """Emptyings seen by the sensors: each gives a level just before and one just after."""
    columns = (
        Column("site", ("site",), required=True),
        Column("name", ("site_name", "address")),
        Column("at", ("collected_at",), cells.moment(ZoneInfo("Europe/London"), earliest=_OLD), required=True),
        Column("before", ("fill_before",), cells.number(0, 100), required=True),
        Column("after", ("fill_after",), cells.number(0, 100)),
    )
    names: dict[str, str] = {}
    emptied: dict[str, dict[float, tuple[float, float]]] = {}
    for row in _rows(path, columns):
        names.setdefault(row["site"], row.get("name", row["site"]))
        emptied.setdefault(row["site"], {})[row["at"].timestamp()] = (row["before"], row.get("after", 0.0))
    readings = {
        site: [pair for at, (before, after) in sorted(events.items()) for pair in ((at - 60, before), (at, after))]
        for site, events in emptied.items()
    }
    return Source(
        "E",
        names,
        readings,
        {site: [(at, before) for at, (before, _) in sorted(events.items())] for site, events in emptied.items()},
    )


def wyndham(levels: Path, containers: Path) -> Source:
    """A level a day from compacting bins; rows marked ALERT are faults and left out. Emptyings are seen as falls."""
    from stadig.waste import rate

    names = {
        row["serial"]: row["description"]
        for row in _rows(containers, (Column("serial", (), required=True), Column("description", (), required=True)))
    }
    columns = (
        Column("bin", ("Bin ID",), required=True),
        Column("level", ("Fullness",), cells.number(0, 10), required=True),
        Column("at", ("timestamp",), cells.moment(ZoneInfo("Australia/Melbourne"), earliest=_OLD), required=True),
        Column("reason", ()),
    )
    found: dict[str, dict[float, float]] = {}
    for row in _rows(levels, columns):
        if row.get("reason") != "ALERT":
            found.setdefault(row["bin"], {})[row["at"].timestamp() + 12 * 3600] = row["level"] * 10
    readings = {number: sorted(series.items()) for number, series in found.items()}
    emptied = {
        number: [(one.before_s, one.fill_before) for one in rate.emptyings(rate.clean(*zip(*series, strict=True)), compacts=True)]
        for number, series in readings.items()
    }
    return Source("W", names, readings, emptied)


def _rows(path: Path, columns: tuple[Column, ...]) -> Iterable[dict[str, Any]]:
    table = tables.open_table(path)
    for row in tables.typed(table, columns, tables.match(table, columns)):
        if isinstance(row, Row):
            yield row.values


def seed(
    folder: Path, say: Callable[[str], None] = lambda text: None, *, now: datetime | None = None, iterations: int | None = None
) -> None:
    """Write a whole city of real readings: staff, streets, bins, levels, emptyings, vehicles and today's plan.

    ``iterations`` shortens the search for today's plan, for tests.

    Raises
    ------
    FileNotFoundError
        A file is missing; the message names it.
    """
    from stadig.city import clock
    from stadig.config import demo

    missing = [name for name in (STREETS, EDINBURGH, WYNDHAM, WYNDHAM_BINS) if not (folder / name).exists()]
    if missing:
        raise FileNotFoundError(f"{folder} lacks {', '.join(missing)}.")
    present = now or demo.opening_time(clock.real_now())
    with clock.frozen(present):
        streets = _ground(folder, say)
        for source in (edinburgh(folder / EDINBURGH), wyndham(folder / WYNDHAM, folder / WYNDHAM_BINS)):
            count, kept = _bins(source, streets, present)
            say(f"  {count} bins with {kept} levels. {SAID[source.letter]}")
        _fleet(streets)
        say("  planning today")
        _plan(iterations)
    demo._set_clock(present)


def _ground(folder: Path, say: Callable[[str], None]) -> Any:
    """Staff, streets, and six districts cut from the streets' extent."""
    from stadig.city import actions, services
    from stadig.city import demo as city
    from stadig.geo import imports, queries

    report = imports.import_streets(
        folder / STREETS, name="town", source="© OpenStreetMap-bidragsgivare, Stockholms innerstad 2020", licence="ODbL 1.0"
    )
    say(f"  Stockholm's streets: {report.notes[0]}")
    streets = queries.network("town")
    services.sync()
    west, south, east, north = streets.bounds
    border = _box(west, south, east, north)
    areas = []
    for number, name in enumerate(("Nordväst", "Norr", "Nordost", "Sydväst", "Söder", "Sydost")):
        column, row = number % 3, number // 3
        wide, high = (east - west) / 3, (north - south) / 2
        shape = _box(west + column * wide, north - (row + 1) * high, west + (column + 1) * wide, north - row * high)
        areas.append(city.Area(f"R{number + 1}", name, shape, 0, {"0-5": 1, "6-15": 1, "16-64": 5, "65-79": 2, "80+": 1}))
    city.seed(NAME, "9998", border, areas, seed=1)
    actions.set_municipality(
        None, name=NAME, code="9998", border=border, made_up=True,
        slogan="Riktiga mätningar från Edinburgh och Wyndham, lagda på Stockholms gator. Platserna är lottade.",
    )  # fmt: skip
    return streets


def _box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}


def place(number: str, streets: Any) -> tuple[float, float]:
    """A junction for a bin: drawn from its number, so that it is the same each time."""
    drawn = int.from_bytes(hashlib.sha256(number.encode()).digest()[:8], "big") % streets.size
    return float(streets.lon[drawn]), float(streets.lat[drawn])


def _bins(source: Source, streets: Any, present: datetime) -> tuple[int, int]:
    from django.db import connection, transaction

    from stadig.sensing import storage
    from stadig.waste import sensors
    from stadig.waste.imports import _Districts
    from stadig.waste.models import Bin, BinKind, Emptying, EmptyingSource, KindOfBin

    compacts = source.letter == "W"
    kind, _ = BinKind.objects.get_or_create(
        slug="wyndham-compactor" if compacts else "edinburgh-enevo",
        defaults={
            "name": "Komprimator 570 l" if compacts else "Korg 480 l",
            "kind": KindOfBin.COMPACTOR if compacts else KindOfBin.ORDINARY,
            "volume_l": 140 if compacts else 480,
            "compaction": 5 if compacts else 1,
            "service_seconds": 120 if compacts else 90,
        },
    )
    moved = np.floor((present.timestamp() - source.last_s) / WEEK_S) * WEEK_S
    finder = _Districts()
    with transaction.atomic():
        bins = []
        for number, series in source.readings.items():
            lon, lat = place(source.letter + number, streets)
            bins.append(
                Bin(
                    external_id=f"{source.letter}-{number}", name=source.names.get(number, number)[:120], kind=kind, lon=lon, lat=lat,
                    district=finder.at(lon, lat), access_note=SAID[source.letter],
                    installed=datetime.fromtimestamp(series[0][0] + moved, UTC).date(), fixed_weekdays=_usual_days(source.emptied[number]),
                )
            )  # fmt: skip
        bins = Bin.objects.bulk_create(bins)
        sensors.connect(bins, sensor=SAID[source.letter].split(".")[0])
        streams, times, levels = _columns(bins, source, moved)
        kept = storage.write(connection, streams, times, levels, now=present).stored
        how = EmptyingSource.INFERRED if compacts else EmptyingSource.MEASURED
        Emptying.objects.bulk_create(
            Emptying(bin=thing, at=datetime.fromtimestamp(at + moved, UTC), fill_before=before, source=how)
            for thing, events in zip(bins, source.emptied.values(), strict=True)
            for at, before in events
        )
    return len(bins), kept


def _columns(bins: list[Any], source: Source, moved: float) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64]]:
    series = list(source.readings.values())
    streams = np.repeat([thing.fill_datastream for thing in bins], [len(one) for one in series]).astype(np.int32)
    rows = np.array([pair for one in series for pair in one])
    return streams, np.round((rows[:, 0] + moved) * 1e6).astype(np.int64), rows[:, 1]


def _usual_days(emptied: list[tuple[float, float]]) -> list[int]:
    """A fixed round that comes about as often as the bin was emptied; the real schedules are not in the data."""
    often = (emptied[-1][0] - emptied[0][0]) / 86400 / (len(emptied) - 1) if len(emptied) > 2 else 7.0
    if often < 1.8:
        return [1, 2, 3, 4, 5, 6]
    return [1, 3, 5] if often < 3.5 else [2, 5]


def _fleet(streets: Any) -> None:
    """Four vehicles from a depot in the south-west, one tipping station in the north-east."""
    from stadig.city.models import Factor, Organisation
    from stadig.waste.demo import FACTORS
    from stadig.waste.models import Depot, TippingStation, Vehicle

    west, south, east, north = streets.bounds
    corners = streets.snap([west, east], [south, north])[0]
    depot = Depot.objects.create(name="Depå sydväst", lon=streets.lon[corners[0]], lat=streets.lat[corners[0]])
    TippingStation.objects.create(
        name="Tömningsstation nordost",
        lon=streets.lon[corners[1]],
        lat=streets.lat[corners[1]],
        opens=time(6),
        closes=time(17),
        unload_minutes=12,
    )
    unit = Organisation.objects.filter(name="Gata och park").first()
    for position in range(1, 5):
        crew, _ = Organisation.objects.get_or_create(
            name=f"Bil {position}", kind=Organisation.Kind.CREW, defaults={"parent": unit}
        )
        Vehicle.objects.create(
            name=f"Bil {position}",
            position=position,
            crew=crew,
            depot=depot,
            capacity_l=LOAD_L,
            shift_start=time(6, 30),
            shift_end=time(15),
        )
    for factor in FACTORS:
        Factor.objects.get_or_create(slug=factor["slug"], year=factor["year"], defaults=factor)


def _plan(iterations: int | None) -> None:
    from stadig.city import clock
    from stadig.city.models import User
    from stadig.waste.actions import forecasts, planning, plans

    forecasts.refresh()
    begin = clock.midnight(clock.today())
    with clock.frozen(min(clock.now(), begin + timedelta(hours=5, minutes=12))):
        plan = plans.ask(User.objects.filter(username="leila").first(), clock.today(), defer=False)
        if plan.computation:
            planning.compute(plan.pk, plan.computation, iterations=iterations)
