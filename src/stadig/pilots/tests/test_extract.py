"""Figures written and read again are the same figures."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from stadig.pilots import extract
from stadig.pilots.statistics.terms import Series


def series(outcome: str = "km", *, arm: bool = False, group: bool = False) -> Series:
    return Series(
        outcome=outcome,
        unit=np.array(["hamnen", "sågen, norra"]),
        day=np.array([dt.date(2026, 5, 4), dt.date(2026, 5, 5)], dtype="datetime64[D]"),
        value=np.array([0.1 + 0.2, -1e-17]),
        weight=np.array([1.0, 36.0]),
        source=np.array(["effects", "effects"]),
        arm=np.array(["pilot", "comparison"]) if arm else None,
        group={"age_band": np.array(["20-64", ""])} if group else {},
    )


def test_what_is_written_is_read_back_to_the_last_bit() -> None:
    before = {"km": series(group=True), "calls": series("calls", arm=True)}
    after = extract.read(extract.written(before))
    assert set(after) == {"km", "calls"}
    for slug, one in before.items():
        assert after[slug].value.tobytes() == one.value.tobytes()
        assert after[slug].weight.tobytes() == one.weight.tobytes()
        assert after[slug].unit.tolist() == one.unit.tolist()
        assert (after[slug].day == one.day).all()
    assert after["km"].arm is None
    assert after["calls"].arm is not None and after["calls"].arm.tolist() == ["pilot", "comparison"]
    assert after["km"].group["age_band"].tolist() == ["20-64", ""]
    assert after["calls"].group == {}


def test_the_same_series_give_the_same_bytes_whatever_the_order_of_outcomes() -> None:
    one, other = series(), series("calls")
    first = extract.written({"km": one, "calls": other})
    assert first == extract.written({"calls": other, "km": one})
    assert extract.written(extract.read(first)) == first
    assert extract.expanded(extract.compressed({"km": one, "calls": other})) == first
    assert len(extract.digest(first)) == 64


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a,b\n1,2\n", "The columns must be"),
        (b"\xff\xfe", "not UTF-8"),
        (b"outcome,unit,day,value,weight,source,arm\nkm,a\n", "Row 2 has 2 cells"),
        (b"outcome,unit,day,value,weight,source,arm\nkm,a,2026-05-04,many,1,x,\n", "km: "),
        (b"outcome,unit,day,value,weight,source,arm\nkm,a,4 maj,1,1,x,\n", "km: "),
    ],
)
def test_what_is_no_extract_is_named(data: bytes, said: str) -> None:
    with pytest.raises(extract.BadExtract, match=said):
        extract.read(data)


def test_what_is_damaged_or_cut_off_is_refused() -> None:
    whole = extract.compressed({"km": series()})
    for broken in (b"nonsense", whole[:-6]):
        with pytest.raises(extract.BadExtract):
            extract.expanded(broken)
