"""A street network as arrays: built from any source, packed into bytes, asked for the nearest junction."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stadig.geo.plane import Plane

if TYPE_CHECKING:
    from scipy.spatial import KDTree

SPEED_SHARE = 0.6
"""Share of the speed limit that a collection vehicle keeps on average in town, junctions included.

An assumption (`operations.md` §6), to be calibrated against the vehicles' own positions."""

DEFAULT_SPEED_KMH = {"motorway": 110, "trunk": 80, "living_street": 7, "pedestrian": 7, "service": 20, "track": 20}
"""Speed limit where the source names none, by OpenStreetMap's class. Motorway and walking-pace streets:
trafikförordningen (1998:1276) 3 kap. 17 § and 8 kap. 1 §; service roads and tracks: assumed."""

BUILT_UP_SPEED_KMH = 50
"""Speed limit in a built-up area where no sign says otherwise: trafikförordningen (1998:1276) 3 kap. 17 §."""

_DEGREE = 1e-7
"""Unit of stored geometry, as in OpenStreetMap: about one centimetre."""
_ARRAYS = ("lon", "lat", "tail", "head", "length_m", "seconds", "name_of", "points", "offsets")


class GeoError(Exception):
    """Something about places or streets could not be done. The message says what, and the way out."""


class EmptyNetwork(GeoError):
    """There is no street to drive on."""


@dataclass(frozen=True)
class Network:
    """A strongly connected street network: from every junction one can drive to every other.

    ``lon``, ``lat``: junctions, degrees. ``tail[e]`` → ``head[e]``: one directed edge per pair of junctions, sorted by
    (tail, head); ``length_m[e]`` metres, ``seconds[e]`` driving time, ``names[name_of[e]]`` the street.
    Edge *e* is drawn by ``points[offsets[e]:offsets[e + 1]]``, whole 10⁻⁷ degrees (longitude, latitude).
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    length_m: NDArray[np.float32]
    seconds: NDArray[np.float32]
    name_of: NDArray[np.int32]
    names: tuple[str, ...]
    points: NDArray[np.int32]
    offsets: NDArray[np.int32]

    @property
    def size(self) -> int:
        """How many junctions there are."""
        return len(self.lon)

    @cached_property
    def version(self) -> str:
        """Changes when, and only when, driving times or places may have changed."""
        digest = hashlib.sha256()
        for array in (self.lon, self.lat, self.tail, self.head, self.length_m, self.seconds):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:16]

    @cached_property
    def plane(self) -> Plane:
        """The plane in metres around the network's middle."""
        return Plane(float(self.lon.mean()), float(self.lat.mean()))

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        return (float(self.lon.min()), float(self.lat.min()), float(self.lon.max()), float(self.lat.max()))

    @cached_property
    def _tree(self) -> KDTree:
        from scipy.spatial import KDTree

        return KDTree(self.plane.to_metres(self.lon, self.lat))

    def snap(self, lon: ArrayLike, lat: ArrayLike) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """The nearest junction of each place, and how many metres away it is as the crow flies."""
        metres, node = self._tree.query(self.plane.to_metres(lon, lat))
        return np.asarray(node, np.int32), np.asarray(metres, np.float64)

    def edge(self, tail: ArrayLike, head: ArrayLike) -> NDArray[np.int64]:
        """Which edge runs from ``tail`` to ``head``, for edges known to exist."""
        keys = self.tail.astype(np.int64) * self.size + self.head
        return np.searchsorted(keys, np.asarray(tail, np.int64) * self.size + np.asarray(head, np.int64))

    def drawn(self, edge: int) -> NDArray[np.float64]:
        """An edge's line as (k, 2) degrees."""
        return (self.points[self.offsets[edge] : self.offsets[edge + 1]] * _DEGREE).astype(np.float64)

    def pack(self) -> bytes:
        """The network as compressed NumPy arrays, without pickles."""
        buffer = io.BytesIO()
        names = np.frombuffer(json.dumps(self.names, ensure_ascii=False).encode(), np.uint8)
        np.savez_compressed(buffer, names=names, **{key: getattr(self, key) for key in _ARRAYS})
        return buffer.getvalue()


