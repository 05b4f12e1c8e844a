"""Rows in words: what the parts of the pages draw, and are remembered by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from stadig.sensing import queries
from stadig.sensing.models import Alarm
from stadig.sensing.models.alarms import Kind, Severity
from stadig.sensing.mqtt import topics
from stadig.sensing.queries import AlarmRow, DeviceDetail, DeviceRow, Latest, RuleRow, SensorRow
from stadig.sensing.queries.sensors import COLOUR, ICON
from stadig.ui import formatting


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """An open alarm in words; ``answer`` when the reader may answer it."""

    id: int
    thing_id: int
    place: str
    value: str
    raised: str
    seen: bool
    seen_by: str
    answer: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The head of a group of alarms: ``unseen`` is how many no one has seen, ``ids`` their numbers with commas between."""

    rule_id: int
    title: str
    colour: str
    unseen: int
    ids: str


@dataclass(frozen=True, slots=True)
class Raised:
    """What alarms about one thing, in words; ``at`` as machines read it."""

    rule: str
    at: str
    ago: str
    seen: bool
    seen_by: str


@dataclass(frozen=True, slots=True)
class PastAlarm:
    """A closed alarm in words. Without ``places`` all are of one thing, and its name is not said."""

    thing_id: int
    place: str
    rule: str
    raised: str
    closed: str
    because: str
    places: bool


@dataclass(frozen=True, slots=True)
class Device:
    """A device in words."""

    id: int
    name: str
    thing_id: int
    place: str
    heard: str
    messages: int
    absent: int
    rejected: int
    registered: str
    retired: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of a device, in words; ``retired`` is empty for one in use."""

    device: Device
    topic: str
    repeated: int
    restarts: int
    registered: str
    registered_by: str
    key_changed: str
    retired: str


@dataclass(frozen=True, slots=True)
class Sensor:
    """A thing with sensors in words."""

    id: int
    name: str
    state: str
    colour: str
    icon: str
    said: str
    heard: str


@dataclass(frozen=True, slots=True)
class Rule:
    """An alarm rule in words; ``link`` when the reader may change it."""

    id: int
    name: str
    active: bool
    about: str
    alarms: str
    ends: str
    severity: str
    open_now: int
    link: bool


Words = TypeVar("Words")


def _remembered(words: Callable[..., Words]) -> Callable[..., list[Words]]:
    """``words(row, *rest)`` for each row of a list, remembered by the row, the day and the language."""
    remembered = lru_cache(maxsize=8192)(lambda row, _day, _language, *rest: words(row, *rest))

    def of_all(found: Iterable[Any], *rest: Any) -> list[Words]:
        day, language = formatting.today(), formatting.language()
        return [remembered(row, day, language, *rest) for row in found]

    return of_all


def said(value: Any, decimals: int = 0) -> str:
    """What a sensor said: a number as people read it, anything else as it is."""
    if _numeric(value):
        return formatting.number(value, decimals)
    return str(value)[:60]


def measured(value: Any, unit: str) -> str:
    """A value with its unit, on one line: *85 %*, *21,4 °C*. A round number has no decimals."""
    text = said(value, 0 if unit == "%" or value is None or value == round(value) else 1) if _numeric(value) else said(value)
    return text if value is None or not unit else f"{text}{formatting.SPACE}{unit}"


def _numeric(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


@_remembered
def sensors(row: SensorRow) -> Sensor:
    """Sensors in a list."""
    return Sensor(
        row.id,
        row.name,
        str(row.state.label),
        COLOUR[row.state],
        ICON[row.state],
        ", ".join(f"{value.name} {measured(value.value, value.unit)}" for value in row.values),
        formatting.moment(row.heard) if row.heard else _("aldrig"),
    )


def now(last: Latest | None, unit: str) -> str:
    """What a datastream says now: *Nu 85 %, för 5 minuter sedan.*"""
    if last is None:
        return _("Inget har kommit än.")
    return _("Nu %(value)s, %(when)s.") % {"value": measured(last.value, unit), "when": formatting.ago(last.time)}


def raised(found: Iterable[AlarmRow]) -> tuple[Raised, ...]:
    """What alarms now about one thing."""
    return tuple(
        Raised(one.rule, formatting.local(one.raised_at).isoformat(), formatting.ago(one.raised_at), one.seen, one.seen_by)
        for one in found
    )


@_remembered
def open_alarms(one: AlarmRow, answer: bool) -> OpenAlarm:
    """Open alarms; ``answer``: whether the reader may answer them."""
    return OpenAlarm(
        one.id,
        one.thing_id,
        one.place,
        measured(one.value, one.unit),
        formatting.moment(one.raised_at),
        one.seen,
        (one.seen_by or formatting.DASH) if one.seen else _("Ingen än"),
        answer,
    )


def groups(found: Iterable[queries.Group], answer: bool) -> list[tuple[Group, list[OpenAlarm]]]:
    """Groups of open alarms, each with its alarms."""
    return [
        (
            Group(one.rule_id, one.title, one.colour, len(one.unseen), ",".join(map(str, one.unseen))),
            open_alarms(one.alarms, answer),
        )
        for one in found
    ]


@_remembered
def past_alarms(one: AlarmRow, places: bool) -> PastAlarm:
    """Alarms that are over; ``places``: whether to say where."""
    because = str(Alarm.Closed(one.closed_because).label)
    return PastAlarm(
        one.thing_id,
        one.place,
        one.rule,
        formatting.moment(one.raised_at),
        formatting.moment(one.closed_at),
        f"{because}, {one.closed_by}" if one.closed_by else because,
        places,
    )


@_remembered
def devices(one: DeviceRow) -> Device:
    """Devices in a list."""
    return Device(
        one.id,
        one.name,
        one.thing_id,
        one.place,
        formatting.moment(one.heard) if one.heard else _("aldrig"),
        one.messages,
        one.absent,
        one.rejected,
        formatting.day(one.registered_at, weekday=False),
        one.retired,
    )


def facts(one: DeviceDetail) -> Facts:
    """A device on its own page."""
    return Facts(
        devices([one.seen])[0],
        topics.observations(one.seen.name),
        one.repeated,
        one.restarts,
        formatting.day(one.seen.registered_at),
        one.registered_by,
        formatting.day(one.key_changed_at),
        formatting.day(one.retired_at) if one.retired_at else "",
    )


@_remembered
def rules(one: RuleRow, link: bool) -> Rule:
    """Alarm rules in a list; ``link``: whether the reader may change them."""
    level = formatting.number(one.level, 1)
    if one.kind == Kind.NO_DATA:
        alarms = _("tyst i %(time)s") % {"time": formatting.duration(one.silent_seconds)}
        ends = _("när sensorn hörs")
    else:
        alarms = (_("från %(level)s och uppåt") if one.above else _("från %(level)s och nedåt")) % {"level": level}
        ends = _("vid %(level)s") % {"level": formatting.number(one.clear_level, 1)}
    severity = str(Severity(one.severity).label)
    return Rule(one.id, one.name, one.active, one.about, alarms, ends, severity, one.open_now, link)
