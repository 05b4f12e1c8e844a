"""Texts read many at a time mean what Python says they mean one at a time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stadig.sensing.ingest.timetext import uniform_micros
from stadig.sensing.storage import micros

MOMENTS = st.datetimes(timezones=st.just(UTC), allow_imaginary=False)


@given(st.lists(MOMENTS, min_size=1, max_size=20), st.integers(0, 6))
def test_texts_mean_what_python_says(moments, decimals):
    texts = []
    for moment in moments:
        text = f"{moment.year:04}{moment:-%m-%dT%H:%M:%S}"
        texts.append(text + (f".{moment:%f}"[: decimals + 1] if decimals else "") + "Z")
    found = uniform_micros(texts)
    assert found is not None
    assert found.tolist() == [micros(datetime.fromisoformat(text)) for text in texts]


@pytest.mark.parametrize(
    "text",
    ["2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00+", "0000-01-01T00:00:00Z",
     "2026-01-01T00:00:60Z", "2026-01-0xT00:00:00Z", "2026-01-01T00:00Z", "", "٢٠٢٦-01-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z"],
)  # fmt: skip
def test_what_is_no_such_time_is_left_to_the_careful_reader(text):
    assert uniform_micros([text]) is None
    assert uniform_micros(["2026-01-01T00:00:00Z", text]) is None
