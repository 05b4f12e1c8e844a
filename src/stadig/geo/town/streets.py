"""Streets: main roads between the districts, along shore and river, and the local nets between them.

The local nets are drawn as grids turned along the nearest main road and bent by a smooth field, so that the
town looks grown and not ruled. Everything is then cut at its crossings, loose ends are trimmed, and the largest
connected part is kept.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import STRtree, line_locate_point, polygonize, set_precision
from shapely.geometry import LineString, MultiLineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge, unary_union

from stadig.geo.town.terrain import Terrain, smooth

SPEED_KMH = {"main": 50.0, "collector": 40.0, "street": 40.0, "lane": 30.0}
GRID_M = {"core": (88.0, 118.0), "dense": (102.0, 150.0), "houses": (118.0, 190.0), "works": (170.0, 250.0)}
"""Distance between parallel local streets, across and along, by a district's character."""
KEEP = {"core": 0.95, "dense": 0.88, "houses": 0.74, "works": 0.72}
"""Share of local street pieces that are built."""


REACH_M = {"core": 900.0, "dense": 860.0, "houses": 790.0, "works": 700.0}
"""How far from a district's middle it is built."""


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn street before it is cut at its crossings."""

    kind: str
    shape: LineString
    district: int
    """Index of the district; −1 for a main road."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A street between two crossings, in metres."""

    line: int
    """Index of the drawn line that it is a part of."""
    kind: str
    shape: LineString


MAIN: list[tuple[str, str, list[tuple[float, float]]]] = [
    ("main", "Kustvägen", [(-300, 1230), (600, 1420), (1250, 1800), (1900, 2010), (2500, 2090), (2790, 2105), (3150, 2150), (3750, 2170), (4400, 2090), (5000, 2390), (5600, 2630), (6300, 2930), (7000, 3050)]),
    ("main", "Storgatan", [(-300, 2560), (500, 2520), (1200, 2330), (1750, 2330), (2300, 2340), (2800, 2380), (3300, 2440), (3900, 2700), (4600, 2950), (5300, 3060), (6000, 3160), (7000, 3420)]),
    ("main", "Norra Ringvägen", [(-300, 3520), (500, 3440), (1100, 3230), (1700, 3200), (2300, 3260), (2920, 3280), (3500, 3330), (4200, 3250), (4800, 3330), (5400, 3560), (6100, 3720), (7000, 3800)]),
    ("main", "Kyrkvägen", [(1080, 640), (1150, 1250), (1230, 1800), (1290, 2330), (1200, 2900), (1130, 3220), (1180, 3700), (1120, 4700)]),
    ("main", "Stationsgatan", [(1990, 1330), (2030, 1700), (2040, 2020), (2010, 2340), (1930, 2800), (2010, 3250), (2130, 3700), (2090, 4700)]),
    ("main", "Sågverksgatan", [(3290, 1400), (3330, 1800), (3340, 2150), (3310, 2440), (3400, 2850), (3500, 3330), (3560, 3800), (3500, 4700)]),
    ("main", "Lindvägen", [(4240, 1700), (4330, 2100), (4290, 2500), (4250, 2820), (4350, 3260), (4600, 3800), (4560, 4700)]),
    ("main", "Fyrvägen", [(5390, 2160), (5350, 2520), (5420, 3050), (5380, 3540), (5560, 4000), (5540, 4700)]),
    ("collector", "Ängsvägen", [(-300, 1880), (400, 1930), (900, 2010), (1250, 1900)]),
    ("collector", "Kvarnvägen", [(500, 3440), (560, 3000), (640, 2520), (520, 2000), (600, 1420)]),
    ("collector", "Åsgatan", [(1130, 3800), (1700, 3760), (2400, 3800), (2920, 3830), (3560, 3800), (4100, 3860), (4600, 3800), (5500, 3900), (6200, 4050)]),
    ("collector", "Torggatan", [(1900, 2010), (2180, 2210), (2300, 2340), (2440, 2700), (2600, 3270)]),
    ("collector", "Strandvägen", [(4830, 1790), (4900, 2200), (4830, 2560), (4850, 3000), (4800, 3330)]),
    ("collector", "Hamngatan", [(2960, 2120), (3120, 1850), (3330, 1700), (3640, 1690), (3900, 1900), (3960, 2160), (3800, 2420), (3900, 2700)]),
]  # fmt: skip
"""Kind, name and waypoints (metres) of the roads that tie the districts together."""


def pieces(land: Terrain, seed: int) -> tuple[list[Line], list[Piece]]:
    """Every street of the town, cut at its crossings: one connected net without loose scraps."""
    rng = np.random.default_rng(seed)
    main = _main_roads(land)
    lines = main + _local_streets(land, main, rng)
    noded = unary_union([set_precision(line.shape, 0.5) for line in lines])
    cut = [part for part in getattr(noded, "geoms", [noded]) if part.length > 1]
    kept = _largest_part(_trim(_merge_short(cut)))
    return lines, _thin(_assign(lines, kept), lines, land, rng)


