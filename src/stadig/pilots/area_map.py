"""The areas of a trial on our own map: those that have the service and those they are compared with, by colour and by pattern."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import shapely
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from stadig.city.models import District
from stadig.geo import drawing, layers
from stadig.geo.drawing import Base, Drawn, View
from stadig.ui import maps

WIDTH, HEIGHT = 720.0, 460.0
HATCH = (
    '<defs><pattern id="m-hatch" width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="m-hatch" d="M0 0V9"/></pattern></defs>'
)
"""Lines across those that have the service: who has it is seen without colour."""
CLASSES = {"pilot": "m-on", "comparison": "m-cmp"}


class Area(NamedTuple):
    """A district of the trial; ``arm`` is ``pilot``, ``comparison`` or empty before the draw."""

    code: str
    name: str
    arm: str


def areas_svg(areas: tuple[Area, ...], *, label: str) -> SafeString:
    """The drawing; empty when none of the districts has a border. The page's list has the same content in words."""
    return _drawn(tuple(sorted(areas)), label, layers.tags())


@lru_cache(maxsize=64)
def _drawn(areas: tuple[Area, ...], label: str, _tags: tuple[str, ...]) -> SafeString:
    borders = {
        code: shape(geometry)
        for code, geometry in District.objects.filter(code__in=[one.code for one in areas]).values_list("code", "geometry")
    }
    if not borders:
        return mark_safe("")
    window = _window(borders)
    ground = maps.svg(window, layers.paths(window), label=label, names=False)  # pyright: ignore[reportArgumentType]
    over = "".join([_area(one, borders[one.code], window) for one in areas if one.code in borders])
    return mark_safe(ground.removesuffix("</svg>") + HATCH + over + "</svg>")  # noqa: S308  our own drawing; the names are escaped


def _window(borders: Mapping[str, BaseGeometry]) -> View:
    west, south, east, north = shapely.union_all(list(borders.values())).bounds
    return drawing.view([(west, south), (east, north)], WIDTH, HEIGHT, margin=0.04)


def _area(area: Area, border: BaseGeometry, window: View) -> str:
    found = Base([Drawn("district", area.name, border)]).paths(window)
    if not found:
        return ""
    one = found[0]
    return format_html(
        '<path class="{}" d="{}"/>{}<text class="m-t" x="{}" y="{}" text-anchor="middle">{}</text>',
        CLASSES.get(area.arm, "m-d"),
        one.d,
        format_html('<path fill="url(#m-hatch)" d="{}"/>', one.d) if area.arm == "pilot" else "",
        one.x,
        one.y,
        one.name,
    )
