"""Recorded conformance runs and the bodies of the official suite, where the reference data are."""

from __future__ import annotations

import json
import sys
from typing import Any

import psycopg
import pytest

from stadig.sensing.sta.tests.replay import Replay

AGREED = 0.97
"""The share of the record that must agree. What differs: the recorded server loses rows where a path goes there and back
(``Datastreams(1)/Thing/Datastreams``), compares a quoted number as text, and keeps no resultTime and observedArea."""
VALID = ("complete", "embeddedLocation", "largeProperties", "shovel", "thing", "location", "sensor", "observedproperty", "foi")


@pytest.mark.slow
def test_the_recorded_conformance_run_agrees(sta, database, reference_data, capsys):
    record = reference_data("sensing/sta/ets_sta11_trace.jsonl")
    with psycopg.connect(**database) as connection:
        for name in ["thing", "location", "historicallocation", "datastream", "sensor", "observedproperty", "featureofinterest"]:
            connection.execute(f"ALTER SEQUENCE sensing_{name}_id_seq RESTART")
    replay = Replay(sta)
    replay.run(record)
    with capsys.disabled():
        sys.stdout.write(f"recorded conformance run: {replay.agreed} of {replay.total} pairs agree\n")
    assert replay.agreed / replay.total >= AGREED, "\n".join(replay.differences[:40])


FOLDERS = {
    "thing": "Things",
    "locations": "Locations",
    "sensors": "Sensors",
    "observedproperties": "ObservedProperties",
    "foi": "FeaturesOfInterest",
}


def named(body: Any) -> Any:
    """The bodies are older than the property ``name``: each entity gets its description as its name."""
    if isinstance(body, list):
        return [named(one) for one in body]
    if not isinstance(body, dict):
        return body
    found = {key: value if key in ("properties", "location", "feature") else named(value) for key, value in body.items()}
    return {"name": found["description"]} | found if "description" in found else found


def test_the_bodies_of_the_official_suite_are_taken_or_refused_but_never_a_fault(sta, reference_data, capsys):
    base = reference_data("sensing/sta/ets_sta10_json")
    statuses: dict[str, int] = {}
    for folder, plural in FOLDERS.items():
        for file in sorted((base / folder).glob("*.json")):
            reply = sta.request("POST", plural, named(json.loads(file.read_text())))
            statuses[f"{folder}/{file.stem}"] = reply.status
            assert reply.status in (201, 400), (file.name, reply.body)
    with capsys.disabled():
        sys.stdout.write(f"bodies of the official suite: {sum(s == 201 for s in statuses.values())} taken of {len(statuses)}\n")
    assert all(status == 201 for name, status in statuses.items() if name.partition("/")[2] in VALID), statuses
