"""Rules followed while observations are stored: one job per beginning and end, whatever order they come in."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection

from stadig.sensing import storage, watch
from stadig.sensing.models import AlarmRule, Datastream, Kind, Watch
from stadig.sensing.tests.conftest import NOON


@pytest.fixture
def rule(datastream: Datastream) -> AlarmRule:
    return AlarmRule.objects.create(
        name="Full",
        kind=Kind.THRESHOLD,
        observed_property=datastream.observed_property,
        level=80,
        clear_level=60,
        created_at=NOON,
    )


def tell(datastream: Datastream, *observations: tuple[float, float]) -> int:
    """Store ``(minutes after noon, value)`` and follow the rules."""
    rows = storage.batch(datastream.id, [NOON + timedelta(minutes=m) for m, _ in observations], [v for _, v in observations])
    before = len(jobs())
    watch.forget()
    storage.write_batch(connection, rows, now=NOON + timedelta(minutes=max(m for m, _ in observations)))
    return len(jobs()) - before


def jobs() -> list[tuple[bool, float, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text, lock FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [watch.TASK])
        found = [(json.loads(args), lock) for args, lock in cursor.fetchall()]
    return [(args["on"], args["value"], lock) for args, lock in found]


def test_a_full_bin_gives_one_job_and_an_emptied_one_another(datastream, rule):
    assert tell(datastream, (0, 50), (10, 85)) == 1
    assert tell(datastream, (20, 90), (30, 70)) == 0
    assert tell(datastream, (40, 5)) == 1
    lock = f"alarm:{rule.id}:{datastream.id}"
    assert jobs() == [(True, 85.0, lock), (False, 5.0, lock)]


def test_messages_that_come_again_or_late_change_nothing(datastream, rule):
    tell(datastream, (10, 85))
    tell(datastream, (20, 10))
    assert tell(datastream, (10, 85)) == 0
    assert tell(datastream, (15, 99)) == 0
    assert Watch.objects.get().as_of == NOON + timedelta(minutes=20)


def test_a_batch_out_of_order_is_followed_in_order(datastream, rule):
    assert tell(datastream, (30, 10), (10, 85), (20, 90)) == 2
    assert [on for on, *_ in jobs()] == [True, False]


def test_two_days_sent_at_once_are_no_storm(datastream, rule):
    days = [(60.0 * hour + half * 30, 95.0 if half else 5.0) for hour in range(40) for half in range(2)]
    assert tell(datastream, *days) == 1
    assert [on for on, *_ in jobs()] == [True]


def test_what_is_not_watched_costs_no_state(datastream):
    assert tell(datastream, (0, 99)) == 0
    assert not Watch.objects.exists()


def test_a_rule_that_is_off_or_about_silence_is_not_followed(datastream, rule):
    AlarmRule.objects.update(active=False)
    AlarmRule.objects.create(name="Tyst", kind=Kind.NO_DATA, datastream=datastream, silent_seconds=3600, created_at=NOON)
    assert tell(datastream, (0, 99)) == 0


def test_two_rules_for_one_series_have_their_own_state(datastream, rule):
    AlarmRule.objects.create(name="Över", kind=Kind.THRESHOLD, datastream=datastream, level=100, clear_level=90, created_at=NOON)
    tell(datastream, (0, 85), (1, 100), (2, 88))
    assert sorted(jobs()) == sorted(
        [
            (True, 85.0, f"alarm:{rule.id}:{datastream.id}"),
            (True, 100.0, f"alarm:{rule.id + 1}:{datastream.id}"),
            (False, 88.0, f"alarm:{rule.id + 1}:{datastream.id}"),
        ]
    )


def test_another_value_at_the_same_instant_is_not_followed(datastream, rule):
    tell(datastream, (0, 50))
    assert tell(datastream, (0, 99)) == 0


def test_what_is_imported_from_long_ago_wakes_no_one(datastream, rule):
    rows = storage.batch(datastream.id, [NOON - timedelta(days=3)], [99.0])
    storage.write_batch(connection, rows, now=NOON)
    assert jobs() == []


def test_that_a_series_is_unwatched_is_remembered_for_a_while(datastream):
    rows = storage.batch(datastream.id, [NOON], [99.0])
    watch.forget()
    assert watch.wants(rows)
    storage.write_batch(connection, rows, now=NOON)
    assert not watch.wants(rows)
    watch.forget()
    assert watch.wants(rows)
