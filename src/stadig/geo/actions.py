"""Writing places: street networks and map shapes."""

from __future__ import annotations

from datetime import datetime

from stadig.geo import layers
from stadig.geo.models import StreetNetwork
from stadig.geo.network import Network


def save_network(name: str, network: Network, *, source: str, licence: str, at: datetime) -> StreetNetwork:
    """Keep a network under a name; an earlier one of that name is replaced."""
    west, south, east, north = network.bounds
    saved, _ = StreetNetwork.objects.update_or_create(
        name=name,
        defaults={
            "source": source,
            "licence": licence,
            "imported_at": at,
            "version": network.version,
            "nodes": network.size,
            "edges": len(network.tail),
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            "data": network.pack(),
        },
    )
    layers.forget()
    return saved