def _main_roads(land: Terrain) -> list[Line]:
    drawn: list[Line] = []
    dry = land.land.buffer(-34)
    for kind, name, points in MAIN:
        curve = LineString(smooth(points, 25)).intersection(land.frame)
        over_water = unary_union([dry, land.river_line.buffer(160)])  # a bridge may cross the river, never the sea
        for part in _lines(curve.intersection(over_water)):
            if part.length > 120:
                drawn.append(Line(kind, part, -1, name))
    quay = land.land.buffer(-58)
    for ring in (polygon.exterior for polygon in getattr(quay, "geoms", [quay])):
        inside = ring.intersection(land.frame.buffer(-70))
        for part in _lines(linemerge(inside) if isinstance(inside, MultiLineString) else inside):
            for stretch in _by_water(part, land):
                if stretch[1].length > 150:
                    drawn.append(Line("collector", _simpler(stretch[1], 4), -1, stretch[0]))
    return drawn


def _by_water(ring: LineString, land: Terrain) -> list[tuple[str, LineString]]:
    """The road along the water, named after where it runs."""
    river_zone = land.river_line.buffer(130)
    found: list[tuple[str, LineString]] = []
    for part in _lines(ring.intersection(river_zone)):
        west = part.centroid.x < land.river_line.interpolate(land.river_line.project(part.centroid)).x
        found.append(("Västra Åpromenaden" if west else "Östra Åpromenaden", part))
    for part in _lines(ring.difference(river_zone)):
        x = part.centroid.x
        found.append(
            (
                "Södra Strandvägen"
                if x < 1700
                else "Västra Kajen"
                if x < 2800
                else "Kajen"
                if x < 4100
                else "Norra Strandpromenaden",
                part,
            )
        )
    return found


def _local_streets(land: Terrain, main: list[Line], rng: np.random.Generator) -> list[Line]:
    """Grids between the main roads, bent by a smooth field."""
    skeleton = unary_union([line.shape for line in main] + [land.frame.exterior, *[d[2].boundary for d in land.districts]])
    faces = [face for face in polygonize(list(getattr(skeleton, "geoms", [skeleton]))).geoms if face.area > 4_000]
    roads = STRtree([line.shape for line in main])
    phases = rng.uniform(0, 2 * np.pi, 4)
    drawn: list[Line] = []
    built_up = built_up_area(land)
    for face in faces:
        if not land.land.contains(face.representative_point()):
            continue
        district = _district_of(land, face.representative_point())
        kind = land.districts[district][1]
        usable = face.difference(land.river.buffer(50)).difference(land.sea.buffer(50))
        if usable.is_empty or usable.area < 9_000:
            continue
        angle = _direction(main[int(roads.nearest(face.centroid))].shape, face.centroid) + rng.normal(0, 0.05)
        across, along = GRID_M[kind]
        for line in _grid(usable, angle, across * rng.uniform(0.92, 1.1), along * rng.uniform(0.92, 1.1), phases):
            for part in _lines(line.intersection(face)):
                near = part.intersection(face.boundary.buffer(34)).length / part.length
                if (
                    part.length < 55
                    or near > 0.55
                    or not usable.buffer(20).contains(part.centroid)
                    or not built_up.contains(part.centroid)
                ):
                    continue
                drawn.append(Line("street" if kind != "houses" else "lane", part, district))
    return drawn


def built_up_area(land: Terrain) -> BaseGeometry:
    """Where people live and work; beyond it there are fields and forest."""
    return unary_union([middle.buffer(REACH_M[kind]) for _, kind, _, middle in land.districts])


def _grid(area: BaseGeometry, angle: float, across: float, along: float, phases: NDArray[np.float64]) -> list[LineString]:
    """Lines across the area at the given angle, both ways, each bent by the same smooth field."""
    middle, reach = area.centroid, 0.5 * float(np.hypot(*np.subtract(area.bounds[2:], area.bounds[:2]))) + 60
    cos, sin = np.cos(angle), np.sin(angle)
    drawn: list[LineString] = []
    for spacing, turned in ((across, False), (along, True)):
        count = int(reach / spacing) + 1
        along_line = np.arange(-reach, reach + 20, 20.0)
        for step in range(-count, count + 1):
            offset = np.full_like(along_line, (step + 0.5) * spacing)
            u, v = (offset, along_line) if turned else (along_line, offset)
            x, y = middle.x + u * cos - v * sin, middle.y + u * sin + v * cos
            dx = 26 * np.sin(x / 430 + y / 610 + phases[0]) + 9 * np.sin(y / 190 + phases[1])
            dy = 26 * np.sin(y / 470 - x / 560 + phases[2]) + 9 * np.sin(x / 210 + phases[3])
            drawn.append(_simpler(LineString(np.column_stack([x + dx, y + dy])), 1.5))
    return drawn


def _simpler(line: LineString, tolerance_m: float) -> LineString:
    """The same line with fewer points."""
    found = line.simplify(tolerance_m)
    return found if isinstance(found, LineString) else line


