"""Roll-out: the same question, the same answer."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stadig.city import actions, rollout
from stadig.city.models import District, Person
from stadig.city.roles import Role

NOON = dt.datetime(2026, 11, 24, 11, tzinfo=dt.UTC)


@given(st.text(max_size=20), st.integers(0, 10**9), st.integers(0, 100), st.integers(0, 100))
def test_who_is_in_stays_in_when_the_share_grows(service, number, one, other):
    place = rollout.share(service, ("person", number))
    assert place == rollout.share(service, ("person", number))
    assert (place < min(one, other)) <= (place < max(one, other))


def test_a_share_is_about_that_share():
    inside = sum(rollout.share("waste", ("bin", number)) < 30 for number in range(20_000))
    assert 5_700 < inside < 6_300


def test_two_services_choose_differently():
    both = sum(rollout.share("a", ("bin", n)) < 50 and rollout.share("b", ("bin", n)) < 50 for n in range(10_000))
    assert 2_200 < both < 2_800


@pytest.fixture
def harbour(db) -> District:
    return District.objects.create(code="1", name="Hamnen", geometry={})


def test_a_service_on_in_one_district_is_on_for_those_who_live_there(harbour, someone):
    elsewhere = District.objects.create(code="2", name="Backen", geometry={})
    actions.set_rollout(None, "waste", districts=[harbour])
    here = Person.objects.create(given_name="A", family_name="B", district=harbour)
    assert rollout.is_on("waste", harbour)
    assert rollout.is_on("waste", here)
    assert rollout.is_on("waste", someone(Role.RESIDENT, person=here))
    assert not rollout.is_on("waste", elsewhere)
    assert not rollout.is_on("waste", None)


def test_a_period_begins_and_ends(db):
    actions.set_rollout(None, "waste", begins=NOON, ends=NOON + dt.timedelta(days=1))
    assert not rollout.is_on("waste", at=NOON - dt.timedelta(seconds=1))
    assert rollout.is_on("waste", at=NOON)
    assert not rollout.is_on("waste", at=NOON + dt.timedelta(days=1))


def test_many_services_are_asked_about_in_two_queries(harbour, django_assert_max_num_queries):
    for service in "abcdef":
        actions.set_rollout(None, service, stopped=service < "c", districts=[harbour])
    with django_assert_max_num_queries(2):
        assert rollout.among("abcdefg", harbour) == set("cdefg")
