"""Lindhamn: about 48,000 residents, 12 districts, a coast, a river, and 140 litter bins."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge, unary_union

from stadig.geo.town import places
from stadig.geo.town.names import names_for
from stadig.geo.town.streets import SPEED_KMH, Line, Piece, blocks, pieces
from stadig.geo.town.terrain import Terrain, terrain
from stadig.geo.town.world import BinSite, District, Feature, Frame, Street, StreetNetwork, World

NAME, CODE = "Lindhamn", "9901"
"""The code is outside the series that Statistics Sweden uses for municipalities (0114–2584)."""
ORIGIN = Frame(lon=12.118, lat=57.163)
SEED = 1884
BINS = 140

AGE_BANDS = ("0-5", "6-15", "16-19", "20-29", "30-44", "45-64", "65-79", "80+")
RESIDENTS = {
    "Centrum": 7_420, "Hamnen": 4_980, "Sågen": 5_310, "Norrstrand": 5_860, "Kyrkbyn": 3_640, "Kvarnbacken": 3_350,
    "Västra Ängarna": 2_940, "Söderäng": 3_720, "Norra Åsen": 3_180, "Lindhöjden": 3_510, "Strandängen": 3_090, "Fyren": 1_030,
}  # fmt: skip
SHARES = {
    "core": (0.05, 0.08, 0.04, 0.18, 0.21, 0.22, 0.14, 0.08),
    "dense": (0.06, 0.11, 0.05, 0.15, 0.21, 0.23, 0.13, 0.06),
    "houses": (0.07, 0.15, 0.06, 0.08, 0.20, 0.26, 0.14, 0.04),
    "works": (0.06, 0.12, 0.05, 0.13, 0.22, 0.25, 0.13, 0.04),
}
"""Share of residents per age band, by the district's character."""


def build(seed: int = SEED, bins: int = BINS) -> World:
    """Draw the town. The same seed gives the same town to the last digit."""
    rng = np.random.default_rng(seed)
    land = terrain()
    lines, parts = pieces(land, seed)
    names = _street_names(lines, parts, land, rng)
    parks, built = places.parks_and_blocks(blocks(parts, land), land)
    sites = places.bin_sites(parts, names, land, parks, count=bins, rng=rng)
    codes = [f"{number + 1:02d}" for number in range(len(land.districts))]
    depot, tipping = _on_street(parts, 4600, 3650), [("Tömningsstation Fyren", _on_street(parts, 6050, 3130))]
    return World(
        name=NAME,
        code=CODE,
        seed=seed,
        border=ORIGIN.geographic(land.frame),  # pyright: ignore[reportArgumentType]
        districts=tuple(
            District(code, name, ORIGIN.geographic(shape.simplify(2)), _population(name, character))  # pyright: ignore[reportArgumentType]
            for code, (name, character, shape, _) in zip(codes, land.districts, strict=True)
        ),
        network=_network(parts, names, land, rng),
        streets=_streets(parts, names),
        features=_features(land, parks, built, depot, tipping),
        bins=tuple(
            BinSite(
                code=f"LH-{number + 1:03d}",
                name=site.name,
                place=Point(*_rounded(site.x, site.y)),
                street=site.street,
                district=codes[site.district],
                kind=site.kind,
                rate_l_per_h=round(site.rate, 2),
                weekend_factor=site.weekend,
                summer_factor=site.summer,
                why=site.why,
            )
            for number, site in enumerate(sites)
        ),
        depot=ORIGIN.geographic(depot),  # pyright: ignore[reportArgumentType]
        tipping_stations=tuple((name, ORIGIN.geographic(spot)) for name, spot in tipping),  # pyright: ignore[reportArgumentType]
    )


def _rounded(x: float, y: float) -> tuple[float, float]:
    lon, lat = ORIGIN.lonlat(x, y)
    return round(float(lon), 6), round(float(lat), 6)


def _street_names(lines: list[Line], parts: list[Piece], land: Terrain, rng: np.random.Generator) -> list[str]:
    """The name of every piece: the main road's own, or the next of its district."""
    sources = [names_for(name, character, rng) for name, character, _, _ in land.districts]
    given: dict[int, str] = {}
    for part in parts:
        line = lines[part.line]
        if part.line not in given:
            given[part.line] = line.name or next(sources[line.district])
    return [given[part.line] for part in parts]


def _population(name: str, character: str) -> dict[str, int]:
    total = RESIDENTS[name]
    counts = [int(total * share) for share in SHARES[character]]
    counts[4] += total - sum(counts)
    return dict(zip(AGE_BANDS, counts, strict=True))


