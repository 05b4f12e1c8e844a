"""Things with sensors as a list: what needs someone first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stadig.city.sorting import sort_key
from stadig.sensing.models import Alarm, Datastream, Device, Thing
from stadig.sensing.models.alarms import Kind
from stadig.sensing.queries.observations import latest

MOST = 50_000


class State(models.TextChoices):
    """The one word about a sensor."""

    SILENT = "tyst", _("Tyst")
    BATTERY = "batteri", _("Svagt batteri")
    ALARM = "larm", _("Larm")
    OK = "ok", _("Fungerar")


RANK = {State.SILENT: 0, State.BATTERY: 1, State.ALARM: 2, State.OK: 3}
STATE_OF = {Kind.NO_DATA: State.SILENT, Kind.BATTERY: State.BATTERY, Kind.THRESHOLD: State.ALARM}
COLOUR = {State.SILENT: "danger", State.BATTERY: "warning", State.ALARM: "info", State.OK: "success"}
ICON = {  # one per line, so that the build of the icon sheet finds them
    State.SILENT: "wifi-off",  # icon
    State.BATTERY: "battery-low",  # icon
    State.ALARM: "bell",  # icon
    State.OK: "check",  # icon
}
LEVEL = {State.SILENT: "unknown", State.BATTERY: "nearly", State.ALARM: "full", State.OK: "room"}


@dataclass(slots=True)
class Value:
    """The last value of a datastream."""

    datastream_id: int
    name: str
    unit: str
    time: datetime | None
    value: Any


@dataclass(slots=True)
class SensorRow:
    """A thing with its sensors. ``values``, ``device`` and ``heard`` are filled in by :func:`of_page`."""

    id: int
    name: str
    state: State
    values: list[Value] = field(default_factory=list)
    device: str = ""
    heard: datetime | None = None

    @property
    def colour(self) -> str:
        return COLOUR[self.state]

    @property
    def icon(self) -> str:
        return ICON[self.state]

    @property
    def level(self) -> str:
        return LEVEL[self.state]


def sensors(words: str = "", state: str = "") -> tuple[list[SensorRow], dict[str, int]]:
    """Every thing with a datastream, those that need someone first, and how many there are in each state."""
    things = Thing.objects.filter(pk__in=Datastream.objects.values("thing_id"))
    for word in words.split()[:8]:
        things = things.filter(Q(name__icontains=word) | Q(pk__in=Device.objects.filter(name__icontains=word).values("thing_id")))
    worst: dict[int, State] = {}
    for thing, kind in Alarm.objects.filter(closed_at=None).values_list("datastream__thing_id", "kind"):
        found = STATE_OF[Kind(kind)]
        worst[thing] = min(worst.get(thing, found), found, key=RANK.__getitem__)
    rows = [SensorRow(pk, name, worst.get(pk, State.OK)) for pk, name in things.values_list("pk", "name")[:MOST]]
    counts = {each.value: 0 for each in State}
    for row in rows:
        counts[row.state.value] += 1
    if state in counts:
        rows = [row for row in rows if row.state.value == state]
    rows.sort(key=lambda row: (RANK[row.state], sort_key(row.name), row.id))
    return rows, counts


def row_of(thing: Thing, alarms: Iterable[Alarm]) -> SensorRow:
    """The same row for one thing, from its alarms."""
    states = [STATE_OF[Kind(each.kind)] for each in alarms if each.is_open]
    return SensorRow(thing.pk, thing.name, min(states, default=State.OK, key=RANK.__getitem__))


def of_page(rows: Iterable[SensorRow]) -> list[SensorRow]:
    """Fill in what each row last said and which device says it: three queries however many rows."""
    rows = list(rows)
    ids = [row.id for row in rows]
    by_thing: dict[int, list[Datastream]] = {}
    for stream in Datastream.objects.filter(thing_id__in=ids).select_related("observed_property").order_by("pk"):
        by_thing.setdefault(stream.thing_id, []).append(stream)
    last = latest(stream.pk for streams in by_thing.values() for stream in streams)
    devices = dict(Device.objects.filter(thing_id__in=ids, retired_at=None).values_list("thing_id", "name"))
    for row in rows:
        row.device = devices.get(row.id, "")
        for stream in by_thing.get(row.id, []):
            found = last.get(stream.pk)
            unit = (stream.unit or {}).get("symbol") or ""
            row.values.append(
                Value(
                    stream.pk, stream.observed_property.name, unit, found.time if found else None, found.value if found else None
                )
            )
        row.heard = max((value.time for value in row.values if value.time), default=None)
    return rows
