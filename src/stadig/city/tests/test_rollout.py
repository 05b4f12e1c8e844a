"""Roll-out: the same question, the same answer."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, transaction
from hypothesis import given
from hypothesis import strategies as st

from stadig.city import actions, erasure, rollout
from stadig.city.models import Assignment, District, Organisation, Person, User
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


def trial(percent: int, **more) -> rollout.Setting:
    fields = {"stopped": False, "begins": None, "ends": None, "districts": (), "trial": "persons"} | more
    return rollout.Setting("reminders", percent=percent, **fields)


@given(st.integers(0, 10**9), st.integers(0, 100), st.integers(0, 100))
def test_no_one_leaves_the_pilot_arm_when_the_share_grows(number, one, other):
    low, high = (rollout.Decider(trial(size), NOON).arm(("person", number)) for size in sorted((one, other)))
    assert (low, high) != (rollout.PILOT, rollout.COMPARISON)


@given(st.integers(1, 10**9), st.integers(0, 100), st.sampled_from([rollout.PILOT, rollout.COMPARISON]))
def test_an_arm_that_is_written_down_holds_whatever_the_share(number, percent, written):
    person = Person(pk=number)
    rule = rollout.Decider(trial(percent), NOON, {rollout.ref("reminders", person): written})
    assert rule.arm(person) == written
    assert rule.is_on(person) == (written == rollout.PILOT)


def test_a_resident_who_logs_in_is_drawn_as_their_person():
    person = Person(pk=7)
    assert rollout.share("a", User(pk=3, person=person)) == rollout.share("a", person)
    assert rollout.ref("a", User(pk=3, person=person)) == rollout.ref("a", person)


def test_a_person_has_another_name_in_each_trial_and_none_that_shows_who_they_are():
    assert rollout.ref("a", Person(pk=7)) != rollout.ref("b", Person(pk=7))
    assert rollout.ref("a", Person(pk=7)) != "7"


def people(count: int) -> list[Person]:
    return [Person.objects.create(given_name="A", family_name=str(number)) for number in range(count)]


def test_whoever_was_drawn_stays_when_the_share_is_raised_or_lowered(db):
    actions.set_rollout(None, "reminders", percent=30, trial="persons")
    drawn = people(40)
    before = rollout.assign_all("reminders", drawn)
    assert {rollout.PILOT, rollout.COMPARISON} == set(before)
    for percent in (90, 5):
        actions.set_rollout(None, "reminders", percent=percent, trial="persons")
        assert rollout.assign_all("reminders", drawn) == before
        assert [rollout.arm("reminders", one) for one in drawn] == before
        assert [rollout.is_on("reminders", one) for one in drawn] == [arm == rollout.PILOT for arm in before]
        assert ["reminders" in rollout.among(["reminders", "x"], one) for one in drawn] == [
            arm == rollout.PILOT for arm in before
        ]
        rule = rollout.compiled("reminders")
        assert [rule.arm(one) for one in drawn] == before


def test_a_rule_at_hand_answers_without_the_database(db, django_assert_num_queries):
    actions.set_rollout(None, "reminders", percent=30, trial="persons")
    drawn = people(20)
    rollout.assign_all("reminders", drawn)
    with django_assert_num_queries(2):
        rule = rollout.compiled("reminders")
        for one in drawn:
            rule.arm(one)


def test_what_is_written_down_cannot_be_changed(db):
    actions.set_rollout(None, "reminders", percent=50, trial="persons")
    rollout.assign("reminders", people(1)[0])
    with pytest.raises(ProgrammingError), transaction.atomic():
        Assignment.objects.update(arm="pilot")


def test_the_arm_of_a_person_goes_with_the_person(db):
    for service in ("reminders", "kiosk"):
        actions.set_rollout(None, service, percent=50, trial="persons")
    gone, stays = people(2)
    for service in ("reminders", "kiosk"):
        rollout.assign_all(service, [gone, stays])
    erasure.destroy_person(None, gone.pk)
    assert Assignment.objects.count() == 2
    assert set(Assignment.objects.values_list("ref", flat=True)) == {rollout.ref(one, stays) for one in ("reminders", "kiosk")}


def test_in_a_trial_of_areas_the_arm_is_the_district(harbour):
    hill = District.objects.create(code="2", name="Backen", geometry={})
    other = District.objects.create(code="3", name="Ängen", geometry={})
    actions.set_rollout(None, "bins", districts=[harbour], comparison=[hill], trial="areas")
    assert [rollout.arm("bins", one) for one in (harbour, hill, other, None)] == ["pilot", "comparison", "", ""]
    assert [rollout.is_on("bins", one) for one in (harbour, hill, other)] == [True, False, False]


def test_what_is_no_trial_has_no_arms_and_one_that_is_over_has_none_either(db):
    assert rollout.arm("waste", ("bin", 1)) == ""
    actions.set_rollout(None, "waste", percent=50)
    assert rollout.arm("waste", ("bin", 1)) == ""
    actions.set_rollout(None, "waste", percent=50, trial="persons", stopped=True)
    assert rollout.arm("waste", ("bin", 1)) == ""
    assert rollout.assign("waste", ("bin", 1)) == ""
    assert not Assignment.objects.exists()


def test_a_district_cannot_be_both_tried_in_and_compared_with(harbour):
    with pytest.raises(ValidationError):
        actions.set_rollout(None, "bins", districts=[harbour], comparison=[harbour], trial="areas")


def test_a_service_for_those_past_65_asks_for_the_age_it_has_and_guesses_none(db, at):
    at("2026-11-24T12:00+01:00")
    actions.set_rollout(None, "kiosk", cohorts={"age": ["65-79", "80+"]})
    old = actions.register_person(None, given_name="A", family_name="B", personnummer="19500101-2383")
    unknown = people(1)[0]
    assert rollout.is_on("kiosk", old)
    assert not rollout.is_on("kiosk", unknown)
    assert not rollout.is_on("kiosk", rollout.Subject("x", said={"age": "18-64"}))
    assert rollout.is_on("kiosk", rollout.Subject("x", said={"age": "80+"}))


def test_a_group_that_no_one_declared_is_refused_and_one_that_is_gone_lets_no_one_in(db):
    with pytest.raises(ValidationError):
        actions.set_rollout(None, "kiosk", cohorts={"shoe_size": ["44"]})
    assert not rollout.Decider(trial(100, trial="", cohorts={"shoe_size": ("44",)}), NOON).is_on(("person", 1))


def test_a_service_for_one_unit_and_one_kind_of_thing(db):
    office = Organisation.objects.create(name="Kontoret", kind="unit")
    actions.set_rollout(None, "kiosk", cohorts={"organisation": [str(office.pk)], "kind": ["city.user"]})
    assert rollout.is_on("kiosk", User(pk=1, organisation=office))
    assert not rollout.is_on("kiosk", User(pk=1))
    assert not rollout.is_on("kiosk", office)


def test_after_a_stop_no_one_has_an_arm_but_an_analysis_still_knows_who_was_drawn_where(db):
    actions.set_rollout(None, "reminders", percent=50, trial="persons")
    drawn = people(10)
    before = rollout.assign_all("reminders", drawn)
    actions.set_rollout(None, "reminders", percent=50, trial="persons", stopped=True)
    rule = rollout.compiled("reminders")
    assert {rule.arm(one) for one in drawn} == {""}
    assert [rule.drawn(one) for one in drawn] == before
