"""A map drawn on the server as SVG: for pages without JavaScript, for print, and for small strips.

The base comes from whoever knows places, as paths with ``kind``, ``name``, ``d``, ``x``, ``y`` and ``width``
(:func:`stadig.geo.layers.paths`), through a window that turns a longitude and a latitude into a point.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Protocol

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

CLASSES = {
    "land": "m-land",
    "island": "m-land",
    "park": "m-park",
    "forest": "m-park",
    "beach": "m-park",
    "built": "m-built",
    "square": "m-built",
    "harbour": "m-built",
    "river": "m-sea",
    "lake": "m-sea",
    "building": "m-house",
    "district": "m-d",
    "border": "m-d",
}
STREET_M = {"street-main": 14.0, "street-collector": 11.0, "street-street": 8.0, "street-lane": 6.0}
"""How wide a street is drawn, in metres."""


class Shape(Protocol):
    """A piece of the base map."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def d(self) -> str: ...
    @property
    def x(self) -> float: ...
    @property
    def y(self) -> float: ...
    @property
    def width(self) -> float: ...


class Window(Protocol):
    """What part of the world is drawn, and how large."""

    @property
    def width(self) -> float: ...
    @property
    def height(self) -> float: ...
    @property
    def metres_per_unit(self) -> float: ...
    def xy(self, lon: float, lat: float) -> tuple[float, float]: ...


@dataclass(frozen=True, slots=True)
class Mark:
    """A place: ``kind`` is ``full``, ``nearly``, ``room``, ``unknown``, ``stop``, ``skip``, ``base`` or ``here``."""

    lon: float
    lat: float
    kind: str = "stop"
    text: str = ""
    series: int = 1


@dataclass(frozen=True, slots=True)
class Way:
    """A route to follow, as an SVG path within the window. ``series`` 1, 2 or 3 is its colour and dash."""

    d: str
    series: int = 1


SERIES = {2: " b", 3: " c"}
RADIUS = {"full": 8.0, "nearly": 6.5, "room": 5.5, "unknown": 5.0, "stop": 12.0, "skip": 4.5, "here": 9.0}


def svg(
    window: Window,
    base: Iterable[Shape],
    marks: Sequence[Mark] = (),
    ways: Sequence[Way] = (),
    *,
    label: str,
    css: str = "",
    names: bool = True,
) -> SafeString:
    """The drawing. ``label`` is what a screen reader says; the page's list has the same content in words."""
    areas: list[tuple[str, str]] = []
    labels: list[str] = []
    streets: dict[float, list[str]] = {}
    for shape in base:
        if shape.kind in STREET_M:
            streets.setdefault(max(0.8, STREET_M[shape.kind] / window.metres_per_unit), []).append(shape.d)
            continue
        found = CLASSES.get(shape.kind)
        if found and shape.d:
            areas.append((found, shape.d))
        if names and shape.kind == "district" and shape.name and shape.width > 7.5 * len(shape.name):
            labels.append(f'<text class="m-t" x="{shape.x}" y="{shape.y}">{conditional_escape(shape.name)}</text>')
    parts = [f'<path class="{kind}" d="{"".join(d for _kind, d in some)}"/>' for kind, some in groupby(areas, itemgetter(0))]
    laid = [(width, "".join(lines)) for width, lines in sorted(streets.items())]
    parts += [f'<path class="m-se" stroke-width="{width + 2:.1f}" d="{d}"/>' for width, d in laid if width > 2]
    parts += [f'<path class="m-s" stroke-width="{width:.1f}" d="{d}"/>' for width, d in laid]
    for way in ways:
        css_of = SERIES.get(way.series, "")
        parts += [f'<path class="m-route-e" d="{way.d}"/>', f'<path class="m-route{css_of}" d="{way.d}"/>']
    parts += labels
    parts += [_mark(mark, window) for mark in marks]
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" preserveAspectRatio="xMidYMid slice" role="img" aria-label="{}">'
        '<rect class="m-sea" width="100%" height="100%"/>{}</svg>',
        f"map {css}".strip(),
        f"{window.width:g}",
        f"{window.height:g}",
        label,
        mark_safe("".join(parts)),  # noqa: S308  numbers and known classes; names are escaped above
    )


def _mark(mark: Mark, window: Window) -> str:
    x, y = window.xy(mark.lon, mark.lat)
    if mark.kind == "base":
        return f'<rect class="m-base" x="{x - 9:.1f}" y="{y - 9:.1f}" width="18" height="18" rx="5"/>'
    css = {"stop": f"m-stop{SERIES.get(mark.series, '')}", "skip": "m-skip", "here": "m-here"}.get(
        mark.kind, f"m-dot-{mark.kind}" if mark.kind in RADIUS else "m-dot-unknown"
    )
    dot = f'<circle class="{css}" cx="{x}" cy="{y}" r="{RADIUS.get(mark.kind, 5.0):g}"/>'
    if mark.text:
        dot += f'<text class="m-stopn" x="{x}" y="{y}" dy=".36em">{conditional_escape(mark.text)}</text>'
    return dot