def _network(parts: list[Piece], names: list[str], land: Terrain, rng: np.random.Generator) -> StreetNetwork:
    """Both directions of every piece, but for a few one-way streets in the centre that leave a way round."""
    number: dict[tuple[float, float], int] = {}
    tail: list[int] = []
    head: list[int] = []
    length: list[float] = []
    speed: list[float] = []
    called: list[str] = []
    shapes: list[LineString] = []
    centre = land.districts[0][3].buffer(420)
    corners = [(part.shape.coords[0], part.shape.coords[-1]) for part in parts]
    ends = [tuple(number.setdefault((x, y), len(number)) for x, y, *_ in pair) for pair in corners]
    wished = [part.kind == "street" and centre.contains(part.shape.centroid) and rng.random() < 0.12 for part in parts]
    for part, name, (one, two), one_way in zip(parts, names, ends, _with_way_back(ends, wished), strict=True):
        coords = [(x, y) for x, y, *_ in part.shape.coords]
        for begin, end, line in ((one, two, coords), (two, one, coords[::-1]))[: 1 if one_way else 2]:
            tail.append(begin)
            head.append(end)
            length.append(part.shape.length)
            speed.append(SPEED_KMH[part.kind])
            called.append(name)
            shapes.append(LineString([_rounded(x, y) for x, y in line]))
    return StreetNetwork(
        nodes=np.array([_rounded(x, y) for x, y in number]),
        tail=np.array(tail, np.int32),
        head=np.array(head, np.int32),
        length_m=np.array(length, np.float32),
        speed_kmh=np.array(speed, np.float32),
        name=tuple(called),
        shape=tuple(shapes),
    )


def _with_way_back(ends: list[tuple[int, ...]], one_way: list[bool]) -> list[bool]:
    """Open the one-way streets that would cut a crossing off from the rest."""
    both = [(two, one) for (one, two), single in zip(ends, one_way, strict=True) if not single]
    pairs = np.array([*ends, *both])
    size = int(pairs.max()) + 1
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    label = connected_components(graph, connection="strong")[1]
    return [single and bool(label[one] == label[two]) for (one, two), single in zip(ends, one_way, strict=True)]


def _streets(parts: list[Piece], names: list[str]) -> tuple[Street, ...]:
    together: dict[str, list[Piece]] = {}
    for part, name in zip(parts, names, strict=True):
        together.setdefault(name, []).append(part)
    found: list[Street] = []
    for name, same in together.items():
        merged = unary_union([part.shape for part in same])
        shape: BaseGeometry = merged if merged.geom_type == "LineString" else linemerge(merged)  # pyright: ignore[reportArgumentType]
        found.append(Street(name, same[0].kind, ORIGIN.geographic(shape.simplify(1.5))))
    return tuple(sorted(found, key=lambda street: street.name))


def _features(
    land: Terrain, parks: list[tuple[str, Polygon]], built: list[Polygon], depot: Point, tipping: list[tuple[str, Point]]
) -> tuple[Feature, ...]:
    drawn: list[tuple[str, str, BaseGeometry]] = [
        ("sea", "Lindhamnsviken", land.sea),
        ("land", NAME, land.land),
        ("river", "Lindån", land.river),
        *(
            ("island", name, shape)
            for name, shape in zip(("Storön", "Lindholmen", "Sälskär", "Grynnan", "Västerskär"), land.islands, strict=True)
        ),
        *(("park", name, shape) for name, shape in parks),
        *(("built", "", block.buffer(-13, join_style="round")) for block in built),
        *(("square", name, _square(built, x, y)) for name, x, y in places.SQUARES),
        *(("school", name, Point(x, y)) for name, x, y in places.SCHOOLS),
        *(("care_home", name, Point(x, y)) for name, x, y in places.CARE_HOMES),
        ("church", "Lindhamns kyrka", Point(1345, 2640)),
        ("depot", "Depån Lindhöjden", depot),
        *(("tipping", name, spot) for name, spot in tipping),
    ]
    return tuple(Feature(kind, name, ORIGIN.geographic(shape.simplify(1.0))) for kind, name, shape in drawn if not shape.is_empty)


def _square(built: list[Polygon], x: float, y: float) -> BaseGeometry:
    block = min(built, key=lambda b: b.centroid.distance(Point(x, y)))
    return block.buffer(-13).intersection(Point(block.centroid).buffer(34, quad_segs=2))


def _on_street(parts: list[Piece], x: float, y: float) -> Point:
    road = min(parts, key=lambda part: part.shape.distance(Point(x, y))).shape
    return road.interpolate(road.project(Point(x, y)))
