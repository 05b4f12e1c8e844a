"""Bringing bins and their readings in from tables: checked row by row, written in batches, safe to run again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from django.db import connection, transaction
from shapely.geometry import shape

from stadig.city import audit, cells, clock, tables
from stadig.city.models import District
from stadig.city.tables import Column, Row, RowFault
from stadig.city.verbs import verb
from stadig.geo.shapes import SWEREF99_TM, mover
from stadig.sensing import storage
from stadig.waste import sensors
from stadig.waste.models import Bin, BinKind, KindOfBin

AT_ONCE = 20_000
USUAL_VOLUME_L = {KindOfBin.ORDINARY: 140, KindOfBin.COMPACTOR: 120, KindOfBin.UNDERGROUND: 2400}
USUAL_COMPACTION = {KindOfBin.COMPACTOR: 5}
USUAL_SERVICE_S = {KindOfBin.ORDINARY: 75, KindOfBin.COMPACTOR: 120, KindOfBin.UNDERGROUND: 240}
_KINDS = {
    "ordinary": KindOfBin.ORDINARY, "vanlig": KindOfBin.ORDINARY, "papperskorg": KindOfBin.ORDINARY, "standard": KindOfBin.ORDINARY,
    "compactor": KindOfBin.COMPACTOR, "komprimator": KindOfBin.COMPACTOR, "komprimerande": KindOfBin.COMPACTOR, "big belly": KindOfBin.COMPACTOR,
    "bigbelly": KindOfBin.COMPACTOR, "solcell": KindOfBin.COMPACTOR, "underground": KindOfBin.UNDERGROUND, "underjordisk": KindOfBin.UNDERGROUND,
    "markbehållare": KindOfBin.UNDERGROUND,
}  # fmt: skip
_DAYS = {
    "måndag": 1, "tisdag": 2, "onsdag": 3, "torsdag": 4, "fredag": 5, "lördag": 6, "söndag": 7,
    "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6, "sunday": 7,
}  # fmt: skip


def weekdays(cell: Any) -> list[int]:
    """``mån, ons, fre`` or ``1 3 5`` → [1, 3, 5]; ``dagligen`` → every day."""
    written = cells.text(cell).casefold()
    if written in ("dagligen", "varje dag", "daily"):
        return [1, 2, 3, 4, 5, 6, 7]
    found: set[int] = set()
    for word in written.replace(",", " ").replace("+", " ").replace("/", " ").replace("och", " ").split():
        numbers = {number for name, number in _DAYS.items() if len(word) >= 2 and name.startswith(word)}
        if word.isdigit() and 1 <= int(word) <= 7:
            numbers = {int(word)}
        if len(numbers) != 1:
            raise cells.BadCell("is not weekdays; write for example mån, ons, fre")
        found |= numbers
    return sorted(found)


BINS = (
    Column(
        "external_id",
        ("id", "korg", "korg-id", "korgid", "nummer", "littera", "beteckning", "serial", "bin id", "bin"),
        required=True,
    ),
    Column("name", ("namn", "plats", "adress", "beskrivning", "description", "address", "site name", "gata", "placering")),
    Column("lat", ("latitud", "latitude", "breddgrad", "wgs84 lat"), cells.number()),
    Column("lon", ("longitud", "longitude", "lng", "long", "längdgrad", "wgs84 lon"), cells.number()),
    Column("east", ("e", "x", "öst", "easting", "x-koordinat", "koordinat e", "sweref e"), cells.number()),
    Column("north", ("n", "y", "nord", "northing", "y-koordinat", "koordinat n", "sweref n"), cells.number()),
    Column("kind", ("typ", "sort", "korgtyp", "type", "modell"), cells.one_of(_KINDS)),
    Column("volume_l", ("volym", "volym (l)", "liter", "volume", "capacity", "kapacitet"), cells.whole(20, 10_000)),
    Column("district", ("område", "stadsdel", "distrikt", "area")),
    Column("installed", ("uppsatt", "installerad", "installationsdatum"), cells.day()),
    Column("fixed_weekdays", ("tömningsdagar", "veckodagar", "tömningsschema", "weekdays"), weekdays),
    Column("key", ("nyckel",)),
    Column("access_note", ("anmärkning", "not", "kommentar", "note")),
)


def readings_columns(zone: ZoneInfo, latest: datetime, scale: float) -> tuple[Column, ...]:
    """The fields of a reading; ``scale`` turns the file's levels into percent."""
    return (
        Column("bin", ("korg", "korg-id", "bin id", "external id", "id", "serial", "nummer", "sensor"), required=True),
        Column("at", ("tid", "tidpunkt", "datum", "timestamp", "time", "datetime", "mättid"), cells.moment(zone, latest=latest), required=True),
        Column(
            "fill", ("fyllnad", "fyllnadsgrad", "nivå", "fullness", "level", "fill percent", "värde", "value"),
            cells.number(-5 / scale, 105 / scale), required=True,
        ),
    )  # fmt: skip


