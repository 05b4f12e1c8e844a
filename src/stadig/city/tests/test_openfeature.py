"""Our roll-outs as flags: what another system is told about whom, and why."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import OperationalError
from hypothesis import given
from hypothesis import strategies as st
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import (
    FlagNotFoundError,
    InvalidContextError,
    ProviderNotReadyError,
    TargetingKeyMissingError,
    TypeMismatchError,
)

from stadig.city import actions, ramps, rollout
from stadig.city.flags import Code, Flag, FlagFault, Kind, Pick, Reason, evaluate, fits
from stadig.city.models import Assignment, District, Service
from stadig.city.openfeature import StadigProvider
from stadig.city.tests.expressions import rule


def ask(key: str, who: str | None = None, provider: StadigProvider | None = None, **said):
    return (provider or StadigProvider()).resolve_boolean_details(key, False, EvaluationContext(who, said))


def said(details) -> tuple[bool, str, str]:
    return details.value, details.variant, str(details.reason)


@pytest.fixture
def harbour(db) -> District:
    return District.objects.create(code="01", name="Hamnen", geometry={})


def test_a_service_without_a_setting_is_on_for_everyone(db):
    Service.objects.create(slug="kiosk", title="Kiosk")
    assert said(ask("kiosk")) == (True, "on", "STATIC")


def test_what_no_one_has_heard_of_is_not_found(db):
    with pytest.raises(FlagNotFoundError):
        ask("nothing")


def test_a_stopped_service_is_off_whatever_the_other_system_would_do_by_itself(db):
    ramps.stop(None, "kiosk")
    assert said(StadigProvider().resolve_boolean_details("kiosk", True)) == (False, "off", "DISABLED")


def test_a_district_is_known_by_its_code_and_its_name(harbour):
    actions.set_rollout(None, "kiosk", districts=[harbour])
    for name in ("01", "Hamnen"):
        assert said(ask("kiosk", district=name)) == (True, "on", "TARGETING_MATCH")
    assert said(ask("kiosk", district="Backen")) == (False, "off", "TARGETING_MATCH")
    assert said(ask("kiosk")) == (False, "off", "TARGETING_MATCH")


def test_a_share_asks_for_a_key_and_draws_as_we_draw(db):
    actions.set_rollout(None, "kiosk", percent=40)
    with pytest.raises(TargetingKeyMissingError):
        ask("kiosk")
    for number in range(50):
        inside = rollout.is_on("kiosk", ("bin", number))
        assert said(ask("kiosk", f"bin:{number}")) == (inside, "on" if inside else "off", "SPLIT")


def test_in_a_trial_the_variant_is_the_arm_and_it_is_written_down(db):
    actions.set_rollout(None, "kiosk", percent=50, trial="persons")
    before = {name: said(ask("kiosk", name)) for name in map(str, range(20))}
    assert Assignment.objects.count() == 20
    actions.set_rollout(None, "kiosk", percent=99, trial="persons")
    assert {name: said(ask("kiosk", name)) for name in before} == before
    assert {variant for _value, variant, _reason in before.values()} == {"pilot", "comparison"}


def test_an_age_may_be_said_in_years_or_as_a_band(db):
    actions.set_rollout(None, "kiosk", cohorts={"age": ["80+"]})
    assert ask("kiosk", age=83).value
    assert ask("kiosk", age="80+").value
    assert not ask("kiosk", age=79).value
    assert not ask("kiosk").value


@pytest.mark.parametrize("wrong", [["a"], {"a": 1}, True, 1.5, "x" * 201, "a\0b"])
def test_a_context_that_is_no_text_is_refused_and_not_repeated(harbour, wrong):
    actions.set_rollout(None, "kiosk", districts=[harbour])
    with pytest.raises(InvalidContextError) as refused:
        ask("kiosk", district=wrong)
    assert str(wrong) not in str(refused.value.error_message)


def test_a_switch_is_on_or_off_and_nothing_else(db):
    Service.objects.create(slug="kiosk", title="Kiosk")
    with pytest.raises(TypeMismatchError):
        StadigProvider().resolve_string_details("kiosk", "")
    with pytest.raises(TypeMismatchError):
        StadigProvider().resolve_integer_details("kiosk", 0)


def test_a_database_that_is_away_is_not_an_answer():
    def away(_key: str = ""):
        raise OperationalError

    with pytest.raises(ProviderNotReadyError):
        ask("kiosk", provider=StadigProvider(away))
    with pytest.raises(ProviderNotReadyError):
        StadigProvider(away, ready=away).initialize(EvaluationContext())


def test_an_answer_is_given_again_for_as_long_as_was_said_and_not_to_another(db, monkeypatch):
    clock = SimpleNamespace(monotonic=lambda: 0.0)
    monkeypatch.setattr("stadig.city.openfeature.time", clock)
    actions.set_rollout(None, "kiosk", percent=0)
    provider = StadigProvider(kept_s=5)
    assert str(ask("kiosk", "a", provider).reason) == "STATIC"
    actions.set_rollout(None, "kiosk", percent=100)
    assert said(ask("kiosk", "a", provider)) == (False, "off", "CACHED")
    assert ask("kiosk", "b", provider).value
    clock.monotonic = lambda: 5.1
    assert ask("kiosk", "a", provider).value


# the engine


def test_a_flag_without_a_default_leaves_it_to_the_caller():
    assert evaluate(Flag("x", {"on": True}), "x", {}, kind=Kind.BOOLEAN, fallback=False) == (False, None, Reason.DEFAULT, {})


def test_a_rule_that_names_a_variant_that_is_not_there_is_an_error():
    with pytest.raises(FlagFault) as fault:
        evaluate(Flag("x", {"on": True}, "on", lambda _context: Pick("of", Reason.SPLIT)), "x", {})
    assert fault.value.code is Code.PARSE_ERROR


@pytest.mark.parametrize("text", ["", "email ==", "__import__('os')", "f(x) ? 'a' : ''", "x.y == 1 ? 'a' : ''"])
def test_a_rule_that_is_no_comparison_is_a_parse_error(text):
    with pytest.raises(FlagFault) as fault:
        rule(text)({"x": 1, "f": 1})
    assert fault.value.code is Code.PARSE_ERROR


@given(st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.lists(st.integers()), st.none()))
def test_a_value_is_of_at_most_one_kind_but_whole_numbers_are_numbers(value):
    kinds = {kind for kind in Kind if fits(kind, value)}
    assert len(kinds) <= 1 or kinds == {Kind.INTEGER, Kind.FLOAT}
