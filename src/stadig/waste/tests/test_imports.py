"""Bins and readings from the tables municipalities have."""

from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from stadig.city.models import District
from stadig.city.tables import TableFault
from stadig.sensing import queries as sensing
from stadig.sensing.models import Datastream
from stadig.waste import imports
from stadig.waste.models import Bin

pytestmark = pytest.mark.django_db

KORGAR = """Littera;Plats;Latitud;Longitud;Typ;Volym (l);Tömningsdagar;Uppsatt
K-1;Åsparken;57,7001;11,9701;Vanlig;140;mån, ons, fre;2024-05-01
K-2;Hamnbron;57,7002;11,9702;Komprimator;120;dagligen;45413
"""
NIVAER = "Korg;Tid;Fyllnad\nK-1;2026-11-23 06:00;10\nK-1;2026-11-23 12:00;22,5\nK-2;2026-11-23T06:00:00+01:00;80 %\n"


@pytest.fixture(autouse=True)
def _noon(at):
    at("2026-11-24T12:00+01:00")


def saved(tmp_path, text, name="korgar.csv", encoding="cp1252"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def series(number):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return sensing.series(Bin.objects.get(external_id=number).fill_datastream, start, start + timedelta(days=365))


def test_bins_come_in_and_the_same_file_again_changes_nothing(tmp_path):
    path = saved(tmp_path, KORGAR)
    first = imports.import_bins(path)
    assert (first.created, first.faults) == (2, 0)
    one, two = Bin.objects.order_by("external_id")
    assert (one.name, one.lat, one.lon, one.kind.volume_l, one.fixed_weekdays) == ("Åsparken", 57.7001, 11.9701, 140, [1, 3, 5])
    assert (two.kind.kind, two.fixed_weekdays, two.installed.isoformat()) == ("compactor", [1, 2, 3, 4, 5, 6, 7], "2024-05-01")
    again = imports.import_bins(path)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)


def test_what_has_changed_is_changed_and_the_rest_is_left(tmp_path):
    imports.import_bins(saved(tmp_path, KORGAR))
    report = imports.import_bins(saved(tmp_path, "id;lat;lon;namn\nK-1;57.7001;11.9701;Åsparkens entré\n"))
    assert (report.changed, report.unchanged) == (1, 0)
    assert Bin.objects.get(external_id="K-1").kind.volume_l == 140


def test_a_dry_run_counts_but_keeps_nothing(tmp_path):
    assert imports.import_bins(saved(tmp_path, KORGAR), dry_run=True).created == 2
    assert not Bin.objects.exists()


def test_places_in_sweref_and_a_spreadsheet(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Nummer", "X", "Y"], [17, 6400000.5, 319000], [18, 319000, 6400000.5]):
        book.active.append(row)
    book.save(tmp_path / "korgar.xlsx")
    imports.import_bins(tmp_path / "korgar.xlsx")
    one, two = Bin.objects.order_by("external_id")
    assert one.external_id == "17"
    assert (one.lon, one.lat) == (two.lon, two.lat)
    assert one.lat == pytest.approx(57.7, abs=0.1)


def test_a_bin_lands_in_its_district(tmp_path):
    area = {"type": "Polygon", "coordinates": [[[11.97, 57.7], [11.98, 57.7], [11.98, 57.71], [11.97, 57.71], [11.97, 57.7]]]}
    district = District.objects.create(code="01", name="Åsen", geometry=area)
    imports.import_bins(saved(tmp_path, KORGAR))
    assert Bin.objects.filter(district=district).count() == 2


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("K;;11.97;;", "new bin needs lat and lon"),
        ("K;11.97;57.70;;", "changed places"),
        ("K;6400000;319000;;", "are they metres"),
        ("K;57.7;11.97;Rund;", "must be one of"),
        ("K;57.7;11.97;;Atlantis", "no district here"),
        (";57.7;11.97;;", "empty but needed"),
    ],
)
def test_a_fault_says_what_is_wrong_and_the_others_come_in(tmp_path, row, problem):
    faults = []
    path = saved(tmp_path, f"id;lat;lon;typ;område\nBra;57.7;11.97;;\n{row}\n")
    report = imports.import_bins(path, on_fault=faults.append)
    assert (report.created, report.faults) == (1, 1)
    assert problem in str(faults[0])
    assert "row 3" in str(faults[0])


