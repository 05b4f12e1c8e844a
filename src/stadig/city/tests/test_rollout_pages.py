"""The roll-out's pages: where it is on in a sentence, stop and undo, approve a step, plan the steps, change the setting."""

from __future__ import annotations

import datetime as dt
from html import unescape

import pytest
from django.urls import reverse

from stadig.city import actions, clock, ramps, rollout
from stadig.city.models import AuditEntry, District, Rollout, RolloutStep, Service
from stadig.city.ramps import Step
from stadig.city.roles import Role

KIOSK = "kiosk"


@pytest.fixture
def kiosk(db, at) -> str:
    at("2026-11-24T08:00+01:00")
    Service.objects.create(slug=KIOSK, title="Kiosken på biblioteket")
    return KIOSK


@pytest.fixture
def ove(client, someone, kiosk):
    user = someone(Role.ADMINISTRATOR)
    client.force_login(user)
    return user


@pytest.fixture
def henrik(client, someone, kiosk):
    user = someone(Role.MANAGER)
    client.force_login(user)
    return user


def page(client, name: str = "rollout", **options) -> str:
    answer = client.get(reverse(f"city:{name}", args=[KIOSK]), **options)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def send(client, name: str, said=None, *args) -> str:
    answer = client.post(reverse(f"city:{name}", args=[KIOSK, *args]), said or {}, follow=True)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_a_service_that_is_on_everywhere_says_so_and_what_can_be_done(client, ove):
    told = page(client)
    assert "på för alla i hela kommunen" in told
    assert "Inga steg än" in told


def test_the_sentence_says_how_many_where_and_until_when(client, ove):
    harbour = District.objects.create(code="1", name="Hamnen", geometry={})
    send(client, "rollout-where", {"percent": "10", "districts": [harbour.pk], "last_day": "2026-12-04"})
    assert "Tjänsten är på för 10 % i Hamnen, till och med fredag 4 december." in page(client).replace("\xa0", " ")
    held = Rollout.objects.get(service=KIOSK)
    assert held.ends == clock.midnight(dt.date(2026, 12, 5))
    send(client, "rollout-where", {"percent": "20", "districts": [harbour.pk], "last_day": "2026-12-04"})
    held.refresh_from_db()
    assert (held.percent, held.ends) == (20, clock.midnight(dt.date(2026, 12, 5)))


def test_stop_now_and_undo(client, henrik):
    told = send(client, "rollout-stop")
    assert "stoppad överallt sedan i dag 08.00" in told
    assert not rollout.is_on(KIOSK)
    assert "på för alla" in send(client, "rollout-start")
    assert rollout.is_on(KIOSK)
    did = AuditEntry.objects.filter(what="city.rollout").values_list("did", "actor")
    assert set(did) == {("stopped_rollout", f"user:{henrik.pk}"), ("started_rollout", f"user:{henrik.pk}")}


def test_the_steps_are_planned_on_a_page_and_shown_as_a_timeline(client, ove):
    assert 'value="25"' in page(client, "rollout-steps")
    filled = {"percent_1": "5", "days_1": "7", "percent_2": "50", "approval_2": "on", "percent_3": "100"}
    told = send(client, "rollout-steps", filled).replace("\xa0", " ")
    assert "på för 5 %" in told
    assert "Väntar till tisdag 1 december 08.00" in told or "Väntar till 1 december 08.00" in told
    assert "Väntar på ett godkännande." in told
    assert "Sista steget" in told
    assert [one.percent for one in RolloutStep.objects.all()] == [5, 50, 100]


def test_a_manager_approves_the_step_but_does_not_change_the_setting(client, henrik):
    ramps.plan_steps(None, KIOSK, [Step(5, approval=True), Step(100)])
    assert "Godkänn steget" in page(client)
    assert "Planera steg" not in page(client)
    assert "på för alla" in send(client, "rollout-approve", None, 0)
    assert "gick inte att godkänna" in send(client, "rollout-approve", None, 0)
    assert client.post(reverse("city:rollout-where", args=[KIOSK]), {"percent": "1"}).status_code == 403
    assert client.get(reverse("city:rollout-steps", args=[KIOSK])).status_code == 403


