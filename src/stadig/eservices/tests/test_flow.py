"""What a set of answers means, with a repeated group, a computed sum, and answers left from before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stadig.eservices import flow
from stadig.eservices.package import Flow, Info, Package, Question, Repeat, Step
from stadig.eservices.rules import Cycle

TODAY = date(2026, 11, 22)


def question(path: str, **more: Any) -> Question:
    return Question(path, more.pop("kind", "text"), {}, more.pop("required", False), **more)


def package(*steps: Step, compute: dict[str, Any] | None = None, digest: str = "") -> Package:
    made: Any = object.__new__(Package)
    for name, value in {"flow": Flow(steps, compute or {}), "digest": digest or repr(steps) + repr(compute)}.items():
        object.__setattr__(made, name, value)
    return made


GRANT = package(
    Step("who", (question("kind", required=True), question("other", show_if={"==": [{"var": "kind"}, "other"]}, required=True))),
    Step(
        "budget",
        (
            Repeat(
                "costs",
                (
                    question("costs[].what", required=True),
                    question("costs[].amount", kind="money"),
                    question(
                        "costs[].why", show_if={">": [{"var": "item.amount"}, 1000]}, require_if={"==": [{"var": "kind"}, "big"]}
                    ),
                ),
                1,
                3,
            ),
            Info("much", {">": [{"var": "total"}, 5000]}),
        ),
    ),
    Step("late", (question("reason"),), {"==": [{"var": "other"}, "late"]}),
    compute={"total": {"sum": {"map": [{"var": "costs"}, {"var": "amount"}]}}},
)


def test_a_hidden_answer_is_absent_and_shows_nothing_else():
    state = flow.evaluate(GRANT, {"kind": "club", "other": "late", "reason": "x"}, today=TODAY)
    assert state.answers == {"kind": "club", "costs": [{}], "total": 0}
    assert state.steps == ("who", "budget")
    shown = flow.evaluate(GRANT, {"kind": "other", "other": "late", "reason": "x"}, today=TODAY)
    assert shown.answers["reason"] == "x"
    assert shown.steps == ("who", "budget", "late")
    assert {"kind", "other", "costs[0].what"} == shown.required


def test_rows_have_rules_of_their_own():
    state = flow.evaluate(
        GRANT,
        {"kind": "big", "costs": [{"what": "tent", "amount": 6000}, {"what": "tea", "amount": 40, "why": "left"}]},
        today=TODAY,
    )
    assert {"costs[0].why", "info.much"} <= state.visible
    assert "costs[1].why" not in state.visible
    assert state.answers["costs"][1] == {"what": "tea", "amount": 40}
    assert state.answers["total"] == 6040
    assert "costs[0].why" in state.required


def test_no_more_rows_than_the_group_takes_and_no_answers_it_does_not_ask_for():
    state = flow.evaluate(
        GRANT, {"costs": [{"what": str(n), "evil": 1} for n in range(9)], "total": 10**9, "admin": True}, today=TODAY
    )
    assert state.answers == {"costs": [{"what": "0"}, {"what": "1"}, {"what": "2"}], "total": 0}


def test_why_a_question_is_shown_can_be_told():
    trace = flow.why(GRANT, "other", {"kind": "other"}, today=TODAY)
    assert trace is not None
    assert trace.value is True
    assert trace.parts[0].value == "other"
    assert flow.why(GRANT, "kind", {}, today=TODAY) is None


def test_questions_that_wait_for_each_other_are_found():
    with pytest.raises(Cycle):
        flow.evaluate(
            package(Step("a", (question("x", show_if={"var": "y"}), question("y", show_if={"var": "x"})))), {}, today=TODAY
        )


def test_a_question_may_depend_on_a_later_one():
    made = package(Step("a", (question("first", show_if={"var": "second"}), question("second"))))
    assert flow.evaluate(made, {"first": 1, "second": 1}, today=TODAY).answers == {"first": 1, "second": 1}
    assert flow.evaluate(made, {"first": 1}, today=TODAY).answers == {}


@pytest.mark.parametrize(
    ("value", "is_answer"), [(0, True), (False, True), ("", False), ([], False), (None, False), ({}, False), (" ", True)]
)
def test_zero_and_no_are_answers(value, is_answer):
    assert flow.answered(value) is is_answer


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "a", "other", "0"]),
    lambda i: st.lists(i, max_size=4) | st.dictionaries(st.sampled_from(["a", "kind", "name"]), i),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["kind", "other", "costs", "reason", "total"]), junk))
def test_any_answers_give_a_state_and_evaluating_it_again_changes_nothing(answers):
    state = flow.evaluate(GRANT, answers, today=TODAY)
    again = flow.evaluate(GRANT, state.answers, today=TODAY)
    assert again == state
