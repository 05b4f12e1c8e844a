"""Where the broker is and who we are there."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho
from django.conf import settings

from stadig.sensing.mqtt import topics

PLAIN_PORT, TLS_PORT = 1883, 8883


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A broker and the credentials to use there."""

    host: str
    port: int
    username: str
    password: str
    tls: bool = False

    def as_device(self, name: str, key: str) -> Endpoint:
        """The same broker seen by a device."""
        return Endpoint(self.host, self.port, name, key, self.tls)

    def connect(self, client: paho.Client, *, keepalive: int = 30) -> None:
        """Connect a paho client to this broker. Raises ``OSError`` when it does not answer."""
        client.username_pw_set(self.username, self.password)
        if self.tls:
            client.tls_set_context(ssl.create_default_context())
        client.connect(self.host, self.port, keepalive=keepalive)


def parse(url: str) -> Endpoint:
    """Read ``mqtt(s)://user:password@host:port``.

    Raises
    ------
    ValueError
        The address is of another kind or lacks a host.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise ValueError("STADIG_MQTT_URL must look like mqtts://user:password@host:8883")
    tls = parts.scheme == "mqtts"
    return Endpoint(
        parts.hostname,
        parts.port or (TLS_PORT if tls else PLAIN_PORT),
        unquote(parts.username or topics.PLATFORM),
        unquote(parts.password or ""),
        tls,
    )


def configured() -> Endpoint:
    """The broker of this installation: the one of ``STADIG_MQTT_URL``, or our own on the loopback address."""
    return parse(settings.MQTT_URL)
