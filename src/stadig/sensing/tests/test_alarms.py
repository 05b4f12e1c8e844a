"""An alarm's life, silence, rules, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from stadig.city import clock
from stadig.city.models import AuditEntry
from stadig.city.permissions import Role
from stadig.post.models import Message, Notice
from stadig.sensing import actions, storage, watch
from stadig.sensing.actions import telling
from stadig.sensing.errors import AlarmClosed, AlarmOpenAgain
from stadig.sensing.models import Alarm, AlarmRule, AlarmSubscription, Datastream, Device, Kind, Severity
from stadig.sensing.tasks import alarm_edge
from stadig.sensing.tests.conftest import NOON, make_datastream


@pytest.fixture
def planner(someone):
    return someone(Role.PLANNER, email="leila@example.se")


@pytest.fixture
def full(datastream: Datastream) -> AlarmRule:
    return AlarmRule.objects.create(
        name="Full korg", kind=Kind.THRESHOLD, datastream=datastream, level=80, clear_level=60, created_at=NOON
    )


@pytest.fixture
def quiet(datastream: Datastream) -> AlarmRule:
    return AlarmRule.objects.create(
        name="Tyst sensor",
        kind=Kind.NO_DATA,
        observed_property=datastream.observed_property,
        silent_seconds=3600,
        created_at=NOON,
        severity=Severity.NOTE,
    )


@pytest.fixture
def later() -> Callable[[float], None]:
    """``later(90)`` sets the clock to 90 minutes after noon."""
    import contextlib

    stack = contextlib.ExitStack()
    with stack:
        stack.enter_context(clock.frozen(NOON))
        yield lambda minutes: stack.enter_context(clock.frozen(NOON + timedelta(minutes=minutes)))


def hear(datastream: Datastream, minutes: float, value: float) -> None:
    """An observation comes, and its alarm jobs are done."""
    rows = storage.batch(datastream.id, [NOON + timedelta(minutes=minutes)], [value])
    watch.forget()
    storage.write_batch(connection, rows, now=NOON + timedelta(minutes=minutes))
    work()


def work() -> None:
    """Do the alarm jobs that wait, in order."""
    import json

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = %s RETURNING id, args::text", [watch.TASK])
        for _, args in sorted(cursor.fetchall()):
            alarm_edge(**json.loads(args))


# Thresholds


def test_a_full_bin_raises_an_alarm_and_emptying_it_closes_the_alarm(datastream, full, later):
    hear(datastream, 0, 85)
    hear(datastream, 10, 95)
    found = Alarm.objects.get()
    assert (found.is_open, found.value, found.level, found.raised_at) == (True, 85, 80, NOON)
    hear(datastream, 20, 5)
    found.refresh_from_db()
    assert (found.closed_because, found.closed_at) == (Alarm.Closed.CLEARED, NOON + timedelta(minutes=20))


def test_a_job_done_twice_is_one_alarm_also_after_it_was_closed(datastream, full, later):
    first = actions.raise_alarm(full.id, datastream.id, at=NOON, value=90)
    assert actions.raise_alarm(full.id, datastream.id, at=NOON + timedelta(minutes=1), value=91) == first
    actions.clear_alarm(full.id, datastream.id, at=NOON + timedelta(minutes=2))
    assert actions.raise_alarm(full.id, datastream.id, at=NOON, value=90) == first
    assert Alarm.objects.count() == 1


def test_the_database_itself_allows_one_open_alarm_per_cause(datastream, full):
    values = {"rule": full, "datastream": datastream, "kind": full.kind, "severity": full.severity}
    Alarm.objects.create(raised_at=NOON, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Alarm.objects.create(raised_at=NOON + timedelta(minutes=1), **values)


def test_an_alarm_for_a_rule_that_is_gone_is_not_raised(datastream, full):
    AlarmRule.objects.update(active=False)
    assert actions.raise_alarm(full.id, datastream.id, at=NOON, value=90) is None


# By hand


def test_seen_and_closed_say_who_and_when_and_can_be_undone(datastream, full, planner, later):
    hear(datastream, 0, 85)
    found = Alarm.objects.get()
    assert actions.acknowledge(planner, [found.id]) == [found.id]
    assert actions.acknowledge(planner, [found.id]) == []
    found.refresh_from_db()
    assert (found.acknowledged_by, found.acknowledged_at) == (planner, NOON)
    actions.unacknowledge(planner, [found.id])
    later(5)
    closed = actions.close(planner, found.id)
    assert (closed.closed_by, closed.closed_because, closed.closed_at) == (planner, "by_hand", NOON + timedelta(minutes=5))
    assert actions.reopen(planner, found.id).is_open
    did = AuditEntry.objects.filter(what="sensing.alarm").order_by("position").values_list("did", flat=True)
    assert list(did) == ["acknowledged", "unacknowledged", "closed", "reopened"]


def test_a_closed_alarm_is_not_closed_again(datastream, full, planner, later):
    hear(datastream, 0, 85)
    found = actions.close(planner, Alarm.objects.get().id)
    with pytest.raises(AlarmClosed):
        actions.close(planner, found.id)


def test_an_alarm_closed_by_hand_stays_closed_until_the_value_has_been_well(datastream, full, planner, later):
    hear(datastream, 0, 85)
    first = actions.close(planner, Alarm.objects.get().id)
    hear(datastream, 10, 90)
    assert Alarm.objects.count() == 1
    hear(datastream, 20, 5)
    hear(datastream, 30, 85)
    assert Alarm.objects.filter(closed_at=None).count() == 1
    with pytest.raises(AlarmOpenAgain):
        actions.reopen(planner, first.id)


# Silence


def test_a_silent_sensor_raises_one_alarm_and_closes_it_when_it_is_heard(datastream, quiet, later):
    hear(datastream, 0, 10)
    later(59)
    assert actions.check_silence() == (0, 0)
    later(61)
    assert actions.check_silence() == (1, 0)
    assert actions.check_silence() == (0, 0)
    found = Alarm.objects.get()
    assert (found.value, found.raised_at) == (10, NOON + timedelta(minutes=61))
    hear(datastream, 90, 11)
    later(91)
    assert actions.check_silence() == (0, 1)
    found.refresh_from_db()
    assert found.closed_because == "cleared"


def test_a_silent_alarm_closed_by_hand_does_not_come_back_every_minute(datastream, quiet, planner, later):
    later(61)
    actions.check_silence()
    actions.close(planner, Alarm.objects.get().id)
    later(62)
    assert actions.check_silence() == (0, 0)
    assert Alarm.objects.filter(closed_at=None).count() == 0


def test_a_sensor_that_never_spoke_is_silent_an_hour_after_the_rule_was_made(datastream, quiet, later):
    later(59)
    assert actions.check_silence() == (0, 0)
    later(61)
    assert actions.check_silence() == (1, 0)


def test_a_retired_device_is_allowed_to_be_silent(datastream, quiet, later):
    Device.objects.create(
        name="bin-1", thing=datastream.thing, key_hash=b"", mapping={}, registered_at=NOON, key_changed_at=NOON, retired_at=NOON
    )
    later(61)
    assert actions.check_silence() == (0, 0)


def test_a_hundred_silent_sensors_cost_few_questions(datastream, quiet, later, django_assert_max_num_queries):
    later(10)
    for number in range(30):
        other = make_datastream(f"n{number}")
        Datastream.objects.filter(pk=other.pk).update(observed_property=datastream.observed_property)
        hear(other, 10, 1)
    later(20)
    with django_assert_max_num_queries(6):
        assert actions.check_silence() == (0, 0)


# Rules


def test_a_new_rule_sees_what_is_wrong_already(datastream, planner, later):
    hear(datastream, 0, 95)
    rule = AlarmRule(name="Full", kind=Kind.THRESHOLD, observed_property=datastream.observed_property, level=90, clear_level=50)
    actions.create_rule(planner, rule)
    work()
    assert Alarm.objects.get().value == 95


def test_changing_a_limit_closes_the_old_alarms_and_looks_again(datastream, full, planner, later):
    hear(datastream, 0, 85)
    actions.update_rule(planner, full, level=90.0)
    work()
    assert Alarm.objects.get().closed_because == "rule_off"
    later(5)
    actions.update_rule(planner, full, level=70.0)
    work()
    assert Alarm.objects.filter(closed_at=None).count() == 1


def test_a_new_name_leaves_the_alarms_alone(datastream, full, planner, later):
    hear(datastream, 0, 85)
    actions.update_rule(planner, full, name="Annat namn")
    assert Alarm.objects.get().is_open


def test_a_rule_put_aside_closes_its_alarms(datastream, full, quiet, planner, later):
    hear(datastream, 0, 85)
    later(300)
    actions.check_silence()
    for rule in (full, quiet):
        actions.update_rule(planner, rule, active=False)
    assert not Alarm.objects.filter(closed_at=None).exists()


def test_limits_the_wrong_way_round_are_refused(datastream, planner):
    with pytest.raises(ValidationError):
        actions.create_rule(planner, AlarmRule(name="x", kind=Kind.THRESHOLD, datastream=datastream, level=50, clear_level=90))


# Telling


def test_those_who_asked_are_told_once_and_of_all_at_once(datastream, full, planner, later):
    actions.subscribe(planner, least=Severity.ACT, by_email=True)
    hear(datastream, 0, 85)
    other = make_datastream()
    AlarmRule.objects.create(name="Full 2", kind=Kind.THRESHOLD, datastream=other, level=80, clear_level=60, created_at=NOON)
    hear(other, 1, 99)
    assert actions.tell_subscribers() == 1
    assert actions.tell_subscribers() == 0
    assert Notice.objects.get().text.startswith("2 nya larm")
    message = Message.objects.get()
    assert message.subject == "2 nya larm"
    assert "Full korg, Korg" in message.body


def test_small_things_and_closed_ones_are_not_told(datastream, full, planner, later):
    actions.subscribe(planner, least=Severity.URGENT, by_email=False)
    hear(datastream, 0, 85)
    assert actions.tell_subscribers() == 0
    assert not Notice.objects.exists()


def test_in_quiet_hours_only_the_urgent_is_told_and_the_rest_in_the_morning(datastream, full, planner, later):
    actions.subscribe(planner, least=Severity.NOTE, by_email=False, quiet_from=time(12, 0), quiet_until=time(14, 0))
    hear(datastream, 0, 85)
    assert actions.tell_subscribers() == 0  # 13.00 in Stockholm
    later(70)
    assert actions.tell_subscribers() == 1


def test_the_urgent_is_told_in_quiet_hours_too(datastream, full, planner, later):
    AlarmRule.objects.update(severity=Severity.URGENT)
    actions.subscribe(planner, least=Severity.NOTE, by_email=False, quiet_from=time(12, 0), quiet_until=time(14, 0))
    hear(datastream, 0, 85)
    assert actions.tell_subscribers() == 1


@pytest.mark.parametrize(("at", "quiet_now"), [(time(23), True), (time(3), True), (time(6), False), (time(21, 59), False)])
def test_quiet_hours_may_run_over_midnight(at, quiet_now):
    assert telling.is_quiet(AlarmSubscription(quiet_from=time(22), quiet_until=time(6)), at) is quiet_now


def test_someone_who_lost_the_right_is_not_told(datastream, full, someone, later):
    leaver = someone(Role.PLANNER)
    actions.subscribe(leaver, least=Severity.NOTE, by_email=False)
    leaver.assignments.all().delete()
    hear(datastream, 0, 85)
    assert actions.tell_subscribers() == 0
    actions.unsubscribe(leaver)
    assert not AlarmSubscription.objects.exists()
