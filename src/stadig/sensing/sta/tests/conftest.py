"""The application against the test database, with committed data that is deleted after each test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connections

from stadig.sensing.actions import create_token
from stadig.sensing.sta import observing, pool, tokens
from stadig.sensing.sta.tests.client import Client

TABLES = [
    "observation",
    "datastreamfeature",
    "quarantinedobservation",
    "statoken_things",
    "statoken",
    "historicallocation_locations",
    "historicallocation",
    "thing_locations",
    "location",
    "datastream",
    "featureofinterest",
    "sensor",
    "observedproperty",
    "thing",
]


@pytest.fixture(scope="package")
def runner(django_db_setup: None) -> Iterator[asyncio.Runner]:
    """An event loop for this package's tests. Its lines to the database end with it: what comes after may clone the database."""
    with asyncio.Runner() as running:
        yield running
        running.run(pool.close())


@pytest.fixture
def database(db: None) -> Iterator[dict[str, Any]]:
    """How to reach the test database; the room's tables are emptied afterwards."""
    info = pool.conninfo()
    assert info["dbname"].startswith("test_")
    yield info
    with psycopg.connect(**info) as connection:
        for table in TABLES:
            connection.execute(f"DELETE FROM sensing_{table}")  # type: ignore[arg-type]
    observing.forget()
    tokens.forget()


@pytest.fixture
def make_token(database: dict[str, Any]) -> Callable[..., str]:
    """``make_token("read", "create", things=[1])`` → a token."""
    made = 0

    def make(*scopes: str, things: list[int] | None = None) -> str:
        nonlocal made
        made += 1
        wanted = scopes or ("read", "create", "update", "delete")
        return committed(lambda: create_token(f"test {made}", wanted, things=things))

    return make


def committed(verb: Callable[[], Any]) -> Any:
    """Run a verb on a connection of its own, so that it is committed although the test is inside a transaction."""

    def run() -> Any:
        try:
            return verb()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool_of_one:
        return pool_of_one.submit(run).result()


@pytest.fixture
def sta(runner: asyncio.Runner, make_token: Callable[..., str]) -> Client:
    """A client whose token may do everything."""
    return Client(runner, make_token())


LAMP = {
    "name": "Lampa 7",
    "description": "Gatlampa vid torget",
    "properties": {"effekt": 40, "märke": "Ljus", "inre": {"a": [1, 2, {"b": "djup"}]}},
    "Locations": [
        {
            "name": "Torget",
            "description": "Mitt på",
            "encodingType": "application/geo+json",
            "location": {"type": "Point", "coordinates": [17.1, 59.3]},
        }
    ],
    "Datastreams": [
        {
            "name": "Ljusflöde",
            "description": "Hur starkt den lyser",
            "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
            "unitOfMeasurement": {"name": "lumen", "symbol": "lm", "definition": "urn:lm"},
            "Sensor": {"name": "Mätare", "description": "m", "encodingType": "text/plain", "metadata": "en mätare"},
            "ObservedProperty": {"name": "Ljus", "definition": "urn:ljus", "description": "Ljusflöde"},
            "Observations": [
                {"phenomenonTime": "2026-03-01T00:00:00Z", "result": 3},
                {"phenomenonTime": "2026-03-02T00:00:00Z", "result": 4.5},
            ],
        }
    ],
}


@pytest.fixture
def lamp(sta: Client) -> dict[str, Any]:
    """A lamp with a place, a datastream and two observations, made by one deep insert."""
    thing = sta.post("Things", LAMP).id
    stream = sta.values(f"Things({thing})/Datastreams")[0]
    return {"thing": int(thing), "stream": stream["@iot.id"], "shown": stream}
