"""What stands in the town: parks, squares, schools, care homes, stops, and the litter bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from shapely import STRtree
from shapely.geometry import LineString, Point, Polygon
from shapely.ops import unary_union

from stadig.geo.town.streets import Piece, built_up_area
from stadig.geo.town.terrain import Terrain
from stadig.geo.town.world import BinKind

PARKS = [
    ("Stadsparken", 2090, 2790, 52_000), ("Hamnparken", 3060, 1900, 21_000), ("Åsparken", 1870, 3480, 46_000),
    ("Kyrkbacken", 1330, 2650, 30_000), ("Lindhöjdens park", 4200, 3080, 60_000), ("Badängen", 4620, 2010, 44_000),
    ("Söderängsparken", 1560, 1740, 36_000), ("Sågdammen", 3200, 3080, 34_000), ("Kvarnparken", 800, 2820, 40_000),
    ("Strandängens lekpark", 5130, 2780, 28_000), ("Västra hagen", 480, 1700, 36_000), ("Fyrskogen", 5800, 3400, 80_000),
]  # fmt: skip
"""Name, middle (metres) and wished area (m²)."""

SQUARES = [("Stortorget", 2300, 2270), ("Hamntorget", 3190, 2060), ("Norrstrands torg", 4240, 2560), ("Sågtorget", 3420, 2760)]
SCHOOLS = [
    ("Centralskolan", 2180, 2560), ("Hamnskolan", 3460, 2060), ("Sågskolan", 3560, 3010), ("Norrstrandsskolan", 4080, 2330),
    ("Kyrkbyskolan", 1400, 2350), ("Kvarnbacksskolan", 900, 2960), ("Ängsskolan", 420, 2080), ("Söderängsskolan", 1560, 1480),
    ("Åsskolan", 2050, 3560), ("Lindhöjdsskolan", 4450, 3420), ("Strandängsskolan", 5020, 2830), ("Fyrskolan", 5640, 3010),
    ("Lindhamns gymnasium", 2560, 2620), ("Folkhögskolan Viken", 4560, 1790),
]  # fmt: skip
CARE_HOMES = [
    ("Åkullen", 1700, 2480), ("Hamnro", 3500, 1880), ("Sågliden", 3300, 2700), ("Norrgläntan", 4360, 2700), ("Kvarngården", 1010, 3130),
    ("Ängshemmet", 620, 2180), ("Åsgården", 2300, 3560), ("Lindbacken", 4180, 3420), ("Strandhemmet", 5180, 2560),
]  # fmt: skip

SPECIAL_BINS: list[tuple[str, str, float, float, BinKind, float]] = [
    ("Hamntorget, vid kiosken", "square", 3190, 2060, BinKind.ORDINARY, 15.0),
    ("Hamntorget norra", "square", 3240, 2120, BinKind.COMPACTOR, 6.4),
    ("Kajen, vid glasskiosken", "quay", 3330, 1560, BinKind.COMPACTOR, 7.2),
    ("Gästhamnens pir", "quay", 3080, 1690, BinKind.COMPACTOR, 5.1),
    ("Hamnbron", "street", 2790, 2100, BinKind.ORDINARY, 3.6),
    ("Stortorget östra", "square", 2350, 2290, BinKind.UNDERGROUND, 8.8),
    ("Stortorget västra", "square", 2240, 2260, BinKind.UNDERGROUND, 8.1),
    ("Stationen, spår 1", "stop", 2030, 2010, BinKind.COMPACTOR, 6.8),
    ("Bryggeriet, busshållplats", "stop", 3420, 2430, BinKind.ORDINARY, 3.3),
    ("Åsparkens entré", "park", 1880, 3330, BinKind.ORDINARY, 2.4),
    ("Norra badet", "beach", 4640, 1830, BinKind.COMPACTOR, 5.8),
    ("Strandängens lekpark", "park", 5100, 2700, BinKind.ORDINARY, 2.2),
    ("Söderäng, lekplatsen", "park", 1520, 1700, BinKind.ORDINARY, 2.0),
    ("Kyrkbyn, macken", "stop", 1210, 2480, BinKind.ORDINARY, 3.0),
    ("Varvsplan", "quay", 3640, 1720, BinKind.ORDINARY, 2.7),
    ("Stadsparken, scenen", "park", 2110, 2760, BinKind.COMPACTOR, 4.6),
    ("Västra badet", "beach", 1250, 1040, BinKind.COMPACTOR, 4.2),
    ("Fyrens vändplats", "stop", 6080, 3150, BinKind.ORDINARY, 1.3),
]
"""Name, why, x, y (metres), kind and mean inflow (litres per hour) of the bins that everyone knows."""


@dataclass(frozen=True, slots=True)
class Site:
    """A litter bin in local metres."""

    name: str
    why: str
    x: float
    y: float
    street: str
    district: int
    kind: BinKind
    rate: float
    weekend: float
    summer: float


def parks_and_blocks(blocks: list[Polygon], land: Terrain) -> tuple[list[tuple[str, Polygon]], list[Polygon]]:
    """Choose whole blocks for parks. Returns parks (name, shape) and the blocks left over."""
    left = dict(enumerate(blocks))
    built_up = built_up_area(land)
    parks: list[tuple[str, Polygon]] = []
    for name, x, y, area in PARKS:
        chosen: list[int] = []
        shape: Polygon | None = None
        for number in sorted(left, key=lambda n: left[n].distance(Point(x, y)) + 0.3 * left[n].centroid.distance(Point(x, y))):
            block = left[number]
            if block.area > 2.2 * area or (shape is not None and shape.buffer(1).intersection(block).length < 60):
                continue
            joined = block if shape is None else unary_union([shape.buffer(0.5), block.buffer(0.5)])
            if not isinstance(joined, Polygon) or joined.area > 1.35 * area:
                continue
            shape, chosen = joined, [*chosen, number]
            if shape.area > 0.8 * area:
                break
        if shape is not None:
            parks.append((name, Polygon(shape.exterior).buffer(-11, join_style="round")))
            for number in chosen:
                del left[number]
    return parks, [
        block
        for block in left.values()
        if block.area < 95_000 and land.land.contains(block.representative_point()) and built_up.contains(block.centroid)
    ]


def bin_sites(
    parts: list[Piece], names: list[str], land: Terrain, parks: list[tuple[str, Polygon]], *, count: int, rng: np.random.Generator
) -> list[Site]:
    """The well-known bins first, then along streets where people walk, never closer than 70 m to another.

    ``names`` holds the street name of each piece.
    """
    tree = STRtree([part.shape for part in parts])
    green = unary_union([shape for _, shape in parks])
    centre, harbour = Point(2300, 2300), Point(3200, 2000)
    sites: list[Site] = []

    def add(name: str, why: str, spot: Point, kind: BinKind, rate: float) -> None:
        nearest = int(tree.nearest(spot))
        weekend = {"street": 0.9, "square": 1.5, "park": 1.7, "beach": 1.8, "quay": 1.6, "stop": 0.7, "school": 0.3}[why]
        summer = {"street": 1.1, "square": 1.3, "park": 1.5, "beach": 4.0, "quay": 2.4, "stop": 0.9, "school": 0.5}[why]
        sites.append(Site(name, why, spot.x, spot.y, names[nearest], _district(land, spot), kind, rate, weekend, summer))

    for name, why, x, y, kind, rate in SPECIAL_BINS:
        road = parts[int(tree.nearest(Point(x, y)))].shape
        add(name, why, _beside(road, road.project(Point(x, y)), rng), kind, rate)
    taken = {site.name for site in sites}
    weight = np.array([_pull(part, centre, harbour, green, land) for part in parts])
    weight /= weight.sum()
    while len(sites) < count:
        part = parts[int(rng.choice(len(parts), p=weight))]
        along = float(rng.uniform(0.1, 0.9)) * part.shape.length
        spot = _beside(part.shape, along, rng)
        if not land.land.contains(spot) or any(np.hypot(site.x - spot.x, site.y - spot.y) < 70 for site in sites):
            continue
        why = (
            "park"
            if spot.distance(green) < 30
            else "quay"
            if spot.distance(land.shore) < 80
            else "stop"
            if part.kind == "main" and rng.random() < 0.5
            else "street"
        )
        street = names[int(tree.nearest(spot))]
        name = _bin_name(why, street, spot, parks=parks, taken=taken, rng=rng)
        taken.add(name)
        busy = 0.52 + 2.2 * np.exp(-min(spot.distance(centre), spot.distance(harbour)) / 700)
        rate = float(np.clip(busy * rng.lognormal(0, 0.35), 0.15, 5.0))
        kind = BinKind.COMPACTOR if rate > 1.5 and rng.random() < 0.7 else BinKind.ORDINARY
        add(name, why, spot, kind, rate)
    return sites


def _pull(part: Piece, centre: Point, harbour: Point, green: Any, land: Terrain) -> float:
    """How many people walk past a street, relative to others, times its length."""
    middle = part.shape.interpolate(0.5, normalized=True)
    near = np.exp(-min(middle.distance(centre), middle.distance(harbour)) / 900)
    kind = {"main": 1.2, "collector": 1.5, "street": 1.0, "lane": 0.35}[part.kind]
    edge = 0.06 < middle.x / 6600 < 0.94 and middle.y < 3900
    return (
        part.shape.length
        * kind
        * (0.12 + near + (0.8 if middle.distance(green) < 40 else 0) + (0.6 if middle.distance(land.shore) < 90 else 0))
        * edge
    )


def _beside(road: LineString, along: float, rng: np.random.Generator) -> Point:
    """A spot on the pavement, four to seven metres from the road's middle."""
    one, two = road.interpolate(max(0, along - 2)), road.interpolate(min(road.length, along + 2))
    here = road.interpolate(along)
    length = max(1e-6, float(np.hypot(two.x - one.x, two.y - one.y)))
    off = float(rng.choice([-1, 1])) * float(rng.uniform(8, 12))
    return Point(here.x - off * (two.y - one.y) / length, here.y + off * (two.x - one.x) / length)


def _bin_name(
    why: str, street: str, spot: Point, *, parks: list[tuple[str, Polygon]], taken: set[str], rng: np.random.Generator
) -> str:
    if why == "park":
        park = min(parks, key=lambda p: p[1].distance(spot))[0]
        options = [
            f"{park}, {what}"
            for what in ("södra entrén", "norra entrén", "bänkarna", "gången", "dammen", "gräsplanen", "boulebanan")
        ]
    elif why == "stop":
        options = [f"{street}, busshållplats", f"{street}, busshållplats norra", f"{street}, busshållplats södra"]
    elif why == "quay":
        options = [f"{street}, {what}" for what in ("trappan", "bänkraden", "bryggan", "utkiken", "sjöbodarna")]
    else:
        options = []
    for option in options:
        if option not in taken:
            return option
    while True:
        name = f"{street} {int(rng.integers(1, 70))}"
        if name not in taken:
            return name


def _district(land: Terrain, spot: Point) -> int:
    return int(np.argmin([shape.distance(spot) for _, _, shape, _ in land.districts]))
