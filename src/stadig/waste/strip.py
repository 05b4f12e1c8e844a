"""The map on a crew's phone: the way to the next stop. Plain SVG that needs no script, on any screen."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from stadig.geo import layers
from stadig.geo.drawing import View, view

Line = tuple[tuple[float, float], ...]
WIDTH, HEIGHT = 350, 145
STREETS = {"street-lane": 2.0, "street-street": 3.4, "street-collector": 5.2, "street-main": 7.6}
"""Width in drawing units at 1 : 1; a close map draws them wider."""
AREAS = {
    "land": "m-land",
    "island": "m-land",
    "park": "m-park",
    "forest": "m-park",
    "beach": "m-land",
    "built": "m-built",
    "square": "m-built",
    "harbour": "m-built",
    "river": "m-water",
    "lake": "m-water",
}


class Shape(NamedTuple):
    """A path of the base map. ``width`` is its stroke in units; 0 for areas."""

    css: str
    d: str
    width: float = 0.0


class Mark(NamedTuple):
    """A point of a drawing in its own units. ``css`` says how it looks, ``text`` is its number, ``title`` its name."""

    x: float
    y: float
    css: str = ""
    text: str = ""
    title: str = ""

    @property
    def r(self) -> int:
        """Radius of a numbered stop."""
        return 22 if "big" in self.css else 10

    @property
    def corner(self) -> tuple[float, float]:
        """Where a square around the point begins."""
        return round(self.x - 8, 1), round(self.y - 8, 1)


class Drawing(NamedTuple):
    """A base map with ways and marks, ready for a template. Width and height in drawing units."""

    width: int
    height: int
    base: tuple[Shape, ...]
    ways: tuple[tuple[str, str], ...]
    """CSS class and path."""
    marks: tuple[Mark, ...]


def base(window: View, scale: float = 1.0) -> tuple[Shape, ...]:
    """The base map through a window: one path per kind, streets first as edge and then as fill."""
    areas: dict[str, list[str]] = {}
    streets: dict[str, list[str]] = {}
    borders: list[str] = []
    for path in layers.paths(window):
        if path.kind in AREAS:
            areas.setdefault(AREAS[path.kind], []).append(path.d)
        elif path.kind in STREETS:
            streets.setdefault(path.kind, []).append(path.d)
        elif path.kind == "district" and path.d:
            borders.append(path.d)
    shapes = [Shape(css, "".join(parts)) for css, parts in areas.items()]
    shapes += [Shape("m-se", "".join(streets[kind]), (STREETS[kind] + 2.4) * scale) for kind in STREETS if kind in streets]
    shapes += [Shape("m-s", "".join(streets[kind]), STREETS[kind] * scale) for kind in STREETS if kind in streets]
    if borders:
        shapes.append(Shape("m-d", "".join(borders)))
    return tuple(shapes)


def path(line: Line, window: View) -> str:
    """Longitude–latitude pairs as an SVG path."""
    points = [window.xy(lon, lat) for lon, lat in line]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) if points else ""


@lru_cache(maxsize=64)
def way_to(line: Line, target: tuple[float, float], number: str, css: str, tags: tuple[str, ...]) -> Drawing:
    """The last leg: where the vehicle comes from, the way, and the stop with its number.

    Kept per process under ``tags``, the map layers': a map that has changed has new ones.
    """
    points = line or (target,)
    window = view([*points, target], WIDTH, HEIGHT, margin=0.22, least_m=220)
    stop = Mark(*window.xy(*target), f"m-stop big {css}", number)
    if len(points) == 1:
        return Drawing(WIDTH, HEIGHT, base(window, scale=2.2), (), (stop,))
    ways = ("m-route-e wide", path(line, window)), (f"m-route wide {css}", path(line, window))
    return Drawing(WIDTH, HEIGHT, base(window, scale=2.2), ways, (Mark(*window.xy(*points[0]), "m-here"), stop))
