"""An alarm's life: raised by the system, seen by someone, closed by the system or by hand."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from django.db import IntegrityError, connection, transaction

from stadig.city import audit, clock, live, outbox
from stadig.city.models import User
from stadig.city.verbs import verb
from stadig.sensing import alarm as engine
from stadig.sensing.errors import AlarmClosed, AlarmOpenAgain
from stadig.sensing.models import Alarm, AlarmRule, Datastream, Watch
from stadig.sensing.models.alarms import Kind
from stadig.sensing.storage import micros

TOPIC = "alarms"

SILENCE = """
SELECT r.id, d.id, r.silent_seconds, r.created_at, o.phenomenon_time, o.result, coalesce(w."on", false)
FROM sensing_alarmrule r
JOIN sensing_datastream d ON d.id = r.datastream_id OR d.observed_property_id = r.observed_property_id
LEFT JOIN LATERAL (
    SELECT phenomenon_time, result FROM sensing_observation
    WHERE datastream_id = d.id ORDER BY phenomenon_time DESC, seq DESC LIMIT 1
) o ON true
LEFT JOIN sensing_watch w ON w.rule_id = r.id AND w.datastream_id = d.id
WHERE r.active AND r.kind = 'no_data' AND NOT (
    EXISTS (SELECT 1 FROM sensing_device v WHERE v.thing_id = d.thing_id)
    AND NOT EXISTS (SELECT 1 FROM sensing_device v WHERE v.thing_id = d.thing_id AND v.retired_at IS NULL)
)
ORDER BY r.id, d.id
"""


@verb
def raise_alarm(rule_id: int, datastream_id: int, *, at: datetime, value: float | None) -> Alarm | None:
    """An alarm begins. Called again for the same beginning, or while one is open, it returns that one.

    None when the rule is gone or no longer used.
    """
    rule = AlarmRule.objects.filter(pk=rule_id, active=True).first()
    if rule is None or not Datastream.objects.filter(pk=datastream_id).exists():
        return None
    return _raise(rule, datastream_id, at, value)


def _raise(rule: AlarmRule, datastream_id: int, at: datetime, value: float | None) -> Alarm:
    same = Alarm.objects.filter(rule=rule, datastream_id=datastream_id)
    known = same.filter(closed_at=None).first() or same.filter(raised_at=at).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            made = Alarm.objects.create(
                rule=rule,
                datastream_id=datastream_id,
                kind=rule.kind,
                severity=rule.severity,
                level=rule.level,
                value=value,
                raised_at=at,
            )
    except IntegrityError:  # raised by someone else this instant
        return same.filter(closed_at=None).first() or same.get(raised_at=at)
    outbox.announce("sensing.alarm_raised", alarm=made.pk)
    live.publish(TOPIC, made.pk, made.version)
    return made


@verb
def clear_alarm(rule_id: int, datastream_id: int, *, at: datetime) -> Alarm | None:
    """What an alarm was about is well again. None when no alarm is open."""
    found = Alarm.objects.select_for_update().filter(rule_id=rule_id, datastream_id=datastream_id, closed_at=None).first()
    if found is not None:
        _close(found, Alarm.Closed.CLEARED, at)
    return found


def _close(found: Alarm, because: str, at: datetime, by: User | None = None) -> None:
    found.closed_at, found.closed_by, found.closed_because = max(at, found.raised_at), by, because
    _save(found, "closed_at", "closed_by", "closed_because")
    outbox.announce("sensing.alarm_closed", alarm=found.pk)


def _save(found: Alarm, *fields: str) -> None:
    found.version += 1
    found.save(update_fields=[*fields, "version"])
    live.publish(TOPIC, found.pk, found.version)


@verb
def acknowledge(by: User, alarm_ids: list[int]) -> list[int]:
    """Someone has seen the alarms. Returns those that no one had seen before; what others did stands."""
    done = []
    for found in Alarm.objects.select_for_update().filter(pk__in=alarm_ids, closed_at=None, acknowledged_at=None).order_by("pk"):
        found.acknowledged_at, found.acknowledged_by = clock.now(), by
        _save(found, "acknowledged_at", "acknowledged_by")
        audit.record(by, "acknowledged", found)
        done.append(found.pk)
    return done


@verb
def unacknowledge(by: User, alarm_ids: list[int]) -> list[int]:
    """Undo: the alarms wait for someone again."""
    done = []
    for found in (
        Alarm.objects.select_for_update().filter(pk__in=alarm_ids, closed_at=None).exclude(acknowledged_at=None).order_by("pk")
    ):
        found.acknowledged_at = found.acknowledged_by = None
        _save(found, "acknowledged_at", "acknowledged_by")
        audit.record(by, "unacknowledged", found)
        done.append(found.pk)
    return done


@verb
def close(by: User, alarm_id: int) -> Alarm:
    """Someone closes an alarm by hand. It comes again only after the value has been well in between.

    Raises
    ------
    AlarmClosed
        It was closed already.
    """
    found = Alarm.objects.select_for_update().get(pk=alarm_id)
    if not found.is_open:
        raise AlarmClosed(alarm_id)
    if found.acknowledged_at is None:
        found.acknowledged_at, found.acknowledged_by = clock.now(), by
        found.save(update_fields=["acknowledged_at", "acknowledged_by"])
    _close(found, Alarm.Closed.BY_HAND, clock.now(), by)
    audit.record(by, "closed", found)
    return found


@verb
def reopen(by: User, alarm_id: int) -> Alarm:
    """Undo: an alarm that was closed by hand is open again.

    Raises
    ------
    AlarmOpenAgain
        A newer alarm for the same cause is open, or this one was not closed by hand.
    """
    found = Alarm.objects.select_for_update().get(pk=alarm_id)
    if found.is_open:
        return found
    newer = Alarm.objects.filter(rule_id=found.rule_id, datastream_id=found.datastream_id, closed_at=None)
    if found.closed_because != Alarm.Closed.BY_HAND or newer.exists():
        raise AlarmOpenAgain(alarm_id)
    found.closed_at, found.closed_by, found.closed_because = None, None, ""
    _save(found, "closed_at", "closed_by", "closed_because")
    outbox.announce("sensing.alarm_raised", alarm=found.pk)
    audit.record(by, "reopened", found)
    return found


@verb
def check_silence() -> tuple[int, int]:
    """Raise an alarm for each sensor that has gone quiet and close those that are heard again: (raised, closed).

    Edge-triggered: what is on stays on, so an alarm that someone closed does not come back every minute.
    """
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(SILENCE)
        rows = cursor.fetchall()
    if not rows:
        return 0, 0
    quiet = engine.silent(
        np.array([micros(latest) if latest else -1 for *_, latest, _, _ in rows], np.int64),
        np.array([seconds * 1_000_000 for _, _, seconds, *_ in rows], np.int64),
        micros(now),
        since=np.array([micros(created) for _, _, _, created, *_ in rows], np.int64),
    )
    changed = [(row, bool(is_quiet)) for row, is_quiet in zip(rows, quiet, strict=True) if bool(is_quiet) != row[6]]
    if not changed:
        return 0, 0
    rules = AlarmRule.objects.in_bulk({row[0] for row, _ in changed})
    closing = {
        (found.rule_id, found.datastream_id): found
        for found in Alarm.objects.select_for_update().filter(rule__in=rules, closed_at=None)
    }
    for (rule, datastream, *_, value, _on), is_quiet in changed:
        if is_quiet:
            _raise(rules[rule], datastream, now, value)
        elif found := closing.get((rule, datastream)):
            _close(found, Alarm.Closed.CLEARED, now)
    Watch.objects.bulk_create(
        [Watch(rule_id=row[0], datastream_id=row[1], on=on, as_of=row[4] or now) for row, on in changed],
        update_conflicts=True,
        update_fields=["on", "as_of"],
        unique_fields=["rule", "datastream"],
    )
    raised = sum(on for _, on in changed)
    return raised, len(changed) - raised


def close_all_of(rule: AlarmRule, because: str, by: User | None) -> int:
    """Close a rule's open alarms and forget its watches; inside the verb that changes the rule."""
    found = list(Alarm.objects.select_for_update().filter(rule=rule, closed_at=None))
    for each in found:
        _close(each, because, clock.now(), by)
    Watch.objects.filter(rule=rule).delete()
    return len(found)


def needs_following(rule: AlarmRule) -> bool:
    """Whether the rule is followed observation by observation (and not by the clock)."""
    return rule.active and rule.kind != Kind.NO_DATA
