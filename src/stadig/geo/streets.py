"""Streets from files: OpenStreetMap extracts and street layers become a network to drive on and lines to draw. No Django."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge

from stadig.geo import shapes
from stadig.geo.network import EmptyNetwork, GeoError, Network, build, speed_limit
from stadig.geo.plane import Plane

DRIVEN = {
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "service",
    "motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link", "road",
}  # fmt: skip
"""OpenStreetMap's classes that a collection vehicle may use (wiki: Key:highway)."""
CLOSED = {"no", "private", "agricultural", "forestry"}
_CLASS = {
    "motorway": "main", "trunk": "main", "primary": "main", "secondary": "main", "tertiary": "collector", "residential": "street",
    "unclassified": "street", "living_street": "lane", "service": "lane", "footway": "path", "cycleway": "path", "path": "path",
    "pedestrian": "lane", "steps": "path", "track": "path", "road": "street",
}  # fmt: skip
_NAMES = ("name", "namn", "gatunamn", "street", "vagnamn")
_SPEEDS = ("maxspeed", "hastighet", "hastighetsgrans", "hastgr", "speed", "limit")
_ONE_WAYS = ("oneway", "enkelriktad", "one_way")
_CLASSES = ("highway", "class", "fclass", "vagklass", "klass", "type")
_LENGTHS = ("length", "length_m", "langd", "shape_leng")
_FORWARD = {"yes", "true", "1", "ja", "f", "t", "forward", "1.0"}
_BACKWARD = {"-1", "reverse", "backward"}
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class StreetLine:
    """A street as it is drawn."""

    name: str
    street_class: str
    length_m: float
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class MapShape:
    """Something else on the base map: a park, a lake, a school."""

    kind: str
    name: str
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class StreetsRead:
    """What a file of streets gave."""

    network: Network
    streets: list[StreetLine]
    shapes: list[MapShape]
    junctions_read: int
    segments_read: int


@dataclass(slots=True)
class _Collector:
    """Directed edges between numbered junctions, and lines to draw, as they are met."""

    number: dict[Any, int] = field(default_factory=dict)
    lon: list[float] = field(default_factory=list)
    lat: list[float] = field(default_factory=list)
    edges: list[tuple[int, int]] = field(default_factory=list)
    metres: list[float] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    lines: list[np.ndarray] = field(default_factory=list)
    drawn: dict[tuple[str, str], list[tuple[float, np.ndarray]]] = field(default_factory=lambda: defaultdict(list))
    seen: set[tuple[int, int, int]] = field(default_factory=set)

    def junction(self, key: Any, place: Sequence[float]) -> int:
        if key not in self.number:
            self.number[key] = len(self.lon)
            self.lon.append(float(place[0]))
            self.lat.append(float(place[1]))
        return self.number[key]

    def add(
        self, ends: tuple[Any, Any], line: np.ndarray, *, name: str, highway: str, limit: float, ways: str, metres: float = 0.0
    ) -> None:
        """``ways``: ``both``, ``forward`` or ``backward``."""
        metres = metres if metres > 0 else length_m(line)
        one, two = self.junction(ends[0], line[0]), self.junction(ends[1], line[-1])
        if ways != "backward":
            self._edge(one, two, line, metres, limit, name)
        if ways != "forward":
            self._edge(two, one, line[::-1], metres, limit, name)
        self.draw(line, name, highway, metres, (min(one, two), max(one, two), round(metres)))

    def draw(self, line: np.ndarray, name: str, highway: str, metres: float, same: tuple[int, int, int] | None = None) -> None:
        """Keep a line for the map once, also when its two directions are stored apart."""
        if same is not None:
            if same in self.seen:
                return
            self.seen.add(same)
        self.drawn[name, _CLASS.get(highway.removesuffix("_link"), "street")].append((metres, line))

    def _edge(self, tail: int, head: int, line: np.ndarray, metres: float, limit: float, name: str) -> None:  # noqa: PLR0917
        self.edges.append((tail, head))
        self.lines.append(line)
        self.metres.append(metres)
        self.limits.append(limit)
        self.names.append(name)

    def read(self, also: Iterable[MapShape] = ()) -> StreetsRead:
        network = build(
            self.lon, self.lat, self.edges, length_m=self.metres, limit_kmh=self.limits, names=self.names, lines=self.lines
        )  # fmt: skip
        streets = [
            StreetLine(name, street_class, round(sum(metres for metres, _ in parts), 1), _joined([line for _, line in parts]))
            for (name, street_class), parts in sorted(self.drawn.items())
        ]
        return StreetsRead(network, streets, list(also), len(self.lon), len(self.edges))


