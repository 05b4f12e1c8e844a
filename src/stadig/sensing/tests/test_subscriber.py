"""From a device to the database: stored once, acknowledged after, refused with a reason, never a crash."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as paho
import psycopg
import pytest
from django.db import connection

from stadig.sensing.models import AlarmRule, Datastream, Device, DeviceState, Kind, RejectCount, Rejected
from stadig.sensing.mqtt import database, endpoint, inbox, subscriber, topics
from stadig.sensing.mqtt.device import Publisher
from stadig.sensing.mqtt.inbox import Arrived
from stadig.sensing.mqtt.keys import Keys, digest
from stadig.sensing.tests.conftest import NOON, make_datastream
from stadig.sensing.tests.test_broker import PLATFORM_KEY, port, running, until  # noqa: F401
from stadig.sensing.tests.test_watch import jobs

MAPPING = {"time": {"path": "ts"}, "sequence": "seq", "readings": []}


def make_device(name: str, datastream: Datastream, key: str = "key") -> Device:
    mapping = MAPPING | {"readings": [{"path": "fill", "datastream": datastream.id}]}
    return Device.objects.create(
        name=name, thing=datastream.thing, key_hash=digest(key), mapping=mapping, registered_at=NOON, key_changed_at=NOON
    )


def said(minute: int, fill: float, seq: int) -> dict[str, object]:
    return {"ts": f"2026-11-20T11:{minute:02}:00Z", "fill": fill, "seq": seq}


def stored(datastream: Datastream) -> list[float]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT result FROM sensing_observation WHERE datastream_id = %s ORDER BY phenomenon_time", [datastream.id]
        )
        return [value for (value,) in cursor.fetchall()]


def make_bin() -> Datastream:
    datastream = make_datastream()
    make_device("bin-1", datastream)
    return datastream


@pytest.fixture
def bin_1(db: None) -> Datastream:
    return make_bin()


@pytest.fixture
def wire(db: None) -> psycopg.Connection:
    connection.ensure_connection()
    return connection.connection


def arrived(name: str, *readings: object) -> list[Arrived]:
    return [Arrived(topics.observations(name), json.dumps(each).encode()) for each in readings]


# One batch


def test_a_batch_is_stored_and_the_same_batch_again_changes_nothing(bin_1, wire):
    batch = arrived("bin-1", said(1, 10, 0), said(2, 20, 1))
    assert inbox.store(wire, batch, NOON).observations == 2
    again = inbox.store(wire, batch, NOON)
    assert (again.observations, again.repeated) == (0, 2)
    assert stored(bin_1) == [10, 20]
    assert DeviceState.objects.get().repeated == 2


def test_gaps_in_the_numbers_are_counted(bin_1, wire):
    inbox.store(wire, arrived("bin-1", said(1, 1, 0), said(4, 4, 3)), NOON)
    state = DeviceState.objects.get()
    assert [(part.lower, part.upper) for part in state.missing] == [(1, 3)]
    inbox.store(wire, arrived("bin-1", said(2, 2, 1)), NOON)
    state.refresh_from_db()
    assert ([(part.lower, part.upper) for part in state.missing], state.messages, state.last_seen) == ([(2, 3)], 3, NOON)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (Arrived("devices/nobody/observations", b"{}"), "unknown_device"),
        (Arrived("somewhere/else", b"\x00\xff"), "unknown_device"),
        (Arrived("devices/bin-1/observations", b"\x00\xff{"), "json"),
        (Arrived("devices/bin-1/observations", b'{"ts": "2026-11-20T11:00:00Z", "seq": 1, "fill": "x\x00"}'), "json"),
        (Arrived("devices/bin-1/observations", b'{"ts": "2026-11-20T11:00:00Z", "seq": 1, "fill": "\\u0000"}'), "type"),
        (Arrived("devices/bin-1/observations", b'{"ts": "2026-11-20T11:00:00Z", "seq": 1, "fill": NaN}'), "json"),
        (Arrived("devices/bin-1/observations", b'{"ts": "2026-11-20T12:11:00Z", "seq": 1, "fill": 1}'), "future"),
        (Arrived("devices/bin-1/observations", b'{"ts": "1899-11-20T12:11:00Z", "seq": 1, "fill": 1}'), "time"),
        (Arrived("devices/bin-1/observations", b"x" * 100_000_000), "too_large"),
    ],
)
def test_what_cannot_be_used_is_counted_and_kept_and_the_rest_stored(bin_1, wire, message, code):
    done = inbox.store(wire, [message, *arrived("bin-1", said(1, 10, 0))], NOON)
    assert (done.observations, dict(done.rejected)) == (1, {code: 1})
    kept = Rejected.objects.get()
    assert (kept.code, kept.size) == (code, len(message.payload))
    assert len(bytes(kept.payload)) <= 2048
    assert RejectCount.objects.get().count == 1


def test_another_value_at_the_same_instant_is_refused(bin_1, wire):
    inbox.store(wire, arrived("bin-1", said(1, 10, 0)), NOON)
    assert dict(inbox.store(wire, arrived("bin-1", said(1, 11, 1), said(2, 12, 2)), NOON).rejected) == {"conflict": 1}
    assert stored(bin_1) == [10, 12]


def test_a_mapping_to_a_series_that_is_gone_is_refused(bin_1, wire):
    Device.objects.update(mapping=MAPPING | {"readings": [{"path": "fill", "datastream": 999_999}]})
    assert dict(inbox.store(wire, arrived("bin-1", said(1, 10, 0)), NOON).rejected) == {"unknown": 1}


def test_a_retired_device_is_unknown(bin_1, wire):
    Device.objects.update(retired_at=NOON)
    assert dict(inbox.store(wire, arrived("bin-1", said(1, 10, 0)), NOON).rejected) == {"unknown_device": 1}


def test_an_alarm_that_begins_is_deferred_with_the_observation(bin_1, wire):
    AlarmRule.objects.create(name="Full", kind=Kind.THRESHOLD, datastream=bin_1, level=80, clear_level=60, created_at=NOON)
    inbox.store(wire, arrived("bin-1", said(1, 10, 0), said(2, 90, 1)), NOON)
    assert len(jobs()) == 1


def test_thousands_of_refused_messages_are_counted_but_few_kept(bin_1, wire):
    inbox.store(wire, [Arrived("devices/nobody/observations", b"x")] * 3000, NOON)
    assert (Rejected.objects.count(), RejectCount.objects.get().count) == (inbox.KEPT_PER_BATCH, 3000)


# The whole way


@pytest.fixture
def real_bin(transactional_db: None) -> Datastream:
    """A bin that other connections see too."""
    return make_bin()


class Running:
    """A subscriber in a thread."""

    def __init__(self, broker: endpoint.Endpoint) -> None:
        self.subscriber = subscriber.Subscriber(broker, database.conninfo(), lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))
        self.thread = threading.Thread(target=self.subscriber.run, daemon=True)

    def __enter__(self) -> subscriber.Subscriber:
        self.thread.start()
        return self.subscriber

    def __exit__(self, *_: object) -> None:
        self.subscriber.stop()
        self.thread.join(10)


@pytest.fixture
def embedded(real_bin: Datastream, port: int) -> Iterator[endpoint.Endpoint]:  # noqa: F811
    with running(Keys(database.conninfo(), PLATFORM_KEY), port):
        yield endpoint.Endpoint("127.0.0.1", port, topics.PLATFORM, PLATFORM_KEY)


def send(broker: endpoint.Endpoint, count: int, start: int = 0) -> None:
    with Publisher(broker, "bin-1", "key", sequence=start) as device:
        last = [
            device.publish({"ts": f"2026-11-20T10:{n // 60:02}:{n % 60:02}Z", "fill": n}) for n in range(start, start + count)
        ]
        for each in last:
            each.wait_for_publish(20)


def complete(broker: endpoint.Endpoint, datastream: Datastream, count: int) -> Callable[[], bool]:
    return lambda: stored(datastream) == list(range(count))


def test_what_a_device_sends_is_stored_and_then_acknowledged(embedded, real_bin):
    with Running(embedded) as running_subscriber:
        send(embedded, 200)
        assert until(complete(embedded, real_bin, 200))
        assert until(lambda: running_subscriber.acknowledged == 200)


def test_a_device_registered_a_moment_ago_may_speak(embedded, real_bin):
    new = make_datastream("ny")
    make_device("bin-9", new, "new key")
    with Running(embedded):
        time.sleep(0.6)
        with Publisher(embedded, "bin-9", "new key") as device:
            device.publish(said(1, 42, 0)).wait_for_publish(10)
        assert until(lambda: stored(new) == [42])


def test_while_the_database_is_away_nothing_is_acknowledged_and_nothing_lost(embedded, real_bin, monkeypatch):
    monkeypatch.setattr(subscriber, "LONGEST_WAIT_SECONDS", 0.2)
    real, away = psycopg.connect, threading.Event()
    away.set()

    def connect(*args: object, **kwargs: object) -> psycopg.Connection:
        if away.is_set():
            raise psycopg.OperationalError("away")
        return real(*args, **kwargs)

    monkeypatch.setattr(subscriber.psycopg, "connect", connect)
    with Running(embedded) as running_subscriber:
        send(embedded, 50)
        time.sleep(0.5)
        assert (running_subscriber.acknowledged, stored(real_bin)) == (0, [])
        away.clear()
        assert until(complete(embedded, real_bin, 50))


def test_a_subscriber_that_dies_before_the_acknowledgement_gets_it_again(embedded, real_bin, monkeypatch):
    with Running(embedded) as first:
        monkeypatch.setattr(first, "_acknowledge", lambda batch: None)
        send(embedded, 30)
        assert until(complete(embedded, real_bin, 30))
        first._client.loop_stop()
        first._client._sock_close()
    with Running(embedded) as second:
        assert until(lambda: second.acknowledged == 30)
    assert stored(real_bin) == list(range(30))
    assert DeviceState.objects.get().repeated == 30


def test_a_fault_in_one_message_does_not_hold_up_the_others(embedded, real_bin, monkeypatch):
    real = inbox.store

    def store(wire: psycopg.Connection, messages: list[Arrived], now: datetime) -> inbox.Stored:
        if any(b'"fill": 7,' in message.payload for message in messages):
            raise ZeroDivisionError
        return real(wire, messages, now)

    monkeypatch.setattr(inbox, "store", store)
    with Running(embedded) as running_subscriber:
        send(embedded, 20)
        assert until(lambda: running_subscriber.acknowledged == 20)
    assert stored(real_bin) == [n for n in range(20) if n != 7]
    assert Rejected.objects.get().code == "storage"


@pytest.fixture
def mosquitto(real_bin: Datastream, port: int, tmp_path: Path) -> Iterator[endpoint.Endpoint]:  # noqa: F811
    program = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        message = "mosquitto is not installed (apt-get install mosquitto)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 1000\n")
    process = subprocess.Popen([program, "-c", str(config)], stderr=subprocess.DEVNULL)

    def answers() -> bool:
        try:
            return paho.Client(paho.CallbackAPIVersion.VERSION2).connect("127.0.0.1", port) == paho.MQTT_ERR_SUCCESS
        except OSError:
            return False

    assert until(answers)
    yield endpoint.parse(f"mqtt://{topics.PLATFORM}:{PLATFORM_KEY}@127.0.0.1:{port}")
    process.terminate()
    process.wait(10)


def test_any_broker_will_do_such_as_mosquitto(mosquitto, real_bin):
    with Running(mosquitto) as first:
        time.sleep(0.5)
        send(mosquitto, 100)
        assert until(complete(mosquitto, real_bin, 100))
        assert until(lambda: first.acknowledged == 100)
    send(mosquitto, 50, start=100)  # while no one listens: the session keeps them
    with Running(mosquitto):
        assert until(complete(mosquitto, real_bin, 150))


def test_figures_say_how_long_the_oldest_message_has_waited(monkeypatch):
    idle = subscriber.Subscriber(endpoint.Endpoint("127.0.0.1", 1, "x", "y"), {}, lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert set(idle.figures().values()) == {0}
    held = subscriber.Delivery(Arrived("devices/bin-1/observations", b"{}"), 1, 1, 0, came=time.monotonic() - 5)
    told: list[dict[str, float]] = []
    monkeypatch.setattr(subscriber, "FIGURES_SECONDS", 0.01)
    monkeypatch.setattr(idle, "_gather", lambda: [held])
    monkeypatch.setattr(idle, "_keep_connected", lambda: None)
    monkeypatch.setattr(idle, "_store_until_done", lambda _: not idle._stop.wait(5))
    idle.tell(told.append)
    threading.Thread(target=idle.run, daemon=True).start()
    assert until(lambda: bool(told) and 5 <= told[-1]["stadig_mqtt_unacknowledged_seconds"] < 60)
    idle.stop()
