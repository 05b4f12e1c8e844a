"""Lists as files: Swedish Excel opens them, and no cell runs as a formula."""

import csv
import io
from datetime import UTC, datetime

import openpyxl
import pytest
from django.test import RequestFactory

from stadig.ui import export

COLUMNS = (
    ("Plats", "place"),
    ("Fyllnad", "fill"),
    ("Läst", "at"),
    ("Område", "district.name"),
    ("Längd", lambda row: len(row["place"])),
)
ROWS = [
    {"place": "Åsparkens entré", "fill": 83.5, "at": datetime(2026, 11, 24, 5, 30, tzinfo=UTC), "district": {"name": "Kyrkbyn"}},
    {"place": '=HYPERLINK("http://ont.se")', "fill": float("nan"), "at": None, "district": None},
]


def test_a_page_without_a_wish_for_a_file_goes_on():
    assert export.table(RequestFactory().get("/"), "korgar", COLUMNS, ROWS) is None


def test_csv_opens_in_swedish_excel():
    response = export.table(RequestFactory().get("/?format=csv"), "Korgar i Lindhamn", COLUMNS, ROWS)
    assert response["Content-Disposition"] == 'attachment; filename="korgar-i-lindhamn.csv"'
    data = b"".join(response.streaming_content)
    assert data.startswith(b"\xef\xbb\xbfPlats;Fyllnad;")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert rows[1] == ["Åsparkens entré", "83,5", "2026-11-24 06:30:00", "Kyrkbyn", "15"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_text_that_would_run_as_a_formula_is_disarmed(start):
    lines = "".join(export.csv_lines((("A", "a"),), [{"a": start + "cmd"}]))
    assert f"'{start}cmd" in lines


def test_a_workbook_keeps_numbers_and_never_a_formula():
    sheet = openpyxl.load_workbook(export.xlsx(COLUMNS, ROWS, "Korgar: alla/nu")).active
    assert sheet["B2"].value == 83.5
    assert str(sheet["C2"].value) == "2026-11-24 06:30:00"
    assert sheet["A3"].data_type == "s"
    assert sheet["A3"].value.startswith("=HYPERLINK")
    assert sheet["B3"].value is None
