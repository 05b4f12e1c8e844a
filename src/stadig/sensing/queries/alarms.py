"""Alarms as people read them: one line per cause, however many sensors it has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import ngettext

from stadig.sensing.models import Alarm
from stadig.sensing.models.alarms import Kind, Severity
from stadig.sensing.queries.rows import Pages, fetch

URGENCY = {Severity.URGENT: 0, Severity.ACT: 1, Severity.NOTE: 2}
COLOUR = {Severity.URGENT: "danger", Severity.ACT: "warning", Severity.NOTE: "info"}

ALARMS = """
SELECT a.id, a.rule_id, a.kind, r.name, a.severity, t.id, t.name, a.value, coalesce(d.unit->>'symbol', ''), a.raised_at,
    a.acknowledged_at IS NOT NULL, concat_ws(' ', seer.first_name, seer.last_name),
    a.closed_at, a.closed_because, concat_ws(' ', closer.first_name, closer.last_name)
FROM sensing_alarm a JOIN sensing_alarmrule r ON r.id = a.rule_id JOIN sensing_datastream d ON d.id = a.datastream_id
    JOIN sensing_thing t ON t.id = d.thing_id
    LEFT JOIN city_user seer ON seer.id = a.acknowledged_by_id LEFT JOIN city_user closer ON closer.id = a.closed_by_id
"""
OPEN = ALARMS + "WHERE a.closed_at IS NULL ORDER BY a.raised_at DESC, a.id DESC LIMIT %s"
CLOSED = ALARMS + "WHERE a.closed_at IS NOT NULL ORDER BY a.closed_at DESC, a.id DESC LIMIT %s OFFSET %s"
COUNT_CLOSED = "SELECT count(*) FROM sensing_alarm WHERE closed_at IS NOT NULL"
OF_THING = ALARMS + "WHERE t.id = %s ORDER BY a.closed_at DESC NULLS FIRST, a.id DESC LIMIT %s"


RULES = """
SELECT r.id, r.name, r.kind, coalesce(p.name, d.name, ''), r.above, r.level, r.clear_level, r.silent_seconds, r.severity, r.active,
    (SELECT count(*) FROM sensing_alarm a WHERE a.rule_id = r.id AND a.closed_at IS NULL)
FROM sensing_alarmrule r LEFT JOIN sensing_observedproperty p ON p.id = r.observed_property_id
    LEFT JOIN sensing_datastream d ON d.id = r.datastream_id
ORDER BY r.active DESC, r.id
"""
RULE = """
SELECT r.name, r.kind, r.observed_property_id, d.name, r.above, r.level, r.clear_level, r.silent_seconds, r.severity, r.active
FROM sensing_alarmrule r LEFT JOIN sensing_datastream d ON d.id = r.datastream_id WHERE r.id = %s
"""


class RuleDetail(NamedTuple):
    """A rule as its form shows it; ``datastream`` is the name of the only one it is for, if any."""

    name: str
    kind: str
    observed_property_id: int | None
    datastream: str | None
    above: bool
    level: float | None
    clear_level: float | None
    silent_seconds: int | None
    severity: str
    active: bool


class RuleRow(NamedTuple):
    """A rule, what it is about and how many alarms it has open."""

    id: int
    name: str
    kind: str
    about: str
    above: bool
    level: float | None
    clear_level: float | None
    silent_seconds: int | None
    severity: str
    active: bool
    open_now: int


class AlarmRow(NamedTuple):
    """An alarm with its rule and its place. ``seen_by`` and ``closed_by`` are empty when no one did, or who did is gone."""

    id: int
    rule_id: int
    kind: str
    rule: str
    severity: str
    thing_id: int
    place: str
    value: float | None
    unit: str
    raised_at: datetime
    seen: bool
    seen_by: str
    closed_at: datetime | None
    closed_because: str
    closed_by: str


@dataclass(frozen=True, slots=True)
class Group:
    """The open alarms of one rule. ``unseen`` are the ids of those that no one has seen."""

    rule_id: int
    severity: str
    title: str
    newest: datetime
    alarms: tuple[AlarmRow, ...]
    unseen: tuple[int, ...]

    @property
    def colour(self) -> str:
        """The tag's kind."""
        return COLOUR[Severity(self.severity)] if self.unseen else "neutral"


def for_file(*, closed: bool) -> QuerySet[Alarm]:
    """The alarms of a list as objects, for a file."""
    found = Alarm.objects.select_related("datastream__thing", "rule", "acknowledged_by", "closed_by")
    if closed:
        return found.exclude(closed_at=None).order_by("-closed_at", "-pk")
    return found.filter(closed_at=None).order_by("-raised_at", "-pk")


def open_groups(most: int) -> list[Group]:
    """The newest open alarms, one group per rule. One query."""
    return grouped(AlarmRow(*row) for row in fetch(OPEN, [most]))


def closed_alarms() -> Pages[AlarmRow]:
    """Alarms that are over, the last closed first. Two queries."""
    return Pages(lambda: fetch(COUNT_CLOSED)[0][0], lambda start, most: [AlarmRow(*row) for row in fetch(CLOSED, [most, start])])


def alarms_of(thing_id: int, most: int) -> list[AlarmRow]:
    """The alarms of a thing: the open ones, then the last closed. One query."""
    return [AlarmRow(*row) for row in fetch(OF_THING, [thing_id, most])]


def rules() -> list[RuleRow]:
    """Every rule, those in use first. One query."""
    return [RuleRow(*row) for row in fetch(RULES)]


def rule(rule_id: int) -> RuleDetail | None:
    """One rule. One query."""
    return next((RuleDetail(*row) for row in fetch(RULE, [rule_id])), None)


def properties() -> list[tuple[Any, ...]]:
    """Number and name of each observed property. One query."""
    return fetch("SELECT id, name FROM sensing_observedproperty ORDER BY id")


def grouped(alarms: Iterable[AlarmRow]) -> list[Group]:
    """One group per rule: what no one has seen first, then the most urgent, then the newest."""
    by_rule: dict[int, list[AlarmRow]] = {}
    for each in alarms:
        by_rule.setdefault(each.rule_id, []).append(each)
    groups = [_group(found) for found in by_rule.values()]
    return sorted(groups, key=lambda group: (not group.unseen, URGENCY[Severity(group.severity)], -group.newest.timestamp()))


def _group(found: list[AlarmRow]) -> Group:
    first = found[0]
    return Group(
        first.rule_id,
        first.severity,
        title(first.kind, first.rule, [each.place for each in found]),
        max(each.raised_at for each in found),
        tuple(found),
        tuple(each.id for each in found if not each.seen),
    )


def title(kind: str, name: str, places: list[str]) -> str:
    """*6 sensorer är tysta*; of one alone, where it is."""
    said = {"place": places[0], "count": len(places)}
    if kind == Kind.NO_DATA:
        return ngettext("%(place)s är tyst", "%(count)d sensorer är tysta", len(places)) % said
    if kind == Kind.BATTERY:
        return ngettext("%(place)s har svagt batteri", "%(count)d sensorer har svagt batteri", len(places)) % said
    return f"{name}: {places[0]}" if len(places) == 1 else f"{name}: {len(places)}"
