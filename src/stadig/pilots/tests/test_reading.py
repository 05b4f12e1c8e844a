"""Files as people have them: read whatever their habits, and every fault named by row and column."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadig.city.tables import TableFault
from stadig.pilots.statistics import analysis, reading
from stadig.pilots.statistics.codes import FINDINGS
from stadig.pilots.statistics.reading import Read
from stadig.pilots.statistics.terms import Finding, Verdict
from stadig.pilots.tests.trial import persons_of, plan_of

TODAY = dt.date(2026, 11, 22)
PLAIN = "unit,time,value\nnorth,2026-01-05,1234.5\nsouth,2026-01-05,7\n"


def _read(text: str, encoding: str = "utf-8", name: str = "missed.csv") -> Read:
    found = reading.read_bytes(text.encode(encoding), name, today=TODAY)
    assert all(set(one.values) == set(FINDINGS[one.code]) for one in found.findings)
    return found


def _finding(found: Read, code: str) -> Finding:
    (one,) = [one for one in found.findings if one.code == code]
    return one


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_file_is_read_whatever_its_habits(encoding: str, separator: str) -> None:
    rows = [
        ["Enhet", "Datum", "Värde", "Källa"],
        ["Södermalm", "2026-01-05", '"1 234,5"', "våg"],
        ["Årsta", "5/1/2026", '"–7,25"', "våg"],
    ]
    found = _read("\n".join(separator.join(row) for row in rows), encoding)
    (series,) = found.outcomes.values()
    assert series.outcome == "missed"
    assert dict(zip(series.unit.tolist(), series.value.tolist(), strict=True)) == {"Södermalm": 1234.5, "Årsta": -7.25}
    assert series.day.tolist() == [dt.date(2026, 1, 5)] * 2 and set(series.source) == {"våg"}
    assert [one.code for one in found.findings] == (["read_as"] if encoding == "cp1252" else [])


def test_swedish_and_english_words_for_the_groups_are_one() -> None:
    text = "enhet;tid;värde;grupp;vikt\na;2026-01-05;1;försök;2\nb;2026-01-05;1;kontroll;3\nc;2026-01-05;1;pilot;\n"
    (series,) = _read(text).outcomes.values()
    assert series.arm is not None and series.arm.tolist() == ["pilot", "comparison", "pilot"]
    assert series.weight.tolist() == [2, 3, 1]


def test_several_outcomes_and_groups_in_one_file() -> None:
    text = "unit,time,outcome,value,age band\na,2026-01-05,missed,1,18-29\na,2026-01-05,km,3.5,18-29\n"
    found = _read(text)
    assert set(found.outcomes) == {"missed", "km"}
    assert found.outcomes["km"].group["age band"].tolist() == ["18-29"]


def test_a_column_with_too_many_labels_is_no_group_and_is_named() -> None:
    rows = "".join(f"u{one},2026-01-05,1,free text {one}\n" for one in range(60))
    found = _read("unit,time,value,note\n" + rows)
    assert not found.outcomes["missed"].group
    assert (_finding(found, "column_not_used").where, _finding(found, "column_not_used").values) == ("note", {"labels": 60})


def test_an_empty_value_is_missing_not_gone() -> None:
    (series,) = _read("unit,time,value\na,2026-01-05,\nb,2026-01-05,2\n").outcomes.values()
    assert np.isnan(series.value[0]) and len(series.value) == 2


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2026-01-05,many", "not_numbers"),
        ("2026-01-05,nan", "not_numbers"),
        ("2026-01-05,inf", "not_numbers"),
        ("1900-01-01,3", "early_dates"),
        ("2027-06-01,3", "future_dates"),
        ("2026-02-30,3", "not_dates"),
        (",3", "empty_cells"),
    ],
)
def test_a_cell_that_is_wrong_is_named_by_row_and_column(cell: str, code: str) -> None:
    good = "".join(f"u{one},2026-01-05,1\n" for one in range(30))
    found = _read("unit,time,value\n" + good + f"x,{cell}\n")
    one = _finding(found, code)
    assert (one.severity, one.values["at"], one.values["rows"], one.values["of"]) == ("warning", [32], 1, 31)
    assert one.values["column"] == ("value" if code == "not_numbers" else "time")
    assert one.values["problem"]


def test_many_rows_that_cannot_be_read_withhold_the_verdict() -> None:
    text = "unit,time,value\n" + "".join(f"u{one},2026-01-05,{'x' if one < 3 else 1}\n" for one in range(30))
    assert _finding(_read(text), "not_numbers").severity == "withhold"


def test_the_same_row_twice_is_one() -> None:
    found = _read(PLAIN + "north,2026-01-05,1234.5\n")
    assert len(found.outcomes["missed"].unit) == 2
    one = _finding(found, "duplicates_same")
    assert (one.severity, one.values) == ("note", {"times": 1, "rows": 2, "at": [[2, 4]]})


def test_two_figures_for_one_unit_and_time_withhold_the_verdict() -> None:
    found = _read(PLAIN + "north,2026-01-05,8\n")
    assert found.outcomes["missed"].unit.tolist() == ["south"]
    one = _finding(found, "duplicates_differ")
    assert (one.severity, one.values) == ("withhold", {"times": 1, "rows": 2, "at": [[2, 4]]})


def test_two_times_of_one_day_are_two_rows() -> None:
    found = _read("unit,time,value\na,2026-01-05 08:00,1\na,2026-01-05 09:00,2\n")
    assert len(found.outcomes["missed"].unit) == 2 and not found.findings


def test_two_units_of_measure_withhold_the_verdict() -> None:
    text = "enhet;tid;värde;måttenhet\na;2026-01-05;1;kg\nb;2026-01-05;1000;g\nc;2026-01-05;1;kg\n"
    one = _finding(_read(text), "mixed_units")
    assert (one.severity, one.values) == ("withhold", {"units": {"g": 1, "kg": 2}})


def test_one_unit_of_measure_is_kept() -> None:
    assert _read("unit,time,value,unit_of_measure\na,2026-01-05,1,kg\n").units == {"missed": "kg"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("unit,time,value\n", "no rows"),
        ("unit,when,value\na,2026-01-05,1\n", "no column for time"),
        ("enhet;datum\na;2026-01-05\n", "no column for value"),
    ],
)
def test_a_file_that_is_no_series_is_refused_with_the_way_out(text: str, says: str) -> None:
    with pytest.raises(TableFault, match=says):
        _read(text)


def test_a_heading_of_one_s_own_can_be_said(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("vem;när;hur mycket\na;2026-01-05;1,5\n", encoding="utf-8")
    found = reading.read(path, given={"unit": "vem", "time": "när", "value": "hur mycket"})
    assert found.outcomes["own"].value.tolist() == [1.5]


def test_what_was_found_when_reading_withholds_the_analysis() -> None:
    found = _read(PLAIN + "north,2026-01-05,8\n")
    result = analysis.analyse(
        plan_of(), {"missed": persons_of()}, through=dt.date(2026, 3, 1), code_version="1", also=found.findings
    )
    assert result.verdict is Verdict.WITHHELD
    assert result.because[0].values == {"codes": ["duplicates_differ"]}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 300), st.floats(-1e6, 1e6)), min_size=1, max_size=30))
def test_no_row_is_lost_in_silence(rows: list[tuple[int, int, float]]) -> None:
    text = "unit,time,value\n" + "".join(
        f"u{unit},{dt.date(2025, 1, 1) + dt.timedelta(day)},{value!r}\n" for unit, day, value in rows
    )
    found = _read(text)
    lost = len(rows) - sum(len(one.unit) for one in found.outcomes.values())
    told = sum(
        one.values["rows"] - (one.values["times"] if one.code == "duplicates_same" else 0)
        for one in found.findings
        if one.code.startswith("duplicates")
    )
    assert lost == told


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_never_an_error_of_ours(data: bytes) -> None:
    try:
        reading.read_bytes(b"unit,time,value\n" + data, "any.csv", today=TODAY)
    except TableFault as fault:
        assert str(fault)
