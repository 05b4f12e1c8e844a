"""Tables as Swedish municipalities have them."""

import csv
import gzip
import io
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stadig.city import cells
from stadig.city.tables import Column, Row, RowFault, TableFault, match, open_table, typed

COLUMNS = (
    Column("id", ("korg", "nummer", "bin id"), required=True),
    Column("volume", ("volym (l)", "liter"), cells.number(1, 10_000)),
    Column("at", ("tid", "datum", "timestamp"), cells.moment(latest=datetime(2026, 11, 24, tzinfo=UTC))),
)


def read(path, given=None):
    table = open_table(path)
    return list(typed(table, COLUMNS, match(table, COLUMNS, given)))


def saved(tmp_path, text, encoding="utf-8", name="korgar.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_excels_swedish_habits_are_taken_in_stride(tmp_path, encoding):
    path = saved(tmp_path, "Korg;Volym (l);Datum\r\nÅ-1;1 234,5;2026-01-31 06:30\r\nÖ-2;140;31/1/2026 06.30\r\n", encoding)
    first, second = read(path)
    assert first.values == {"id": "Å-1", "volume": 1234.5, "at": datetime(2026, 1, 31, 5, 30, tzinfo=UTC)}
    assert second.values["at"] == first.values["at"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_separator_is_seen(tmp_path, delimiter):
    path = saved(tmp_path, f'id{delimiter}liter\n"A{delimiter}1"{delimiter}140\n')
    assert read(path) == [Row(2, {"id": cells.text(f"A{delimiter}1"), "volume": 140.0})]


def test_decimal_commas_do_not_fool_the_separator(tmp_path):
    assert read(saved(tmp_path, "id;liter\nA;1,5\nB;2,5\n"))[1] == Row(3, {"id": "B", "volume": 2.5})


def test_excels_own_word_about_the_separator_is_heard(tmp_path):
    assert read(saved(tmp_path, "sep=;\nid;liter\nA;2\n")) == [Row(3, {"id": "A", "volume": 2.0})]


def test_a_spreadsheet_is_read_with_its_dates(tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["Korg", "Liter", "Tid"],
        ["A", 140, datetime(2026, 1, 31, 6, 30)],  # noqa: DTZ001
        [12, "1 000,5", 46053.5],
        [],
        ["B", None, None],
    ):
        book.active.append(row)
    book.save(tmp_path / "korgar.xlsx")
    first, second, third = read(tmp_path / "korgar.xlsx")
    assert first.values["at"] == datetime(2026, 1, 31, 5, 30, tzinfo=UTC)
    assert second == Row(3, {"id": "12", "volume": 1000.5, "at": datetime(2026, 1, 31, 11, tzinfo=UTC)})
    assert third == Row(5, {"id": "B"})


def test_a_packed_table_is_unpacked(tmp_path):
    path = tmp_path / "korgar.csv.gz"
    path.write_bytes(gzip.compress("id;liter\nÅ;2\n".encode("cp1252")))
    assert read(path) == [Row(2, {"id": "Å", "volume": 2.0})]


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        (";140;", "Korg", "empty but needed"),
        ("A;mycket;", "Liter", "not a number"),
        ("A;NaN;", "Liter", "not a number"),
        ("A;inf;", "Liter", "not a number"),
        ("A;0;", "Liter", "between 1 and 10000"),
        ("A;1;1900-01-00", "Tid", "not a date"),
        ("A;1;1900-01-01", "Tid", "before 2000-01-01"),
        ("A;1;0", "Tid", "before 2000-01-01"),
        ("A;1;2031-01-01", "Tid", "future"),
        ("A;1;2026-02-30", "Tid", "not a date that exists"),
        ("A;1;i går", "Tid", "not a date"),
        ("A;1;2026-01-01;mer", "", "under 3 headings"),
    ],
)
def test_a_fault_names_row_column_value_and_the_way_out(tmp_path, row, column, problem):
    (fault,) = read(saved(tmp_path, f"Korg;Liter;Tid\n{row}\n"))
    assert isinstance(fault, RowFault)
    assert (fault.row, fault.column) == (2, column)
    assert problem in str(fault)


def test_a_missing_column_says_how_to_name_it(tmp_path):
    with pytest.raises(TableFault, match=r"--map id=COLUMN"):
        read(saved(tmp_path, "beteckning;liter\nA;1\n"))
    assert read(saved(tmp_path, "beteckning;liter\nA;1\n"), {"id": "Beteckning"})[0].values["id"] == "A"
    with pytest.raises(TableFault, match="no column 'x'"):
        read(saved(tmp_path, "korg;liter\nA;1\n"), {"id": "x"})
    with pytest.raises(TableFault, match="no field 'y'"):
        read(saved(tmp_path, "korg;liter\nA;1\n"), {"y": "liter"})


@pytest.mark.parametrize(
    ("content", "name"), [("", "tom.csv"), ("\n\n;;\n", "blank.csv"), ("detta är ingen bok", "fel.xlsx"), ("x", "fel.csv.gz")]
)
def test_a_file_that_is_no_table_is_named(tmp_path, content, name):
    with pytest.raises(TableFault, match=name):
        read(saved(tmp_path, content, name=name))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(TableFault, match="no such file"):
        open_table(tmp_path / "borta.csv")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1 234,5", 1234.5),
        ("1\u00a0234", 1234),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("−3", -3),
        ("83 %", 83),
        ("1.234.567", 1234567),
        ("0,5", 0.5),
        ("1e3", 1000),
        (7, 7),
    ],
)
def test_numbers_as_they_are_written(written, value):
    assert cells.number()(written) == value


@pytest.mark.parametrize("written", ["", "abc", "1_000", "--1", "1,2,3.4.5", "٣x", "NaN", True, "1e999"])
def test_what_is_no_number_is_refused(written):
    with pytest.raises(cells.BadCell):
        cells.number()(written)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-24T06:30:00+01:00",
        "2026-11-24 05:30:00Z",
        "2026-11-24 06.30",
        "20261124 0630",
        "24.11.2026 06.30",
        "24-11-2026 06:30",
        1795498200,
        "46350,270833333",
    ],
)
def test_times_as_they_are_written(written):
    assert cells.moment()(written) == datetime(2026, 11, 24, 5, 30, tzinfo=UTC)


def test_days_and_yes():
    assert cells.day()("2026-11-24") == date(2026, 11, 24)
    assert [cells.yes(word) for word in ("Ja", "nej", True, 0.0)] == [True, False, True, False]
    assert cells.one_of({"vanlig": 1})(" Vanlig ") == 1


plain = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(lambda t: not cells.is_empty(t))


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(plain, st.floats(1, 9999).map(lambda v: round(v, 2))), min_size=1, max_size=20),
    st.sampled_from([";", ",", "\t"]),
    st.sampled_from([".", ","]),
)
def test_what_is_written_is_read_back(tmp_path, rows, delimiter, decimal):
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter)
    writer.writerow(["id", "liter"])
    writer.writerows([name, str(value).replace(".", decimal)] for name, value in rows)
    found = read(saved(tmp_path, buffer.getvalue()))
    assert [(one.values["id"], one.values["volume"]) for one in found] == [(cells.text(name), value) for name, value in rows]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=400))
def test_no_bytes_crash_the_reader(tmp_path, content):
    path = tmp_path / "vad som helst.csv"
    path.write_bytes(content)
    try:
        for one in read(path, {}):
            assert isinstance(one, Row | RowFault)
    except TableFault as fault:
        assert "vad som helst.csv" in str(fault)
