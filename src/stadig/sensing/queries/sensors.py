"""Things with sensors as a list: what needs someone first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from stadig.city.sorting import sort_key
from stadig.sensing.models.alarms import Kind
from stadig.sensing.queries.observations import latest
from stadig.sensing.queries.rows import fetch

MOST = 50_000


class State(models.TextChoices):
    """The one word about a sensor, the worst first."""

    SILENT = "tyst", _("Tyst")
    BATTERY = "batteri", _("Svagt batteri")
    ALARM = "larm", _("Larm")
    OK = "ok", _("Fungerar")


STATES = list(State)
OF_KIND = [Kind.NO_DATA, Kind.BATTERY, Kind.THRESHOLD]
"""The kinds of alarm that give the states, in their order."""
COLOUR = {State.SILENT: "danger", State.BATTERY: "warning", State.ALARM: "info", State.OK: "success"}
ICON = {  # one per line, so that the build of the icon sheet finds them
    State.SILENT: "wifi-off",  # icon
    State.BATTERY: "battery-low",  # icon
    State.ALARM: "bell",  # icon
    State.OK: "check",  # icon
}
LEVEL = {State.SILENT: "unknown", State.BATTERY: "nearly", State.ALARM: "full", State.OK: "room"}

THINGS = """
SELECT t.id, t.name, coalesce(min(array_position(%s::text[], a.kind::text)), 4) - 1
FROM sensing_thing t JOIN sensing_datastream d ON d.thing_id = t.id
    LEFT JOIN sensing_alarm a ON a.datastream_id = d.id AND a.closed_at IS NULL
GROUP BY t.id ORDER BY t.id LIMIT %s
"""
"""Each thing with a datastream and the number of its state."""

STREAMS = """
SELECT d.thing_id, d.id, d.name, d.observed_property_id, p.name, coalesce(d.unit->>'symbol', '')
FROM sensing_datastream d JOIN sensing_observedproperty p ON p.id = d.observed_property_id
WHERE d.thing_id = ANY(%s) ORDER BY d.id
"""
DEVICES = "SELECT thing_id, name FROM sensing_device WHERE thing_id = ANY(%s) AND retired_at IS NULL"
PLACES = """
SELECT DISTINCT ON (p.thing_id) p.thing_id, (l.west + l.east) / 2, (l.south + l.north) / 2
FROM sensing_thing_locations p JOIN sensing_location l ON l.id = p.location_id
WHERE p.thing_id = ANY(%s) AND l.west IS NOT NULL ORDER BY p.thing_id, p.id
"""


class Found(NamedTuple):
    """A thing in the list."""

    id: int
    name: str
    state: State


class Stream(NamedTuple):
    """A datastream and what it measures."""

    thing_id: int
    id: int
    name: str
    property_id: int
    measures: str
    unit: str


class Value(NamedTuple):
    """The last value of a datastream: a number, or what it said as text."""

    name: str
    unit: str
    value: float | str | None


class SensorRow(NamedTuple):
    """A thing with its sensors and what they last said."""

    id: int
    name: str
    state: State
    values: tuple[Value, ...]
    device: str
    heard: datetime | None


def sensors(words: str = "", state: str = "") -> tuple[list[Found], dict[str, int]]:
    """Every thing with a datastream, those that need someone first, and how many there are in each state.

    ``words`` must all stand in the name of the thing or of its device. One query, two with words.
    """
    things = fetch(THINGS, [[kind.value for kind in OF_KIND], MOST])
    if words:
        devices = dict(fetch(DEVICES, [[pk for pk, *_ in things]]))
        sought = words.casefold().split()[:8]
        things = [
            thing for thing in things if all(word in f"{thing[1]} {devices.get(thing[0], '')}".casefold() for word in sought)
        ]
    numbers = [number for *_, number in things]
    counts = {each.value: numbers.count(index) for index, each in enumerate(STATES)}
    if state in counts:
        things = [thing for thing in things if STATES[thing[2]] == state]
    things.sort(key=lambda thing: (thing[2], _place(thing[1])))
    return [Found(pk, name, STATES[number]) for pk, name, number in things], counts


def worst(kinds: Iterable[str]) -> State:
    """The state of a thing from the kinds of its open alarms."""
    return min((STATES[OF_KIND.index(Kind(kind))] for kind in kinds), default=State.OK, key=STATES.index)


def rows_of(things: Sequence[Found]) -> list[SensorRow]:
    """What each thing last said and which device says it: three queries however many things."""
    ids = [thing.id for thing in things]
    streams = streams_of(ids)
    last = latest(stream.id for stream in streams)
    devices = dict(fetch(DEVICES, [ids]))
    values: dict[int, list[Value]] = {}
    heard: dict[int, datetime] = {}
    for stream in streams:
        found = last.get(stream.id)
        values.setdefault(stream.thing_id, []).append(Value(stream.measures, stream.unit, _plain(found.value) if found else None))
        if found:
            heard[stream.thing_id] = max(found.time, heard.get(stream.thing_id, found.time))
    return [
        SensorRow(pk, name, state, tuple(values.get(pk, ())), devices.get(pk, ""), heard.get(pk)) for pk, name, state in things
    ]


def thing(thing_id: int) -> tuple[str, str] | None:
    """The name of a thing and what it is. One query."""
    return next(
        ((name, said) for name, said in fetch("SELECT name, description FROM sensing_thing WHERE id = %s", [thing_id])), None
    )


def streams_of(thing_ids: Sequence[int]) -> list[Stream]:
    """The datastreams of some things. One query."""
    return [Stream(*row) for row in fetch(STREAMS, [thing_ids])]


def places(thing_ids: Sequence[int]) -> dict[int, tuple[float, float]]:
    """Where things are: (longitude, latitude) of each that has a place. One query."""
    return {thing: (east, north) for thing, east, north in fetch(PLACES, [thing_ids])}


def _plain(value: Any) -> float | str | None:
    return value if value is None or isinstance(value, float | int | str) else str(value)


_place = lru_cache(maxsize=65_536)(sort_key)
"""A thing has no stored key: it comes from the machine interface. The key of a name is worked out once."""
