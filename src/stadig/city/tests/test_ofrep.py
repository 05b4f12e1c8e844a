"""Other systems ask over the network: with a key, in the protocol's own words, and nothing of what they said is repeated."""

from __future__ import annotations

import datetime as dt
import json
import logging

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from stadig.city import actions, clock, flag_keys
from stadig.city.models import FlagToken, Service
from stadig.city.roles import Role

ALL = "/ofrep/v1/evaluate/flags"


@pytest.fixture
def kiosk(db) -> str:
    Service.objects.create(slug="kiosk", title="Kiosk")
    return "kiosk"


@pytest.fixture
def ask(client, kiosk):
    """``ask("kiosk", {"targetingKey": "a"})``; without a name, every flag."""
    token = flag_keys.make(None, "bookings")

    def send(key: str = "", context=None, *, token=token, body=None, method="POST", **headers):
        said = json.dumps({"context": context or {}}) if body is None else body
        carried = {"Authorization": f"Bearer {token}"} | headers
        address = f"{ALL}/{key}" if key else ALL
        return client.generic(method, address, said, content_type="application/json", headers=carried)

    return send


def test_the_addresses_are_those_of_the_protocol():
    assert reverse("city:flag", args=["kiosk"]) == "/ofrep/v1/evaluate/flags/kiosk"
    assert reverse("city:flags") == "/ofrep/v1/evaluate/flags"


def test_a_service_that_is_on_says_so_and_why(ask):
    answer = ask("kiosk")
    assert answer.status_code == 200
    assert answer.json() == {"key": "kiosk", "value": True, "variant": "on", "reason": "STATIC", "metadata": {}}


def test_an_unknown_flag_is_404_with_its_code(ask):
    answer = ask("nothing")
    assert (answer.status_code, answer.json()["key"], answer.json()["errorCode"]) == (404, "nothing", "FLAG_NOT_FOUND")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "PARSE_ERROR"),
        (b"\xff", "PARSE_ERROR"),
        ("[" * 30_000, "PARSE_ERROR"),
        ("[]", "INVALID_CONTEXT"),
        ('{"context": []}', "INVALID_CONTEXT"),
        ('{"context": {"x": "' + "y" * 70_000 + '"}}', "INVALID_CONTEXT"),
        ('{"context": {"targetingKey": ["a"]}}', "INVALID_CONTEXT"),
        ('{"context": {"targetingKey": "a", "district": 1.5}}', "INVALID_CONTEXT"),
        ("{}", "TARGETING_KEY_MISSING"),
        ('{"context": {"targetingKey": ""}}', "TARGETING_KEY_MISSING"),
        ('{"context": {"targetingKey": null}}', "TARGETING_KEY_MISSING"),
    ],
)
def test_what_is_wrong_has_a_code_and_a_way_out(ask, body, code):
    actions.set_rollout(None, "kiosk", percent=50)
    answer = ask("kiosk", body=body)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, code)
    assert answer.json()["errorDetails"]


def test_nothing_of_a_context_is_logged_or_said_again(ask, caplog):
    caplog.set_level(logging.DEBUG)
    actions.set_rollout(None, "kiosk", percent=50)
    for context in ({"targetingKey": "19500101-2383"}, {"targetingKey": ["19500101-2383"]}):
        assert "19500101" not in ask("kiosk", context).content.decode()
    assert "19500101" not in caplog.text


@pytest.mark.parametrize("carried", ["", "Bearer ", "Bearer wrong", "Basic eDp5", "Bearer\tx"])
def test_no_key_no_answer(ask, carried):
    for key in ("kiosk", ""):
        answer = ask(key, Authorization=carried)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
        assert answer.json()["errorDetails"]


def test_only_a_post_is_answered(ask):
    for method in ("GET", "PUT", "DELETE"):
        assert ask("kiosk", method=method).status_code == 405


def test_a_key_is_kept_as_a_hash_and_its_last_day_of_use_is_noted(ask):
    ask("kiosk")
    kept = FlagToken.objects.get()
    assert len(bytes(kept.hash)) == 32
    assert kept.last_used_on == clock.real_now().date()


def test_a_key_that_is_revoked_or_past_its_day_does_not_hold(ask):
    assert flag_keys.revoke(None, "bookings")
    assert not flag_keys.revoke(None, "bookings")
    assert ask("kiosk").status_code == 401
    old = flag_keys.make(None, "old", days=1)
    FlagToken.objects.filter(name="old").update(expires_at=clock.real_now() - dt.timedelta(seconds=1))
    assert ask("kiosk", token=old).status_code == 401


