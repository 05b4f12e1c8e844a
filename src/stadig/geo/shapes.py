# pyshp's types say that a reader that is open may lack everything.
"""Shapes from files: GeoJSON and shapefiles, plain or inside .zip and .tar.gz, in any coordinate system. No Django."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from stadig.geo.network import GeoError

WGS84 = "EPSG:4326"
SWEREF99_TM = "EPSG:3006"
LARGEST_MEMBER = 2_000_000_000
_PARTS = (".shp", ".dbf", ".shx", ".prj", ".cpg")


class BadShapeFile(GeoError):
    """The file cannot be read as shapes. The message names it, and the way out."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A geometry in WGS 84 with what the file says of it. ``number`` counts from 1."""

    number: int
    properties: dict[str, Any]
    geometry: BaseGeometry


def read(path: Path, *, crs: str = "") -> Iterator[Shape]:
    """Every shape of a file, moved to WGS 84. ``crs`` (``EPSG:3006``) overrules what the file says.

    Raises
    ------
    BadShapeFile
        It is not there, not of a kind we read, broken, or in an unknown coordinate system.
    """
    if not path.is_file():
        raise BadShapeFile(f"{path}: there is no such file.")
    try:
        if path.suffix.lower() in (".geojson", ".json"):
            yield from _geojson(path, crs)
        else:
            yield from _shapefile(path, crs)
    except (GeoError, MemoryError):
        raise
    except Exception as fault:  # each library has its own errors for a broken file
        raise BadShapeFile(
            f"{path.name}: is not a file of shapes we can read ({fault}). Export it again as GeoJSON or shapefile."
        ) from None


def mover(crs: str, name: str) -> Any:
    """A function that moves geometries from ``crs`` to WGS 84; None where they already are there. Raises BadShapeFile."""
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError

    try:
        system = CRS.from_user_input(crs)
    except CRSError:
        raise BadShapeFile(
            f"{name}: the coordinate system {crs[:80]!r} is unknown. Name it, for example --crs EPSG:3006."
        ) from None
    if system.to_epsg() == 4326 or system.is_geographic:
        return None
    transformer = Transformer.from_crs(system, WGS84, always_xy=True)

    def move(geometry: BaseGeometry) -> BaseGeometry:
        return shapely.transform(geometry, lambda xy: np.column_stack(transformer.transform(xy[:, 0], xy[:, 1])))

    return move


def _placed(number: int, properties: dict[str, Any], geometry: BaseGeometry, move: Any, name: str) -> Shape:
    geometry = shapely.force_2d(geometry)
    if move is not None and not geometry.is_empty:
        geometry = move(geometry)
    west, south, east, north = geometry.bounds if not geometry.is_empty else (0, 0, 0, 0)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadShapeFile(
            f"{name}: shape {number} lies outside the world. Name the coordinate system, for example --crs {SWEREF99_TM}."
        )
    return Shape(number, properties, geometry)


def _geojson(path: Path, crs: str) -> Iterator[Shape]:
    data = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(data, dict):
        raise BadShapeFile(f"{path.name}: is JSON, but not GeoJSON.")
    told = data.get("crs") or {}
    named = str(told.get("properties", {}).get("name", "")) if isinstance(told, dict) else ""
    move = mover(crs or named or WGS84, path.name)
    features = data.get("features") if data.get("type") == "FeatureCollection" else [data]
    for number, feature in enumerate(features or [], 1):
        geometry = feature.get("geometry", None if "type" in feature and feature["type"] == "Feature" else feature)
        if geometry:
            yield _placed(number, feature.get("properties") or {}, shape(geometry), move, path.name)


def _shapefile(path: Path, crs: str) -> Iterator[Shape]:
    import shapefile

    parts = _members(path)
    told = parts.get(".prj", b"").decode("utf-8", "replace").strip()
    move = mover(crs or told or WGS84, path.name)
    encoding = parts.get(".cpg", b"").decode("ascii", "replace").strip().lower() or "utf-8"
    reader = shapefile.Reader(
        shp=io.BytesIO(parts[".shp"]), dbf=io.BytesIO(parts[".dbf"]), encoding=_python_name(encoding), encodingErrors="replace"
    )
    with reader:
        for number, record in enumerate(reader.iterShapeRecords(), 1):
            found: Any = record.shape
            facts: Any = record.record
            if found is not None and found.shapeType:
                yield _placed(number, facts.as_dict(), shape(found.__geo_interface__), move, path.name)


def _python_name(encoding: str) -> str:
    """What a .cpg file says → a codec."""
    if encoding.isdigit():
        return f"cp{encoding}"
    return {"utf8": "utf-8", "ansi 1252": "cp1252", "system": "cp1252"}.get(encoding, encoding)


def _members(path: Path) -> dict[str, bytes]:
    """The parts of one shapefile by suffix; of several in an archive, the one with edges or else the largest."""
    suffix = path.suffix.lower()
    if suffix == ".shp":
        return {part: found.read_bytes() for part in _PARTS if (found := path.with_suffix(part)).is_file()} | _needed(path)
    if suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            sizes = {name: archive.getinfo(name).file_size for name in archive.namelist()}
            return _chosen(path, sizes, archive.read)
    if suffix in (".gz", ".tgz", ".tar"):
        with tarfile.open(path) as archive:
            files = {member.name: member for member in archive.getmembers() if member.isfile()}

            def get(name: str) -> bytes:
                opened = archive.extractfile(files[name])
                return opened.read() if opened else b""

            return _chosen(path, {name: member.size for name, member in files.items()}, get)
    raise BadShapeFile(f"{path.name}: we read .geojson, .shp, .zip and .tar.gz.")


def _needed(path: Path) -> dict[str, bytes]:
    missing = [part for part in (".shp", ".dbf") if not path.with_suffix(part).is_file()]
    if missing:
        raise BadShapeFile(
            f"{path.name}: {path.stem}{missing[0]} is missing beside it. A shapefile is several files; copy them all."
        )
    return {}


def _chosen(path: Path, sizes: dict[str, int], get: Any) -> dict[str, bytes]:
    shapes = [name for name in sizes if name.lower().endswith(".shp")]
    if not shapes:
        raise BadShapeFile(f"{path.name}: there is no shapefile inside.")
    best = max(shapes, key=lambda name: ("edge" in Path(name).stem.lower(), sizes[name]))
    stem = best[:-4]
    found = {part: name for part in _PARTS for name in sizes if name.lower() == (stem + part).lower()}
    if ".dbf" not in found:
        raise BadShapeFile(f"{path.name}: {Path(stem).name}.dbf is missing inside.")
    if sum(sizes[name] for name in found.values()) > LARGEST_MEMBER:
        raise BadShapeFile(f"{path.name}: unpacks to more than 2 GB. Cut it to your municipality first.")
    return {part: get(name) for part, name in found.items()}
