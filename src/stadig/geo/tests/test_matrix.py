"""Driving times follow the streets, one-way streets and speed limits included."""

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadig.geo import matrix
from stadig.geo.network import SPEED_SHARE, EmptyNetwork, Network, build, speed_limit, unpack

GOTEBORG = (11.97, 57.70)


def grid(side: int, *, one_way: set[tuple[int, int]] = frozenset(), limit: float = 50) -> Network:
    """A square town of ``side`` × ``side`` junctions about 100 m apart."""
    lon = [GOTEBORG[0] + 0.0017 * (n % side) for n in range(side * side)]
    lat = [GOTEBORG[1] + 0.0009 * (n // side) for n in range(side * side)]
    near = [(n, n + 1) for n in range(side * side) if n % side < side - 1]
    near += [(n, n + side) for n in range(side * (side - 1))]
    edges = near + [(b, a) for a, b in near if (a, b) not in one_way]
    lines = [[(lon[a], lat[a]), (lon[b], lat[b])] for a, b in edges]
    return build(
        lon,
        lat,
        edges,
        length_m=[100.0] * len(edges),
        limit_kmh=[limit] * len(edges),
        names=["Storgatan"] * len(edges),
        lines=lines,
    )


def slow_dijkstra(network: Network, source: int) -> dict[int, tuple[float, float]]:
    """The plain textbook way: the oracle."""
    out: dict[int, list[tuple[int, float, float]]] = {}
    for tail, head, seconds, metres in zip(network.tail, network.head, network.seconds, network.length_m, strict=True):
        out.setdefault(int(tail), []).append((int(head), float(seconds), float(metres)))
    best: dict[int, tuple[float, float]] = {}
    queue = [(0.0, 0.0, source)]
    while queue:
        seconds, metres, node = heapq.heappop(queue)
        if node in best:
            continue
        best[node] = (seconds, metres)
        for head, more_seconds, more_metres in out.get(node, []):
            heapq.heappush(queue, (seconds + more_seconds, metres + more_metres, head))
    return best


def test_a_hundred_metres_at_fifty_takes_twelve_seconds():
    seconds, metres = matrix.driving(grid(2), [0], [1])
    assert metres[0, 0] == 100
    assert seconds[0, 0] == pytest.approx(100 / (50 / 3.6 * SPEED_SHARE), abs=0.001)


def test_a_one_way_street_costs_the_way_around():
    _, metres = matrix.driving(grid(3, one_way={(0, 1)}), [0, 1])
    assert metres[0, 1] == 100
    assert metres[1, 0] == 300


def test_a_dead_end_one_cannot_leave_is_not_part_of_the_network():
    lon, lat = [0, 0.001, 0.002], [0, 0, 0]
    network = build(
        lon, lat, [(0, 1), (1, 0), (1, 2)], length_m=[1, 1, 1], limit_kmh=[50] * 3, names=[""] * 3, lines=[[(0, 0), (1, 1)]] * 3
    )
    assert network.size == 2


def test_streets_that_do_not_meet_are_no_network():
    with pytest.raises(EmptyNetwork, match="hang together"):
        build([0, 1], [0, 0], [(0, 1)], length_m=[1], limit_kmh=[50], names=[""], lines=[[(0, 0), (1, 0)]])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_times_and_lengths_are_those_of_the_textbook(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(4, 20))
    edges = [(n, (n + 1) % size) for n in range(size)] + [
        tuple(map(int, rng.choice(size, 2, replace=False))) for _ in range(2 * size)
    ]
    metres = rng.uniform(1, 900, len(edges)).round(2)
    network = build(
        rng.uniform(11, 12, size), rng.uniform(57, 58, size), edges, length_m=metres,
        limit_kmh=rng.choice([30, 50, 70], len(edges)), names=[""] * len(edges), lines=[[(11, 57), (12, 58)]] * len(edges),
    )  # fmt: skip
    seconds, lengths = matrix.driving(network, np.arange(network.size))
    for source in range(network.size):
        for node, (time, length) in slow_dijkstra(network, source).items():
            assert seconds[source, node] == pytest.approx(time, abs=0.03)
            assert lengths[source, node] == pytest.approx(length, abs=0.5)


def test_only_moved_places_are_computed_again(monkeypatch):
    network = grid(6, one_way={(0, 1), (8, 9)})
    before = matrix.extend(network, None, [0, 5, 9, 20])
    asked: list[list[int]] = []
    real = matrix.driving
    monkeypatch.setattr(
        matrix, "driving", lambda net, sources, *rest, **more: asked.append(list(sources)) or real(net, sources, *rest, **more)
    )
    after = matrix.extend(network, before, [0, 5, 9, 33])
    assert asked == [[33], [33]]
    fresh = real(network, after.nodes)
    np.testing.assert_array_equal(after.seconds, fresh[0])
    np.testing.assert_array_equal(after.metres, fresh[1])


def test_a_path_is_drawn_along_the_streets_it_takes():
    network = grid(3)
    line = matrix.path(network, [0, 2, 8])
    assert line[0] == pytest.approx([network.lon[0], network.lat[0]], abs=1e-6)
    assert line[-1] == pytest.approx([network.lon[8], network.lat[8]], abs=1e-6)
    assert len(line) == 5


def test_a_packed_network_is_the_same_network():
    network = grid(4)
    again = unpack(network.pack())
    assert again.version == network.version
    assert again.names == network.names
    np.testing.assert_array_equal(again.points, network.points)


def test_a_place_snaps_to_the_nearest_junction():
    network = grid(4)
    node, metres = network.snap(network.lon[5] + 0.0001, network.lat[5])
    assert node == 5
    assert metres == pytest.approx(5.9, abs=0.2)


@pytest.mark.parametrize(
    ("highway", "maxspeed", "limit"),
    [
        ("residential", "30", 30),
        ("motorway_link", "", 110),
        ("residential", "['50', '30']", 30),
        ("primary", "signals", 50),
        ("living_street", "", 7),
    ],
)
def test_speed_limits_are_read_from_the_map(highway, maxspeed, limit):
    assert speed_limit(highway, maxspeed) == limit
