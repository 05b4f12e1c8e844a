"""Land and water: a bay coast, a river through the town, islands, and twelve districts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.spatial import Voronoi
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

WIDTH_M, HEIGHT_M = 6_600.0, 4_500.0
"""The drawn rectangle: the town and the water outside it, metres."""

COAST = [
    (-600, 640), (0, 655), (420, 800), (760, 930), (1080, 890), (1330, 955), (1640, 1230), (1990, 1400), (2330, 1500),
    (2600, 1740), (2720, 1905), (2905, 1890), (3020, 1640), (3290, 1455), (3640, 1540), (3930, 1790), (4240, 1755),
    (4560, 1600), (4830, 1730), (5070, 2070), (5390, 2210), (5660, 2190), (5920, 2380), (6250, 2610), (6600, 2640), (7200, 2700),
]  # fmt: skip
"""Control points of the shore from west to east, metres; north of it is land."""

RIVER = [
    (2790, 1760),
    (2800, 1990),
    (2760, 2260),
    (2840, 2560),
    (2935, 2850),
    (2890, 3180),
    (2960, 3540),
    (2925, 3900),
    (2980, 4600),
]
"""The river's middle line from the mouth and up, metres."""

RIVER_WIDTH_M = 74.0

ISLANDS = [(3960, 900, 190, 0.3), (4830, 1330, 175, 1.1), (5490, 1700, 92, 2.0), (3020, 520, 78, 2.6), (2050, 470, 118, 0.9)]
"""Middle x and y, radius (metres) and phase of each island."""

DISTRICTS: list[tuple[str, float, float, str]] = [
    ("Centrum", 2300, 2330, "core"),
    ("Hamnen", 3260, 1930, "core"),
    ("Sågen", 3420, 2900, "dense"),
    ("Norrstrand", 4180, 2440, "dense"),
    ("Kyrkbyn", 1350, 2480, "houses"),
    ("Kvarnbacken", 830, 3120, "houses"),
    ("Västra Ängarna", 560, 1930, "houses"),
    ("Söderäng", 1480, 1560, "houses"),
    ("Norra Åsen", 1930, 3650, "houses"),
    ("Lindhöjden", 4330, 3520, "houses"),
    ("Strandängen", 5080, 2640, "houses"),
    ("Fyren", 5900, 3200, "works"),
]
"""Name, middle x and y (metres) and character of each district."""


@dataclass(frozen=True, slots=True)
class Terrain:
    """Shapes in local metres."""

    frame: Polygon
    land: Polygon
    """The mainland without the river."""
    shore: LineString
    river: Polygon
    river_line: LineString
    islands: tuple[Polygon, ...]
    sea: BaseGeometry
    districts: tuple[tuple[str, str, BaseGeometry, Point], ...]
    """Name, character, shape (land only) and middle of each district."""


def smooth(points: Sequence[tuple[float, float]], step_m: float = 15.0) -> NDArray[np.float64]:
    """A curve through the points with a vertex about every ``step_m`` metres. Returns (n, 2)."""
    given = np.asarray(points, float)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(given, axis=0).T))])
    at = np.linspace(0, along[-1], max(8, int(along[-1] / step_m)))
    return np.column_stack([CubicSpline(along, given[:, 0])(at), CubicSpline(along, given[:, 1])(at)])


def blob(x: float, y: float, radius_m: float, phase: float) -> Polygon:
    """A rounded, uneven island or pond."""
    turn = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    radius = radius_m * (
        1 + 0.17 * np.sin(2 * turn + phase) + 0.09 * np.sin(3 * turn - 2 * phase) + 0.05 * np.sin(5 * turn + phase)
    )
    return Polygon(np.column_stack([x + 1.25 * radius * np.cos(turn), y + 0.85 * radius * np.sin(turn)]))


def terrain() -> Terrain:
    """Draw land and water. The same each time: a town's ground does not depend on a seed."""
    frame = box(0, 0, WIDTH_M, HEIGHT_M)
    coast = smooth(COAST)
    coast[:, 1] += 9 * np.sin(coast[:, 0] / 71) + 6 * np.sin(coast[:, 0] / 29 + 1)
    mainland = Polygon([*coast, (WIDTH_M + 600, HEIGHT_M + 600), (-600, HEIGHT_M + 600)]).buffer(0)
    line = LineString(smooth(RIVER))
    widening = unary_union([Point(2795, 1770 + d).buffer(RIVER_WIDTH_M / 2 + 46 * (1 - d / 260)) for d in range(0, 260, 20)])
    river: Any = unary_union([line.buffer(RIVER_WIDTH_M / 2), widening])
    land: Any = mainland.difference(river).intersection(frame)
    islands = tuple(blob(*island) for island in ISLANDS)
    sea = frame.difference(mainland).difference(unary_union(islands))
    return Terrain(
        frame=frame,
        land=land,
        shore=LineString(coast),
        river=river.intersection(mainland).intersection(frame),
        river_line=line,
        islands=islands,
        sea=unary_union([sea, river.difference(mainland).intersection(frame)]),
        districts=_districts(land, line),
    )


def _districts(land: Polygon, river: LineString) -> tuple[tuple[str, str, BaseGeometry, Point], ...]:
    """Cells around the districts' middles; the river parts its banks. Small scraps go to the neighbour they touch most."""
    middles = np.array([(x, y) for _, x, y, _ in DISTRICTS])
    mirrored = [middles * [1, -1] + [0, 2 * -1500.0], middles * [1, -1] + [0, 2 * 6000.0], middles * [-1, 1] + [2 * -1500.0, 0]]
    cells = Voronoi(np.vstack([middles, *mirrored, middles * [-1, 1] + [2 * 8500.0, 0]]))
    west = Polygon([*river.coords, (-2000, 9000), (-2000, -2000), (2790, -2000)]).buffer(0)
    shapes: list[BaseGeometry] = []
    for number, (x, y) in enumerate(middles):
        cell = Polygon(cells.vertices[cells.regions[cells.point_region[number]]])
        shapes.append(cell.intersection(land.intersection(west) if west.contains(Point(x, y)) else land.difference(west)))
    lost = land.difference(unary_union(shapes))
    for scrap in getattr(lost, "geoms", [lost]):
        if scrap.area < 1:
            continue
        best = max(range(len(shapes)), key=lambda n: scrap.buffer(2).intersection(shapes[n]).area)
        shapes[best] = unary_union([shapes[best], scrap.buffer(0.01)])
    return tuple((name, kind, shape.buffer(0), Point(x, y)) for (name, x, y, kind), shape in zip(DISTRICTS, shapes, strict=True))
