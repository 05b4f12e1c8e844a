"""The embedded broker: ``python -m stadig.sensing.mqtt.broker``.

MQTT 3.1.1 on the loopback address, for a trial and for the demo town. What it holds lies in memory: a killed broker
loses what it had not yet handed over, which the devices' sequence numbers then show. A city with real devices sets
``STADIG_MQTT_URL`` to a broker of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from typing import Any

import amqtt.broker

from stadig.sensing.mqtt import database, endpoint, topics
from stadig.sensing.mqtt.delivery import Handler
from stadig.sensing.mqtt.keys import Keys

logger = logging.getLogger(__name__)

MOST_CONNECTIONS = 2000
DRAIN_SECONDS = 5.0
"""How long a broker that is asked to stop waits for the subscriber to take the rest."""


def make(host: str, port: int, keys: Keys) -> amqtt.broker.Broker:
    """A broker that is ready to start on ``host:port``."""
    config: dict[str, Any] = {
        "listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}", "max_connections": MOST_CONNECTIONS}},
        "plugins": {"stadig.sensing.mqtt.guard.Guard": {}},
    }
    broker = amqtt.broker.Broker(config)
    bound = type("BoundHandler", (Handler,), {"keys": keys, "broker": broker})
    amqtt.broker.BrokerProtocolHandler = bound  # type: ignore[misc] – amqtt names its handler there and nowhere else
    return broker


async def serve(host: str, port: int, keys: Keys, stop: asyncio.Event) -> None:
    """Run a broker until ``stop`` is set, then let the subscriber take what is left."""
    broker = make(host, port, keys)
    await broker.start()
    logger.info("The MQTT broker listens on %s:%s.", host, port)
    await stop.wait()
    for server in broker._servers.values():
        if server.instance:
            server.instance.close()
    await _drain(broker)
    with contextlib.suppress(asyncio.TimeoutError, TimeoutError):
        await asyncio.wait_for(broker.shutdown(), DRAIN_SECONDS)
    logger.info("The MQTT broker stopped.")


async def _drain(broker: amqtt.broker.Broker) -> None:
    deadline = asyncio.get_running_loop().time() + DRAIN_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        session, _ = broker.sessions.get(topics.SUBSCRIBER, (None, None))
        if session is None or session.transitions.state != "connected":
            return
        if not session.inflight_out and session.retained_messages.empty():
            return
        await asyncio.sleep(0.02)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadig.config.settings")
    logging.basicConfig(level=logging.INFO, format="{asctime} {levelname} {name} {message}", style="{")
    logging.getLogger("amqtt").setLevel(logging.ERROR)
    logging.getLogger("transitions").setLevel(logging.WARNING)
    here = endpoint.configured()

    async def run() -> None:
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await serve(here.host, here.port, Keys(database.conninfo(), here.password), stop)

    asyncio.run(run())


if __name__ == "__main__":
    main()
