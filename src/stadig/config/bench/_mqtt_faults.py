"""Devices that send while broker, subscriber, worker or database are killed at random, and what is left afterwards.

The subscriber here is the real one; it also writes down what it is about to acknowledge, after the commit, so that
the count is of its own acknowledgements and not of what the devices hope.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from stadig.sensing.mqtt import endpoint, topics
from stadig.sensing.mqtt.device import Publisher
from stadig.sensing.mqtt.keys import digest
from stadig.sensing.mqtt.subscriber import Delivery, Subscriber

SAMPLES = 10
"""Observations in each message."""
PLATFORM_KEY = "for-this-run-alone"
UNDER_WAY = 40
"""Messages per device that the broker may owe an acknowledgement."""
QUIET_SECONDS = 1.5
SETTLE_SECONDS = 180.0


class TracingSubscriber(Subscriber):
    """Writes ``device sequence`` of every message down before it is acknowledged; a kill -9 keeps what is written."""

    trace = -1

    def _acknowledge(self, batch: list[Delivery]) -> None:
        lines = []
        for delivery in batch:
            with contextlib.suppress(ValueError, KeyError):
                lines.append(f"{topics.device_of(delivery.message.topic)} {json.loads(delivery.message.payload)['seq']}\n")
        os.write(self.trace, "".join(lines).encode())
        super()._acknowledge(batch)


@dataclass(frozen=True, slots=True)
class World:
    """Where the run takes place. ``environ`` makes subprocesses find the same database and broker."""

    broker: endpoint.Endpoint
    conninfo: dict[str, Any]
    environ: dict[str, str]
    trace: Path


@dataclass(slots=True)
class Result:
    """What happened and what was left."""

    sent: int = 0
    acknowledged: int = 0
    stored: int = 0
    lost_though_acknowledged: int = 0
    stored_twice: int = 0
    altered: int = 0
    never_stored: int = 0
    seen_as_gaps: int = 0
    open_alarms_wrong: int = 0
    seconds: float = 0.0
    kills: dict[str, int] = field(default_factory=dict)


class Processes:
    """The processes under test, started again whenever they are gone."""

    def __init__(self, commands: dict[str, list[str]], environ: dict[str, str]) -> None:
        self._commands = commands
        self._environ = os.environ | environ
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def ensure(self) -> None:
        for name, command in self._commands.items():
            process = self._running.get(name)
            if process is None or process.poll() is not None:
                self._running[name] = subprocess.Popen(
                    command, env=self._environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
                )

    def kill(self, name: str) -> None:
        process = self._running[name]
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def stop(self) -> None:
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def commands(trace: Path, *, worker: bool) -> dict[str, list[str]]:
    """What to run; ``worker`` too, so that alarms are raised while everything fails."""
    found = {
        "broker": [sys.executable, "-m", "stadig.sensing.mqtt.broker"],
        "subscriber": [sys.executable, "-m", "stadig.config.bench._mqtt_faults", str(trace)],
    }
    if worker:
        found["worker"] = [sys.executable, "-m", "stadig.config.worker"]
    return found


def prepare(connection: psycopg.Connection[Any], devices: int) -> dict[str, int]:
    """Devices ``fault-1`` … with a datastream each and a rule for all; returns device → datastream."""
    sql = "INSERT INTO sensing_{} RETURNING id"
    sensor = _one(connection, sql.format("sensor (name) VALUES ('s')"))
    prop = _one(connection, sql.format("observedproperty (name) VALUES ('faults')"))
    rule = "alarmrule (name, kind, observed_property_id, above, level, clear_level, severity, active, created_at)"
    _one(connection, sql.format(f"{rule} VALUES ('r', 'threshold', {prop}, true, 500, 300, 'note', true, now())"))
    found: dict[str, int] = {}
    for number in range(1, devices + 1):
        name = f"fault-{number}"
        thing = _one(connection, sql.format("thing (name) VALUES ('t')"))
        columns = "datastream (thing_id, sensor_id, observed_property_id, name)"
        stream = _one(connection, sql.format(f"{columns} VALUES ({thing}, {sensor}, {prop}, 'd')"))
        mapping = {"time": {"path": "t"}, "sequence": "seq", "each": "s", "readings": [{"path": "v", "datastream": stream}]}
        connection.execute(
            "INSERT INTO sensing_device (name, thing_id, key_hash, mapping, registered_at, key_changed_at) "
            "VALUES (%s, %s, %s, %s, now(), now())",
            [name, thing, digest(name), json.dumps(mapping)],
        )
        found[name] = stream
    return found


def _one(connection: psycopg.Connection[Any], statement: str) -> int:
    row = connection.execute(statement).fetchone()  # type: ignore[call-overload] – our own text
    return int(row[0]) if row else 0


def run(
    world: World,
    streams: dict[str, int],
    processes: Processes,
    *,
    messages: int,
    every_seconds: float,
    kill: dict[str, Callable[[], None]],
    seed: int,
    pause_seconds: float = 0.0,
) -> Result:
    """Send ``messages`` per device while something is killed about every ``every_seconds``; then count."""
    result = Result(kills=dict.fromkeys(kill, 0))
    chance = random.Random(seed)  # noqa: S311 – for repeating a run
    start = datetime.now(UTC) - timedelta(hours=40)
    processes.ensure()
    _wait_for(world.broker)
    for name in streams:
        _send(world, name, 1, start)
    _settle(world, streams, 0)  # everything has started
    sending = {"first": 1, "pause": pause_seconds}
    publishers = [
        threading.Thread(target=_send, args=(world, name, messages, start), kwargs=sending, daemon=True) for name in streams
    ]
    began = time.monotonic()
    for each in publishers:
        each.start()
    due = time.monotonic() + every_seconds
    while any(each.is_alive() for each in publishers):
        time.sleep(0.05)
        processes.ensure()
        if time.monotonic() > due:
            victim = chance.choice(sorted(kill))
            kill[victim]()
            result.kills[victim] += 1
            due = time.monotonic() + every_seconds * chance.uniform(0.5, 1.5)
    processes.ensure()
    for name in streams:  # the last word of each, in peace: what was lost before it shows as a gap
        _send(world, name, 1, start, first=messages + 1)
    _settle(world, streams, messages + 1)
    result.seconds = time.monotonic() - began
    _count(world, streams, messages + 2, start, result)
    return result


def _send(world: World, name: str, count: int, start: datetime, *, first: int = 0, pause: float = 0.0) -> None:
    device = Publisher(world.broker, name, name, sequence=first)
    while True:
        try:
            device.connect()
            break
        except OSError:
            time.sleep(0.2)
    for number in range(first, first + count):
        device.publish({"s": list(_samples(number, start))})
        time.sleep(pause)
        while device.waits_for() >= UNDER_WAY:
            time.sleep(0.005)
    while device.waits_for():
        time.sleep(0.02)
    device.close()


def _samples(number: int, start: datetime) -> Iterator[dict[str, Any]]:
    for index in range(number * SAMPLES, (number + 1) * SAMPLES):
        yield {"t": (start + timedelta(seconds=index)).isoformat(), "v": index % 1000}


def _wait_for(broker: endpoint.Endpoint) -> None:
    import socket

    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection((broker.host, broker.port), 1):
            return
        time.sleep(0.1)
    raise TimeoutError("The broker did not start.")


def _settle(world: World, streams: dict[str, int], number: int) -> None:
    """Wait until message ``number`` of every device has been acknowledged, and then until nothing more is."""
    wanted = {f"{name} {number}" for name in streams}
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline and not wanted <= set(world.trace.read_text().splitlines()):
        time.sleep(0.2)
    before = -1
    while (size := world.trace.stat().st_size) != before:
        before = size
        time.sleep(QUIET_SECONDS)


def _count(world: World, streams: dict[str, int], messages: int, start: datetime, result: Result) -> None:
    acknowledged: dict[str, set[int]] = {name: set() for name in streams}
    for line in world.trace.read_text().splitlines():
        name, number = line.split()
        acknowledged[name].add(int(number))
    with psycopg.connect(**world.conninfo, autocommit=True) as connection:
        for name, stream in streams.items():
            rows = connection.execute(
                "SELECT phenomenon_time, result FROM sensing_observation WHERE datastream_id = %s", [stream]
            ).fetchall()
            places = [round((time - start).total_seconds()) for time, _ in rows]
            have = set(places)
            whole = {n for n in range(messages) if all(n * SAMPLES + i in have for i in range(SAMPLES))}
            result.sent += messages
            result.acknowledged += len(acknowledged[name])
            result.stored += len(rows)
            result.lost_though_acknowledged += len(acknowledged[name] - whole)
            result.stored_twice += len(rows) - len(have)
            result.altered += sum(value != place % 1000 for place, (_, value) in zip(places, rows, strict=True))
            result.never_stored += messages - len(whole)
        gaps = connection.execute(
            "SELECT coalesce(sum(s.lost), 0) + coalesce(sum((SELECT sum(upper(r) - lower(r)) FROM unnest(s.missing) r)), 0) "
            "FROM sensing_device_state s JOIN sensing_device d ON d.id = s.device_id WHERE d.name = ANY(%s)",
            [list(streams)],
        ).fetchone()
        result.seen_as_gaps = int(gaps[0]) if gaps else 0
        doubles = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM sensing_alarm WHERE closed_at IS NULL GROUP BY rule_id, datastream_id HAVING count(*) > 1) x"
        ).fetchone()
        result.open_alarms_wrong = int(doubles[0]) if doubles else 0


def main() -> None:
    """The subscriber under test: ``python -m stadig.config.bench._mqtt_faults TRACE``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadig.config.settings")
    from stadig.sensing.mqtt import database

    TracingSubscriber.trace = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    subscriber = TracingSubscriber(endpoint.configured(), database.conninfo(), lambda: datetime.now(UTC))
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: subscriber.stop())
    subscriber.run()


__all__ = ["Processes", "Result", "World", "commands", "prepare", "run"]

if __name__ == "__main__":
    import django

    django.setup()
    main()
