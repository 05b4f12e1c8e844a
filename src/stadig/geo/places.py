"""Where a place is that someone wrote in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stadig.city.sorting import sort_key
from stadig.geo import layers
from stadig.geo.models import Feature, Street


def find(text: str) -> tuple[float, float] | None:
    """Lon and lat of the street or named place that ``text`` begins with (*Hamngatan 2*); None when none is known."""
    words = text.replace(",", " ").split()
    for count in range(min(len(words), 5), 0, -1):
        wanted = sort_key(" ".join(words[:count]))
        for known in (Street, Feature):
            geometry = known.objects.filter(sort_key=wanted).exclude(name="").values_list("geometry", flat=True).first()
            if geometry is not None:
                return _middle(list(_points(geometry["coordinates"])))
    return None


def middle() -> tuple[float, float] | None:
    """The middle of the streets that are known: where a place lies that nobody could find."""
    bounds = layers.bounds()
    return ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2) if bounds else None


def _points(coordinates: Any) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], int | float):
        yield float(coordinates[0]), float(coordinates[1])
        return
    for part in coordinates:
        yield from _points(part)


def _middle(points: list[tuple[float, float]]) -> tuple[float, float]:
    """The point in the middle of the list: on the street, where an average could lie beside it."""
    return points[len(points) // 2]
