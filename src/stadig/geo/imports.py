"""Bringing streets and districts in: read by the engines, checked, written in one transaction, safe to run again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from shapely.geometry import mapping
from shapely.validation import make_valid

from stadig.city import audit, cells, clock, tables
from stadig.city.models import District, Municipality
from stadig.city.tables import Column, Row, RowFault, TableFault
from stadig.city.verbs import verb
from stadig.geo import actions, layers, shapes, streets
from stadig.geo.models import Feature, Street
from stadig.geo.plane import Plane
from stadig.geo.streets import StreetsRead

AGES = re.compile(r"\d{1,3}\s*(-\s*\d{1,3}|\+)?(\s*år)?")
_CODES = ("code", "kod", "nyko", "id", "omradeskod", "deso", "statistikkod", "objectid")
_NAMES = ("name", "namn", "omrade", "stadsdel", "district", "omradesnamn")


@dataclass(slots=True)
class Report:
    """What an import did, or would do."""

    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: int = 0
    notes: list[str] = field(default_factory=list)


def import_streets(
    path: Path,
    *,
    name: str,
    source: str,
    licence: str,
    crs: str = "",
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda count: None,
) -> Report:
    """Read a file of streets and keep it as the network ``name``; an earlier one of that name is replaced.

    Raises
    ------
    GeoError
        The file cannot be read, or its streets do not hang together.
    """
    found = streets.read(path, crs=crs, progress=progress)
    network = found.network
    report = Report(
        read=found.segments_read, notes=[f"{network.size} junctions and {len(network.tail)} one-way segments can be driven"]
    )
    if cut := found.junctions_read - network.size:
        report.notes.append(f"{cut} junctions were left out: one cannot drive both there and back")
    with transaction.atomic():
        report.created = _keep_streets(found, name=name, source=source, licence=licence)
        if dry_run:
            transaction.set_rollback(True)
    return report


@verb
def _keep_streets(found: StreetsRead, *, name: str, source: str, licence: str) -> int:
    saved = actions.save_network(name, found.network, source=source, licence=licence, at=clock.now())
    saved.streets.all().delete()
    Street.objects.bulk_create(
        [
            Street(
                network=saved, name=one.name, street_class=one.street_class, length_m=one.length_m, geometry=mapping(one.geometry)
            )
            for one in found.streets
        ],
        batch_size=500,
    )
    Feature.objects.filter(source=source).delete()
    Feature.objects.bulk_create(
        [Feature(kind=one.kind, name=one.name, geometry=mapping(one.geometry), source=source) for one in found.shapes],
        batch_size=500,
    )
    layers.forget()
    layers.draw_all()
    audit.record(None, "imported streets", saved)
    return len(found.streets)


def import_districts(
    path: Path,
    *,
    population: Path | None = None,
    code: str = "",
    name: str = "",
    crs: str = "",
    dry_run: bool = False,
    on_fault: Callable[[RowFault], None] = lambda fault: None,
) -> Report:
    """Read districts as shapes, and their people from a table; a district with a known code is changed, others are new.

    ``code``, ``name``: which properties hold them, where they have other names than the usual.

    Raises
    ------
    GeoError, TableFault
        A file cannot be read, or lacks codes or names.
    """
    report = Report()
    people = _people(population, report, on_fault) if population else {}
    with transaction.atomic():
        _keep_districts(path, people, report, code=code, name=name, crs=crs, on_fault=on_fault)
        if dry_run:
            transaction.set_rollback(True)
    return report


@verb
def _keep_districts(
    path: Path,
    people: dict[str, dict[str, int]],
    report: Report,
    *,
    code: str,
    name: str,
    crs: str,
    on_fault: Callable[[RowFault], None],
) -> int:
    known = {one.code: one for one in District.objects.select_for_update()}
    met: set[str] = set()
    for one in shapes.read(path, crs=crs):
        report.read += 1
        values = _district(one, code, name)
        if isinstance(values, RowFault) or values["code"] in met:
            report.faults += 1
            on_fault(
                values
                if isinstance(values, RowFault)
                else RowFault(one.number, "code", values["code"], "stands twice; codes must differ")
            )
            continue
        met.add(values["code"])
        if values["code"] in people:
            values["population"] = people[values["code"]]
        district = known.get(values["code"])
        if district is None:
            District.objects.create(**values)
            report.created += 1
        elif changed := [key for key, value in values.items() if getattr(district, key) != value]:
            for key in changed:
                setattr(district, key, values[key])
            district.save()
            report.changed += 1
        else:
            report.unchanged += 1
    if lost := sorted(set(people) - met):
        report.notes.append(f"the table of people names districts that are not in the map: {', '.join(lost[:10])}")
    if kept := sorted(set(known) - met):
        report.notes.append(f"{len(kept)} districts already here are not in the file and were kept: {', '.join(kept[:10])}")
    layers.forget()
    layers.draw_all()
    if municipality := Municipality.objects.filter(pk=1).first():
        audit.record(None, "imported districts", municipality)
    return report.created


def _district(one: shapes.Shape, code: str, name: str) -> dict[str, Any] | RowFault:
    facts = {key.casefold(): value for key, value in one.properties.items()}
    codes = (code.casefold(),) if code else _CODES
    names = (name.casefold(),) if name else _NAMES
    found = next((cells.text(facts[key]) for key in codes if facts.get(key) not in (None, "")), "")
    called = next((cells.text(facts[key]) for key in names if facts.get(key) not in (None, "")), "")
    if not called:
        return RowFault(
            one.number,
            name or "name",
            "",
            f"has no name; say which it is with --map name=PROPERTY. Properties: {', '.join(one.properties)}",
        )
    if not found:
        found = called
    if len(found) > 20:
        found = found[:20]
    area = one.geometry if one.geometry.is_valid else make_valid(one.geometry)
    if area.geom_type == "GeometryCollection":
        polygons = [part for part in area.geoms if part.geom_type in ("Polygon", "MultiPolygon")]  # type: ignore[attr-defined]
        area = max(polygons, key=lambda part: part.area) if polygons else area
    if area.geom_type not in ("Polygon", "MultiPolygon") or area.is_empty:
        return RowFault(one.number, "geometry", one.geometry.geom_type, "is no area; a district is a Polygon or MultiPolygon")
    return {"code": found, "name": called[:100], "geometry": _as_json(mapping(area)), "area_m2": _area_m2(area)}


def _as_json(geometry: Any) -> dict[str, Any]:
    """Tuples become lists and coordinates seven decimals, as the database will give them back."""

    def rounded(part: Any) -> Any:
        return [round(float(x), 7) for x in part] if isinstance(part[0], int | float) else [rounded(one) for one in part]

    return {"type": geometry["type"], "coordinates": rounded(geometry["coordinates"])}


def _area_m2(area: Any) -> int:
    import shapely

    plane = Plane(area.centroid.x, area.centroid.y)
    return round(shapely.transform(area, lambda xy: plane.to_metres(xy[:, 0], xy[:, 1])).area)


def _people(path: Path, report: Report, on_fault: Callable[[RowFault], None]) -> dict[str, dict[str, int]]:
    """Code → {age band: people}. Either a column per age band, or rows of code, age and number."""
    table = tables.open_table(path)
    bands = [heading for heading in table.headings if AGES.fullmatch(heading.strip().casefold())]
    count = cells.whole(0, 10_000_000)
    columns = [Column("code", (*_CODES, "område"), required=True)]
    if bands:
        columns += [Column(heading, (heading,), count) for heading in bands]
    else:
        columns += [
            Column("age", ("ålder", "åldersgrupp", "age band"), required=True),
            Column("people", ("antal", "folkmängd", "count", "number"), count, required=True),
        ]
    people: dict[str, dict[str, int]] = {}
    for row in tables.typed(table, columns, tables.match(table, columns)):
        if isinstance(row, RowFault):
            report.faults += 1
            on_fault(row)
        else:
            _count_people(row, people, bands)
    if not people:
        raise TableFault(
            f"{path.name}: holds no people. It needs a code, and a column per age band (0-5, 6-15, …) or the columns ålder and antal."
        )
    return people


def _count_people(row: Row, people: dict[str, dict[str, int]], bands: list[str]) -> None:
    mine = people.setdefault(row.values["code"], {})
    if bands:
        mine.update({_band(heading): row.values[heading] for heading in bands if heading in row.values})
    else:
        band = _band(row.values["age"])
        mine[band] = mine.get(band, 0) + row.values["people"]


def _band(written: str) -> str:
    return re.sub(r"\s|år", "", written.casefold()).replace("–", "-")
