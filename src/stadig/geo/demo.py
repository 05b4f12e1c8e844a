"""Lindhamn's streets and base map."""

from __future__ import annotations

import numpy as np
from django.db import transaction
from shapely import set_precision
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform

from stadig.city import clock
from stadig.city.sorting import sort_key
from stadig.geo import actions
from stadig.geo.models import Feature, Street, StreetNetwork
from stadig.geo.network import Network, build
from stadig.geo.plane import Plane
from stadig.geo.town.world import World

NETWORK = "town"
SOURCE = "Lindhamn, påhittad av Stadig"
LICENCE = "CC0-1.0"


def network(world: World) -> Network:
    """The town's streets as a network to drive on."""
    drawn = world.network
    return build(
        drawn.nodes[:, 0],
        drawn.nodes[:, 1],
        list(zip(drawn.tail.tolist(), drawn.head.tolist(), strict=True)),
        length_m=drawn.length_m,
        limit_kmh=drawn.speed_kmh,
        names=drawn.name,
        lines=[list(line.coords) for line in drawn.shape],
    )


@transaction.atomic
def seed(world: World) -> StreetNetwork:
    """Store the streets and shapes; what an earlier seed stored goes."""
    saved = actions.save_network(NETWORK, network(world), source=SOURCE, licence=LICENCE, at=clock.now())
    saved.streets.all().delete()
    Street.objects.bulk_create(
        Street(
            network=saved,
            name=street.name,
            sort_key=sort_key(street.name),
            street_class=street.kind,
            length_m=round(sum(_metres(world, street.name)), 1),
            geometry=_multi(mapping(street.shape)),
        )
        for street in world.streets
    )
    Feature.objects.filter(source=SOURCE).delete()
    Feature.objects.bulk_create(
        Feature(kind=feature.kind, name=feature.name, sort_key=sort_key(feature.name), geometry=feature.geojson, source=SOURCE)
        for feature in world.features
    )
    Feature.objects.create(
        kind="border", name=world.name, sort_key=sort_key(world.name), geometry=mapping(world.border), source=SOURCE
    )
    return saved


def _metres(world: World, name: str) -> list[float]:
    """Lengths of a street's pieces; a two-way piece counts once."""
    drawn = world.network
    seen: dict[tuple[int, int], float] = {}
    for edge, called in enumerate(drawn.name):
        if called == name:
            seen[tuple(sorted((int(drawn.tail[edge]), int(drawn.head[edge]))))] = float(drawn.length_m[edge])  # pyright: ignore[reportArgumentType]
    return list(seen.values())


def _multi(geometry: dict[str, object]) -> dict[str, object]:
    if geometry["type"] == "LineString":
        return {"type": "MultiLineString", "coordinates": [geometry["coordinates"]]}
    return geometry


def geojson(shape: BaseGeometry) -> dict[str, object]:
    """A shape as GeoJSON, six decimals (about 10 cm)."""
    return mapping(set_precision(shape, 1e-6))


def area_m2(shape: BaseGeometry) -> int:
    """The area of a shape given in WGS 84, square metres."""
    middle = shape.centroid
    plane = Plane(middle.x, middle.y)
    return int(transform(lambda x, y, z=None: tuple(plane.to_metres(np.asarray(x), np.asarray(y)).T), shape).area)
