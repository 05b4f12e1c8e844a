"""Which district a place lies in."""

from __future__ import annotations

from functools import lru_cache

import shapely
from django.db import connection
from shapely.geometry import shape

from stadig.city.models import District

Version = tuple[int, int]


def at(lon: float, lat: float) -> District | None:
    """The district around a place (WGS 84), or None outside them all. It comes without its geometry."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(max(xmin::text::bigint), 0) FROM city_district")
        count, newest = cursor.fetchone() or (0, 0)
    keys, tree = _drawn((count, newest))
    found = tree.query(shapely.Point(lon, lat), predicate="within")
    return District.objects.defer("geometry", "population").filter(pk=keys[int(min(found))]).first() if len(found) else None


@lru_cache(maxsize=2)
def _drawn(version: Version) -> tuple[list[int], shapely.STRtree]:
    """Every district's id and shape; ``version`` is another as soon as one is added or changed."""
    rows = list(District.objects.order_by("pk").values_list("pk", "geometry"))
    drawn = [(pk, shape(geometry)) for pk, geometry in rows if geometry]
    return [pk for pk, _ in drawn], shapely.STRtree([one for _, one in drawn])
