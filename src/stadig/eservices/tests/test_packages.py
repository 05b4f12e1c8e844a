"""The packages that are shipped: each is whole in both languages, and every scenario comes out as it says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from stadig.eservices import checking, flow, lint, reading
from stadig.eservices.package import Info, Package, Repeat, Scenario, localised

FOLDER = Path(reading.__file__).parent / "packages"
PACKAGES = {folder.name: reading.load(folder) for folder in sorted(FOLDER.iterdir()) if folder.is_dir()}
SCENARIOS = [
    pytest.param(package, one, id=f"{name}-{one.name}") for name, package in PACKAGES.items() for one in package.scenarios
]
EVERY = [pytest.param(package, id=name) for name, package in PACKAGES.items()]
TODAY = date(2026, 11, 22)


def test_seven_are_shipped():
    assert list(PACKAGES) == [
        "access-rights",
        "association-grant",
        "financial-assistance",
        "food-registration",
        "parking-permit",
        "preschool-place",
        "street-fault",
    ]


@pytest.mark.parametrize(("package", "scenario"), SCENARIOS)
def test_a_scenario_shows_and_computes_what_it_says(package: Package, scenario: Scenario):
    state = flow.evaluate(package, scenario.answers, today=TODAY)
    assert set(scenario.visible) <= state.visible
    assert not set(scenario.hidden) & state.visible
    for path, value in (scenario.computed or {}).items():
        assert flow.get(state.answers, path) == pytest.approx(value), path
    faults = {fault.path: fault.kind for fault in checking.errors(package, state, today=TODAY)}
    assert faults == dict(scenario.errors or {})
    assert (scenario.status == package.case.first) != bool(scenario.errors)


@pytest.mark.parametrize("package", EVERY)
def test_the_linter_finds_nothing(package: Package):
    assert [str(one) for one in lint.lint(package, today=TODAY)] == []


@pytest.mark.parametrize("package", EVERY)
def test_the_scenarios_show_and_hide_everything_that_has_a_rule(package: Package):
    states = [flow.evaluate(package, one.answers, today=TODAY) for one in package.scenarios]
    assert len(states) >= 4
    assert any(one.errors for one in package.scenarios)
    ruled = [
        f"info.{part.id}" if isinstance(part, Info) else part.path
        for step in package.flow.steps
        for part in step.parts
        if part.show_if is not None or step.show_if is not None
    ]
    for path in ruled:
        shown = {path in state.visible for state in states}
        assert shown == {True, False}, path
    for step in package.flow.steps:
        for repeat in (part for part in step.parts if isinstance(part, Repeat)):
            for inner in (part for part in repeat.parts if part.show_if is not None and not isinstance(part, Info)):
                ends = [path for state in states for path in state.visible if path.startswith(f"{repeat.path}[")]
                assert any(path.endswith(f".{inner.path.rpartition('.')[2]}") for path in ends), inner.path


@pytest.mark.parametrize("package", EVERY)
def test_a_rule_that_requires_is_met_and_not_met_in_some_scenario(package: Package):
    states = [flow.evaluate(package, one.answers, today=TODAY) for one in package.scenarios]
    for question in package.flow.questions():
        if question.require_if is None or "[]" in question.path:
            continue
        required = {question.path in state.required for state in states}
        assert required == {True, False}, question.path


@pytest.mark.parametrize("package", EVERY)
def test_every_text_is_there_in_swedish_and_english(package: Package):
    for language in ("sv", "en"):
        for key in wanted_texts(package):
            assert package.texts[language].get(key), f"{language}: {key}"
    assert set(package.texts["sv"]) == set(package.texts["en"])


def wanted_texts(package: Package) -> list[str]:
    found = ["service.title", "service.lead", "service.purpose", "service.short", "service.synonyms"]
    for step in package.flow.steps:
        found.append(f"step.{step.id}.title")
        for part in step.parts:
            if isinstance(part, Repeat):
                found += [f"question.{part.path}.{word}" for word in ("label", "one", "add")]
                found += [f"info.{one.id}" for one in part.parts if isinstance(one, Info)]
            elif isinstance(part, Info):
                found.append(f"info.{part.id}")
    for question in package.flow.questions():
        found.append(f"question.{question.key}.label")
        found += [f"question.{question.key}.option.{one}" for one in question.options]
    found += [f"computed.{path}.label" for path in package.flow.compute]
    found += [f"status.{one.id}.{word}" for one in package.case.statuses for word in ("name", "resident", "next")]
    found += [f"transition.{one.do}" for one in package.case.transitions if one.do]
    found += [f"deadline.{one.name}" for one in package.case.deadlines]
    found += [f"decision.{one.id}.{word}" for one in package.case.decisions for word in ("name", "text")]
    return found


@pytest.mark.parametrize("package", EVERY)
def test_cases_can_leave_every_status_that_is_not_closed_and_reach_every_status(package: Package):
    case = package.case
    ids = {one.id for one in case.statuses}
    assert {way.start for way in case.transitions} | {way.end for way in case.transitions} <= ids
    assert {one.status for one in case.decisions} <= ids
    for status in case.statuses:
        assert status.group == "closed" or any(way.start == status.id for way in case.transitions), status
    reached, before = {case.first} | ({case.signing["waiting"]} if case.signing else set()), set[str]()
    while reached != before:
        before = set(reached)
        reached |= {way.end for way in case.transitions if way.start in reached}
    assert reached == ids


def test_a_word_of_the_city_stands_in_a_text_and_something_else_where_the_city_has_said_nothing():
    food = PACKAGES["food-registration"]
    assert "enligt kommunens taxa" in food.text("info.fee")
    assert localised("Avgift: {fee|enligt taxan}.", {"fee": "1 450 kronor"}) == "Avgift: 1 450 kronor."
    assert localised("Inget {här}", {"här": "x"}) == "Inget {här}"