def length_m(line: np.ndarray) -> float:
    """The length of a line of degrees, in metres."""
    plane = Plane(float(line[:, 0].mean()), float(line[:, 1].mean()))
    return float(np.hypot(*np.diff(plane.to_metres(line[:, 0], line[:, 1]), axis=0).T).sum())


def read(path: Path, *, crs: str = "", progress: Progress = lambda count: None) -> StreetsRead:
    """Streets from an OpenStreetMap extract (``.osm.pbf``, ``.osm``) or a street layer (GeoJSON, shapefile; also packed).

    Raises
    ------
    GeoError
        The file cannot be read, or holds no streets that hang together.
    """
    if not path.is_file():
        raise GeoError(f"{path}: there is no such file.")
    if path.name.lower().endswith((".pbf", ".osm", ".osm.gz", ".osm.bz2")):
        return _osm(path, progress)
    return _layer(path, crs, progress)


def _layer(path: Path, crs: str, progress: Progress) -> StreetsRead:
    """A street layer. With columns *u* and *v* (OSMnx) each line is one direction; otherwise both unless one-way."""
    found = _Collector()
    for one in shapes.read(path, crs=crs):
        lines = one.geometry.geoms if isinstance(one.geometry, MultiLineString) else [one.geometry]
        facts = {key.casefold(): value for key, value in one.properties.items()}
        highway = _first_word(_fact(facts, _CLASSES))
        for line in lines:
            if not isinstance(line, LineString) or len(line.coords) < 2:
                continue
            points = shapely.get_coordinates(line)
            osmnx = facts.get("u") not in (None, "") and facts.get("v") not in (None, "") and len(lines) == 1
            one_way = str(_fact(facts, _ONE_WAYS)).strip().casefold()
            ways = "forward" if osmnx or one_way in _FORWARD else "backward" if one_way in _BACKWARD else "both"
            ends = (facts["u"], facts["v"]) if osmnx else (_spot(points[0]), _spot(points[-1]))
            found.add(
                ends, points, name=_first_word(_fact(facts, _NAMES)), highway=highway,
                limit=speed_limit(highway, str(_fact(facts, _SPEEDS))), ways=ways, metres=_metres(facts) if osmnx else 0.0,
            )  # fmt: skip
        if one.number % 500 == 0:
            progress(one.number)
    if not found.edges:
        raise EmptyNetwork(f"{path.name}: holds no lines, so there are no streets to drive on.")
    return found.read()


def _fact(facts: dict[str, Any], names: Sequence[str]) -> Any:
    """The first of the named facts that is told; a shapefile cuts its headings at ten characters."""
    return next((facts[key] for name in names for key in (name, name[:10]) if facts.get(key) not in (None, "")), "")


def _first_word(value: Any) -> str:
    """OSMnx writes several names as a list in text: ``['Storgatan', 'E4']``."""
    written = str(value).strip()
    if written.startswith("["):
        written = written[1:].split(",")[0].strip(" '\"]")
    return written[:120]


def _metres(facts: dict[str, Any]) -> float:
    try:
        return max(0.0, float(_fact(facts, _LENGTHS) or 0))
    except ValueError:
        return 0.0


def _spot(point: np.ndarray) -> tuple[int, int]:
    """Ends closer than about a decimetre meet."""
    return round(float(point[0]) * 1e6), round(float(point[1]) * 1e6)


def _osm(path: Path, progress: Progress) -> StreetsRead:
    import osmium
    import osmium.filter
    import osmium.osm

    try:
        uses = _node_uses(path)
        found = _Collector()
        count = 0
        ways = (
            osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY)
            .with_locations()
            .with_filter(osmium.filter.KeyFilter("highway"))
        )
        for way in ways:
            if not isinstance(way, osmium.osm.Way):
                continue
            count += 1
            if count % 500 == 0:
                progress(count)
            _osm_way(found, way, uses)
        also = list(_osm_shapes(path))
    except RuntimeError as fault:
        raise GeoError(
            f"{path.name}: is not an OpenStreetMap file we can read ({fault}). Fetch it again, for example from Geofabrik."
        ) from None
    if not found.edges:
        raise EmptyNetwork(f"{path.name}: holds no streets for cars.")
    return found.read(also)


