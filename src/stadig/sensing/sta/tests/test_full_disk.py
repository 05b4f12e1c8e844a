"""A disk that is full is said as JSON with a time to come back; nothing is stored, and with room again all goes on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest


@contextmanager
def no_room(database: dict[str, Any]) -> Iterator[None]:
    """PostgreSQL answers every new observation as it does when the disk is full."""
    with psycopg.connect(**database, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION refuse_observation() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"
        )
        connection.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON sensing_observation FOR EACH ROW EXECUTE FUNCTION refuse_observation()"
        )
        try:
            yield
        finally:
            connection.execute("DROP FUNCTION refuse_observation() CASCADE")


def one(stream: int) -> dict[str, Any]:
    return {"phenomenonTime": "2026-03-09T00:00:00Z", "result": 12.5, "Datastream": {"@iot.id": stream}}


def many(stream: int) -> list[dict[str, Any]]:
    rows = [["2026-03-09T00:00:00Z", 12.5], ["2026-03-10T00:00:00Z", 13]]
    return [{"Datastream": {"@iot.id": stream}, "components": ["phenomenonTime", "result"], "dataArray": rows}]


@pytest.mark.parametrize(("path", "body"), [("Observations", one), ("CreateObservations", many)])
def test_a_full_disk_is_told_with_a_time_to_come_back(sta, lamp, database, path, body, caplog):
    with no_room(database), caplog.at_level(logging.ERROR):
        reply = sta.request("POST", path, body(lamp["stream"]))
    assert reply.status == 503
    assert reply.headers["content-type"].startswith("application/json")
    assert reply.headers["retry-after"] == "30"
    assert reply.json["code"] == 503
    assert "no room" in reply.json["message"]
    assert "could not extend" not in reply.body.decode()
    assert "disk is full" in caplog.text
    assert len(sta.values("Observations")) == 2, "the two that were there before"
    assert sta.request("POST", path, body(lamp["stream"])).status == 201, "with room again the same goes through"


def test_a_full_disk_can_still_be_read(sta, lamp, database):
    with no_room(database):
        assert len(sta.values("Observations")) == 2
