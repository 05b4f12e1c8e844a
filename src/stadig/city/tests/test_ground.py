"""The ground in its first shape: every contract once."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from stadig.city import actions, audit, clock, effects, handoff, live, outbox, rollout
from stadig.city.models import AuditEntry, District, Effect, User
from stadig.city.permissions import Permission
from stadig.city.roles import Role
from stadig.city.sorting import sort_key
from stadig.city.verbs import RequestTaken, verb

NOON = clock.dt.datetime(2026, 11, 24, 11, tzinfo=clock.dt.UTC)
POLYGON = {"type": "Polygon", "coordinates": [[[12, 57], [12.1, 57], [12.1, 57.1], [12, 57]]]}


def test_the_clock_stands_still_where_a_test_sets_it(at):
    at("2026-11-24T06:30+01:00")
    assert clock.now().isoformat() == "2026-11-24T05:30:00+00:00"
    assert clock.today().isoformat() == "2026-11-24"


@pytest.mark.parametrize(
    ("one", "other"), [("zebra", "Åre"), ("Åre", "ära"), ("ära", "öga"), ("Bil 2", "Bil 10"), ("idé", "idol"), ("Uwe", "Üxa")]
)
def test_names_sort_as_in_a_swedish_dictionary(one, other):
    assert sort_key(one) < sort_key(other)


def test_a_verb_sent_twice_returns_its_first_result(someone):
    chief, request_id = someone(Role.ADMINISTRATOR), uuid.uuid4()

    @verb
    def hire(by, *, username, request_id):
        return User.objects.create_user(username)

    first = hire(chief, username="ny", request_id=request_id)
    assert hire(chief, username="ny", request_id=request_id) == first
    with pytest.raises(RequestTaken):
        hire(someone(Role.ADMINISTRATOR), username="ny", request_id=request_id)


def test_a_role_in_one_district_holds_there_alone(someone):
    district = District.objects.create(code="1", name="Hamnen", geometry=POLYGON)
    plan = Permission("test.plan", frozenset({Role.PLANNER}))
    planner = someone(Role.PLANNER, district=district)
    assert plan.held_by(planner)
    assert plan.districts(planner) == {district.pk}
    assert plan.organisations(planner) is None
    assert not plan.held_by(someone(Role.CREW))


def test_what_a_verb_did_is_in_the_log(someone):
    chief = someone(Role.ADMINISTRATOR)
    user = actions.create_user(chief, username="ny")
    actions.assign_role(chief, user, Role.PLANNER)
    assert list(AuditEntry.objects.order_by("position").values_list("did", "what_id")) == [
        ("created", str(user.pk)),
        ("gave_role", str(user.pk)),
    ]


def test_an_effect_with_the_same_key_is_written_once(db):
    effects.metric("test_km", "Körda km", "km", direction="less")
    effects.sync()
    for _ in range(2):
        effects.record("waste", "test_km", 12.5, "km", NOON, subject=("route", 1), key="route-1")
    with pytest.raises(effects.AlreadyRecorded):
        effects.record("waste", "test_km", 13, "km", NOON, subject=("route", 1), key="route-1")
    effects.correct("test_km", "route-1", 13, "km", method="Mätaren lästes fel.")
    assert Effect.objects.count() == 2
    assert [total.quantity for total in effects.summary(NOON, NOON + clock.dt.timedelta(days=1))] == [13]


def test_an_event_reaches_each_handler_once(db, deliver):
    seen = []

    @outbox.handler("test.happened")
    def note(thing):
        seen.append(thing)

    outbox.announce("test.happened", thing=7)
    assert deliver() == 1
    assert deliver() == 0
    assert seen == [7]


def test_a_handler_that_fails_holds_no_other_back_and_is_tried_again_alone(db):
    seen = []

    @outbox.handler("test.broken")
    def breaks(thing):
        seen.append("tried")
        raise ValueError(thing)

    @outbox.handler("test.broken")
    def works(thing):
        seen.append(thing)

    event = outbox.announce("test.broken", thing=7)
    assert outbox.tell_all("test.broken", event, {"thing": 7}) == 1
    assert seen == ["tried", 7]
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE task_name LIKE 'event:test.broken%%' ORDER BY id")
        waiting = [name for (name,) in cursor.fetchall()]
    assert waiting[0] == "event:test.broken"
    assert [name.rpartition(".")[2] for name in waiting[1:]] == ["breaks"]
    assert outbox.tell_all("test.broken", event, {"thing": 7}) == 0, "the one that worked does not run again"
    assert seen == ["tried", 7, "tried"]


@given(st.integers(0, 100), st.integers(0, 10**6))
def test_a_subject_keeps_its_side_of_a_roll_out(percent, number):
    setting = rollout.Setting("x", stopped=False, percent=percent, begins=None, ends=None, districts=())
    inside = rollout.decide(setting, ("bin", number), clock.real_now())
    assert inside == (rollout.share("x", ("bin", number)) < percent)
    assert 0 <= rollout.share("x", ("bin", number)) < 100


def test_a_service_is_on_until_something_else_is_set(someone):
    assert rollout.is_on("waste")
    actions.set_rollout(None, "waste", stopped=True)
    assert not rollout.is_on("waste")


def test_a_draft_offered_twice_is_one(db):
    handoff.receives("test.kind", "somewhere")
    assert handoff.offer("test.kind", {"a": 1}, ("x", 1)) == handoff.offer("test.kind", {"a": 1}, ("x", 1))


def test_a_token_for_live_news_is_bound_to_user_and_topic(someone):
    user = someone(Role.PLANNER)
    assert live.read_token(live.token(user, "alarms")) == (user.pk, "alarms")
    with pytest.raises(live.BadToken):
        live.read_token("x" + live.token(user, "alarms"))


def test_a_row_outside_a_verb_is_linked_at_once(someone):
    user = someone(Role.AUDITOR)
    audit.record(user, "read", user)
    assert AuditEntry.objects.get().link
