"""The map on a crew's phone: the way to the next stop. Plain SVG that needs no script, on any screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from stadig.geo import layers
from stadig.geo.drawing import View, view
from stadig.geo.models import MapLayer

Line = Sequence[Sequence[float]]
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


@dataclass(frozen=True, slots=True)
class Shape:
    """A path of the base map. ``width`` is its stroke in units; 0 for areas."""

    css: str
    d: str
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
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


@dataclass(slots=True)
class Drawing:
    """A base map with ways and marks, ready for a template. Width and height in drawing units."""

    width: int
    height: int
    base: list[Shape]
    ways: list[tuple[str, str]] = field(default_factory=list)
    """CSS class and path."""
    marks: list[Mark] = field(default_factory=list)


def base(window: View, scale: float = 1.0) -> list[Shape]:
    """The base map through a window: one path per kind, streets first as edge and then as fill."""
    return list(_base(window, scale, tuple(MapLayer.objects.order_by("pk").values_list("etag", flat=True))))


@lru_cache(maxsize=64)
def _base(window: View, scale: float, tags: tuple[str, ...]) -> list[Shape]:
    """Kept per process under the layers' tags: a map that has changed has new ones."""
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
    return shapes


def path(line: Line, window: View) -> str:
    """Longitude–latitude pairs as an SVG path."""
    points = [window.xy(lon, lat) for lon, lat in line]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) if points else ""


def way_to(
    line: Line, target: tuple[float, float], number: str, *, css: str = "", width: int = 350, height: int = 145
) -> Drawing:
    """The last leg: where the vehicle comes from, the way, and the stop with its number."""
    points = [(lon, lat) for lon, lat in line] or [target]
    window = view([*points, target], width, height, margin=0.22, least_m=220)
    shapes = base(window, scale=2.2)
    start = window.xy(*points[0])
    end = window.xy(*target)
    drawing = Drawing(width, height, shapes)
    if len(points) > 1:
        drawing.ways = [("m-route-e wide", path(line, window)), (f"m-route wide {css}", path(line, window))]
        drawing.marks.append(Mark(*start, "m-here"))
    drawing.marks.append(Mark(*end, f"m-stop big {css}", number))
    return drawing
