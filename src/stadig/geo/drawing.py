"""Shapes made small enough to send: simplified GeoJSON for maps in a browser, SVG paths for maps drawn on the server."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.strtree import STRtree

from stadig.geo.plane import EARTH_RADIUS_M

LARGEST_LAYER = 150_000
"""Bytes of one layer as it is sent (compressed); coarser lines are drawn until it fits."""
FROM_AFAR = 8.0
"""Metres per unit from which paths and lanes are left out: they would only be a grey haze."""
_DEGREE_M = math.pi / 180 * EARTH_RADIUS_M
_SMALL = ("street-path", "street-lane")
_FINEST_M, _COARSEST_M = 1.0, 64.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A shape to draw: ``kind`` decides its colour, ``name`` its label."""

    kind: str
    name: str
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class View:
    """A window of the map: west, south, east, north in degrees, drawn ``width`` × ``height`` units large."""

    west: float
    south: float
    east: float
    north: float
    width: float
    height: float

    def xy(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a place lies in the drawing; y grows downwards."""
        x = (lon - self.west) / (self.east - self.west) * self.width
        return round(x, 1), round((self.north - lat) / (self.north - self.south) * self.height, 1)

    @property
    def metres_per_unit(self) -> float:
        return (self.north - self.south) * _DEGREE_M / self.height


@dataclass(frozen=True, slots=True)
class Path:
    """An SVG path (``d``) or, for a place, a point (``x``, ``y``)."""

    kind: str
    name: str
    d: str = ""
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    """How wide the shape is in the drawing: a label needs room."""


def view(
    points: Sequence[tuple[float, float]], width: float, height: float, *, margin: float = 0.08, least_m: float = 400
) -> View:
    """A window that shows all points (longitude, latitude) undistorted, at least ``least_m`` metres across.

    Raises ValueError without points.
    """
    if not len(points):
        raise ValueError("A map needs at least one place to show.")
    lon, lat = np.asarray(points, np.float64).T
    east_m = _DEGREE_M * math.cos(math.radians(float(lat.mean())))
    wide = max(float(np.ptp(lon)) * east_m, least_m) * (1 + 2 * margin)
    high = max(float(np.ptp(lat)) * _DEGREE_M, least_m * height / width) * (1 + 2 * margin)
    scale = max(wide / width, high / height)
    lon0, lat0 = (float(lon.min()) + float(lon.max())) / 2, (float(lat.min()) + float(lat.max())) / 2
    half_lon, half_lat = scale * width / east_m / 2, scale * height / _DEGREE_M / 2
    return View(lon0 - half_lon, lat0 - half_lat, lon0 + half_lon, lat0 + half_lat, width, height)


def line(points: Sequence[Sequence[float]], window: View) -> str:
    """A route (longitude, latitude) as an SVG path."""
    tolerance = 0.6 * window.metres_per_unit / _DEGREE_M
    shown = shapely.simplify(shapely.LineString(points), tolerance) if len(points) > 1 else None
    return _path(shown, window) if shown is not None else ""


class Base:
    """All shapes of the base map, indexed, ready to be cut to any window."""

    def __init__(self, shapes: Iterable[Drawn]) -> None:
        self.shapes = list(shapes)
        self._tree = STRtree([one.geometry for one in self.shapes])

    def paths(self, window: View, kinds: Sequence[str] = ()) -> list[Path]:
        """What is seen through the window, in the order given, cut at its edges and simplified to half a unit."""
        box = shapely.box(window.west, window.south, window.east, window.north)
        frame = shapely.box(*_grown(window))
        tolerance = 0.5 * window.metres_per_unit / _DEGREE_M
        found: list[Path] = []
        for number in np.sort(self._tree.query(box, predicate="intersects")):
            one = self.shapes[int(number)]
            if (kinds and one.kind not in kinds) or (one.kind in _SMALL and window.metres_per_unit > FROM_AFAR):
                continue
            if isinstance(one.geometry, shapely.Point):
                x, y = window.xy(one.geometry.x, one.geometry.y)
                found.append(Path(one.kind, one.name, x=x, y=y))
                continue
            seen = shapely.simplify(shapely.intersection(one.geometry, frame), tolerance)
            if _is_dot(seen, window):
                continue
            if drawn := _path(seen, window):
                middle = shapely.intersection(one.geometry, box).representative_point()
                x, y = window.xy(middle.x, middle.y)
                west, _, east, _ = seen.bounds
                found.append(
                    Path(one.kind, one.name, drawn, x, y, round((east - west) / (window.east - window.west) * window.width, 1))
                )
        return found


def _is_dot(seen: BaseGeometry, window: View) -> bool:
    """Whether a shape is smaller than what can be seen."""
    if seen.is_empty:
        return True
    west, south, east, north = seen.bounds
    return (
        max(
            (east - west) / (window.east - window.west) * window.width,
            (north - south) / (window.north - window.south) * window.height,
        )
        < 1
    )


def collection(shapes: Iterable[Drawn], tolerance_m: float) -> dict[str, Any]:
    """A GeoJSON FeatureCollection with lines simplified to ``tolerance_m`` and five decimals (one metre)."""
    features = []
    for one in shapes:
        simple = shapely.simplify(one.geometry, tolerance_m / _DEGREE_M)
        if simple.is_empty:
            continue
        geometry = mapping(simple)
        features.append(
            {
                "type": "Feature",
                "properties": {"kind": one.kind, "name": one.name} if one.name else {"kind": one.kind},
                "geometry": {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def packed(shapes: Sequence[Drawn]) -> bytes:
    """A layer as gzipped GeoJSON of at most :data:`LARGEST_LAYER` bytes, as fine as fits."""
    tolerance = _FINEST_M
    while True:
        text = json.dumps(collection(shapes, tolerance), ensure_ascii=False, separators=(",", ":"))
        body = gzip.compress(text.encode(), compresslevel=9, mtime=0)
        if len(body) <= LARGEST_LAYER or tolerance >= _COARSEST_M:
            return body
        tolerance *= 2


def unpacked(body: bytes) -> Iterator[Drawn]:
    """The shapes of a packed layer."""
    for feature in json.loads(gzip.decompress(body))["features"]:
        properties = feature["properties"]
        yield Drawn(properties["kind"], properties.get("name", ""), shape(feature["geometry"]))


def _grown(window: View) -> tuple[float, float, float, float]:
    """The window and a little more, so that outlines along the cut are not seen."""
    lon, lat = (window.east - window.west) * 0.02, (window.north - window.south) * 0.02
    return window.west - lon, window.south - lat, window.east + lon, window.north + lat


def _path(geometry: BaseGeometry, window: View) -> str:
    return "".join(_pieces(geometry, window))


def _pieces(geometry: BaseGeometry, window: View) -> Iterator[str]:
    if geometry.geom_type == "Polygon":
        for ring in [geometry.exterior, *geometry.interiors] if not geometry.is_empty else []:  # type: ignore[attr-defined]
            yield _run(ring, window) + "Z"
    elif geometry.geom_type in ("LineString", "LinearRing"):
        if not geometry.is_empty:
            yield _run(geometry, window)
    elif hasattr(geometry, "geoms"):
        for part in geometry.geoms:  # type: ignore[attr-defined]
            yield from _pieces(part, window)


def _run(part: BaseGeometry, window: View) -> str:
    """A line in steps from point to point: half as long as with places."""
    lonlat = shapely.get_coordinates(part)
    x = np.rint((lonlat[:, 0] - window.west) / (window.east - window.west) * window.width * 10).astype(int)
    y = np.rint((window.north - lonlat[:, 1]) / (window.north - window.south) * window.height * 10).astype(int)
    steps = "".join(f"{_tenths(a)}{_tenths(b)}" for a, b in zip(np.diff(x).tolist(), np.diff(y).tolist(), strict=True) if a or b)
    return f"M{x[0] / 10:g} {y[0] / 10:g}" + ("l" + steps.removeprefix(" ") if steps else "")


def _tenths(number: int) -> str:
    """``-3`` → ``-.3``, ``12`` → `` 1.2``: a sign or a space parts it from the one before."""
    whole, part = divmod(abs(number), 10)
    written = (str(whole) if whole or not part else "") + (f".{part}" if part else "")
    return ("-" if number < 0 else " ") + written


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates[0], int | float):
        return [round(float(coordinates[0]), 5), round(float(coordinates[1]), 5)]
    return [_rounded(one) for one in coordinates]
