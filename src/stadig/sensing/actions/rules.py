"""Alarm rules: made, changed, put aside. A change closes what the old rule had open and looks at the values anew."""

from __future__ import annotations

from typing import Any

from django.db import connection

from stadig.city import audit, clock
from stadig.city.models import User
from stadig.city.verbs import verb
from stadig.sensing import queries, storage, watch
from stadig.sensing.actions.alarms import close_all_of, needs_following
from stadig.sensing.models import Alarm, AlarmRule, Datastream
from stadig.sensing.storage.store import run


@verb
def create_rule(by: User, rule: AlarmRule) -> AlarmRule:
    """Begin to use a rule that has not been saved. What is wrong already raises its alarm at once."""
    rule.created_at = clock.now()
    rule.full_clean(exclude=["created_at"])
    rule.save(force_insert=True)
    _evaluate(rule)
    audit.record(by, "created", rule)
    return rule


@verb
def update_rule(by: User, rule: AlarmRule, **changes: Any) -> AlarmRule:
    """Change a rule. Its open alarms close, and what is wrong by the new limits raises a new one at once."""
    rule = AlarmRule.objects.select_for_update().get(pk=rule.pk)
    if all(getattr(rule, name) == value for name, value in changes.items()):
        return rule
    quiet = set(changes) <= {"name", "severity"}
    for name, value in changes.items():
        setattr(rule, name, value)
    rule.full_clean()
    rule.save()
    if not quiet:
        close_all_of(rule, Alarm.Closed.RULE_OFF, by)
        _evaluate(rule)
    audit.record(by, "changed", rule)
    return rule


def _evaluate(rule: AlarmRule) -> None:
    """Follow the rule through the last value of each of its datastreams."""
    watch.forget()
    if not needs_following(rule):
        return
    streams = Datastream.objects.filter(pk=rule.datastream_id) if rule.datastream_id else rule.observed_property.datastreams  # type: ignore[union-attr]
    latest = {
        stream: found
        for stream, found in queries.latest(streams.values_list("pk", flat=True)).items()
        if isinstance(found.value, int | float)
    }
    if latest:
        rows = storage.batch(list(latest), [found.time for found in latest.values()], [found.value for found in latest.values()])
        run(connection.connection, watch.follow(rows, noticed=clock.now()))
