"""Spatial functions: the bounding box sifts in SQL, Shapely decides. Degrees, WGS 84, as GeoJSON has them.

``geo.distance`` and ``geo.length`` answer in degrees, as servers on plain geometries do; there is no PostGIS here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from stadig.sensing.sta.errors import Refused

MAX_WKT = 20_000

PREDICATES: dict[str, Callable[[BaseGeometry, BaseGeometry], Any]] = {
    "geo.intersects": shapely.intersects,
    "st_intersects": shapely.intersects,
    "st_equals": shapely.equals,
    "st_disjoint": shapely.disjoint,
    "st_touches": shapely.touches,
    "st_within": shapely.within,
    "st_overlaps": shapely.overlaps,
    "st_crosses": shapely.crosses,
    "st_contains": shapely.contains,
}
BOXED = frozenset(PREDICATES) - {"st_disjoint"}
"""Predicates that only hold where the bounding boxes meet."""
_RELATION = re.compile(r"[TF012*]{9}")


def literal(text: str) -> BaseGeometry:
    """The geometry of a WKT literal.

    Raises
    ------
    Refused
        The text is not well-known text, or larger than ``MAX_WKT``.
    """
    body = text.split(";", 1)[1] if text[:5].upper() == "SRID=" and ";" in text else text
    if len(body) > MAX_WKT:
        raise Refused(f"A geometry of more than {MAX_WKT} characters is too large for a filter.")
    try:
        found = shapely.from_wkt(body)
    except (ShapelyError, ValueError):
        found = None
    if found is None or found.is_empty or not all(math.isfinite(x) for x in found.bounds):
        raise Refused(f"'{text[:80]}' is not well-known text, for example POINT(17.5 59.2).")
    return found


def pattern(text: object) -> str:
    """A DE-9IM pattern for ``st_relate``.

    Raises
    ------
    Refused
        The text is no such pattern.
    """
    if not isinstance(text, str) or not _RELATION.fullmatch(text.upper()):
        raise Refused("st_relate takes a pattern of nine characters from T F 0 1 2 *.")
    return text.upper()


def geojson(value: Any) -> BaseGeometry | None:
    """The geometry of a GeoJSON geometry or feature; none where there is no geometry that makes sense."""
    if isinstance(value, dict) and value.get("type") == "Feature":
        value = value.get("geometry")
    if not isinstance(value, dict):
        return None
    try:
        found = shape(value)
        if found.is_empty or not all(math.isfinite(x) for x in found.bounds):
            return None
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError, NotImplementedError, RecursionError):
        return None
    return found


def decide(name: str, one: BaseGeometry | None, other: BaseGeometry | None, relation: str = "") -> Any:
    """The value of a spatial function: a truth, or a number of degrees; none where a geometry is missing."""
    if one is None:
        return None
    try:
        if name == "geo.length":
            return float(one.length)
        if other is None:
            return None
        if name == "geo.distance":
            return float(shapely.distance(one, other))
        if name == "st_relate":
            return bool(shapely.relate_pattern(one, other, relation))
        return bool(PREDICATES[name](one, other))
    except (ShapelyError, ValueError):
        return None