def test_a_number_that_stands_twice_is_named(tmp_path):
    faults = []
    imports.import_bins(saved(tmp_path, "id;lat;lon\nK;57.7;11.97\nK;57.8;11.97\n"), on_fault=faults.append)
    assert "row 2 too" in str(faults[0])
    assert Bin.objects.get().lat == 57.7


def test_a_table_without_places_says_how_to_name_them(tmp_path):
    with pytest.raises(TableFault, match="--map lat=COLUMN"):
        imports.import_bins(saved(tmp_path, "id;namn\nK;Torget\n"))


def test_readings_become_observations_once(tmp_path):
    imports.import_bins(saved(tmp_path, KORGAR))
    path = saved(tmp_path, NIVAER, "nivåer.csv", "utf-8")
    first = imports.import_readings(path)
    assert (first.created, first.faults) == (3, 0)
    assert list(series("K-1").values) == [10, 22.5]
    assert series("K-1").times[0] == datetime(2026, 11, 23, 5, tzinfo=UTC)
    again = imports.import_readings(path)
    assert (again.created, again.unchanged, again.faults) == (0, 3, 0)
    assert Datastream.objects.count() == 2


def test_a_dry_run_of_readings_keeps_nothing(tmp_path):
    imports.import_bins(saved(tmp_path, KORGAR))
    assert imports.import_readings(saved(tmp_path, NIVAER, "nivåer.csv", "utf-8"), dry_run=True).created == 3
    assert not Datastream.objects.exists()


def test_levels_in_other_units_are_scaled(tmp_path):
    imports.import_bins(saved(tmp_path, KORGAR))
    imports.import_readings(saved(tmp_path, "Bin ID,Fullness,timestamp\nK-1,6,13-08-2018\n"), scale=10)
    start = datetime(2018, 8, 1, tzinfo=UTC)
    assert list(sensing.series(Bin.objects.get(external_id="K-1").fill_datastream, start, start + timedelta(days=30)).values) == [
        60
    ]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("K-9;2026-11-23 06:00;10", "no bin here"),
        ("K-1;1900-01-01;10", "before 2000"),
        ("K-1;2027-01-01 06:00;10", "future"),
        ("K-1;2026-11-23 06:00;NaN", "not a number"),
        ("K-1;2026-11-23 06:00;180", "between -5 and 105"),
        ("K-1;2026-11-22 06:00;70", "another level"),
    ],
)
def test_a_reading_that_cannot_be_is_left_out_and_named(tmp_path, row, problem):
    imports.import_bins(saved(tmp_path, KORGAR))
    faults = []
    report = imports.import_readings(saved(tmp_path, f"korg;tid;nivå\nK-1;2026-11-22 06:00;10\n{row}\n"), on_fault=faults.append)
    assert (report.created, report.faults) == (1, 1)
    assert problem in str(faults[0])
    assert "row 3" in str(faults[0])


def test_many_readings_come_in_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE", 100)
    imports.import_bins(saved(tmp_path, KORGAR))
    start = datetime(2026, 10, 1, tzinfo=UTC)
    rows = "".join(f"K-1;{start + timedelta(hours=n)};{n % 90}\n" for n in range(450))
    shares = []
    report = imports.import_readings(saved(tmp_path, "korg;tid;nivå\n" + rows), progress=shares.append)
    assert report.created == 450
    assert shares == sorted(shares)
    assert len(shares) == 5


@pytest.mark.parametrize("written", ["måndag", "mån ons", "1,2", "Dagligen", "tis+tor och lör"])
def test_weekdays_as_they_are_written(written):
    assert imports.weekdays(written)


@pytest.mark.parametrize("written", ["8", "vardagar ibland", "t"])
def test_what_is_no_weekday_is_refused(written):
    with pytest.raises(ValueError, match="weekdays"):
        imports.weekdays(written)
