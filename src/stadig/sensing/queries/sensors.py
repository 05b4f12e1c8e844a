"""Things with sensors as a list: what needs someone first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from stadig.city import clock
from stadig.city.sorting import sort_key
from stadig.sensing.models.alarms import Kind
from stadig.sensing.queries.observations import AHEAD, RECENT, decoded, latest
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

NOW = """
SELECT d.thing_id, d.id, p.name, coalesce(d.unit->>'symbol', ''),
    (SELECT v.name FROM sensing_device v WHERE v.thing_id = d.thing_id AND v.retired_at IS NULL ORDER BY v.id DESC LIMIT 1),
    o.phenomenon_time, o.result, o.result_json
FROM sensing_datastream d JOIN sensing_observedproperty p ON p.id = d.observed_property_id
LEFT JOIN LATERAL (
    SELECT phenomenon_time, result, result_json FROM sensing_observation
    WHERE datastream_id = d.id AND phenomenon_time >= %s AND phenomenon_time < %s
    ORDER BY phenomenon_time DESC, seq DESC LIMIT 1
) AS o ON true
WHERE d.thing_id = ANY(%s) ORDER BY d.id
"""
"""The datastreams of some things, which device speaks, and what was last heard between two moments."""

THING = """
SELECT t.name, t.description, t.id, d.id, d.name, d.observed_property_id, p.name, coalesce(d.unit->>'symbol', ''),
    coalesce(p.properties->>'key', ''), (
        SELECT coalesce(json_agg(json_build_array(r.level, r.name) ORDER BY r.id), '[]')::text FROM sensing_alarmrule r
        WHERE (r.datastream_id = d.id OR r.observed_property_id = d.observed_property_id)
            AND r.active AND r.kind <> 'no_data' AND r.level IS NOT NULL
    )
FROM sensing_thing t LEFT JOIN sensing_datastream d ON d.thing_id = t.id
    LEFT JOIN sensing_observedproperty p ON p.id = d.observed_property_id
WHERE t.id = %s ORDER BY d.id
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
    key: str
    """What its value is called in a message, where the property says so."""
    limits: tuple[tuple[float, str], ...]
    """The levels at which it alarms, and the names of the rules."""


class ThingRow(NamedTuple):
    """A thing and its datastreams."""

    name: str
    description: str
    streams: tuple[Stream, ...]


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
    """What each thing last said and which device says it: one query however many things, one more when some are long silent."""
    now = clock.now()
    found = fetch(NOW, [now - RECENT, now + AHEAD, [thing.id for thing in things]])
    older = latest([stream for _, stream, *_, time, _, _ in found if time is None])
    streams: dict[int, list[tuple[Any, ...]]] = {}
    for thing, stream, name, unit, device, time, number, json in found:
        heard, value = (time, number if json is None else decoded(json)) if time else older.get(stream, (None, None))
        streams.setdefault(thing, []).append((Value(name, unit, _plain(value)), device, heard))
    return [_row(thing, streams.get(thing.id, ())) for thing in things]


def _row(thing: Found, streams: Sequence[tuple[Value, str | None, datetime | None]]) -> SensorRow:
    heard = [time for *_, time in streams if time]
    device = streams[0][1] if streams else None
    return SensorRow(*thing, tuple(value for value, *_ in streams), device or "", max(heard, default=None))


def thing(thing_id: int) -> ThingRow | None:
    """A thing with its datastreams. One query."""
    rows = fetch(THING, [thing_id])
    if not rows:
        return None
    name, description = rows[0][:2]
    streams = [Stream(*row[2:-1], limits=tuple(map(tuple, decoded(row[-1])))) for row in rows if row[3] is not None]
    return ThingRow(name, description, tuple(streams))


def places(thing_ids: Sequence[int]) -> dict[int, tuple[float, float]]:
    """Where things are: (longitude, latitude) of each that has a place. One query."""
    return {thing: (east, north) for thing, east, north in fetch(PLACES, [thing_ids])}


def _plain(value: Any) -> float | str | None:
    return value if value is None or isinstance(value, float | int | str) else str(value)


_place = lru_cache(maxsize=65_536)(sort_key)
"""A thing has no stored key: it comes from the machine interface. The key of a name is worked out once."""