def _direction(road: LineString, near: Point) -> float:
    """The road's angle where it passes closest to a point, radians."""
    at = line_locate_point(road, near)
    one, two = road.interpolate(max(0, at - 60)), road.interpolate(min(road.length, at + 60))
    return float(np.arctan2(two.y - one.y, two.x - one.x))


def _district_of(land: Terrain, point: Point) -> int:
    inside = [n for n, d in enumerate(land.districts) if d[2].contains(point)]
    return inside[0] if inside else int(np.argmin([d[2].distance(point) for d in land.districts]))


def _lines(shape: BaseGeometry) -> list[LineString]:
    if isinstance(shape, LineString):
        return [] if shape.is_empty else [shape]
    return [part for part in getattr(shape, "geoms", []) for part in _lines(part)] if not isinstance(shape, Point) else []


def _ends(part: LineString) -> tuple[tuple[float, float], tuple[float, float]]:
    return (part.coords[0][0], part.coords[0][1]), (part.coords[-1][0], part.coords[-1][1])


def _merge_short(parts: list[LineString], limit_m: float = 14.0) -> list[LineString]:
    """Two crossings closer than the limit become one: the short piece goes and its ends meet in the middle."""
    moved: dict[tuple[float, float], tuple[float, float]] = {}

    def root(point: tuple[float, float]) -> tuple[float, float]:
        while point in moved:
            point = moved[point]
        return point

    for part in sorted(parts, key=lambda p: p.length):
        if part.length >= limit_m:
            break
        one, two = (root(end) for end in _ends(part))
        if one != two:
            moved[two] = one
    joined: dict[tuple[tuple[float, float], ...], LineString] = {}
    for part in parts:
        one, two = (root(end) for end in _ends(part))
        if part.length < limit_m or one == two:
            continue
        shape = LineString([one, *part.coords[1:-1], two])
        key = (*sorted([one, two]), (round(shape.length / 25), 0.0))
        joined.setdefault(key, shape)
    return list(joined.values())


def _trim(parts: list[LineString], shortest_m: float = 60.0) -> list[LineString]:
    """Take away loose ends shorter than the limit, until none is left."""
    while True:
        degree: dict[tuple[float, float], int] = defaultdict(int)
        for part in parts:
            for end in _ends(part):
                degree[end] += 1
        kept = [part for part in parts if part.length >= shortest_m or min(degree[end] for end in _ends(part)) > 1]
        if len(kept) == len(parts):
            return parts
        parts = kept


def _largest_part(parts: list[LineString]) -> list[LineString]:
    number: dict[tuple[float, float], int] = {}
    pairs = np.array([[number.setdefault(end, len(number)) for end in _ends(part)] for part in parts])
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(number), len(number)))
    label = connected_components(graph, directed=False)[1]
    largest = np.bincount(label).argmax()
    return [part for part, (tail, _) in zip(parts, pairs, strict=True) if label[tail] == largest]


def _assign(lines: list[Line], parts: list[LineString]) -> list[Piece]:
    """Which drawn line each piece belongs to: the one whose course its middle lies on, main roads first."""
    tree = STRtree([line.shape for line in lines])
    order = {"main": 0, "collector": 1, "street": 2, "lane": 2}
    found: list[Piece] = []
    for part in parts:
        middle = part.interpolate(0.5, normalized=True)
        near = [int(n) for n in tree.query(middle.buffer(9))] or [int(tree.nearest(middle))]
        best = min(
            near,
            key=lambda n: (round(lines[n].shape.distance(middle) / 3), order[lines[n].kind], lines[n].shape.distance(middle)),
        )
        found.append(Piece(best, lines[best].kind, part))
    return found


def _thin(parts: list[Piece], lines: list[Line], land: Terrain, rng: np.random.Generator) -> list[Piece]:
    """Leave out some local pieces where four streets meet, so that blocks differ in size and no new loose end appears."""
    degree: dict[tuple[float, float], int] = defaultdict(int)
    for part in parts:
        for end in _ends(part.shape):
            degree[end] += 1
    kept: list[Piece] = []
    for part in parts:
        ends = _ends(part.shape)
        character = land.districts[lines[part.line].district][1]
        local = part.kind in ("street", "lane")
        if local and min(degree[end] for end in ends) >= 4 and rng.random() > KEEP[character]:
            for end in ends:
                degree[end] -= 1
            continue
        kept.append(part)
    shapes = _largest_part([part.shape for part in kept])
    chosen = {id(shape) for shape in shapes}
    return [part for part in kept if id(part.shape) in chosen]


def blocks(parts: list[Piece], land: Terrain) -> list[Polygon]:
    """The ground between the streets, metres; shore and river bound it too."""
    edges: Any = unary_union([piece.shape for piece in parts] + [land.land.boundary])
    made: Any = polygonize(list(edges.geoms))
    return [block for block in made.geoms if land.land.buffer(1).contains(block.representative_point())]
