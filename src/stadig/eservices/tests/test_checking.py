"""What may not be submitted, and where each fault is said to be."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer import personnummer as oracle

from stadig.eservices import checking, flow, formats, reading
from stadig.eservices.package import Package

TODAY = date(2026, 11, 22)
PACKAGES = Path(reading.__file__).parent / "packages"
SHIPPED = [reading.load(folder) for folder in sorted(PACKAGES.iterdir()) if (folder / "service.yaml").is_file()]
FAULT = reading.load(PACKAGES / "street-fault")
WHOLE: dict[str, Any] = {"what": "hole", "where": {"text": "Storgatan 12"}}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "guardian", "total"],
    "properties": {
        "name": {"type": "string", "maxLength": 10, "pattern": "^[A-Z]"},
        "number": {"type": "string", "format": "personnummer"},
        "company": {"type": "string", "format": "organisation-number"},
        "amount": {"type": "integer", "minimum": 1, "maximum": 100},
        "when": {"type": "string", "format": "date"},
        "likes": {"type": "array", "items": {"enum": ["tea", "cake"]}, "minItems": 2},
        "files": {"type": "array", "items": {"type": "string", "format": "file"}, "maxItems": 1},
        "yes": {"type": "boolean", "const": True},
        "guardian": {
            "type": "object",
            "required": ["email"],
            "properties": {"email": {"type": "string", "format": "email"}, "phone": {"type": "string", "format": "phone"}},
        },
        "children": {
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {
                "type": "object",
                "required": ["name", "born"],
                "properties": {"name": {"type": "string", "maxLength": 10}, "born": {"type": "string", "format": "date"}},
            },
        },
        "total": {"type": "integer", "maximum": 50},
    },
}
FLOW = """
steps:
  - id: first
    questions: [name, number, company, amount, when, likes, files, yes]
  - id: second
    questions:
      - guardian.email
      - ask: guardian.phone
      - repeat: children
        show_if: {"!=": [{var: name}, "Alone"]}
        questions: [name, born]
compute:
  total: {"*": [{var: amount}, 2]}
