"""What a generated town consists of: plain data, positions in WGS 84 (longitude, latitude)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform

METRES_PER_DEGREE = 111_320.0
"""Length of one degree of latitude, metres (mean over the ellipsoid, rounded)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A local map in metres east and north of an origin; exact enough within some tens of kilometres."""

    lon: float
    lat: float

    def lonlat(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Metres → degrees; takes numbers or arrays."""
        return self.lon + x / (METRES_PER_DEGREE * np.cos(np.radians(self.lat))), self.lat + y / METRES_PER_DEGREE

    def geographic(self, shape: BaseGeometry) -> BaseGeometry:
        """A shape in metres → the same shape in WGS 84."""
        return transform(lambda x, y, z=None: self.lonlat(np.asarray(x), np.asarray(y)), shape)


class BinKind(StrEnum):
    ORDINARY = "ordinary"
    COMPACTOR = "compactor"
    UNDERGROUND = "underground"

    @property
    def holds_l(self) -> int:
        """Litres of uncompacted litter until it is full."""
        return {"ordinary": 140, "compactor": 620, "underground": 2_400}[self.value]


@dataclass(frozen=True, slots=True)
class District:
    """A part of town; ``population`` is people per age band (``"0-5"`` … ``"80+"``)."""

    code: str
    name: str
    shape: Polygon | MultiPolygon
    population: dict[str, int]

    @property
    def residents(self) -> int:
        return sum(self.population.values())


@dataclass(frozen=True, slots=True)
class StreetNetwork:
    """A directed street graph. ``tail`` and ``head`` index ``nodes``; lengths in metres, speeds in km/h."""

    nodes: NDArray[np.float64]
    """(n, 2) longitude, latitude."""
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    length_m: NDArray[np.float32]
    speed_kmh: NDArray[np.float32]
    name: tuple[str, ...]
    """The street's name for each directed edge."""
    shape: tuple[LineString, ...]
    """The edge's line from tail to head."""


@dataclass(frozen=True, slots=True)
class Street:
    name: str
    kind: str
    """``main``, ``collector``, ``street`` or ``lane``."""
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Feature:
    """Something on the base map: ``sea``, ``land``, ``island``, ``river``, ``park``, ``built``, ``square``, ``school``, ``care_home``, ``church``, ``depot`` or ``tipping``."""

    kind: str
    name: str
    shape: BaseGeometry

    @property
    def geojson(self) -> dict[str, Any]:
        return mapping(self.shape)


@dataclass(frozen=True, slots=True)
class BinSite:
    """Where a litter bin stands and how it fills."""

    code: str
    """For example ``LH-017``."""
    name: str
    place: Point
    street: str
    district: str
    """District code."""
    kind: BinKind
    rate_l_per_h: float
    """Mean inflow in litres of uncompacted litter per hour over a year."""
    weekend_factor: float
    """Inflow on Saturdays and Sundays relative to other days."""
    summer_factor: float
    """Inflow in June to August relative to the rest of the year."""
    why: str
    """``street``, ``square``, ``park``, ``beach``, ``quay``, ``stop`` or ``school``."""


@dataclass(frozen=True, slots=True)
class World:
    """The whole town."""

    name: str
    code: str
    seed: int
    border: Polygon
    districts: tuple[District, ...]
    network: StreetNetwork
    streets: tuple[Street, ...]
    features: tuple[Feature, ...]
    bins: tuple[BinSite, ...]
    depot: Point
    tipping_stations: tuple[tuple[str, Point], ...]

    def of_kind(self, *kinds: str) -> tuple[Feature, ...]:
        return tuple(feature for feature in self.features if feature.kind in kinds)
