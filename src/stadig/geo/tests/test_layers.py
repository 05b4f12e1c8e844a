"""The base map: small to send, drawn anew after an import, cut cleanly for server-drawn maps."""

import gzip
import json

import pytest
from shapely.geometry import LineString, Point, Polygon, mapping

from stadig.city import clock
from stadig.geo import actions, drawing, layers
from stadig.geo.drawing import Base, Drawn, View
from stadig.geo.models import Feature, Street
from stadig.geo.tests.test_matrix import grid

WINDOW = View(11.97, 57.70, 11.98, 57.71, 100, 200)


@pytest.fixture
def town(db):
    saved = actions.save_network("town", grid(5), source="Påhittad", licence="CC0-1.0", at=clock.now())
    Street.objects.create(
        network=saved,
        name="Storgatan",
        street_class="main",
        length_m=400,
        geometry=mapping(LineString([(11.97, 57.70), (11.976, 57.70)])),
    )
    Feature.objects.create(kind="land", name="", geometry=mapping(Polygon([(11.9, 57.6), (12, 57.6), (12, 57.8), (11.9, 57.8)])))
    Feature.objects.create(kind="school", name="Åskolan", geometry=mapping(Point(11.975, 57.705)))
    return saved


def test_a_layer_is_sent_compressed_and_not_again(client, town):
    first = client.get("/karta/lager/gator.json", headers={"accept-encoding": "gzip"})
    assert first["Content-Encoding"] == "gzip"
    (street,) = json.loads(gzip.decompress(first.content))["features"]
    assert street["properties"] == {"kind": "street-main", "name": "Storgatan"}
    assert client.get("/karta/lager/gator.json", headers={"if-none-match": first["ETag"]}).status_code == 304


def test_a_browser_that_cannot_unpack_gets_plain_text(client, town):
    assert json.loads(client.get("/karta/lager/platser.json").content)["features"][0]["properties"]["name"] == "Åskolan"


def test_the_base_map_says_what_it_consists_of(client, town):
    base = client.get("/karta/lager.json").json()
    assert base["background"] == "sea"
    assert base["sources"] == ["Påhittad (CC0-1.0)"]
    for one in base["layers"]:
        assert client.get(one["url"]).status_code == 200


def test_an_unknown_layer_is_not_found(client, town):
    assert client.get("/karta/lager/annat.json").status_code == 404


def test_a_new_import_draws_the_map_anew(town):
    before = layers.layer("gator").etag
    Street.objects.create(
        network=town,
        name="Nygatan",
        street_class="street",
        length_m=1,
        geometry=mapping(LineString([(11.97, 57.7), (11.98, 57.7)])),
    )
    assert layers.layer("gator").etag == before
    actions.save_network("town", grid(5), source="Påhittad", licence="CC0-1.0", at=clock.now())
    assert layers.layer("gator").etag != before


def test_paths_are_cut_at_the_window(town, django_assert_max_num_queries):
    shown = {path.kind: path for path in layers.paths(WINDOW)}
    assert set(shown) == {"land", "street-main", "school"}
    assert shown["school"].x == pytest.approx(50, abs=0.1)
    assert shown["school"].y == pytest.approx(100, abs=0.1)
    assert shown["land"].d == "M-2 204l0-208 104 0 0 208-104 0Z"
    with django_assert_max_num_queries(1):
        layers.paths(WINDOW)


def test_a_window_shows_all_places_undistorted():
    window = drawing.view([(11.97, 57.70), (11.99, 57.70)], 300, 200)
    assert 0 < window.xy(11.97, 57.70)[0] < window.xy(11.99, 57.70)[0] < 300
    assert window.xy(11.98, 57.70) == pytest.approx((150, 100), abs=0.1)
    one = drawing.view([(11.97, 57.70)], 300, 200, least_m=400, margin=0)
    assert one.metres_per_unit == pytest.approx(400 / 300, rel=0.01)


def test_a_large_layer_is_drawn_coarser_until_it_fits(monkeypatch):
    monkeypatch.setattr(drawing, "LARGEST_LAYER", 3000)
    wiggly = [Drawn("street", "", LineString([(i / 1e4, (i * 7919 % 13) / 1e5 + row) for i in range(400)])) for row in range(20)]
    assert len(drawing.packed(wiggly)) <= 3000


def test_a_hole_in_a_shape_stays_a_hole():
    lake = Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], [[(0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6)]])
    (path,) = Base([Drawn("land", "", lake)]).paths(View(0, 0, 1, 1, 10, 10))
    assert path.d.count("Z") == 2


def test_from_afar_lanes_and_dots_are_gone():
    shapes = [Drawn("street-street", "Gatan", LineString([(0.1, 0.1), (0.1, 0.9)]))]
    shapes += [
        Drawn("street-lane", "Gränden", LineString([(0.1, 0.1), (0.8, 0.8)])),
        Drawn("park", "", Point(0.5, 0.5).buffer(0.0001)),
    ]
    assert [one.name for one in Base(shapes).paths(View(0, 0, 1, 1, 300, 300))] == ["Gatan"]
    near = Base(shapes).paths(View(0.099, 0.099, 0.105, 0.105, 300, 300))
    assert [one.name for one in near] == ["Gatan", "Gränden"]
