"""A flat plane in metres around one place: exact enough for a municipality, no projection library needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius R₁ of the GRS 80 ellipsoid (Moritz 2000, Geodetic Reference System 1980)."""


@dataclass(frozen=True, slots=True)
class Plane:
    """An equirectangular projection with true scale at ``lat``.

    Within 30 km of the centre at 60° N lengths are right to about half a per cent.
    """

    lon: float
    lat: float

    def to_metres(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
        """Degrees (WGS 84) → an array (…, 2) of metres east and north of the centre."""
        radians = np.pi / 180
        east = (np.asarray(lon, np.float64) - self.lon) * radians * EARTH_RADIUS_M * np.cos(self.lat * radians)
        north = (np.asarray(lat, np.float64) - self.lat) * radians * EARTH_RADIUS_M
        return np.stack([east, north], axis=-1)

    def to_degrees(self, east: ArrayLike, north: ArrayLike) -> NDArray[np.float64]:
        """Metres → an array (…, 2) of longitude and latitude."""
        radians = np.pi / 180
        lon = self.lon + np.asarray(east, np.float64) / (radians * EARTH_RADIUS_M * np.cos(self.lat * radians))
        lat = self.lat + np.asarray(north, np.float64) / (radians * EARTH_RADIUS_M)
        return np.stack([lon, lat], axis=-1)
