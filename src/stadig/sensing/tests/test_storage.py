"""Observations are stored once, in their month, whatever is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import connection

from stadig.sensing import actions, queries, storage
from stadig.sensing.models import QuarantinedObservation
from stadig.sensing.storage import Extra
from stadig.sensing.tests.conftest import NOON, make_datastream

HOUR = timedelta(hours=1)


def hours(count: int) -> list[datetime]:
    return [NOON - HOUR * i for i in reversed(range(count))]


def test_numbers_come_back_as_they_were_written(datastream):
    written = storage.write(connection, datastream.id, hours(100), np.arange(100) / 10, now=NOON)
    assert (written.stored, written.repeated, written.refused) == (100, 0, {})
    times, values = queries.series(datastream.id, NOON - 200 * HOUR, NOON + HOUR)
    assert times == hours(100)
    assert values.tolist() == (np.arange(100) / 10).tolist()
    assert queries.latest([datastream.id]) == {datastream.id: (NOON, 9.9)}


def test_the_latest_value_is_found_however_old_it_is_and_recent_ones_in_one_question(datastream, at, django_assert_num_queries):
    at(NOON.isoformat())
    silent, never = make_datastream("Hamnen"), make_datastream("Parken")
    storage.write(connection, datastream.id, hours(3), [1, 2, 3], now=NOON)
    with django_assert_num_queries(1):
        assert queries.latest([datastream.id]) == {datastream.id: (NOON, 3)}
    for age in (10, 400, 2000):  # this month or the last, another one, before any month that has a table of its own
        long_ago = NOON - timedelta(days=age)
        storage.write(connection, silent.id, [long_ago - HOUR, long_ago], [4, 5], now=NOON)
        both = [silent.id, datastream.id, never.id]
        assert queries.latest(both) == {datastream.id: (NOON, 3), silent.id: (long_ago, 5)}
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sensing_observation WHERE datastream_id = %s", [silent.id])


def test_a_retry_is_stored_once_and_a_contradiction_is_refused(datastream):
    storage.write(connection, datastream.id, hours(3), [1, 2, 3], now=NOON)
    again = storage.write(connection, datastream.id, [*hours(3), NOON - 9 * HOUR], [1, 2.5, 3, 4], now=NOON)
    assert (again.stored, again.repeated) == (1, 2)
    assert again.refused["conflict"].tolist() == [1]
    assert queries.series(datastream.id, NOON - 3 * HOUR, NOON + HOUR).values.tolist() == [1, 2, 3]


def test_another_value_at_the_same_instant_is_stored_under_a_sequence_number(datastream):
    storage.write(connection, datastream.id, [NOON], [1], now=NOON)
    assert storage.write(connection, datastream.id, [NOON], [2], [1], now=NOON).stored == 1
    assert queries.series(datastream.id, NOON, NOON + HOUR).values.tolist() == [1, 2]


def test_a_correction_replaces_when_asked_to(datastream):
    storage.write(connection, datastream.id, hours(3), [1, 2, 3], now=NOON)
    storage.write(connection, datastream.id, hours(3), [7, 8, 9], now=NOON, conflicts="replace")
    assert queries.series(datastream.id, NOON - 3 * HOUR, NOON + HOUR).values.tolist() == [7, 8, 9]


def test_a_row_far_ahead_of_the_clock_is_kept_in_quarantine(datastream):
    written = storage.write(connection, datastream.id, [NOON, NOON + timedelta(minutes=11)], [1, 2], now=NOON)
    assert written.stored == 1
    assert written.refused["future"].tolist() == [1]
    assert QuarantinedObservation.objects.get().result == 2


def test_unknown_datastreams_and_not_a_number_are_refused_and_the_rest_is_stored(datastream):
    streams = [datastream.id, 999_999, datastream.id, datastream.id]
    written = storage.write(connection, streams, hours(4), [1, 2, float("nan"), float("inf")], now=NOON)
    assert written.stored == 1
    assert written.refused["unknown"].tolist() == [1]
    assert written.refused["not_a_number"].tolist() == [2, 3]


@pytest.mark.parametrize("year", [1, 1780, 1900, 1969, 2015])
def test_old_series_are_stored_to_the_microsecond(datastream, year):
    at = datetime(year, 3, 1, 6, 30, 15, 123_457, tzinfo=UTC)
    storage.write(connection, datastream.id, [at], [4.5], now=NOON)
    assert queries.latest([datastream.id])[datastream.id] == (at, 4.5)


def test_texts_and_intervals_are_stored_beside_numbers(datastream):
    rows = storage.batch(datastream.id, hours(3), [0.0, 0.0, 5.5])
    rows.extra = [Extra(result_json=b'"open"'), Extra(result_json=b'{"a": 1}', phenomenon_end=storage.micros(NOON)), None]
    assert storage.write_batch(connection, rows, now=NOON).stored == 3
    assert storage.write_batch(connection, rows, now=NOON).repeated == 3
    datastream.refresh_from_db()
    assert datastream.ends_at == NOON
    with connection.cursor() as cursor:
        cursor.execute("SELECT result, result_json FROM sensing_observation ORDER BY phenomenon_time")
        assert cursor.fetchall() == [(None, '"open"'), (None, '{"a": 1}'), (5.5, None)]


def test_months_are_made_by_themselves_and_take_over_what_waited(datastream):
    late = datetime(2031, 5, 6, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sensing_observation (datastream_id, phenomenon_time, result) VALUES (%s, %s, 1)", [datastream.id, late]
        )
    storage.write(connection, datastream.id, [late + HOUR], [2], now=late + HOUR)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM sensing_observation ORDER BY 1")
        assert cursor.fetchall() == [("sensing_observation_2031_05",)] * 2


def test_observations_of_a_deleted_datastream_are_removed_at_night(datastreams):
    one, other = datastreams(2)
    storage.write(connection, one.id, hours(5), [1] * 5, now=NOON)
    storage.write(connection, other.id, hours(3), [1] * 3, now=NOON)
    one.delete()
    assert actions.remove_orphans() == 5
    assert actions.remove_orphans() == 0
    assert len(queries.series(other.id, NOON - 9 * HOUR, NOON + HOUR).times) == 3


def test_months_are_there_already_and_made_once(datastream, at):
    at("2029-01-15T12:00+01:00")
    assert actions.make_partitions() == 26
    assert actions.make_partitions() == 0
