"""The base map as layers, from the sea up: drawn once after each import, sent compressed, cut for server-drawn maps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.db import connection
from shapely.geometry import shape

from stadig.city import clock
from stadig.city.models import District
from stadig.city.municipality import current
from stadig.geo import drawing
from stadig.geo.drawing import Base, Drawn, Path, View
from stadig.geo.models import Feature, FeatureKind, MapLayer, Street, StreetNetwork

LAYERS: dict[str, tuple[str, ...]] = {
    "land": (FeatureKind.LAND, FeatureKind.ISLAND),
    "gront": (FeatureKind.PARK, FeatureKind.FOREST, FeatureKind.BEACH),
    "bebyggelse": (FeatureKind.BUILT, FeatureKind.SQUARE, FeatureKind.HARBOUR),
    "vatten": (FeatureKind.RIVER, FeatureKind.LAKE),
    "byggnader": (FeatureKind.BUILDING,),
    "gator": (),
    "omraden": (),
    "grans": (FeatureKind.BORDER,),
    "platser": (
        FeatureKind.SCHOOL, FeatureKind.CARE_HOME, FeatureKind.TOWN_HALL, FeatureKind.LIBRARY, FeatureKind.CHURCH,
        FeatureKind.STATION, FeatureKind.BRIDGE, FeatureKind.DEPOT, FeatureKind.TIPPING, FeatureKind.OTHER,
    ),
}  # fmt: skip
"""Layer → the kinds of shapes in it, in drawing order. The sea is the background wherever a municipality has drawn its land."""


def names() -> tuple[str, ...]:
    """Every layer's name, in drawing order."""
    return tuple(LAYERS)


def has_land() -> bool:
    """Whether land is drawn, so that the background is sea."""
    return Feature.objects.filter(kind__in=LAYERS["land"]).exists()


def bounds() -> tuple[float, float, float, float] | None:
    """West, south, east, north of the streets last imported; None when there are none."""
    latest = StreetNetwork.objects.order_by("-imported_at", "-pk")
    return latest.values_list("west", "south", "east", "north").first()


def sources() -> list[str]:
    """Where the map comes from, to be said on every map."""
    return [f"{source} ({licence})" for source, licence in StreetNetwork.objects.values_list("source", "licence").distinct()]


def layer(name: str) -> MapLayer:
    """A finished layer; it is drawn now if nothing has asked for it since the last import. Raises KeyError for another name."""
    LAYERS[name]
    return MapLayer.objects.filter(name=name).first() or _draw(name)


def draw_all() -> None:
    """Draw every layer now, so that no one has to wait for it."""
    for name in LAYERS:
        layer(name)


def forget() -> None:
    """Shapes have changed: every layer is drawn anew at the next question."""
    MapLayer.objects.all().delete()


def tags() -> tuple[str, ...]:
    """The tag of each layer drawn: a change makes new ones."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT etag FROM geo_maplayer ORDER BY name")
        return tuple(tag for (tag,) in cursor.fetchall())


def paths(window: View, kinds: Sequence[str] = ()) -> list[Path]:
    """The base map seen through a window, as SVG paths from the bottom up. ``kinds`` chooses; streets are ``street-main`` etc."""
    known = dict(MapLayer.objects.values_list("name", "etag"))
    for name in LAYERS:
        if name not in known:
            known[name] = _draw(name).etag
    return list(_seen(tuple(known[name] for name in LAYERS), window, tuple(kinds)))


@lru_cache(maxsize=64)
def _seen(tags: tuple[str, ...], window: View, kinds: tuple[str, ...]) -> tuple[Path, ...]:
    """The same window is asked for again and again by those who look at the same plan."""
    return tuple(_base(tags).paths(window, kinds))


@lru_cache(maxsize=2)
def _base(tags: tuple[str, ...]) -> Base:
    """Kept per process under the layers' tags; a change makes new tags."""
    bodies = dict(MapLayer.objects.filter(etag__in=tags).values_list("name", "body"))
    return Base(one for name in LAYERS if name in bodies for one in drawing.unpacked(bytes(bodies[name])))


def _draw(name: str) -> MapLayer:
    body = drawing.packed(list(_shapes(name)))
    tag = hashlib.sha256(name.encode() + body).hexdigest()[:16]
    drawn, _ = MapLayer.objects.update_or_create(name=name, defaults={"etag": tag, "body": body, "drawn_at": clock.now()})
    return drawn


def _shapes(name: str) -> Iterable[Drawn]:
    if name == "gator":
        latest = StreetNetwork.objects.order_by("-imported_at", "-pk").values_list("pk", flat=True).first()
        streets = Street.objects.filter(network=latest).order_by("-street_class", "pk")
        return [Drawn(f"street-{street.street_class}", street.name, shape(street.geometry)) for street in streets]
    if name == "omraden":
        return [Drawn("district", one.name, shape(one.geometry)) for one in District.objects.order_by("code") if one.geometry]
    found = Feature.objects.filter(kind__in=LAYERS[name]).order_by("pk")
    shapes = [Drawn(one.kind, one.name, shape(one.geometry)) for one in found]
    if name == "grans" and not shapes and (border := current().border):
        shapes.append(Drawn(FeatureKind.BORDER, current().name, shape(border)))
    return shapes
