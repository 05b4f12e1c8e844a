"""Streets from the files municipalities have."""

import json
import zipfile

import numpy as np
import pytest
import shapefile

from stadig.city import clock
from stadig.city.models import District
from stadig.geo import imports, matrix, queries, shapes, streets
from stadig.geo.models import Feature, Street, StreetNetwork
from stadig.geo.network import GeoError

OSM = """<osm version="0.6">
<node id="1" lat="57.70" lon="11.970"/><node id="2" lat="57.70" lon="11.972"/><node id="3" lat="57.70" lon="11.974"/>
<node id="4" lat="57.702" lon="11.972"/><node id="5" lat="57.703" lon="11.972"><tag k="amenity" v="school"/><tag k="name" v="Åskolan"/></node>
<node id="6" lat="57.71" lon="11.99"/><node id="7" lat="57.71" lon="11.991"/><node id="8" lat="57.711" lon="11.991"/>
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/><tag k="name" v="Östra gatan"/><tag k="maxspeed" v="30"/></way>
<way id="2"><nd ref="2"/><nd ref="4"/><tag k="highway" v="primary"/></way>
<way id="3"><nd ref="4"/><nd ref="3"/><tag k="highway" v="primary"/><tag k="oneway" v="yes"/></way>
<way id="4"><nd ref="1"/><nd ref="4"/><tag k="highway" v="footway"/></way>
<way id="5"><nd ref="3"/><nd ref="6"/><tag k="highway" v="service"/><tag k="access" v="private"/></way>
<way id="6"><nd ref="6"/><nd ref="7"/><nd ref="8"/><nd ref="6"/><tag k="leisure" v="park"/><tag k="name" v="Ekparken"/></way>
</osm>"""


@pytest.fixture
def osm(tmp_path):
    path = tmp_path / "stad.osm"
    path.write_text(OSM)
    return path


def lines(path, rows, prj=""):
    """A shapefile of lines: (name, one-way, limit, points)."""
    with shapefile.Writer(str(path), shapeType=shapefile.POLYLINE, encoding="utf-8") as writer:
        for name, kind in (("NAMN", "C"), ("ENKELRIKTA", "C"), ("HASTIGHET", "N")):
            writer.field(name, kind)
        for name, one_way, limit, points in rows:
            writer.line([points])
            writer.record(name, one_way, limit)
    path.with_suffix(".cpg").write_text("UTF-8")
    if prj:
        from pyproj import CRS

        path.with_suffix(".prj").write_text(CRS.from_user_input(prj).to_wkt("WKT1_ESRI"))


def test_an_openstreetmap_extract_becomes_streets_to_drive_on(osm):
    found = streets.read(osm)
    assert found.network.size == 4
    assert len(found.network.tail) == 2 + 2 + 2 + 1
    _, metres = matrix.driving(found.network, found.network.snap([11.974, 11.972], [57.70, 57.702])[0])
    assert metres[0, 1] > metres[1, 0]
    assert {(one.name, one.street_class) for one in found.streets} == {
        ("Östra gatan", "street"),
        ("", "main"),
        ("", "lane"),
        ("", "path"),
    }
    assert sorted((one.kind, one.name) for one in found.shapes) == [("park", "Ekparken"), ("school", "Åskolan")]


def test_a_street_layer_in_sweref_is_moved_and_driven_both_ways(tmp_path):
    lines(
        tmp_path / "vagar.shp",
        [("Storgatan", "", 30, [(319000, 6400000), (319100, 6400000)]), ("Ågatan", "Ja", 50, [(319100, 6400000), (319100, 6400100)]), ("Ågatan", "", 50, [(319100, 6400100), (319000, 6400000)])],
        "EPSG:3006",
    )  # fmt: skip
    found = streets.read(tmp_path / "vagar.shp")
    assert found.network.size == 3
    assert len(found.network.tail) == 5
    assert found.network.names == ("Storgatan", "Ågatan")
    np.testing.assert_allclose(found.network.lat, 57.7, atol=0.1)
    assert found.network.length_m.min() == pytest.approx(100, rel=0.01)


def test_a_packed_layer_is_read_from_its_archive(tmp_path):
    lines(tmp_path / "vagar.shp", [("Storgatan", "", 30, [(11.97, 57.7), (11.98, 57.7)])])
    with zipfile.ZipFile(tmp_path / "vagar.zip", "w") as archive:
        for part in (".shp", ".dbf", ".shx", ".cpg"):
            archive.write(tmp_path / f"vagar{part}", f"lager/vagar{part}")
    assert streets.read(tmp_path / "vagar.zip").network.size == 2


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("trasig.osm.pbf", b"\x00\x01nothing", "OpenStreetMap file"),
        ("trasig.shp", b"nothing", "trasig.dbf is missing"),
        ("trasig.zip", b"nothing", "not a file of shapes"),
        ("trasig.geojson", b"{", "not a file of shapes"),
        ("lista.geojson", b"[]", "not GeoJSON"),
        ("tom.geojson", b'{"type": "FeatureCollection", "features": []}', "no lines"),
        ("bild.png", b"", "we read .geojson"),
    ],
)
def test_a_file_that_is_no_map_is_named(tmp_path, name, content, problem):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GeoError, match=problem) as fault:
        streets.read(tmp_path / name)
    assert name in str(fault.value)


