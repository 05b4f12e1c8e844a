"""Who may say what where. One topic per device, named after it; nothing else is carried."""

from __future__ import annotations

import re

PLATFORM = "stadig"
"""The user name of the platform itself; its client ids begin with it."""
SUBSCRIBER = "stadig-subscriber"
ALL_OBSERVATIONS = "devices/+/observations"
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
"""A device's name: small letters, digits and hyphens, at most 60. It is its user name, client id and part of its topic."""


def observations(device: str) -> str:
    """Where a device publishes."""
    return f"devices/{device}/observations"


def device_of(topic: str) -> str | None:
    """The device that a topic belongs to, or None when it is no device's."""
    parts = topic.split("/")
    if len(parts) == 3 and parts[0] == "devices" and parts[2] == "observations" and NAME.fullmatch(parts[1]):
        return parts[1]
    return None


def may_publish(user: str | None, topic: str) -> bool:
    """A device publishes on its own topic alone; the platform publishes nothing."""
    return bool(user) and user != PLATFORM and topic == observations(user or "")


def may_receive(user: str | None, topic_filter: str) -> bool:
    """Only the platform listens, and only to observations."""
    return user == PLATFORM and (topic_filter == ALL_OBSERVATIONS or device_of(topic_filter) is not None)