def _node_uses(path: Path) -> Counter[int]:
    """How many streets meet in each node; a street's ends count twice."""
    import osmium
    import osmium.filter
    import osmium.osm

    uses: Counter[int] = Counter()
    for way in osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway")):
        if isinstance(way, osmium.osm.Way) and _is_driven(way.tags):
            refs = [node.ref for node in way.nodes]
            uses.update(refs)
            uses.update((refs[0], refs[-1]))
    return uses


def _is_driven(tags: Any) -> bool:
    return (
        tags.get("highway") in DRIVEN
        and tags.get("area") != "yes"
        and tags.get("motor_vehicle", tags.get("access", "yes")) not in CLOSED
    )


def _osm_way(found: _Collector, way: Any, uses: Counter[int]) -> None:
    tags = way.tags
    nodes = [(node.ref, node.lon, node.lat) for node in way.nodes if node.location.valid()]
    highway, name = tags.get("highway"), tags.get("name", "")[:120]
    if len(nodes) < 2:
        return
    if not _is_driven(tags):
        if highway in _CLASS:
            line = np.array([(lon, lat) for _, lon, lat in nodes])
            found.draw(line, name, highway, length_m(line))
        return
    told = tags.get("oneway", "yes" if tags.get("junction") in ("roundabout", "circular") or highway == "motorway" else "no")
    ways = "forward" if told in _FORWARD else "backward" if told in _BACKWARD else "both"
    limit = speed_limit(highway, tags.get("maxspeed", ""))
    start = 0
    for at in range(1, len(nodes)):
        if uses[nodes[at][0]] > 1 or at == len(nodes) - 1:
            line = np.array([(lon, lat) for _, lon, lat in nodes[start : at + 1]])
            found.add((nodes[start][0], nodes[at][0]), line, name=name, highway=highway, limit=limit, ways=ways)
            start = at


def _osm_shapes(path: Path) -> Iterator[MapShape]:
    """Parks, water and public places, for the base map."""
    import osmium
    import osmium.filter
    import osmium.geom
    import osmium.osm

    keys = osmium.filter.KeyFilter("leisure", "natural", "landuse", "amenity", "place", "waterway")
    factory = osmium.geom.GeoJSONFactory()
    for one in osmium.FileProcessor(str(path)).with_locations().with_areas(keys).with_filter(keys):
        kind = _kind_of(one.tags)
        if not kind:
            continue
        name = (one.tags.get("name") or "")[:120]
        try:
            if isinstance(one, osmium.osm.Area):
                yield MapShape(kind, name, shapely.geometry.shape(json.loads(factory.create_multipolygon(one))))
            elif isinstance(one, osmium.osm.Node) and kind in _PUBLIC.values():
                yield MapShape(kind, name, shapely.Point(one.location.lon, one.location.lat))
        except (RuntimeError, osmium.InvalidLocationError):
            continue


_PUBLIC = {
    "school": "school",
    "library": "library",
    "nursing_home": "care_home",
    "townhall": "town_hall",
    "place_of_worship": "church",
}


def _kind_of(tags: Any) -> str:
    if tags.get("natural") in ("water", "bay"):
        return "river" if tags.get("water") in ("river", "stream", "canal") else "lake"
    if tags.get("leisure") in ("park", "garden"):
        return "park"
    if tags.get("landuse") in ("forest", "residential", "commercial", "industrial", "retail") or tags.get("natural") == "wood":
        return "built" if tags.get("landuse") in ("residential", "commercial", "industrial", "retail") else "forest"
    if tags.get("place") == "square":
        return "square"
    return _PUBLIC.get(tags.get("amenity", ""), "")


def _joined(lines: Sequence[np.ndarray]) -> MultiLineString:
    """One street's pieces as few and long lines as possible."""
    merged = linemerge([LineString(line) for line in lines]) if len(lines) > 1 else LineString(lines[0])
    return merged if isinstance(merged, MultiLineString) else MultiLineString([merged])