"""


@pytest.fixture(scope="module")
def package() -> Package:
    return reading.read(dict(FAULT.files) | {"data.schema.json": json.dumps(SCHEMA).encode(), "flow.yaml": FLOW.encode()})


GOOD: dict[str, Any] = {
    "name": "Anna",
    "amount": 4,
    "guardian": {"email": "a@example.org"},
    "children": [{"name": "Bo", "born": "2021-02-28"}],
}


def faults(package: Package, answers: dict[str, Any], step: str | None = None) -> dict[str, str]:
    state = flow.evaluate(package, answers, today=TODAY)
    return {one.path: one.kind for one in checking.errors(package, state, step=step, today=TODAY)}


def test_what_is_right_has_no_fault(package):
    assert faults(package, GOOD) == {}
    assert faults(FAULT, WHOLE) == {}


def test_only_what_is_asked_can_be_missing(package):
    assert faults(FAULT, {}) == {"what": "required", "where": "required"}
    assert faults(FAULT, WHOLE | {"answer_me": True}) == {"email": "required"}
    assert faults(package, GOOD | {"name": "Alone", "children": []}) == {}


def test_a_computed_value_is_never_asked_of_anyone_but_is_held_to_the_schema(package):
    assert faults(package, {one: GOOD[one] for one in GOOD if one != "amount"}) == {}
    assert faults(package, GOOD | {"amount": 30}) == {"total": "too_large"}
    assert faults(package, GOOD | {"amount": 30}, step="first") == {}


def test_rows_are_checked_one_by_one(package):
    given = GOOD | {"children": [{"name": "Bo", "born": "2023-02-29"}, {"name": "far too long a name"}]}
    assert faults(package, given) == {
        "children[0].born": "date",
        "children[1].name": "too_long",
        "children[1].born": "required",
    }
    assert faults(package, GOOD | {"children": []}) == {"children[0].name": "required", "children[0].born": "required"}


def test_a_step_tells_its_own_faults_alone_in_the_order_of_the_form(package):
    given = GOOD | {"amount": "much", "name": "anna", "guardian": {"email": "nobody"}}
    assert list(faults(package, given)) == ["name", "amount", "guardian.email"]
    assert faults(package, given, step="second") == {"guardian.email": "email"}


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({"name": "Far too long"}, ("name", "too_long")),
        ({"name": 7}, ("name", "type")),
        ({"name": "anna"}, ("name", "pattern")),
        ({"amount": 0}, ("amount", "too_small")),
        ({"amount": 200}, ("amount", "too_large")),
        ({"amount": 1.5}, ("amount", "type")),
        ({"likes": ["tea", "rum"]}, ("likes", "choice")),
        ({"likes": ["tea"]}, ("likes", "too_short")),
        ({"files": ["../../etc/passwd"]}, ("files", "file")),
        ({"files": ["6f1c2b0e-8d5b-4c1e-9b1a-0d6f2f9b1a11"] * 2}, ("files", "too_many")),
        ({"yes": False}, ("yes", "required")),
        ({"number": "19121212-1213"}, ("number", "personnummer")),
        ({"company": "556036-0794"}, ("company", "organisation_number")),
        ({"when": "2026-02-30"}, ("when", "date")),
        ({"guardian": {"email": "a@b"}}, ("guardian.email", "email")),
        ({"guardian": {"email": "a@example.org", "phone": "ring me"}}, ("guardian.phone", "phone")),
    ],
)
def test_each_fault_says_where_and_what(package, answer, fault):
    found = faults(package, GOOD | answer)
    assert found.pop("total", "too_large") == "too_large"
    assert found == dict([fault])


@pytest.mark.parametrize(
    ("place", "part"),
    [
        ({"text": "x"}, "text"),
        ({"lon": 12.1, "lat": 57.1}, "text"),
        ({"text": "Torget", "lon": 12.1}, "lat"),
        ({"text": "Torget", "lon": 1, "lat": 57.1}, "lon"),
        ({"text": "Torget", "floor": 2}, "floor"),
    ],
)
def test_a_place_is_one_answer_with_parts(place, part):
    state = flow.evaluate(FAULT, WHOLE | {"where": place}, today=TODAY)
    assert checking.errors(FAULT, state, today=TODAY) == (checking.Fault("where", "place", {"part": part}),)


def test_a_fault_knows_the_limit(package):
    state = flow.evaluate(package, GOOD | {"name": "Far too long"}, today=TODAY)
    assert checking.errors(package, state, today=TODAY)[0].values == {"limit": 10}


@pytest.mark.parametrize("number", ["198507699802", "19850709-9805", "121212-1212", "121212+1212", "850769-9802"])
def test_people_with_a_coordination_number_are_not_locked_out(number):
    assert formats.is_personnummer(number, TODAY) == oracle.valid(number)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (
            "email",
            ["a@example.org", "åsa.öst@söder.se", "a+b@x-y.example.com"],
            ["a@b", "a b@c.se", "@c.se", "a..b@c.se", "a@c.se\n"],
        ),
        ("phone", ["0340-120 00", "+46 (0)340 120 00", "070-123 45 67"], ["112", "call", "+", "0340-120 00 x", "１２３４５６７"]),
        ("organisation_number", ["556036-0793", "165560360793", "5560360793", "121212-1212"], ["556036-0794", "55603607", "x"]),
        ("date", ["2024-02-29", "1926-01-01"], ["2023-02-29", "20240229", "2024-W01-1", "2024-1-1"]),
        ("time", ["00:00", "23:59"], ["24:00", "8:30", "08:30:00", "0830"]),
        ("month", ["2026-11"], ["2026-13", "2026", "2026-11-22"]),
    ],
)
def test_formats(kind, good, bad):
    check = formats.CHECKS[kind]
    assert [text for text in good if not check(text, TODAY)] == []
    assert [text for text in bad if check(text, TODAY)] == []


def test_a_schema_reaches_neither_network_nor_files(package):
    for address in ("http://127.0.0.1:9/x.json", "file:///etc/passwd", "#/$defs/missing"):
        with pytest.raises(Exception, match=r".") as told:
            checking.compile_schema({"type": "object", "properties": {"a": {"$ref": address}}})
        assert type(told.value).__name__ in {"ReferencingError", "ValidationError"}


def answers_for(package: Package) -> st.SearchStrategy[dict[str, Any]]:
    """Answers that are often right and sometimes anything."""
    junk = st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**70), 2**70)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=30),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    )
    properties = package.schema["properties"]
    scenarios = st.sampled_from([one.answers for one in package.scenarios] or [{}])
    changes = st.dictionaries(st.sampled_from([*properties, "other"]), junk, max_size=3)
    return st.builds(lambda base, changed: {**base, **changed}, scenarios, changes)


@given(st.data(), st.sampled_from(SHIPPED))
def test_two_validators_agree_on_every_shipped_package(data, package):
    answers = data.draw(answers_for(package))
    other = jsonschema.Draft202012Validator(package.schema)
    assert checking.validator(package).is_valid(answers) == other.is_valid(answers)


@given(st.data(), st.sampled_from(SHIPPED))
def test_answers_without_faults_are_valid_but_for_what_was_never_asked(data, package):
    state = flow.evaluate(package, data.draw(answers_for(package)), today=TODAY)
    found = checking.errors(package, state, today=TODAY)
    assert {one.kind for one in found} <= set(checking.KINDS)
    assert len({one.path for one in found}) == len(found)
    if not found:
        left = list(jsonschema.Draft202012Validator(package.schema).iter_errors(state.answers))
        assert [error for error in left if error.validator != "required"] == []
