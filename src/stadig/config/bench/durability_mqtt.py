"""Nothing acknowledged is lost and nothing is double, whatever is killed."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from stadig.config import postgres
from stadig.config.bench import Figure, _mqtt_faults, at_least, at_most, bench, measured
from stadig.config.environment import Environment
from stadig.sensing.mqtt import endpoint, topics

DEVICES = 20
OBSERVATIONS = int(os.environ.get("STADIG_BENCH_OBSERVATIONS", "200000"))
EVERY_SECONDS = 1.5
PAUSE_SECONDS = 0.03
"""Between the messages of a device, so that the run lasts long enough to be killed into."""


@bench("durability_mqtt")
def durability_mqtt() -> list[Figure]:
    "Kill broker, subscriber, worker and database at random while devices send over MQTT."
    home = Path(tempfile.mkdtemp(prefix="stadig-faults-"))
    env = Environment(home=home)
    cluster = postgres.cluster(env)
    try:
        postgres.start(cluster)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environ = {
            "STADIG_HOME": str(home),
            "DATABASE_URL": "",
            "STADIG_DATABASE_URL": "",
            "STADIG_MQTT_URL": "",
            "STADIG_MQTT_PORT": str(port),
            "STADIG_MQTT_PASSWORD": _mqtt_faults.PLATFORM_KEY,
            "DJANGO_SETTINGS_MODULE": "stadig.config.settings",
        }
        migrate = [
            sys.executable,
            "-c",
            "import django; django.setup(); from django.core.management import call_command as c; c('migrate', verbosity=0)",
        ]
        subprocess.run(migrate, env=os.environ | environ, check=True, capture_output=True)
        broker = endpoint.Endpoint("127.0.0.1", port, topics.PLATFORM, _mqtt_faults.PLATFORM_KEY)
        trace = home / "acknowledged"
        trace.touch()
        world = _mqtt_faults.World(broker, dict(cluster.conninfo()), environ, trace)
        with psycopg.connect(**world.conninfo, autocommit=True) as connection:
            streams = _mqtt_faults.prepare(connection, DEVICES)
        processes = _mqtt_faults.Processes(_mqtt_faults.commands(trace, worker=True), environ)
        kill: dict[str, Callable[[], None]] = {
            name: functools.partial(processes.kill, name) for name in ("broker", "subscriber", "worker")
        }
        kill["database"] = lambda: _kill_database(cluster)
        try:
            messages = OBSERVATIONS // DEVICES // _mqtt_faults.SAMPLES
            found = _mqtt_faults.run(
                world,
                streams,
                processes,
                messages=messages,
                every_seconds=EVERY_SECONDS,
                kill=kill,
                seed=7,
                pause_seconds=PAUSE_SECONDS,
            )
        finally:
            processes.stop()
        return _figures(found)
    finally:
        postgres.stop(cluster, mode="immediate")
        shutil.rmtree(cluster.data.parent, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def _kill_database(cluster: postgres.Cluster) -> None:
    """kill -9 of the server, then a new start as soon as its children are gone."""
    pid = int((cluster.data / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    for _ in range(100):
        try:
            postgres.start(cluster)
            return
        except postgres.DatabaseFault:
            time.sleep(0.2)
    raise RuntimeError("The database did not start again.")


def _figures(found: _mqtt_faults.Result) -> list[Figure]:
    kills = ", ".join(f"{name} {count}" for name, count in sorted(found.kills.items()))
    how = f"{DEVICES} devices, QoS 1, {_mqtt_faults.SAMPLES} observations per message; kill -9: {kills}"
    lost = found.never_stored
    return [
        at_most("messages acknowledged by our subscriber and lost", found.lost_though_acknowledged, "", 0, how=how),
        at_most("observations stored twice", found.stored_twice, "", 0, how=how),
        at_most("observations altered", found.altered, "", 0, how="each value tells its place"),
        at_most("causes with more than one open alarm", found.open_alarms_wrong, "", 0, how="one rule for all devices"),
        at_least(
            "lost messages that the devices' sequence numbers show",
            100.0 * found.seen_as_gaps / lost if lost else 100.0,
            "%",
            100,
            how="counted by the subscriber while it runs",
        ),
        measured(
            "messages that killed brokers took with them", lost, "", how=f"of {found.sent} sent; the broker had acknowledged them"
        ),
        measured("messages acknowledged", found.acknowledged, "", how="by our subscriber, after the commit"),
        measured("observations stored", found.stored, "", how="counted in the database"),
        measured("time", round(found.seconds, 1), "s", how="from the first message to the last acknowledgement"),
        at_least("kills", sum(found.kills.values()), "", 4, how=kills),
    ]
