"""The embedded broker: keys, topics, and messages that stay until they are acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import paho.mqtt.client as paho
import pytest

from stadig.sensing.mqtt import broker, topics
from stadig.sensing.mqtt.keys import Keys, digest

PLATFORM_KEY = "the platform's key"


class Known(Keys):
    """Keys that are given instead of read."""

    def __init__(self, **devices: str) -> None:
        super().__init__({}, PLATFORM_KEY)
        self._known = {name.replace("_", "-"): digest(key) for name, key in devices.items()}

    async def refresh(self, max_age: float) -> None:
        return


@contextlib.contextmanager
def running(keys: Keys, port: int) -> Iterator[asyncio.AbstractEventLoop]:
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    serving = broker.serve("127.0.0.1", port, keys, stop)
    thread = threading.Thread(target=lambda: loop.run_until_complete(serving), daemon=True)
    thread.start()
    assert until(lambda: listens(port), 20), "the broker does not listen"
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(15)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def keys() -> Known:
    return Known(bin_1="one", bin_2="two")


@pytest.fixture
def loop(keys: Known, port: int) -> Iterator[asyncio.AbstractEventLoop]:
    with running(keys, port) as loop:
        yield loop


def client(port: int, user: str, key: str, *, client_id: str | None = None, clean: bool = True, manual: bool = False):
    made = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=client_id or user, clean_session=clean, manual_ack=manual)
    made.username_pw_set(user, key)
    made.got = []
    made.answers = []
    made.on_connect = lambda _c, _u, _f, reason, _p: made.answers.append(str(reason))
    made.on_message = lambda _c, _u, message: made.got.append(message)
    made.connect("127.0.0.1", port)
    made.loop_start()
    return made


def listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def until(condition, seconds=8.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False


def say(device, name: str, text: str) -> None:
    device.publish(topics.observations(name), text, qos=1).wait_for_publish(5)


def test_a_device_reaches_the_platform(loop, port):
    platform = client(port, topics.PLATFORM, PLATFORM_KEY, client_id=topics.SUBSCRIBER, clean=False)
    device = client(port, "bin-1", "one")
    say(device, "bin-1", "full")
    assert until(lambda: [m.payload for m in platform.got] == [b"full"])
    for each in (platform, device):
        each.disconnect()


@pytest.mark.parametrize(
    ("user", "key", "client_id"),
    [("bin-1", "two", "bin-1"), ("nobody", "one", "nobody"), ("bin-1", "one", "bin-2"), ("bin-1", "one", topics.SUBSCRIBER)],
)
def test_a_wrong_key_or_anothers_client_id_is_turned_away(loop, port, user, key, client_id):
    intruder = client(port, user, key, client_id=client_id)
    assert until(lambda: intruder.answers)
    assert intruder.answers[0] == "Not authorized"
    intruder.disconnect()


def test_a_device_cannot_speak_for_another_nor_listen(loop, port):
    platform = client(port, topics.PLATFORM, PLATFORM_KEY, client_id=topics.SUBSCRIBER, clean=False)
    device = client(port, "bin-1", "one")
    granted = []
    device.on_subscribe = lambda _c, _u, _m, codes, _p: granted.extend(codes)
    device.subscribe(topics.ALL_OBSERVATIONS, qos=1)
    assert until(lambda: granted)
    assert granted[0].is_failure
    say(device, "bin-2", "a lie")
    say(device, "bin-1", "the truth")
    assert until(lambda: platform.got)
    assert [m.payload for m in platform.got] == [b"the truth"]
    for each in (platform, device):
        each.disconnect()


def test_what_is_sent_before_the_platform_connects_waits_for_it(loop, port):
    device = client(port, "bin-1", "one")
    for number in range(50):
        say(device, "bin-1", str(number))
    device.disconnect()
    platform = client(port, topics.PLATFORM, PLATFORM_KEY, client_id=topics.SUBSCRIBER, clean=False)
    assert until(lambda: len(platform.got) == 50)
    assert [int(m.payload) for m in platform.got] == list(range(50))
    platform.disconnect()


@pytest.mark.slow
def test_what_is_not_acknowledged_comes_again_however_long_it_takes(loop, port):
    first = client(port, topics.PLATFORM, PLATFORM_KEY, client_id=topics.SUBSCRIBER, clean=False, manual=True)
    device = client(port, "bin-1", "one")
    for number in range(20):
        say(device, "bin-1", str(number))
    assert until(lambda: len(first.got) == 20)
    time.sleep(5.5)  # amqtt by itself forgets after five seconds
    for message in first.got[:5]:
        first.ack(message.mid, 1)
    time.sleep(0.2)
    first.loop_stop()
    first._sock_close()  # gone without a word
    say(device, "bin-1", "20")
    second = client(port, topics.PLATFORM, PLATFORM_KEY, client_id=topics.SUBSCRIBER, clean=False)
    assert until(lambda: len(second.got) == 16)
    assert [int(m.payload) for m in second.got] == list(range(5, 21))
    for each in (second, device):
        each.disconnect()


def test_more_than_the_window_waits_its_turn(loop, port, monkeypatch):
    monkeypatch.setattr("stadig.sensing.mqtt.delivery.WINDOW", 10)
    platform = client(port, topics.PLATFORM, PLATFORM_KEY, client_id=topics.SUBSCRIBER, clean=False, manual=True)
    device = client(port, "bin-1", "one")
    for number in range(35):
        say(device, "bin-1", str(number))
    assert until(lambda: len(platform.got) == 10)
    time.sleep(0.2)
    assert len(platform.got) == 10
    acknowledged = 0
    while len(platform.got) < 35 or acknowledged < 35:
        for message in platform.got[acknowledged:]:
            platform.ack(message.mid, 1)
            acknowledged += 1
        time.sleep(0.02)
    assert [int(m.payload) for m in platform.got] == list(range(35))
    for each in (platform, device):
        each.disconnect()


def test_a_monstrous_packet_ends_that_connection_alone(loop, port):
    platform = client(port, topics.PLATFORM, PLATFORM_KEY, client_id=topics.SUBSCRIBER, clean=False)
    device, other = client(port, "bin-1", "one"), client(port, "bin-2", "two")
    assert until(lambda: device.is_connected() and other.is_connected())
    gone = []
    device.on_disconnect = lambda *_: gone.append(True)
    device.publish(topics.observations("bin-1"), b"x" * 5_000_000, qos=0)
    assert until(lambda: gone)
    device.disconnect()
    say(other, "bin-2", "still here")
    assert until(lambda: platform.got)
    for each in (platform, other):
        each.disconnect()


def test_noise_on_the_port_does_not_stop_the_broker(loop, port):
    for noise in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\x10\xff\xff\xff\x7f", bytes(range(256)), b"\x10\x00"):
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(noise)
    device = client(port, "bin-1", "one")
    assert until(device.is_connected)
    device.disconnect()
