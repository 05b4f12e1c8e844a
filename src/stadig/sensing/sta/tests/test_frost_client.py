"""The client that others use, ``frost-sta-client`` from PyPI, against our server on a port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import frost_sta_client as fsc
import pytest
from geojson import Point


@pytest.fixture
def served(database: dict[str, Any]) -> Iterator[str]:
    """The web server of the city on a free port, on the test database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = _address(database)
    environ = os.environ | {"DATABASE_URL": url, "STADIG_PORT": str(port), "STADIG_HOST": "127.0.0.1", "STADIG_WORKERS": "1"}
    process = subprocess.Popen([sys.executable, "-m", "stadig.config.web"], env=environ, cwd=Path(__file__).parents[5])
    root = f"http://127.0.0.1:{port}/sta/v1.1"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(root, timeout=5).read()
                break
            except OSError:
                time.sleep(0.1)
        yield root
    finally:
        process.terminate()
        process.wait(30)


def _address(info: dict[str, Any]) -> str:
    """The same database as an address."""
    host = quote(str(info.get("host", "")), safe="")
    who = f"{info['user']}:{quote(info.get('password', ''), safe='')}"
    return f"postgresql://{who}@/{info['dbname']}?host={host}&port={info.get('port', 5432)}"


def test_a_foreign_client_creates_queries_updates_and_deletes(served: str, make_token: Callable[..., str]):
    service = fsc.SensorThingsService(served)
    token = make_token()
    session_header = {"Authorization": f"Bearer {token}"}
    _authorise(service, session_header)
    place = fsc.Location(name="Torget", description="Mitt på", location=Point((17.1, 59.3)), encoding_type="application/geo+json")
    thing = fsc.Thing(name="Korg 1", description="Papperskorg", properties={"liter": 120})
    thing.locations = [place]
    service.create(thing)
    assert thing.id is not None
    stream = fsc.Datastream(
        name="Fyllnad",
        description="Hur full den är",
        observation_type="http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        unit_of_measurement=fsc.UnitOfMeasurement(name="procent", symbol="%", definition="urn:percent"),
        thing=fsc.Thing(id=thing.id),
        sensor=fsc.Sensor(name="Ultraljud", description="u", encoding_type="text/plain", metadata="m"),
        observed_property=fsc.ObservedProperty(name="Fyllnad", definition="urn:fill", description="f"),
    )
    service.create(stream)
    for day, value in ((1, 10), (2, 55.5), (3, 90)):
        observation = fsc.Observation(
            result=value, phenomenon_time=f"2026-03-0{day}T00:00:00Z", datastream=fsc.Datastream(id=stream.id)
        )
        service.create(observation)
    found = service.observations().query().filter("result gt 50").orderby("phenomenonTime", "desc").list()
    assert [o.result for o in found] == [90, 55.5]
    again = service.observations().find(found.entities[0].id)
    assert again.result == 90
    thing.description = "Flyttad"
    service.update(thing)
    assert service.things().find(thing.id).description == "Flyttad"
    again.result = 91
    service.update(again)
    assert service.observations().find(again.id).result == 91
    assert service.datastreams().query().count().list().count == 1
    expanded = service.things().query().expand("Datastreams($expand=Observations)").list()
    assert len(expanded.entities[0].datastreams.entities[0].observations.entities) == 3
    service.delete(again)
    assert len(service.observations().query().list().entities) == 2
    service.delete(thing)
    assert service.things().query().list().entities == []


def _authorise(service: Any, headers: dict[str, str]) -> None:
    """The client knows basic authentication alone, so the token is put on its requests."""
    original = service.execute

    def execute(method: str, url: Any, **more: Any) -> Any:
        more["headers"] = (more.get("headers") or {}) | headers
        return original(method, url, **more)

    service.execute = execute
