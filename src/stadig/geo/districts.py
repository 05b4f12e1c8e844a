"""Which district a place lies in, and which districts border on each other."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import shapely
from django.db import connection
from shapely.geometry import shape

from stadig.city.models import District

Version = tuple[int, int]
APART_DEGREES = 0.0005
"""Districts drawn so near each other border: some 50 metres north to south, the width of a street or a stream between two drawn edges."""
CORNER_DEGREES = 0.0002
"""A shorter stretch in common is a corner where districts meet: no one lives across it."""


def at(lon: float, lat: float) -> District | None:
    """The district around a place (WGS 84), or None outside them all. It comes without its geometry."""
    keys, tree = _drawn(_version())
    found = tree.query(shapely.Point(lon, lat), predicate="within")
    return District.objects.defer("geometry", "population").filter(pk=keys[int(min(found))]).first() if len(found) else None


def bordering() -> frozenset[tuple[int, int]]:
    """The ids of every two districts that border on each other, the lower first. Those that only meet in a corner do not."""
    return _borders(_version())


def _version() -> Version:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(max(xmin::text::bigint), 0) FROM city_district")
        count, newest = cursor.fetchone() or (0, 0)
    return count, newest


@lru_cache(maxsize=2)
def _borders(version: Version) -> frozenset[tuple[int, int]]:
    keys, tree = _drawn(version)
    shapes: list[Any] = list(tree.geometries)
    near = tree.query(shapes, predicate="dwithin", distance=APART_DEGREES).T.tolist()
    return frozenset(
        (min(keys[one], keys[other]), max(keys[one], keys[other]))
        for one, other in near
        if one < other and _along(shapes[one], shapes[other])
    )


def _along(one: Any, other: Any) -> bool:
    """Whether a stretch of the edge of one lies beside the other, and not a corner alone."""
    within = one.boundary.intersection(other.buffer(APART_DEGREES))
    return within.length > 2 * APART_DEGREES + CORNER_DEGREES


@lru_cache(maxsize=2)
def _drawn(version: Version) -> tuple[list[int], shapely.STRtree]:
    """Every district's id and shape; ``version`` is another as soon as one is added or changed."""
    rows = list(District.objects.order_by("pk").values_list("pk", "geometry"))
    drawn = [(pk, shape(geometry)) for pk, geometry in rows if geometry]
    return [pk for pk, _ in drawn], shapely.STRtree([one for _, one in drawn])
