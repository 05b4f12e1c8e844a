"""What can go wrong in this room. Each is named after what happened."""

from __future__ import annotations


class SensingError(Exception):
    """The beginning of the room's errors."""


class AlarmClosed(SensingError):
    """The alarm is closed already; its outcome stands."""


class AlarmOpenAgain(SensingError):
    """The alarm cannot be opened: a newer one for the same cause is open."""


class NameTaken(SensingError):
    """Another device or token has this name, or had it."""


class UnknownScope(SensingError):
    """A token was asked for with a scope that does not exist."""


class DeviceRetired(SensingError):
    """The device is retired. Register a new one instead."""


class MappingRefused(SensingError):
    """The mapping does not fit the thing. ``code`` says why, ``place`` where."""

    def __init__(self, code: str, place: str) -> None:
        super().__init__(f"{place}: {code}")
        self.code = code
        self.place = place
