"""Alarms as people read them: one line per cause, however many sensors it has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import ngettext

from stadig.sensing.models import Alarm
from stadig.sensing.models.alarms import Kind, Severity

URGENCY = {Severity.URGENT: 0, Severity.ACT: 1, Severity.NOTE: 2}


@dataclass(frozen=True, slots=True)
class Group:
    """The open alarms of one rule."""

    rule_id: int
    kind: str
    severity: str
    title: str
    since: datetime
    newest: datetime
    alarms: list[Alarm]

    @property
    def unseen(self) -> list[Alarm]:
        return [each for each in self.alarms if each.acknowledged_at is None]

    @property
    def colour(self) -> str:
        """The tag's kind."""
        if not self.unseen:
            return "neutral"
        return {Severity.URGENT: "danger", Severity.ACT: "warning"}.get(Severity(self.severity), "info")


def open_alarms() -> QuerySet[Alarm]:
    """Every open alarm with its place and rule."""
    return (
        Alarm.objects.filter(closed_at=None)
        .select_related("datastream__thing", "rule", "acknowledged_by")
        .order_by("-raised_at", "-pk")
    )


def alarms_in(thing_id: int | None = None, *, closed: bool = True) -> QuerySet[Alarm]:
    """Closed alarms, newest first; of one thing if it is named."""
    found = Alarm.objects.select_related("datastream__thing", "rule", "acknowledged_by", "closed_by").order_by(
        "-raised_at", "-pk"
    )
    if thing_id is not None:
        found = found.filter(datastream__thing_id=thing_id)
    return found.exclude(closed_at=None) if closed else found


def grouped(alarms: Iterable[Alarm]) -> list[Group]:
    """One group per rule: what no one has seen first, then the most urgent, then the newest."""
    by_rule: dict[int, list[Alarm]] = {}
    for each in alarms:
        by_rule.setdefault(each.rule_id, []).append(each)
    groups = [_group(found) for found in by_rule.values()]
    return sorted(groups, key=lambda group: (not group.unseen, URGENCY[Severity(group.severity)], -group.newest.timestamp()))


def _group(found: list[Alarm]) -> Group:
    times = [each.raised_at for each in found]
    rule = found[0].rule
    return Group(rule.pk, rule.kind, found[0].severity, title(rule.kind, rule.name, found), min(times), max(times), found)


def title(kind: str, name: str, found: list[Alarm]) -> str:
    """*6 sensorer är tysta*; of one alone, where it is."""
    count = len(found)
    if kind == Kind.NO_DATA:
        place = found[0].datastream.thing.name
        return ngettext("%(place)s är tyst", "%(count)d sensorer är tysta", count) % {"place": place, "count": count}
    if kind == Kind.BATTERY:
        place = found[0].datastream.thing.name
        return ngettext("%(place)s har svagt batteri", "%(count)d sensorer har svagt batteri", count) % {
            "place": place,
            "count": count,
        }
    return f"{name}: {found[0].datastream.thing.name}" if count == 1 else f"{name}: {count}"
