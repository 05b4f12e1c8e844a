"""A service grows step by step: nothing is skipped, nothing is taken from anyone, and it stops by itself on its last day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from stadig.city import actions, clock, ramps, rollout
from stadig.city.models import AuditEntry, District, Rollout, RolloutStep
from stadig.city.ramps import Step
from stadig.city.roles import Role

SERVICE = "reminders"
DAY_ONE = "2026-11-24T08:00+01:00"
USUAL = [Step(1, days=7), Step(5, days=7), Step(25, days=7, approval=True), Step(50, days=7), Step(100)]


@pytest.fixture
def later(at):
    """``later(3)``: three days after the first morning."""
    at(DAY_ONE)
    return lambda days: at((dt.datetime.fromisoformat(DAY_ONE) + dt.timedelta(days=days)).isoformat())


@pytest.fixture
def henrik(someone):
    return someone(Role.MANAGER)


def percent() -> int:
    return Rollout.objects.get(service=SERVICE).percent


def test_the_first_step_begins_at_once_and_the_others_one_at_a_time(db, later):
    ramps.plan_steps(None, SERVICE, USUAL)
    assert percent() == 1
    later(6.9)
    assert ramps.follow() == 0
    later(7)
    assert ramps.follow() == 1
    assert ramps.follow() == 0
    assert percent() == 5


def test_after_a_long_stand_still_one_step_is_taken_and_held_in_full(db, later):
    ramps.plan_steps(None, SERVICE, USUAL)
    later(100)
    assert ramps.follow() == 1
    later(106)
    assert ramps.follow() == 0
    assert percent() == 5


def test_no_approval_is_ever_skipped_however_late_the_clock_is(db, later, henrik):
    ramps.plan_steps(None, SERVICE, USUAL)
    for day in range(0, 400, 7):
        later(day)
        ramps.follow()
    assert percent() == 25
    ramps.approve_step(henrik, SERVICE, 2)
    assert percent() == 50
    later(407)
    ramps.follow()
    assert percent() == 100


def test_an_early_approval_does_not_shorten_the_time(db, later, henrik):
    ramps.plan_steps(None, SERVICE, [Step(10, days=7, approval=True), Step(100)])
    ramps.approve_step(henrik, SERVICE, 0)
    assert percent() == 10
    later(7)
    ramps.follow()
    assert percent() == 100


def test_only_the_step_in_force_can_be_approved_and_only_once(db, later, henrik, someone):
    ramps.plan_steps(None, SERVICE, [Step(10, approval=True), Step(20, approval=True), Step(100)])
    with pytest.raises(ramps.NotThisStep):
        ramps.approve_step(henrik, SERVICE, 1)
    ramps.approve_step(henrik, SERVICE, 0)
    with pytest.raises(ramps.NotThisStep):
        ramps.approve_step(henrik, SERVICE, 0)
    assert percent() == 20
    with pytest.raises(actions.NotAllowed):
        ramps.approve_step(someone(Role.PLANNER), SERVICE, 1)


def test_a_step_waits_until_enough_have_had_it(db, later, monkeypatch):
    monkeypatch.setattr(ramps, "_counters", [])
    had = {SERVICE: 99}
    ramps.counts(lambda setting, since: ramps.Count(had[setting.service], "lån"))
    ramps.plan_steps(None, SERVICE, [Step(10, sample=100), Step(100)])
    assert ramps.follow() == 0
    had[SERVICE] = 100
    assert ramps.follow() == 1
    assert percent() == 100


def test_in_a_trial_of_persons_those_who_were_drawn_are_counted(db, later):
    actions.set_rollout(None, SERVICE, percent=50, trial="persons")
    ramps.plan_steps(None, SERVICE, [Step(50, sample=5), Step(100)])
    rollout.assign_all(SERVICE, [("person", number) for number in range(4)])
    assert ramps.follow() == 0
    rollout.assign_all(SERVICE, [("person", number) for number in range(4, 40)])
    assert ramps.follow() == 1


def test_what_no_one_counts_cannot_be_waited_for(db, later, monkeypatch):
    monkeypatch.setattr(ramps, "_counters", [])
    with pytest.raises(ValidationError):
        ramps.plan_steps(None, SERVICE, [Step(10, sample=100), Step(100)])
    assert not Rollout.objects.exists()


def test_more_than_there_are_cannot_be_waited_for_but_as_many_as_a_later_step_has(db, later, monkeypatch):
    monkeypatch.setattr(ramps, "_counters", [])
    ramps.counts(lambda setting, since: ramps.Count(0, "lampor", most=10 * len(setting.districts)))
    harbour, hill = (District.objects.create(code=name, name=name, geometry={}) for name in ("Hamnen", "Backen"))
    with pytest.raises(ValidationError, match="Steg 1: det finns bara 10"):
        ramps.plan_steps(None, SERVICE, [Step(100, [harbour], sample=11), Step(100)])
    ramps.plan_steps(None, SERVICE, [Step(100, [harbour], sample=10), Step(100, [hill], sample=20), Step(100)])
    with pytest.raises(ValidationError, match="Steg 1: det finns bara 20"):
        ramps.plan_steps(None, SERVICE, [Step(100, [hill], sample=21), Step(100)])


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [Step(101)],
        [Step(-1)],
        [Step(50, days=7), Step(10)],
        [Step(10), Step(100)],
        [Step(number, days=1) for number in range(13)],
    ],
    ids=["none", "too much", "too little", "shrinking", "no hold", "too many"],
)
def test_steps_that_cannot_be_are_refused_whole(db, steps):
    with pytest.raises(ValidationError):
        ramps.plan_steps(None, SERVICE, steps)
    assert not RolloutStep.objects.exists()


def test_districts_join_step_by_step_and_leave_the_comparison(db, later):
    harbour, hill = (District.objects.create(code=name, name=name, geometry={}) for name in ("Hamnen", "Backen"))
    actions.set_rollout(None, SERVICE, districts=[harbour], comparison=[hill], trial="areas")
    ramps.plan_steps(None, SERVICE, [Step(100, [harbour], days=30), Step(100, [hill])])
    assert rollout.arm(SERVICE, hill) == rollout.COMPARISON
    later(30)
    ramps.follow()
    assert rollout.arm(SERVICE, hill) == rollout.PILOT == rollout.arm(SERVICE, harbour)


def test_a_stop_is_at_once_and_undone_it_counts_only_the_time_it_was_on(db, later, henrik):
    ramps.plan_steps(None, SERVICE, USUAL)
    later(5)
    ramps.stop(henrik, SERVICE)
    assert not rollout.is_on(SERVICE, ("person", 1))
    later(50)
    assert ramps.follow() == 0
    ramps.start(henrik, SERVICE)
    later(51)
    assert ramps.follow() == 0
    later(52)
    assert ramps.follow() == 1


def test_a_service_that_is_on_everywhere_can_be_stopped_and_started(db, henrik):
    ramps.stop(henrik, SERVICE)
    assert not rollout.is_on(SERVICE)
    ramps.start(henrik, SERVICE)
    assert rollout.is_on(SERVICE)


def test_on_its_last_day_it_stops_by_itself_and_says_so(db, later):
    actions.set_rollout(None, SERVICE, ends=clock.now() + dt.timedelta(days=3))
    ramps.plan_steps(None, SERVICE, USUAL)
    later(3)
    assert ramps.follow() == 1
    stopped = Rollout.objects.get(service=SERVICE)
    assert (stopped.stopped, stopped.stopped_why) == (True, Rollout.Why.DATE)
    later(30)
    assert ramps.follow() == 0
    with pytest.raises(ValidationError):
        ramps.start(None, SERVICE)


def test_every_move_is_in_the_log(db, later, henrik):
    ramps.plan_steps(None, SERVICE, [Step(10, days=1), Step(20, approval=True), Step(100)])
    later(1)
    ramps.follow()
    ramps.approve_step(henrik, SERVICE, 1)
    ramps.stop(henrik, SERVICE)
    ramps.start(henrik, SERVICE)
    did = list(AuditEntry.objects.filter(what="city.rollout").order_by("position").values_list("did", flat=True))
    assert did == [
        "planned_steps", "began_step", "began_step", "approved_step", "began_step", "stopped_rollout", "started_rollout",
    ]  # fmt: skip


def test_one_that_fails_keeps_no_other_from_moving(db, later, monkeypatch):
    monkeypatch.setattr(ramps, "_counters", [])
    had = {"a": 0, "b": 0}
    ramps.counts(lambda setting, since: ramps.Count(had[setting.service], "lån"))
    ramps.plan_steps(None, "a", [Step(10, sample=5), Step(100)])
    ramps.plan_steps(None, "b", [Step(10, sample=5), Step(100)])
    del had["a"]
    had["b"] = 5
    with pytest.raises(ExceptionGroup):
        ramps.follow()
    assert Rollout.objects.get(service="b").percent == 100


def test_a_ramp_under_way_can_be_planned_anew_but_not_made_smaller(db, later):
    ramps.plan_steps(None, SERVICE, USUAL)
    later(7)
    ramps.follow()
    with pytest.raises(ValidationError):
        ramps.plan_steps(None, SERVICE, [Step(4)])
    ramps.plan_steps(None, SERVICE, [Step(40, days=1), Step(100)])
    assert percent() == 5
    assert list(RolloutStep.objects.values_list("percent", flat=True)) == [1, 5, 40, 100]
    ramps.drop_steps(None, SERVICE)
    later(400)
    assert ramps.follow() == 0


@given(
    steps=st.lists(st.tuples(st.integers(0, 100), st.integers(1, 20), st.booleans()), min_size=1, max_size=6),
    looks=st.lists(st.integers(0, 60), max_size=12),
)
def test_whenever_the_clock_looks_the_share_only_grows_and_no_approval_is_passed(steps, looks):
    """Over the rule alone: the step in force, when it began, and what it waits for."""
    begun, now, place = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 0
    rows = [RolloutStep(percent=percent, days=days, approval=wants) for percent, days, wants in steps]
    for days in looks:
        now += dt.timedelta(days=days)
        rows[place].begun_at = begun
        if place + 1 < len(rows) and ramps.waits(Rollout(service=SERVICE), rows[place], now).over:
            assert not rows[place].approval
            assert now - begun >= dt.timedelta(days=rows[place].days or 0)
            place, begun = place + 1, now
