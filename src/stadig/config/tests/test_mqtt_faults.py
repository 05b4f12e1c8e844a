"""A small version of ``stadig bench durability_mqtt``: the subscriber and the broker are killed, connections are cut."""

from __future__ import annotations

import random
import socket
from pathlib import Path

import psycopg
import pytest

from stadig.config import postgres
from stadig.config.bench import _mqtt_faults
from stadig.config.environment import environment
from stadig.sensing.mqtt import database, endpoint, topics


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_is_double(transactional_db: None, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    conninfo = database.conninfo()
    url = environment.database_url or postgres.cluster().url(conninfo["dbname"])
    if environment.database_url:
        url = url.rpartition("/")[0] + "/" + conninfo["dbname"]
    environ = {
        "DATABASE_URL": url,
        "STADIG_MQTT_URL": "",
        "STADIG_MQTT_PORT": str(port),
        "STADIG_MQTT_PASSWORD": _mqtt_faults.PLATFORM_KEY,
        "DJANGO_SETTINGS_MODULE": "stadig.config.settings",
    }
    trace = tmp_path / "acknowledged"
    trace.touch()
    broker = endpoint.Endpoint("127.0.0.1", port, topics.PLATFORM, _mqtt_faults.PLATFORM_KEY)
    world = _mqtt_faults.World(broker, conninfo, environ, trace)
    with psycopg.connect(**conninfo, autocommit=True) as connection:
        streams = _mqtt_faults.prepare(connection, 4)
    processes = _mqtt_faults.Processes(_mqtt_faults.commands(trace, worker=False), environ)

    def cut() -> None:
        with psycopg.connect(**conninfo, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND query LIKE '%%sensing%%'",
                [],
            )

    kill = {"subscriber": lambda: processes.kill("subscriber"), "broker": lambda: processes.kill("broker"), "database": cut}
    try:
        found = _mqtt_faults.run(
            world,
            streams,
            processes,
            messages=250,
            every_seconds=1.5,
            kill=kill,
            seed=random.randrange(2**32),
            pause_seconds=0.03,
        )
    finally:
        processes.stop()
    assert found.lost_though_acknowledged == 0
    assert found.stored_twice == 0
    assert found.altered == 0
    assert found.seen_as_gaps == found.never_stored
    assert found.stored > 0
    assert sum(found.kills.values()) > 0