@dataclass(slots=True)
class Report:
    """What an import did, or would do."""

    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: int = 0
    notes: list[str] = field(default_factory=list)


Fault = Callable[[RowFault], None]
Progress = Callable[[float], None]


def import_bins(
    path: Path, *, given: Mapping[str, str] | None = None, sheet: str = "", crs: str = "", dry_run: bool = False,
    on_fault: Fault = lambda fault: None, progress: Progress = lambda share: None,
) -> Report:  # fmt: skip
    """Read bins; one with a known number is changed, others are new. ``crs``: of east and north, else SWEREF 99 TM.

    Raises
    ------
    TableFault
        The file cannot be read, or lacks a column that is needed.
    """
    table = tables.open_table(path, sheet=sheet)
    found = tables.match(table, BINS, given)
    if not ({"lat", "lon"} <= found.keys() or {"east", "north"} <= found.keys()):
        raise tables.TableFault(
            f"{table.name}: found no place. It needs the columns lat and lon, or east and north. Columns: {', '.join(table.headings)}. "
            "Say which they are: --map lat=COLUMN --map lon=COLUMN"
        )
    report = Report()
    with transaction.atomic():
        _keep_bins(tables.typed(table, BINS, found), report, crs, on_fault, lambda: progress(table.done))
        if dry_run:
            transaction.set_rollback(True)
    return report


@verb
def _keep_bins(rows: Iterator[Row | RowFault], report: Report, crs: str, on_fault: Fault, tell: Callable[[], None]) -> int:
    known = {one.external_id: one for one in Bin.objects.select_for_update(of=("self",)).select_related("kind", "district")}
    finder = _Districts()
    move = mover(crs or SWEREF99_TM, "the file")
    met: dict[str, int] = {}

    def fault(one: RowFault) -> None:
        report.faults += 1
        on_fault(one)

    for row in rows:
        report.read += 1
        if report.read % 50 == 0:
            tell()
        if isinstance(row, RowFault):
            fault(row)
            continue
        number = row.values["external_id"]
        if number in met:
            fault(RowFault(row.number, "external_id", number, f"stands on row {met[number]} too; the first one counts"))
            continue
        met[number] = row.number
        values = _bin_values(row, known.get(number), finder, move)
        if isinstance(values, RowFault):
            fault(values)
        else:
            _keep_bin(number, values, known.get(number), report)
    return report.created


def _keep_bin(number: str, values: dict[str, Any], thing: Bin | None, report: Report) -> None:
    if thing is None:
        made = Bin.objects.create(external_id=number, **values)
        audit.record(None, "imported", made)
        report.created += 1
    elif changed := [key for key, value in values.items() if getattr(thing, key) != value]:
        for key in changed:
            setattr(thing, key, values[key])
        thing.save()
        audit.record(None, "changed by import: " + ", ".join(changed), thing)
        report.changed += 1
    else:
        report.unchanged += 1


def _bin_values(row: Row, thing: Bin | None, finder: _Districts, move: Any) -> dict[str, Any] | RowFault:
    """What the row says of the bin; for a new one, with the usual where it says nothing."""
    said = row.values
    place = _place(row, move)
    if isinstance(place, RowFault):
        return place
    values: dict[str, Any] = {key: said[key] for key in ("installed", "fixed_weekdays") if key in said}
    values |= {key: said[key][:length] for key, length in (("name", 120), ("key", 20), ("access_note", 200)) if key in said}
    if place:
        values["lon"], values["lat"] = place
    elif thing is None:
        return RowFault(row.number, "lat", "", "has no place; a new bin needs lat and lon, or east and north")
    if "district" in said:
        if not (district := finder.named(said["district"])):
            return RowFault(
                row.number, "district", said["district"], "is no district here; import districts first, or leave the column out"
            )
        values["district"] = district
    elif place and (district := finder.at(*place)):
        values["district"] = district
    if thing is None or "kind" in said or "volume_l" in said:
        kind = said.get("kind", thing.kind.kind if thing else KindOfBin.ORDINARY)
        values["kind"] = _kind(
            KindOfBin(kind), said.get("volume_l", thing.kind.volume_l if thing and "kind" not in said else None)
        )
    if thing is None:
        values = {"name": said["external_id"], "installed": clock.today()} | values
    return values


