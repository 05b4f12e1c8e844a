"""What a bin is like now: what the sensor said, until a crew knows better; and who hears when it changes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from stadig.city import clock, desk
from stadig.city.permissions import Role
from stadig.sensing import storage
from stadig.sensing.models import Alarm, AlarmRule, Datastream, Kind
from stadig.waste import news, sensors
from stadig.waste.actions import bins as actions
from stadig.waste.demo import factory_bin
from stadig.waste.models import Bin, BinForecast, Emptying
from stadig.waste.queries import bins
from stadig.waste.queries.bins import BinState, Level

NOON = datetime.fromisoformat("2026-11-24T12:00+01:00")


@pytest.fixture
def torget(db, at) -> Bin:
    """A bin with a sensor that fills two percent an hour."""
    at(NOON.isoformat())
    news.forget()
    thing = factory_bin("Torget")
    sensors.connect([thing])
    BinForecast.objects.create(
        bin=thing, rate_percent_per_hour=2, rate_low=1, rate_high=4, sure="high", days_of_data=30, computed_at=NOON
    )
    return thing


def hear(thing: Bin, value: float, *, at: datetime = NOON) -> None:
    storage.write_batch(connection, storage.batch(thing.fill_datastream or 0, [at], [value]), now=clock.now())


def emptied(thing: Bin, at: datetime) -> None:
    Emptying.objects.create(bin=thing, at=at, source="crew")


def state() -> BinState:
    [found] = bins.states(bins.in_use())
    return found


def test_a_bin_is_what_its_sensor_says(torget):
    hear(torget, 80.0, at=NOON - timedelta(hours=1))
    assert (state().fill, state().level, state().hours, state().guessed) == (80, Level.NEARLY, 10.0, False)


def test_a_silent_sensor_is_carried_on_at_the_usual_rate(torget):
    hear(torget, 20.0, at=NOON - timedelta(hours=30))
    assert (state().fill, state().guessed, state().sure) == (80, True, "low")


def test_an_emptied_bin_counts_from_the_emptying_until_its_sensor_speaks(torget, at):
    hear(torget, 97.0, at=NOON - timedelta(hours=3))
    emptied(torget, NOON - timedelta(hours=2))
    assert (state().fill, state().level, state().emptied_at) == (4, Level.ROOM, NOON - timedelta(hours=2))
    assert state().full_since is None
    hear(torget, 3.0)
    assert (state().fill, state().emptied_at) == (3, None)


def test_an_emptying_before_the_last_reading_changes_nothing(torget):
    emptied(torget, NOON - timedelta(hours=2))
    hear(torget, 50.0, at=NOON - timedelta(hours=1))
    assert (state().fill, state().emptied_at) == (50, None)


def test_a_bin_without_a_sensor_counts_from_its_emptying(torget):
    Bin.objects.update(fill_datastream=None)
    assert state().level == Level.UNKNOWN
    emptied(torget, NOON - timedelta(hours=10))
    assert (state().fill, state().guessed) == (20, True)


def test_every_page_says_that_the_bin_is_emptied(torget, someone):
    hear(torget, 97.0, at=NOON - timedelta(hours=3))
    planner = Client()
    planner.force_login(someone(Role.PLANNER), backend="stadig.city.login.PasswordBackend")
    pages = [
        reverse("waste:bins"),
        reverse("waste:bins-map"),
        reverse("waste:bin", args=[torget.pk]),
        reverse("waste:near"),
        reverse("waste:near-map"),
        reverse("waste:bin-public", args=[torget.pk]),
    ]

    def words(page: str) -> str:
        answer = planner.get(page)
        return json.dumps(answer.json(), ensure_ascii=False) if page.endswith(".json") else answer.content.decode()

    before = {page: words(page) for page in pages}
    assert not [page for page, text in before.items() if "ömd i dag" in text]
    assert not [page for page, text in before.items() if "Full" not in text]
    emptied(torget, NOON - timedelta(hours=2))
    after = {page: words(page) for page in pages}
    assert not [page for page, text in after.items() if "ömd i dag 10.00" not in text]
    assert not [page for page, text in after.items() if "Gott om plats" not in text]


def an_alarm(thing: Bin, at: datetime) -> Alarm:
    stream = Datastream.objects.get(pk=thing.fill_datastream)
    rule = AlarmRule.objects.create(
        name="Full korg", kind=Kind.THRESHOLD, datastream=stream, level=85, clear_level=60, created_at=at
    )
    return Alarm.objects.create(rule=rule, datastream=stream, kind=rule.kind, severity=rule.severity, raised_at=at)


def test_an_alarm_stands_until_the_bin_is_emptied(torget):
    hear(torget, 90.0, at=NOON - timedelta(hours=3))
    actions.follow_alarm(an_alarm(torget, NOON - timedelta(hours=3)).pk)
    assert [alarm.kind for alarm in state().alarms] == ["threshold"]
    emptied(torget, NOON - timedelta(hours=2))
    assert state().alarms == ()


def test_a_full_bin_is_on_the_staff_s_start_page_once(torget, someone):
    planner = someone(Role.PLANNER)
    raised = an_alarm(torget, NOON - timedelta(hours=3))
    assert [card.title for card in desk.cards_for(planner) if card.icon == "bell"] == ["Full korg: Torget"]
    actions.follow_alarm(raised.pk)
    assert [card.title for card in desk.cards_for(planner) if card.icon == "bell"] == ["1 korg larmar"]


def is_told(thing: Bin, value: float, *, at: datetime = NOON) -> bool:
    """A reading comes; whether open pages hear of it."""
    rows = storage.batch(thing.fill_datastream or 0, [at], [value])
    ask = next(news.steps(rows, clock.now()))
    with connection.cursor() as cursor:
        cursor.execute(ask.sql, ask.values)
        [(_stream, told)] = cursor.fetchall()
    storage.write_batch(connection, rows, now=clock.now())
    return told is not None


def test_open_lists_hear_when_a_level_passes_a_limit_and_of_no_other_reading(torget):
    levels = [10, 20, 45, 60, 74, 76, 90, 95, 99, 3, 4]
    told = [is_told(torget, value, at=NOON - timedelta(minutes=60 - n)) for n, value in enumerate(levels)]
    assert [value for value, is_news in zip(levels, told, strict=True) if is_news] == [10, 45, 76, 95, 3]


def test_readings_of_other_things_and_old_ones_are_no_news(torget):
    rows = storage.batch(torget.fill_datastream or 0, [NOON - timedelta(days=3)], [90.0])
    assert list(news.steps(rows, NOON)) == []
    other = storage.batch(987654, [NOON], [90.0])
    assert news.wants(other)
    steps = news.steps(other, NOON)
    next(steps)
    with pytest.raises(StopIteration):
        steps.send([])
    assert not news.wants(other)
