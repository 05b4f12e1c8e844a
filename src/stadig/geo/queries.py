"""Reading places: the street network, driving times between places, lines to draw."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from stadig.geo import matrix
from stadig.geo.matrix import Matrix
from stadig.geo.models import DrivingMatrix, StreetNetwork
from stadig.geo.network import EmptyNetwork, Network, unpack


def network(name: str = "") -> Network:
    """The street network called ``name``, or the last imported one.

    Raises
    ------
    EmptyNetwork
        Nothing has been imported yet.
    """
    return _unpacked(*_found(name))


def driving(lon: ArrayLike, lat: ArrayLike, *, purpose: str, name: str = "") -> tuple[Matrix, np.ndarray]:
    """Driving times between places, kept in the database per ``purpose``: only moved places are computed again.

    Returns the matrix of the distinct junctions, and for each place its row (= column) in it.
    """
    number, version = _found(name)
    streets = _unpacked(number, version)
    nodes, _ = streets.snap(lon, lat)
    kept = DrivingMatrix.objects.filter(network=number, purpose=purpose, version=version).first()
    known = _matrix(kept) if kept else None
    wanted, place = np.unique(nodes, return_inverse=True)
    if known is not None and np.isin(wanted, known.nodes).all():
        at = np.searchsorted(known.nodes, wanted)
        square = np.ix_(at, at)
        return Matrix(wanted, known.seconds[square], known.metres[square]), place
    found = matrix.extend(streets, known, wanted)
    DrivingMatrix.objects.update_or_create(
        network_id=number,
        purpose=purpose,
        defaults={
            "version": version,
            "nodes": found.nodes.tobytes(),
            "seconds": found.seconds.tobytes(),
            "metres": found.metres.tobytes(),
        },
    )
    return found, place


def route_geometry(streets: Network, *nodes: int) -> list[list[float]]:
    """The fastest way through the junctions in order, as GeoJSON coordinates (LineString)."""
    return np.round(matrix.path(streets, nodes), 6).tolist()


def route_legs(lon: Sequence[float], lat: Sequence[float], name: str = "") -> list[list[list[float]]]:
    """The fastest way between each place and the next, each as GeoJSON coordinates (LineString)."""
    streets = network(name)
    return [np.round(leg, 6).tolist() for leg in matrix.legs(streets, streets.snap(lon, lat)[0])]


def route_through(lon: Sequence[float], lat: Sequence[float], name: str = "") -> list[list[float]]:
    """The fastest way through places in order, as GeoJSON coordinates (LineString)."""
    streets = network(name)
    return route_geometry(streets, *(int(node) for node in streets.snap(lon, lat)[0]))


def _found(name: str) -> tuple[int, str]:
    rows = StreetNetwork.objects.order_by("-imported_at", "-pk").values_list("pk", "version")
    row = rows.filter(name=name).first() if name else rows.first()
    if row is None:
        called = f" called {name}" if name else ""
        raise EmptyNetwork(f"No street network{called} has been imported. Import one: stadig import streets FILE")
    return row


@lru_cache(maxsize=4)
def _unpacked(number: int, version: str) -> Network:
    """Kept per process; a new import has a new version and so a new key."""
    return unpack(bytes(StreetNetwork.objects.values_list("data", flat=True).get(pk=number)))


def _matrix(row: DrivingMatrix) -> Matrix:
    nodes = np.frombuffer(row.nodes, np.int32)
    square = (len(nodes), len(nodes))
    return Matrix(
        nodes, np.frombuffer(row.seconds, np.float32).reshape(square), np.frombuffer(row.metres, np.float32).reshape(square)
    )
