"""What the maps draw: GeoJSON with a class and a sentence for each feature. The same content stands in a list beside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from stadig.waste import sentences
from stadig.waste.queries.bins import BinState, Level

COLOURS = {level: "room" if level is Level.HALF else level.value for level in Level}
"""A dot has four looks: half full still has room."""


def bins(states: Iterable[BinState], url_name: str) -> dict[str, Any]:
    """Bins as points: ``level`` for the colour, ``fill`` for the ring, ``label`` and ``url`` for the one who points."""
    words = sentences.levels()
    address = reverse(url_name, args=[0]).removesuffix("0/")
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": state.bin.pk,
                "geometry": {"type": "Point", "coordinates": [round(state.bin.lon, 6), round(state.bin.lat, 6)]},
                "properties": {
                    "kind": "bin",
                    "level": COLOURS[state.level],
                    "row": f"korg-{state.bin.pk}",
                    "fill": state.fill,
                    "name": state.bin.name,
                    "label": f"{state.bin.name}: {words[state.level]}"
                    + (f", {sentences.heard(state)}" if state.emptied_at else ""),
                    "url": f"{address}{state.bin.pk}/",
                },
            }
            for state in states
        ],
    }


def bounds(states: Iterable[BinState]) -> str:
    """West, south, east, north of the bins with a small margin, comma-separated; empty without bins."""
    places = [(state.bin.lon, state.bin.lat) for state in states]
    if not places:
        return ""
    lons, lats = [lon for lon, _ in places], [lat for _, lat in places]
    return f"{min(lons) - 0.003:.5f},{min(lats) - 0.002:.5f},{max(lons) + 0.003:.5f},{max(lats) + 0.002:.5f}"
