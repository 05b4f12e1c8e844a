"""Messages from devices: understood by their declared mapping, or refused with a word and a place."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stadig.sensing import mapping
from stadig.sensing.mapping import MappingFault, PayloadFault

NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
BIN = {
    "time": {"path": "ts", "format": "unix_ms"},
    "sequence": "seq",
    "readings": [
        {"path": "fill", "datastream": 7, "unit": "%"},
        {"path": "battery.cells[0].mv", "datastream": 8, "scale": 0.001, "unit": "V", "required": False},
    ],
}


def message(**fields) -> bytes:
    return json.dumps({"ts": 1795501800000, "seq": 4, "fill": 83} | fields).encode()


def read(payload: bytes, declaration=BIN):
    return mapping.parse(declaration).read(payload, received=NOW)


def test_a_message_becomes_observations_with_units_converted():
    found = read(message(battery={"cells": [{"mv": 3612}]}))
    assert found.sequence == 4
    assert [(each.datastream, each.time, each.value) for each in found.observations] == [
        (7, NOW, 83.0),
        (8, NOW, pytest.approx(3.612)),
    ]


def test_what_is_not_required_may_be_absent_or_null():
    assert len(read(message()).observations) == 1
    assert len(read(message(battery={"cells": [{"mv": None}]})).observations) == 1


def test_saved_samples_are_read_one_by_one():
    declaration = {"each": "samples", "time": {"path": "at"}, "readings": [{"path": "c", "datastream": 1}]}
    samples = {"samples": [{"at": "2026-11-24T07:00:00+01:00", "c": 1}, {"at": "2026-11-24T06:15:00Z", "c": -2.5}]}
    found = read(json.dumps(samples).encode(), declaration)
    assert [(each.time.hour, each.time.minute, each.value) for each in found.observations] == [(6, 0, 1.0), (6, 15, -2.5)]


def test_a_device_without_a_clock_gets_the_time_of_arrival():
    assert read(b'{"c": 2}', {"readings": [{"path": "c", "datastream": 1}]}).observations[0].time == NOW


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "json"),
        (b"\xff\xfe", "json"),
        (b'{"ts": NaN}', "json"),
        (b"[" * 100_000, "json"),
        (b"[1, 2]", "sequence"),
        (b" " * 300_000, "too_large"),
        (message(fill="83"), "type"),
        (message(fill=True), "type"),
        (message(fill=None), "missing"),
        (message(fill={"a": 1}), "type"),
        (b'{"ts": 1795501800000, "seq": 4, "fill": 1e999}', "json"),
        (message(ts="2026-11-24"), "time"),
        (message(ts=1e300), "time"),
        (message(ts=-9e12), "time"),
        (message(ts=1795501800000 + 11 * 60_000), "future"),
        (message(seq=-1), "sequence"),
        (message(seq=1.5), "sequence"),
        (message(seq=2**70), "sequence"),
        (b'{"ts": 1795501800000, "fill": 1}', "sequence"),
    ],
)
def test_a_message_that_cannot_be_read_says_why(payload, code):
    with pytest.raises(PayloadFault) as fault:
        read(payload)
    assert fault.value.code == code


def test_ten_minutes_ahead_is_a_clock_that_runs_a_little_fast():
    assert read(message(ts=1795501800000 + 9 * 60_000)).observations[0].time == NOW + timedelta(minutes=9)


def test_a_time_without_zone_is_refused():
    declaration = {"time": {"path": "at"}, "readings": [{"path": "c", "datastream": 1}]}
    with pytest.raises(PayloadFault, match="2026-11-24T07:00:00"):
        read(b'{"at": "2026-11-24T07:00:00", "c": 1}', declaration)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"readings": []}, "at least one"),
        ({"readings": [{"path": "a..b", "datastream": 1}]}, "a path such as"),
        ({"readings": [{"path": "a", "datastream": "7"}]}, "datastream"),
        ({"readings": [{"path": "a", "datastream": 7, "scale": 0}]}, "scale"),
        ({"readings": [{"path": "a", "datastream": 7, "offset": "1"}]}, "offset"),
        ({"readings": [{"path": "a", "datastream": 7, "color": "red"}]}, "color: the name is not known"),
        ({"time": {"path": "ts", "format": "excel"}}, "time.format"),
        ({"time": "ts"}, "time"),
        ({"sequence": 4}, "sequence"),
        ({"extra": 1}, "extra: the name is not known"),
    ],
)
def test_a_declaration_that_cannot_be_used_names_the_part(change, words):
    with pytest.raises(MappingFault, match=words):
        mapping.parse(BIN | change)


def test_a_declaration_must_be_an_object():
    with pytest.raises(MappingFault):
        mapping.parse([])


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["ts", "seq", "fill", "battery", "cells", "mv"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(anything)
def test_no_json_breaks_the_reader(document):
    try:
        found = read(json.dumps(document).encode())
    except PayloadFault:
        return
    assert found.observations


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(payload):
    with pytest.raises(PayloadFault):
        read(payload)


@settings(max_examples=200, deadline=None)
@given(anything)
def test_no_declaration_breaks_the_parser(declaration):
    with pytest.raises(MappingFault):
        mapping.parse(declaration)
