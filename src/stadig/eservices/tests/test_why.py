"""*Varför frågar vi?* A sentence with the person's own answers and the package's own words."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from stadig.eservices import flow, reading, why
from stadig.eservices.package import Package
from stadig.eservices.placing import name_of, parts_of

TODAY = date(2026, 11, 22)
PACKAGES = Path(reading.__file__).parent / "packages"
SHIPPED = [reading.load(folder) for folder in sorted(PACKAGES.iterdir()) if (folder / "service.yaml").is_file()]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["club", "other"]},
        "sure": {"type": "boolean"},
        "amount": {"type": "integer"},
        "born": {"type": "string", "format": "date"},
        "likes": {"type": "array", "items": {"enum": ["tea", "cake"]}},
        "asked": {"type": "string"},
        "total": {"type": "integer"},
        "costs": {"type": "array", "items": {"type": "object", "properties": {"what": {"type": "string"}, "why": {"type": "string"}}}},
    },
}  # fmt: skip
TEXTS: dict[str, Any] = {
    "sv": {
        "question": {
            "kind": {"label": "Vilka är ni?", "option": {"club": "En förening", "other": "Något annat"}},
            "sure": {"label": "Är du säker?"}, "amount": {"label": "Hur mycket?"}, "born": {"label": "När är du född?"},
            "likes": {"label": "Vad vill du ha?", "option": {"tea": "Te", "cake": "Kaka"}}, "asked": {"label": "Frågan"},
            "costs": {"label": "Kostnader", "what": {"label": "Vad kostar?"}, "why": {"label": "Varför?"}},
        },
        "computed": {"total": {"label": "Summan"}},
    },
    "en": {"question": {"kind": {"label": "Who are you?", "option": {"club": "A club"}}}},
}  # fmt: skip


def package(rule: Any, part: str = "asked") -> Package:
    about: dict[str, Any] = {
        "steps": [
            {
                "id": "a",
                "questions": [
                    "kind", "sure", "amount", "born", "likes",
                    {"repeat": "costs", "questions": ["what", {"ask": "why", "show_if": rule if part == "why" else None}]},
                    {"ask": "asked", "show_if": rule if part == "asked" else None},
                    {"info": "note", "show_if": rule if part == "note" else None},
                ],
            }
        ],
        "compute": {"total": {"*": [{"var": "amount"}, 2]}},
    }  # fmt: skip
    files = dict(reading.load(PACKAGES / "street-fault").files) | {
        "data.schema.json": json.dumps(SCHEMA).encode(),
        "flow.yaml": yaml.safe_dump(about).encode(),
        **{f"texts/{language}.yaml": yaml.safe_dump(texts).encode() for language, texts in TEXTS.items()},
    }
    return reading.read(files)


def told(rule: Any, answers: dict[str, Any], path: str = "asked", language: str = "sv", part: str = "asked") -> str:
    made = package(rule, part)
    return why.sentence(made, path, flow.evaluate(made, answers, today=TODAY), today=TODAY, language=language)


@pytest.mark.parametrize(
    ("rule", "answers", "words"),
    [
        ({"==": [{"var": "kind"}, "club"]}, {"kind": "club"}, "du svarade ”En förening” på frågan ”Vilka är ni?”"),
        ({"!=": [{"var": "kind"}, "club"]}, {"kind": "other"}, "du inte svarade ”En förening” på frågan ”Vilka är ni?”"),
        ({"!=": [{"var": "kind"}, "club"]}, {}, "du inte svarade på frågan ”Vilka är ni?”"),
        ({"!": [{"==": [{"var": "sure"}, True]}]}, {"sure": False}, "du inte svarade ja på frågan ”Är du säker?”"),
        ({"var": "sure"}, {"sure": True}, "du svarade ja på frågan ”Är du säker?”"),
        ({"!": [{"var": "sure"}]}, {"sure": False}, "du svarade nej på frågan ”Är du säker?”"),
        ({"!!": [{"var": "amount"}]}, {"amount": 3}, "du svarade på frågan ”Hur mycket?”"),
        ({">": [{"var": "amount"}, 5000]}, {"amount": 6000}, "svaret på frågan ”Hur mycket?” är mer än 5\xa0000"),
        ({">": [{"var": "total"}, 9]}, {"amount": 6}, "Summan är mer än 9"),
        ({">": [5, {"var": "amount"}]}, {"amount": 1}, "svaret på frågan ”Hur mycket?” är mindre än 5"),
        ({">=": [{"age": [{"var": "born"}]}, 18]}, {"born": "2000-01-01"}, "åldern i frågan ”När är du född?” är minst 18 år"),
        ({"<": [{"var": "born"}, "2010-01-01"]}, {"born": "2000-01-01"}, "dagen i frågan ”När är du född?” är före 2010-01-01"),
        ({"in": [{"var": "kind"}, ["club", "other"]]}, {"kind": "club"}, "du svarade ”En förening” på frågan ”Vilka är ni?”"),
        ({"in": ["tea", {"var": "likes"}]}, {"likes": ["tea"]}, "du valde ”Te” i frågan ”Vad vill du ha?”"),
        (
            {"and": [{"var": "sure"}, {"or": [{"==": [{"var": "kind"}, "other"]}, {">": [{"var": "amount"}, 1]}]}]},
            {"sure": True, "kind": "club", "amount": 2},
            "du svarade ja på frågan ”Är du säker?” och svaret på frågan ”Hur mycket?” är mer än 1",
        ),
        (
            {">": [{"+": [{"var": "amount"}, {"if": [{"var": "sure"}, 1, 0]}]}, 2]},
            {"amount": 2, "sure": True},
            "det behövs efter dina svar på ”Hur mycket?” och ”Är du säker?”",
        ),
    ],
)
def test_the_reason_is_in_plain_words(rule, answers, words):
    assert told(rule, answers) == f"Vi frågar eftersom {words}."


def test_in_english_and_for_a_text_between_questions():
    rule = {"==": [{"var": "kind"}, "club"]}
    assert told(rule, {"kind": "club"}, language="en") == "We ask because you answered “A club” to “Who are you?”."
    assert told(rule, {"kind": "club"}, "info.note", part="note").startswith("Vi visar det här eftersom du svarade")


def test_a_row_is_explained_by_its_own_answers():
    answers = {"costs": [{"what": "tent"}, {"what": "tea"}]}
    assert told({"==": [{"var": "item.what"}, "tea"]}, answers, "costs[1].why", part="why") == (
        "Vi frågar eftersom du svarade tea på frågan ”Vad kostar?”."
    )
    assert told({"==": [{"var": "item.what"}, "tea"]}, answers, "costs[0].why", part="why") == ""


def test_what_is_always_shown_or_hidden_needs_no_reason():
    assert told({"==": [{"var": "kind"}, "club"]}, {"kind": "other"}) == ""
    assert told({"==": [{"var": "kind"}, "club"]}, {"kind": "other"}, "kind") == ""


@given(st.data(), st.sampled_from(SHIPPED), st.sampled_from(["sv", "en"]))
def test_every_question_of_every_shipped_package_can_say_why(data, shipped, language):
    scenario = data.draw(st.sampled_from(shipped.scenarios))
    state = flow.evaluate(shipped, scenario.answers, today=TODAY)
    ruled = {name_of(part) for _, part in parts_of(shipped) if part.show_if is not None}
    for path in state.visible:
        text = why.sentence(shipped, path, state, today=TODAY, language=language)
        assert bool(text) or why.plain_path(path) not in ruled
        assert "{" not in text
        assert "””" not in text
