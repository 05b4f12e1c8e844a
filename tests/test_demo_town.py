"""The demo town is whole, made up, and the same each time."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from stadig.city.demo import PEOPLE, TEST_NUMBERS
from stadig.config import demo


def test_the_town_has_people_districts_and_sensors(demo_town):
    from stadig.city.models import District, Municipality, Person, User
    from stadig.sensing.models import Alarm, Datastream, Device

    assert Municipality.objects.get().made_up
    assert District.objects.count() == 12
    assert set(User.objects.values_list("username", flat=True)) >= {one.username for one in PEOPLE}
    assert Person.objects.count() <= 200
    assert Datastream.objects.count() == 280
    assert Device.objects.count() == 105
    assert Alarm.objects.filter(closed_at=None, kind="no_data").count() == 1
    assert Alarm.objects.filter(closed_at=None, kind="battery").count() == 1
    assert Alarm.objects.filter(closed_at=None, kind="threshold").exists()


def test_each_test_gets_a_town_of_its_own(demo_town):
    from stadig.city.models import District
    from stadig.sensing.models import Alarm

    Alarm.objects.all().delete()
    assert District.objects.count() == 12


def test_what_a_test_did_to_its_town_is_gone_in_the_next(demo_town):
    from stadig.city.models import Person

    assert Person.objects.exists()


def test_a_real_city_is_never_seeded(db):
    from stadig.city.models import Municipality

    Municipality.objects.create(name="Västerås", code="1980")
    with pytest.raises(demo.NotADemoTown):
        demo.seed()
    with pytest.raises(demo.NotADemoTown):
        demo.reset()


def test_every_personnummer_is_a_published_test_number(reference_data):
    published = set(json.loads(reference_data("exchange/personnummer-meta/allPins.json").read_text()))
    used = {*TEST_NUMBERS, *(one.personnummer for one in PEOPLE if one.personnummer)}
    assert used <= published
    assert len(used) == len(TEST_NUMBERS) + 3 <= 200


@pytest.mark.parametrize(
    ("real", "opens"),
    [
        ("2026-11-22T01:00", "2026-11-19T06:00"),  # a Sunday: Thursday morning
        ("2026-11-24T05:59", "2026-11-19T06:00"),  # Tuesday before dawn
        ("2026-11-24T12:00", "2026-11-24T06:00"),
    ],
)
def test_the_town_opens_on_a_working_morning_that_has_been(real, opens):
    def moment(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert demo.opening_time(moment(real)) == moment(opens)
