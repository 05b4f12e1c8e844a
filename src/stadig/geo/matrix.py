"""Driving times and distances between places on a street network.

One Dijkstra per source gives both figures: an edge weighs its milliseconds × 2²⁵ plus its centimetres, whole numbers
that double precision adds without error up to 74 hours and 335 kilometres. Paths are so the fastest and, among equally
fast ones, the shortest; time and length are read back from the one sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stadig.geo.network import Network

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_SHIFT = 2**25
_AT_ONCE = 128
"""Sources per call: keeps the working memory at about 7 MB per 7,000 junctions."""


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """Driving times and lengths between ``nodes``: row = from, column = to."""

    nodes: NDArray[np.int32]
    seconds: NDArray[np.float32]
    metres: NDArray[np.float32]


def _graph(network: Network, *, backwards: bool = False) -> csr_array:
    from scipy.sparse import csr_array

    weight = np.rint(network.seconds.astype(np.float64) * 1e3) * _SHIFT + np.rint(network.length_m.astype(np.float64) * 100)
    ends = (network.head, network.tail) if backwards else (network.tail, network.head)
    return csr_array((np.maximum(weight, 1.0), ends), shape=(network.size, network.size))


def driving(
    network: Network, sources: ArrayLike, targets: ArrayLike | None = None, *, backwards: bool = False
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Driving time (s) and length (m) of the fastest way, shape (sources, targets).

    ``targets`` defaults to ``sources``. Nodes may repeat. ``backwards`` drives from the targets to the sources instead.
    Every pair is reachable, since a :class:`Network` is strongly connected.
    """
    from scipy.sparse.csgraph import dijkstra

    from_nodes = np.asarray(sources, np.int32).reshape(-1)
    to_nodes = from_nodes if targets is None else np.asarray(targets, np.int32).reshape(-1)
    unique, where = np.unique(from_nodes, return_inverse=True)
    seconds = np.empty((len(unique), len(to_nodes)), np.float32)
    metres = np.empty_like(seconds)
    graph = _graph(network, backwards=backwards)
    for start in range(0, len(unique), _AT_ONCE):
        sums = dijkstra(graph, indices=unique[start : start + _AT_ONCE])[:, to_nodes]
        whole = np.floor(sums / _SHIFT)
        seconds[start : start + _AT_ONCE] = whole / 1e3
        metres[start : start + _AT_ONCE] = (sums - whole * _SHIFT) / 100
    return seconds[where], metres[where]


def extend(network: Network, known: Matrix | None, nodes: ArrayLike) -> Matrix:
    """The matrix of ``nodes`` (unique, any order), where only rows and columns of nodes not in ``known`` are computed."""
    wanted = np.unique(np.asarray(nodes, np.int32))
    if known is None or not len(known.nodes):
        return Matrix(wanted, *driving(network, wanted))
    old = np.isin(wanted, known.nodes)
    at = np.searchsorted(known.nodes, wanted[old])
    seconds = np.zeros((len(wanted), len(wanted)), np.float32)
    metres = np.zeros_like(seconds)
    seconds[np.ix_(old, old)] = known.seconds[np.ix_(at, at)]
    metres[np.ix_(old, old)] = known.metres[np.ix_(at, at)]
    if not old.all():
        seconds[~old], metres[~old] = driving(network, wanted[~old], wanted)
        to_new = driving(network, wanted[~old], wanted, backwards=True)
        seconds[:, ~old], metres[:, ~old] = to_new[0].T, to_new[1].T
    return Matrix(wanted, seconds, metres)


def legs(network: Network, nodes: ArrayLike) -> list[NDArray[np.float64]]:
    """The fastest way between each junction and the next, each as a line (k, 2) of longitude and latitude.

    A leg that goes nowhere is the junction alone, one point.
    """
    stops = np.asarray(nodes, np.int32).reshape(-1)
    if len(stops) < 2:
        return []
    starts, where = np.unique(stops[:-1], return_inverse=True)
    from scipy.sparse.csgraph import dijkstra

    _, before = dijkstra(_graph(network), indices=starts, return_predecessors=True)
    found: list[NDArray[np.float64]] = []
    for row, goal in zip(where, stops[1:], strict=True):
        passed = [int(goal)]
        while passed[-1] != starts[row]:
            passed.append(int(before[row, passed[-1]]))
        passed.reverse()
        if len(passed) == 1:
            found.append(np.array([[network.lon[goal], network.lat[goal]]]))
            continue
        line = np.concatenate([network.drawn(int(e)) for e in network.edge(passed[:-1], passed[1:])])
        found.append(line[np.append(True, np.any(line[1:] != line[:-1], axis=1))])
    return found


def path(network: Network, nodes: ArrayLike) -> NDArray[np.float64]:
    """The fastest way through ``nodes`` in order, as a line (k, 2) of longitude and latitude."""
    stops = np.asarray(nodes, np.int32).reshape(-1)
    if len(stops) < 2:
        return np.stack([network.lon[stops], network.lat[stops]], axis=-1)
    line = np.concatenate(legs(network, stops))
    return line[np.append(True, np.any(line[1:] != line[:-1], axis=1))]