def test_metres_without_a_coordinate_system_are_not_taken_for_degrees(tmp_path):
    lines(tmp_path / "vagar.shp", [("Storgatan", "", 30, [(319000, 6400000), (319100, 6400000)])])
    with pytest.raises(shapes.BadShapeFile, match=r"--crs EPSG:3006"):
        streets.read(tmp_path / "vagar.shp")
    assert streets.read(tmp_path / "vagar.shp", crs="EPSG:3006").network.size == 2
    with pytest.raises(shapes.BadShapeFile, match="unknown"):
        streets.read(tmp_path / "vagar.shp", crs="Swedish grid")


@pytest.mark.django_db
def test_streets_are_kept_once_however_often_they_are_read(osm, at):
    at("2026-11-24T06:30+01:00")
    for _ in range(2):
        imports.import_streets(osm, name="town", source="OpenStreetMap", licence="ODbL 1.0")
    assert (StreetNetwork.objects.count(), Street.objects.count(), Feature.objects.count()) == (1, 4, 2)
    assert queries.network("town").size == 4
    assert list(Street.objects.exclude(name="").values_list("sort_key", flat=True)) == ["}stra gatan"]


@pytest.mark.django_db
def test_a_dry_run_changes_nothing(osm):
    report = imports.import_streets(osm, name="town", source="OpenStreetMap", licence="ODbL 1.0", dry_run=True)
    assert report.created == 4
    assert not StreetNetwork.objects.exists()


def square(west, south, size):
    return [[[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]]


@pytest.mark.django_db
def test_districts_come_with_their_people(tmp_path, at):
    at("2026-11-24T06:30+01:00")
    features = [
        {"type": "Feature", "properties": {"KOD": "01", "Namn": "Åsen"}, "geometry": {"type": "Polygon", "coordinates": square(319000, 6400000, 1000)}},
        {"type": "Feature", "properties": {"KOD": "02", "Namn": "Hamnen"}, "geometry": {"type": "Polygon", "coordinates": square(320000, 6400000, 500)}},
        {"type": "Feature", "properties": {"KOD": "03"}, "geometry": {"type": "Polygon", "coordinates": square(0, 0, 1)}},
        {"type": "Feature", "properties": {"KOD": "04", "Namn": "Punkten"}, "geometry": {"type": "Point", "coordinates": [319000, 6400000]}},
    ]  # fmt: skip
    path, people = tmp_path / "områden.geojson", tmp_path / "folk.csv"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    people.write_bytes("Kod;0-5;6-15;80+\r\n01;310;1 640;12\r\n".encode("cp1252"))
    faults = []
    report = imports.import_districts(path, population=people, crs="EPSG:3006", on_fault=faults.append)
    assert (report.created, report.faults) == (2, 2)
    assert ["has no name" in str(faults[0]), "is no area" in str(faults[1])] == [True, True]
    hill = District.objects.get(code="01")
    assert hill.name == "Åsen"
    assert hill.residents == 1962
    assert hill.area_m2 == pytest.approx(1_000_000, rel=0.01)
    again = imports.import_districts(path, population=people, crs="EPSG:3006")
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)


@pytest.mark.django_db
def test_people_may_be_counted_row_by_row(tmp_path):
    path = tmp_path / "folk.csv"
    path.write_text("kod;ålder;antal\n01;0–5 år;10\n01;0-5;5\n02;65+;x\n")
    faults = []
    assert imports._people(path, imports.Report(), faults.append) == {"01": {"0-5": 15}}
    assert "not a number" in str(faults[0])


@pytest.mark.slow
def test_central_stockholm_can_be_driven(reference_data):
    found = streets.read(reference_data("operations/osm/stockholm_inner_osmnx_2020.tar.gz"))
    assert (found.network.size, found.junctions_read, found.segments_read) == (6903, 6974, 15021)
    assert "Sveavägen" in found.network.names


@pytest.mark.slow
@pytest.mark.django_db
def test_the_map_of_stockholm_is_light_enough_to_send(reference_data, client):
    from stadig.geo import drawing, layers

    imports.import_streets(
        reference_data("operations/osm/stockholm_inner_osmnx_2020.tar.gz"), name="town", source="OSM", licence="ODbL"
    )
    assert clock.now()
    assert 20_000 < len(layers.layer("gator").body) <= drawing.LARGEST_LAYER