def test_a_key_for_one_service_opens_no_other(ask):
    Service.objects.create(slug="bins", title="Korgar")
    narrow = flag_keys.make(None, "narrow", services=["kiosk"])
    assert ask("kiosk", token=narrow).status_code == 200
    assert ask("bins", token=narrow).status_code == 403
    assert [flag["key"] for flag in ask(token=narrow).json()["flags"]] == ["kiosk"]
    assert {flag["key"] for flag in ask().json()["flags"]} >= {"bins", "kiosk"}


def test_a_key_is_made_by_administrators_with_a_name_of_its_own_for_services_that_exist(ask, someone):
    with pytest.raises(actions.NotAllowed):
        flag_keys.make(someone(Role.PLANNER), "x")
    for name, chosen in (("bookings", []), ("x", ["nothing"])):
        with pytest.raises(ValidationError):
            flag_keys.make(None, name, services=chosen)


def test_all_flags_at_once_and_the_next_time_only_if_something_changed(ask):
    actions.set_rollout(None, "kiosk", percent=50)
    first = ask(context={"targetingKey": "a"})
    assert first.status_code == 200
    assert ask(context={"targetingKey": "a"}, **{"If-None-Match": first["ETag"]}).status_code == 304
    assert ask(context={"targetingKey": "a"}, **{"If-None-Match": f'"x", W/{first["ETag"]}'}).status_code == 304
    actions.set_rollout(None, "kiosk", stopped=True)
    changed = ask(context={"targetingKey": "a"}, **{"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    (flag,) = [one for one in changed.json()["flags"] if one["key"] == "kiosk"]
    assert (flag["value"], flag["reason"]) == (False, "DISABLED")


def test_one_flag_that_cannot_be_answered_does_not_hide_the_others(ask):
    actions.set_rollout(None, "kiosk", percent=50)
    Service.objects.create(slug="bins", title="Korgar")
    found = {one["key"]: one for one in ask().json()["flags"]}
    assert found["kiosk"]["errorCode"] == "TARGETING_KEY_MISSING"
    assert found["bins"]["value"] is True


def test_all_flags_take_a_handful_of_queries(ask, django_assert_max_num_queries):
    for number in range(30):
        actions.set_rollout(None, f"s{number}", percent=50)
    with django_assert_max_num_queries(6):
        assert len(ask(context={"targetingKey": "a"}).json()["flags"]) >= 30


@pytest.fixture
def real(monkeypatch):
    """``real(3)``: three seconds after the first question, on the real clock."""
    first = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)

    def move(seconds: float) -> None:
        monkeypatch.setattr(clock, "real_now", lambda: first + dt.timedelta(seconds=seconds))

    move(0)
    return move


def test_a_key_that_asks_too_often_is_told_when_to_ask_again(ask, real, monkeypatch):
    monkeypatch.setattr(flag_keys, "AT_ONCE", 3)
    monkeypatch.setattr(flag_keys, "A_SECOND", 0.5)
    other = flag_keys.make(None, "library")
    assert [ask("kiosk").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = ask()
    assert (refused.status_code, refused["Retry-After"], "ETag" in refused) == (429, "2", False)
    assert "too often" in refused.json()["errorDetails"]
    assert ask("kiosk", token=other).status_code == 200, "another key has a pace of its own"
    real(1.9)
    assert ask("kiosk").status_code == 429
    real(2)
    assert [ask("kiosk").status_code for _ in range(2)] == [200, 429]


def test_a_key_that_has_been_quiet_may_ask_as_many_times_as_before_and_no_more(ask, real, monkeypatch):
    monkeypatch.setattr(flag_keys, "AT_ONCE", 3)
    for _ in range(3):
        ask("kiosk")
    real(3600)
    assert [ask("kiosk").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_questions_that_change_nothing_are_counted_too_and_wrong_keys_are_not(ask, real, monkeypatch):
    monkeypatch.setattr(flag_keys, "AT_ONCE", 2)
    tag = ask(context={"targetingKey": "a"})["ETag"]
    assert ask(token="stf_wrong").status_code == 401
    assert ask(context={"targetingKey": "a"}, **{"If-None-Match": tag}).status_code == 304
    assert ask(context={"targetingKey": "a"}, **{"If-None-Match": tag}).status_code == 429
