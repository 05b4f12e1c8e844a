"""A device, as software: for the demo town, for benchmarks and for trying out a mapping."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from stadig.sensing.mqtt import endpoint, topics


class Publisher:
    """Publishes as one device, QoS 1, with a growing sequence number.

    >>> with Publisher(endpoint.configured(), "bin-12", key) as device:
    ...     device.publish({"ts": "2026-11-24T06:30:00Z", "fill": 83})

    Parameters
    ----------
    broker
        The broker; its credentials are replaced with the device's.
    name, key
        The device's name and the key that was shown when it was registered.
    sequence
        The number of the first message. 0 says that the device has started anew.
    field
        Where in the message the number is put; empty to send none.
    """

    def __init__(self, broker: endpoint.Endpoint, name: str, key: str, *, sequence: int = 0, field: str = "seq") -> None:
        self._broker = broker.as_device(name, key)
        self._topic = topics.observations(name)
        self._field = field
        self.sequence = sequence
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=True)
        self.acknowledged = self._sent = 0
        self._client.on_publish = self._on_publish
        self._client.max_queued_messages_set(0)
        self._client.max_inflight_messages_set(200)
        self._client.reconnect_delay_set(1, 5)

    def __enter__(self) -> Publisher:
        self.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self) -> None:
        """Connect, and reconnect from then on. Raises ``OSError`` when the broker does not answer the first time."""
        self._broker.connect(self._client)
        self._client.loop_start()

    def publish(self, reading: Mapping[str, Any]) -> paho.MQTTMessageInfo:
        """Send one reading; returns at once. ``.wait_for_publish()`` on the answer waits for the broker's acknowledgement."""
        message = dict(reading)
        if self._field:
            message[self._field] = self.sequence
        self.sequence += 1
        self._sent += 1
        return self._client.publish(self._topic, json.dumps(message), qos=1)

    def waits_for(self) -> int:
        """How many messages the broker has not acknowledged yet; they are sent again after a reconnect."""
        return self._sent - self.acknowledged

    def _on_publish(self, *_: Any) -> None:
        self.acknowledged += 1

    def close(self) -> None:
        """Disconnect. What the broker has not acknowledged is not sent."""
        self._client.disconnect()
        self._client.loop_stop()
