"""Every code has words, and the words ask for nothing that the code does not carry."""

from __future__ import annotations

import ast
import datetime as dt
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from stadig.pilots import card as cards
from stadig.pilots import errors, finding_words, incoming, words
from stadig.pilots.statistics import codes
from stadig.pilots.statistics.terms import Finding
from stadig.pilots.tests.test_card import WHOLE

NAMES = re.compile(r"%\((\w+)\)s")
ROOM = Path(cards.__file__).parent


def test_every_finding_has_words_and_no_words_are_without_a_finding():
    assert set(finding_words.FINDINGS) == set(codes.FINDINGS)


@pytest.mark.parametrize("code", sorted(codes.FINDINGS))
def test_the_words_ask_only_for_what_the_finding_carries(code):
    asked = set(NAMES.findall(str(finding_words.FINDINGS[code])))
    reckoned = {"best"} if code == "cannot_be_worthwhile" else set()
    assert asked - reckoned <= set(codes.FINDINGS[code])


@pytest.mark.parametrize("code", sorted(codes.FINDINGS))
def test_a_finding_is_a_sentence_with_and_without_a_card(code):
    samples: dict[str, Any] = {
        "ends": "2026-11-30",
        "day": "2026-05-04",
        "first": "2026-05-04",
        "last": "2026-05-05",
        "until": "2026-06-05",
        "at_end": "keep",
    }
    values = {name: samples.get(name, 0.25) for name in codes.FINDINGS[code]}
    for card in (None, WHOLE):
        said = finding_words.finding(Finding(code, "note", "km_per_bin", values), card)
        assert said.endswith((".", "?", ")")) and "%(" not in said, said


def emitted(name: str) -> set[str]:
    """The constants that are the second argument of every ``Problem(...)`` in a file of the room."""
    tree = ast.parse((ROOM / name).read_text())
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call)]
    made = [
        one
        for one in calls
        if isinstance(one.func, (ast.Name, ast.Attribute)) and getattr(one.func, "id", getattr(one.func, "attr", "")) == "Problem"
    ]
    return {str(one.args[1].value) for one in made if isinstance(one.args[1], ast.Constant)}


def test_every_problem_has_words():
    found = emitted("card.py") | emitted("actions/running.py") | emitted("sources.py")
    assert found - {"missing"} <= set(words.PROBLEMS), found - set(words.PROBLEMS)
    lacking = [one.where for one in cards.problems(cards.Card()) if one.code == "missing"] + ["allocation", "ends"]
    assert set(lacking) - {"guardrails"} <= set(words.MISSING), set(lacking) - set(words.MISSING)
    for one in [*cards.problems(cards.Card()), cards.Problem("x", "over_limit", {"limit": 700_000.0})]:
        assert words.problem(one).endswith((".", "?", "…")), one


def test_every_error_has_words():
    own = {one.code for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.PilotError)}
    assert own <= set(words.ERRORS)
    for wanted in ("idea", "running", "decided"):
        for state in {"idea", "running", "decided", "closed"} - {wanted}:
            assert f"not_{wanted}_but_{state}" in words.ERRORS


def test_what_a_file_is_refused_for_is_known():
    assert set(codes.FINDINGS) >= incoming.REFUSED


def test_values_are_written_for_the_reader():
    assert words.said(12345.5) == "12\u00a0346"
    assert words.said(dt.date(2026, 11, 30)) == "30 november"
    assert words.said(["Hamnen", "Sågen"]) == "Hamnen och Sågen"
    assert words.said("scale_up") == "skala upp"
    assert len(fields(cards.Card)) > 20