def _place(row: Row, move: Any) -> tuple[float, float] | RowFault | None:
    said = row.values
    if "lat" in said and "lon" in said:
        lat, lon = said["lat"], said["lon"]
        if abs(lat) > 90 or abs(lon) > 180:
            return RowFault(
                row.number,
                "lat",
                f"{lat:g}, {lon:g}",
                "is not latitude and longitude; are they metres? Then: --map east=… --map north=…",
            )
        if 10 <= lat <= 25 and 54 <= lon <= 70:
            return RowFault(
                row.number,
                "lat",
                f"{lat:g}, {lon:g}",
                "latitude and longitude have changed places; name them with --map lat=… --map lon=…",
            )
        return round(lon, 7), round(lat, 7)
    if "east" in said and "north" in said:
        east, north = sorted((said["east"], said["north"]))
        point = move(shapely.Point(east, north)) if move else shapely.Point(said["east"], said["north"])
        if not (np.isfinite(point.x) and np.isfinite(point.y) and 54 <= point.y <= 71 and 9 <= point.x <= 26):
            return RowFault(
                row.number,
                "east",
                f"{east:g}, {north:g}",
                "lies outside Sweden; name the coordinate system, for example --crs EPSG:3011",
            )
        return round(point.x, 7), round(point.y, 7)
    return None


def _kind(kind: KindOfBin, volume_l: int | None) -> BinKind:
    volume = volume_l or USUAL_VOLUME_L[kind]
    same = BinKind.objects.filter(kind=kind, volume_l=volume).order_by("pk").first()
    return same or BinKind.objects.create(
        slug=f"{kind}-{volume}", name=f"{kind.label} {volume} l", kind=kind, volume_l=volume,
        compaction=USUAL_COMPACTION.get(kind, 1), service_seconds=USUAL_SERVICE_S[kind],
    )  # fmt: skip


class _Districts:
    """Districts by code, by name and by place."""

    def __init__(self) -> None:
        self._all = list(District.objects.all())
        self._named = {key.casefold(): one for one in self._all for key in (one.name, one.code)}
        self._tree = shapely.STRtree([shape(one.geometry) for one in self._all])

    def named(self, written: str) -> District | None:
        return self._named.get(written.casefold())

    def at(self, lon: float, lat: float) -> District | None:
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return self._all[int(hits[0])] if len(hits) else None


def import_readings(
    path: Path, *, given: Mapping[str, str] | None = None, sheet: str = "", zone: ZoneInfo = clock.STOCKHOLM, scale: float = 1.0,
    dry_run: bool = False, on_fault: Fault = lambda fault: None, progress: Progress = lambda share: None,
) -> Report:  # fmt: skip
    """Read fill levels into *sensing*, in batches of 20,000 rows that each stand or fall alone.

    ``scale``: percent per unit of the file (10 for levels 0–10). The same reading again changes nothing; another level at
    the same instant is a fault. An import that stops can be run again.

    Raises
    ------
    TableFault
        The file cannot be read, or lacks a column that is needed.
    """
    table = tables.open_table(path, sheet=sheet)
    columns = readings_columns(zone, clock.now(), scale)
    found = tables.match(table, columns, given)
    report = Report()
    bins = {one.external_id: one for one in Bin.objects.select_related("kind")}

    def fault(one: RowFault) -> None:
        report.faults += 1
        on_fault(one)

    batch: list[Row] = []
    for row in tables.typed(table, columns, found):
        report.read += 1
        if isinstance(row, RowFault):
            fault(row)
        elif row.values["bin"] not in bins:
            fault(RowFault(row.number, table.headings[found["bin"]], row.values["bin"], "is no bin here; import the bins first"))
        else:
            batch.append(row)
        if len(batch) >= AT_ONCE:
            _keep_readings(batch, bins, report, scale=scale, dry_run=dry_run, fault=fault)
            batch = []
            progress(table.done)
    _keep_readings(batch, bins, report, scale=scale, dry_run=dry_run, fault=fault)
    progress(1.0)
    return report


def _keep_readings(
    batch: Sequence[Row], bins: Mapping[str, Bin], report: Report, *, scale: float, dry_run: bool, fault: Fault
) -> None:
    if not batch:
        return
    had = {thing.pk: thing.fill_datastream for thing in bins.values()}
    with transaction.atomic():
        sensors.connect([bins[number] for number in {row.values["bin"] for row in batch}])
        written = storage.write(
            connection,
            [bins[row.values["bin"]].fill_datastream or 0 for row in batch],
            [row.values["at"] for row in batch],
            [min(100.0, max(0.0, row.values["fill"] * scale)) for row in batch],
            now=clock.now(),
        )
        if dry_run:
            transaction.set_rollback(True)
    if dry_run:
        for thing in bins.values():
            thing.fill_datastream = had[thing.pk]
    report.created += written.stored
    report.unchanged += written.repeated
    for reason, rows in written.refused.items():
        for n in rows.tolist():
            row = batch[n]
            why = {"conflict": "another level is already kept for that instant; the first one stands"}.get(
                reason, f"was refused: {reason}"
            )
            fault(RowFault(row.number, "fill", f"{row.values['fill']:g}", why))
