"""The subscriber: ``python -m stadig.sensing.mqtt.subscriber``.

It takes observations from the broker, stores them in batches and acknowledges each message after the batch is
committed, never before. Killed at any moment it loses nothing: what was not acknowledged the broker sends again,
and what was stored already is recognised.
"""

from __future__ import annotations

import logging
import os
import queue
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import paho.mqtt.client as paho
import psycopg
from paho.mqtt.enums import CallbackAPIVersion

from stadig.sensing.mqtt import endpoint, inbox, topics
from stadig.sensing.mqtt.inbox import Arrived

logger = logging.getLogger(__name__)

BATCH_MESSAGES = 2000
BATCH_BYTES = 8 * 2**20
LINGER_SECONDS = 0.005
"""How long a batch waits for more. Short: while one batch is committed the next one gathers by itself."""
LONGEST_WAIT_SECONDS = 15.0
PATIENCE_SECONDS = 1.0
"""A wait between attempts beyond which silence of the broker is worth a warning."""
REPORT_SECONDS = 300.0
FIGURES_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message, and the connection it came by: its number means nothing on another one."""

    message: Arrived
    number: int
    qos: int
    connection: int
    came: float = field(default_factory=time.monotonic)


class Subscriber:
    """One MQTT connection and one database connection.

    Parameters
    ----------
    broker
        Where the messages are.
    conninfo
        Keyword arguments for :func:`psycopg.connect`.
    now
        The domain clock; may raise ``psycopg.OperationalError`` when the database is away.
    client_id
        The name of the session that the broker keeps.
    """

    def __init__(
        self, broker: endpoint.Endpoint, conninfo: dict[str, Any], now: Callable[[], datetime], client_id: str = topics.SUBSCRIBER
    ) -> None:
        self._broker = broker
        self._conninfo = conninfo
        self._now = now
        self._arrived: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._connection = 0
        self._database: psycopg.Connection[Any] | None = None
        self.acknowledged = 0
        self.observations = 0
        self._oldest: float | None = None
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False, manual_ack=True)
        self._client.reconnect_delay_set(1, int(LONGEST_WAIT_SECONDS))
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message

    def run(self) -> None:
        """Work until :meth:`stop`. Reconnects to the broker and to the database for as long as it takes."""
        network = threading.Thread(target=self._keep_connected, name="mqtt", daemon=True)
        network.start()
        reported = time.monotonic()
        while not self._stop.is_set():
            batch = self._gather()
            self._oldest = batch[0].came if batch else None
            if batch and self._store_until_done(batch):
                self._acknowledge(batch)
            if time.monotonic() - reported > REPORT_SECONDS:
                logger.info("%s messages acknowledged, %s observations stored.", self.acknowledged, self.observations)
                reported = time.monotonic()
        self._client.disconnect()
        network.join(5)
        self._close_database()

    def stop(self) -> None:
        """Finish the batch at hand, then leave."""
        self._stop.set()

    def figures(self) -> dict[str, float]:
        """What this run has done, and for how long the oldest message in its hands has waited."""
        oldest = self._oldest
        return {
            "stadig_mqtt_stored_total": self.observations,
            "stadig_mqtt_acknowledged_total": self.acknowledged,
            "stadig_mqtt_unacknowledged_seconds": time.monotonic() - oldest if oldest is not None else 0.0,
        }

    def tell(self, publish: Callable[[dict[str, float]], None]) -> None:
        """Publish the figures every second until :meth:`stop`, also while the database is away; in a thread of its own."""

        def keep_telling() -> None:
            while not self._stop.wait(FIGURES_SECONDS):
                publish(self.figures())

        threading.Thread(target=keep_telling, name="figures", daemon=True).start()

    # The network's thread

    def _keep_connected(self) -> None:
        wait = 0.2
        while not self._stop.is_set():
            try:
                self._broker.connect(self._client)
                wait = 0.2
                self._client.loop_forever(retry_first_connection=False)
            except OSError as fault:
                level = logging.WARNING if wait > PATIENCE_SECONDS else logging.DEBUG  # at a start the broker is a moment behind
                logger.log(level, "The MQTT broker does not answer (%s); trying again in %.1f s.", type(fault).__name__, wait)
            except Exception:
                logger.exception("The MQTT connection failed.")
            self._stop.wait(wait * random.uniform(0.7, 1.3))  # noqa: S311 – spreads reconnects, no secret
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    def _on_connect(self, client: paho.Client, _data: Any, flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            logger.error("The MQTT broker refused us: %s. Check the name and password of STADIG_MQTT_URL.", reason)
            return
        logger.info("Connected to the MQTT broker (session %s).", "kept" if flags.session_present else "new")
        client.subscribe(topics.ALL_OBSERVATIONS, qos=1)

    def _on_disconnect(self, *_: Any) -> None:
        with self._lock:  # waits for acknowledgements under way; later ones see that the connection is another
            self._connection += 1

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        self._arrived.put(Delivery(Arrived(topic, bytes(message.payload)), message.mid, message.qos, self._connection))

    # The storing thread

    def _gather(self) -> list[Delivery]:
        """The next batch; empty when nothing came for a while."""
        try:
            batch = [self._arrived.get(timeout=0.5)]
        except queue.Empty:
            return []
        size, deadline = len(batch[0].message.payload), time.monotonic() + LINGER_SECONDS
        while len(batch) < BATCH_MESSAGES and size < BATCH_BYTES:
            try:
                batch.append(self._arrived.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                break
            size += len(batch[-1].message.payload)
        return batch

    def _store_until_done(self, batch: list[Delivery]) -> bool:
        """Store the batch however long the database is away. False when asked to stop before it was stored."""
        wait = 0.1
        while True:
            try:
                self._store([delivery.message for delivery in batch])
                return True
            except (psycopg.OperationalError, psycopg.InterfaceError) as fault:
                self._close_database()
                if self._stop.is_set():
                    return False
                logger.warning("The database does not answer (%s); trying again in %.1f s.", type(fault).__name__, wait)
                self._stop.wait(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    def _store(self, messages: list[Arrived]) -> None:
        """Store a batch; if the database will not have it, find out which message is to blame."""
        try:
            self._count(inbox.store(self._connected(), messages, self._now()))
        except (psycopg.OperationalError, psycopg.InterfaceError):
            raise
        except Exception as fault:
            if len(messages) == 1:
                logger.exception("A message could not be stored; it is kept for inspection.")
                inbox.give_up(self._connected(), messages[0], self._now(), type(fault).__name__)
                return
            half = len(messages) // 2
            self._store(messages[:half])
            self._store(messages[half:])

    def _count(self, stored: inbox.Stored) -> None:
        self.observations += stored.observations
        for code, count in stored.rejected.items():
            logger.info("%s messages refused: %s.", count, code)

    def _acknowledge(self, batch: list[Delivery]) -> None:
        with self._lock:
            for delivery in batch:
                if delivery.qos and delivery.connection == self._connection:
                    self._client.ack(delivery.number, delivery.qos)
                    self.acknowledged += 1

    def _connected(self) -> psycopg.Connection[Any]:
        if self._database is None or self._database.closed:
            self._database = psycopg.connect(**self._conninfo, autocommit=True)
        return self._database

    def _close_database(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


def domain_now() -> datetime:
    """The domain clock, with Django's faults as psycopg's."""
    from django import db

    from stadig.city import clock

    try:
        return clock.now()
    except db.Error as fault:
        db.connections.close_all()
        raise psycopg.OperationalError("The clock could not be read.") from fault


def main(publish: Callable[[dict[str, float]], None] | None = None) -> None:
    """Run until told to stop; ``publish`` is given the figures every second."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadig.config.settings")
    import django

    django.setup()
    from stadig.sensing.mqtt import database

    subscriber = Subscriber(endpoint.configured(), database.conninfo(), domain_now)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: subscriber.stop())
    if publish:
        subscriber.tell(publish)
    subscriber.run()
    logger.info("The subscriber stopped; %s messages acknowledged.", subscriber.acknowledged)


if __name__ == "__main__":
    main()