def test_steps_that_cannot_be_are_said_on_the_page_and_nothing_typed_is_lost(client, ove):
    told = send(client, "rollout-steps", {"percent_1": "50", "days_1": "7", "percent_2": "10"})
    assert "<title>Fel:" in told
    assert "Steg 2: andelen får inte bli mindre" in told
    assert 'value="50"' in told
    assert "skriv vad det väntar på" in send(client, "rollout-steps", {"percent_1": "5", "percent_2": "10"})
    assert not Rollout.objects.exists()


def test_a_step_that_waits_for_a_number_says_how_far_it_has_come_and_what_is_counted(client, ove, monkeypatch):
    monkeypatch.setattr(ramps, "_counters", [])
    assert "Ingen räknar hur många" in page(client, "rollout-steps")
    assert "sample_1" not in page(client, "rollout-steps")
    ramps.counts(lambda setting, since: ramps.Count(412, "lån sedan steget började", 900))
    told = page(client, "rollout-steps")
    assert "Vi räknar lån sedan steget började" in told
    assert "finns 900" in told
    told = send(client, "rollout-steps", {"percent_1": "5", "sample_1": "500", "percent_2": "100"})
    assert "Väntar på antalet: 412 av 500 (lån sedan steget började)." in told
    monkeypatch.setattr(ramps, "_counters", [])
    assert "ingen räknar det längre" in page(client)
    assert 'value="500"' not in page(client, "rollout-steps"), "the step has begun"


def test_stay_here_removes_what_has_not_begun(client, ove):
    ramps.plan_steps(None, KIOSK, [Step(5, days=7), Step(100)])
    send(client, "rollout-drop")
    assert [one.percent for one in RolloutStep.objects.all()] == [5]


def test_a_change_of_the_share_leaves_the_trial_its_comparison_and_a_stop_as_they_are(client, ove):
    hill = District.objects.create(code="2", name="Backen", geometry={})
    actions.set_rollout(None, KIOSK, trial="areas", comparison=[hill], stopped=True)
    send(client, "rollout-where", {"percent": "40"})
    held = Rollout.objects.get(service=KIOSK)
    assert (held.trial, held.stopped, list(held.comparison.all())) == ("areas", True, [hill])
    assert "både försök och jämförelse" in send(client, "rollout-where", {"percent": "40", "districts": [hill.pk]})


def test_groups_are_chosen_and_told(client, ove):
    send(client, "rollout-where", {"percent": "100", "group_age": ["65-79", "80+"]})
    assert Rollout.objects.get(service=KIOSK).cohorts == {"age": ["65-79", "80+"]}
    assert "Ålder: bara 65-79 och 80+." in page(client)


@pytest.mark.parametrize(
    "said",
    [
        {"percent": "100", "last_day": "2026-13-45"},
        {"percent": "100", "first_day": "2026-12-04", "last_day": "2026-12-01"},
        {"percent": "100", "districts": ["999"]},
        {"percent": "100", "group_age": ["7"]},
    ],
)
def test_bad_answers_are_named(client, ove, said):
    assert "<title>Fel:" in send(client, "rollout-where", said)
    assert not Rollout.objects.exists()


def test_past_the_last_day_the_page_asks_for_a_new_one(client, ove, at):
    send(client, "rollout-where", {"percent": "100", "last_day": "2026-11-30"})
    at("2026-12-01T00:01+01:00")
    ramps.follow()
    told = page(client)
    assert "sista dagen var måndag 30 november" in told
    assert "Ångra" not in told
    assert "Sätt en ny sista dag" in send(client, "rollout-start")


def test_what_does_not_exist_is_not_found(client, ove):
    assert client.get(reverse("city:rollout", args=["nothing"])).status_code == 404


def test_the_pages_are_light(client, ove, django_assert_max_num_queries):
    for number in range(8):
        District.objects.create(code=str(number), name=f"Område {number}", geometry={})
    ramps.plan_steps(None, KIOSK, [Step(5, days=7), Step(25, approval=True), Step(100)])
    for name in ("rollout", "rollout-where", "rollout-steps"):
        page(client, name)
        with django_assert_max_num_queries(8):
            page(client, name)