def unpack(data: bytes) -> Network:
    """The reverse of :meth:`Network.pack`."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        names = tuple(json.loads(arrays["names"].tobytes().decode()))
        return Network(names=names, **{key: arrays[key] for key in _ARRAYS})


def driving_seconds(length_m: ArrayLike, limit_kmh: ArrayLike) -> NDArray[np.float32]:
    """Driving time of edges from their length and speed limit (:data:`SPEED_SHARE`)."""
    speed = np.maximum(np.asarray(limit_kmh, np.float64), 1.0) * SPEED_SHARE / 3.6
    return (np.asarray(length_m, np.float64) / speed).astype(np.float32)


def build(
    lon: ArrayLike,
    lat: ArrayLike,
    edges: Sequence[tuple[int, int]],
    *,
    length_m: ArrayLike,
    limit_kmh: ArrayLike,
    names: Sequence[str],
    lines: Sequence[ArrayLike],
) -> Network:
    """A network from directed edges, cut to its largest strongly connected part.

    Parameters
    ----------
    lon, lat
        Junctions in degrees.
    edges
        (from, to) per directed edge; a two-way street is two edges. Of parallel edges the fastest is kept.
    length_m, limit_kmh, names, lines
        Per edge: metres, speed limit, street name ("" where it has none), drawn line (k, 2) in degrees.

    Raises
    ------
    EmptyNetwork
        No two junctions can be reached from each other.
    """
    lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    ends = np.asarray(edges, np.int64).reshape(-1, 2)
    metres = np.asarray(length_m, np.float32)
    seconds = driving_seconds(metres, limit_kmh)
    kept = _largest_part(len(lon), ends)
    new_number = np.full(len(lon), -1, np.int64)
    new_number[kept] = np.arange(len(kept))
    tail, head = new_number[ends[:, 0]], new_number[ends[:, 1]]
    order = np.lexsort((seconds, head, tail))
    order = order[(tail[order] >= 0) & (head[order] >= 0) & (tail[order] != head[order])]
    if not len(order):
        raise EmptyNetwork("The streets do not hang together: no place can be reached from another and back.")
    key = tail[order] * len(kept) + head[order]
    order = order[np.concatenate([[True], key[1:] != key[:-1]])]
    known = {name: number for number, name in enumerate(sorted({names[int(e)] for e in order}))}
    drawn = [np.rint(np.asarray(lines[int(e)], np.float64) / _DEGREE).astype(np.int32).reshape(-1, 2) for e in order]
    return Network(
        lon=lon[kept],
        lat=lat[kept],
        tail=tail[order].astype(np.int32),
        head=head[order].astype(np.int32),
        length_m=metres[order],
        seconds=seconds[order],
        name_of=np.array([known[names[int(e)]] for e in order], np.int32),
        names=tuple(known),
        points=np.concatenate(drawn),
        offsets=np.concatenate([[0], np.cumsum([len(line) for line in drawn])]).astype(np.int32),
    )


def _largest_part(size: int, ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The junctions of the largest strongly connected component."""
    if not len(ends):
        return np.empty(0, np.int64)
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    graph = csr_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=(size, size))
    _, part = connected_components(graph, directed=True, connection="strong")
    return np.flatnonzero(part == np.bincount(part).argmax())


def speed_limit(highway: str, maxspeed: str = "") -> float:
    """The limit in km/h: the lowest number the source states, else the default of the street's class."""
    numbers = [float(word) for word in "".join(c if c.isdigit() else " " for c in maxspeed).split()]
    if stated := [number for number in numbers if 5 <= number <= 130]:
        return min(stated) * (1.609344 if "mph" in maxspeed else 1)
    return DEFAULT_SPEED_KMH.get(highway.removesuffix("_link"), BUILT_UP_SPEED_KMH)
