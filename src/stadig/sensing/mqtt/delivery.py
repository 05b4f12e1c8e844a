"""amqtt's handler of one connection, made safe enough to keep measurements in.

What amqtt 0.12 does, and what is changed here:

* it drops a message that a client has not acknowledged within five seconds, or when the client goes away;
  here the message stays in the session until it is acknowledged, and is sent again after a reconnect;
* it sends without limit until the 65,535 packet numbers are used up; here at most :data:`WINDOW` messages are under way;
* it acknowledges a device before the message has left the device's own queue, which is thrown away when the device
  hangs up; here the message is with the receivers' sessions first;
* it picks up a session by client id before it asks for the key, so anyone could take over or erase another's session;
  here the key comes first, and a client id belongs to its user;
* it reads a packet of any size; here a packet of more than :data:`LARGEST_PACKET` bytes ends the connection.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from amqtt.adapters import ReaderAdapter, WriterAdapter
from amqtt.errors import MQTTError
from amqtt.mqtt.connack import NOT_AUTHORIZED, ConnackPacket
from amqtt.mqtt.constants import QOS_0, QOS_1
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.mqtt.puback import PubackPacket
from amqtt.session import INCOMING, IncomingApplicationMessage, OutgoingApplicationMessage, Session

from stadig.sensing.mqtt import topics
from stadig.sensing.mqtt.keys import Keys

logger = logging.getLogger(__name__)

WINDOW = 2000
"""Messages under way to one client without acknowledgement."""
LARGEST_PACKET = 300_000
CONNECT_SECONDS = 10


class BoundedReader(ReaderAdapter):
    """Refuses to read a packet that is too large to be a measurement."""

    def __init__(self, inner: ReaderAdapter) -> None:
        self._inner = inner

    async def read(self, n: int = -1) -> bytes:
        if n > LARGEST_PACKET:
            raise ValueError(f"a packet of {n} bytes")
        return await self._inner.read(n)

    def feed_eof(self) -> None:
        self._inner.feed_eof()


class Handler(BrokerProtocolHandler):
    """One client's connection. ``keys`` and ``broker`` are set by :func:`stadig.sensing.mqtt.broker.make`."""

    keys: Keys
    broker: Any

    @classmethod
    async def init_from_connect(  # type: ignore[override]
        cls, reader: ReaderAdapter, writer: WriterAdapter, plugins_manager: Any, loop: asyncio.AbstractEventLoop | None = None
    ) -> tuple[BrokerProtocolHandler, Session]:
        """Read CONNECT and check the key before any session is touched."""
        reading = super().init_from_connect(BoundedReader(reader), writer, plugins_manager, loop)
        try:
            handler, session = await asyncio.wait_for(reading, CONNECT_SECONDS)
        except (TimeoutError, ValueError, asyncio.IncompleteReadError, ConnectionError) as fault:
            await _close(writer)
            raise MQTTError("no CONNECT") from fault
        session.is_anonymous = False
        if not (_owns(session) and await cls.keys.accepts(session.username, session.password)):
            await ConnackPacket.build(0, NOT_AUTHORIZED).to_stream(writer)
            await _close(writer)
            raise MQTTError("wrong name or key")
        return handler, session

    def attach(self, session: Session, reader: ReaderAdapter, writer: WriterAdapter) -> None:
        super().attach(session, BoundedReader(reader), writer)

    async def mqtt_publish(
        self, topic: str, data: bytes | bytearray, qos: int | None, retain: bool, ack_timeout: int | None = None
    ) -> OutgoingApplicationMessage:
        """Put a message in the client's session and send what the window allows. Does not wait for the answer."""
        if qos == QOS_0 or self.session is None:
            return await super().mqtt_publish(topic, data, qos, retain, ack_timeout)
        message = OutgoingApplicationMessage(None, topic, QOS_1, data, False)
        self.session.retained_messages.put_nowait(message)
        await self._pump()
        return message

    async def _pump(self) -> None:
        while (session := self.session) and len(session.inflight_out) < WINDOW and not session.retained_messages.empty():
            waiting = session.retained_messages.get_nowait()
            number = session.next_packet_id
            message = OutgoingApplicationMessage(number, waiting.topic, QOS_1, waiting.data, False)
            session.inflight_out[number] = message
            await self._send_packet(message.build_publish_packet())

    async def _retry_deliveries(self) -> None:
        """After a reconnect: everything that was not acknowledged, in its order."""
        if self.session is None:
            return
        for message in list(self.session.inflight_out.values()):
            await self._send_packet(message.build_publish_packet(dup=True))
        await self._pump()

    async def handle_puback(self, puback: PubackPacket) -> None:
        if self.session and puback.variable_header:
            self.session.inflight_out.pop(puback.variable_header.packet_id, None)
            await self._pump()

    async def _handle_message_flow(self, app_message: Any) -> None:
        """Messages from devices: to the receivers' sessions first, then the acknowledgement."""
        if app_message.direction != INCOMING or app_message.qos not in (QOS_0, QOS_1):
            await super()._handle_message_flow(app_message)
            return
        await self._receive(app_message)

    async def _receive(self, message: IncomingApplicationMessage) -> None:
        user = self.session.username if self.session else None
        if topics.may_publish(user, message.topic) and await self.keys.knows(user or ""):
            await self.broker.internal_message_broadcast(message.topic, message.data)
        else:
            logger.info("A message from %s on another's topic was dropped.", user)
        if message.qos == QOS_1 and message.packet_id is not None:
            await self._send_packet(PubackPacket.build(message.packet_id))


def _owns(session: Session) -> bool:
    """A device's client id is its name; the platform's begin with ``stadig``."""
    user, client = session.username or "", session.client_id or ""
    return client == user or (user == topics.PLATFORM and client.startswith(topics.PLATFORM))


async def _close(writer: WriterAdapter) -> None:
    try:
        await writer.close()
    except (OSError, asyncio.CancelledError):
        logger.debug("The connection was gone already.")
