"""Conditions as tables: what a shipped package says comes out as the same rule, and a table is what it was."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stadig.eservices import reading
from stadig.eservices.editing import conditions
from stadig.eservices.editing.conditions import Row, Table
from stadig.eservices.editing.skeleton import new
from stadig.eservices.editing.tests.test_changes import PACKAGES
from stadig.eservices.lint import lint_files
from stadig.eservices.placing import parts_of
from stadig.eservices.rules import compile_rule

TODAY = date(2026, 11, 22)
SHIPPED = [reading.load(folder) for folder in sorted(PACKAGES.iterdir()) if (folder / "service.yaml").is_file()]
GRANT = next(one for one in SHIPPED if one.name == "association-grant")
PARKING = next(one for one in SHIPPED if one.name == "parking-permit")


def rules():
    for package in SHIPPED:
        parts = [part for _, part in parts_of(package)]
        for part in [*parts, *package.flow.steps]:
            for rule in (part.show_if, getattr(part, "require_if", None)):
                if rule is not None:
                    yield package, rule


def values_in(rule, path=""):
    """(path, value) of everything that is compared."""
    if isinstance(rule, dict):
        for inner in rule.values():
            listed = inner if isinstance(inner, list) else [inner]
            read = next((one["var"] for one in listed if isinstance(one, dict) and isinstance(one.get("var"), str)), path)
            for one in listed:
                yield from values_in(one, read)
    elif isinstance(rule, list):
        for one in rule:
            yield from values_in(one, path)
    elif path and rule != path:
        yield path, rule


def answers(rule):
    """Answers on both sides of everything that the rule compares with."""
    found: dict[str, set] = {}
    for path, value in values_in(rule):
        beside = {value + 1, value - 1} if type(value) in (int, float) else {not value} if isinstance(value, bool) else {"other"}
        found.setdefault(path, set()).update({value, None}, beside)
    for chosen in itertools.islice(itertools.product(*found.values()), 300):
        made: dict = {}
        for path, value in zip(found, chosen, strict=True):
            here = made
            *owners, last = path.split(".")
            for owner in owners:
                here = here.setdefault(owner, {})
            if value is not None:
                here[last] = value
        yield made
        yield {key: [value] if isinstance(value, str) else value for key, value in made.items()}


def test_most_rules_of_the_shipped_packages_are_tables_and_say_the_same_as_tables():
    count, tables = 0, 0
    for package, rule in rules():
        count += 1
        table = conditions.table_of(rule, package)
        if table is None:
            continue
        tables += 1
        again = conditions.rule_of(table)
        assert conditions.table_of(again, package) == table
        before, after = compile_rule(rule), compile_rule(again)
        for given_ in answers(rule):
            assert before.holds(given_, today=TODAY) == after.holds(given_, today=TODAY), (rule, again, given_)
    assert tables >= count * 0.9, f"{tables} of {count}"


@pytest.mark.parametrize(
    ("rule", "groups"),
    [
        ({"==": [{"var": "kind"}, "event"]}, [[("kind", "is", "event")]]),
        ({"in": [{"var": "kind"}, ["event", "premises"]]}, [[("kind", "is", "event")], [("kind", "is", "premises")]]),
        ({"!!": [{"var": "to"}]}, [[("to", "answered", None)]]),
        ({">=": [{"age": [{"var": "from"}]}, 18]}, [[("from", "age_at_least", 18)]]),
        ({"and": [{"var": "new_here"}, {"<": [{"var": "applied_for"}, 20000]}]},
         [[("new_here", "is", True), ("applied_for", "less", 20000)]]),
        (None, []),
    ],
)  # fmt: skip
def test_a_rule_as_a_table(rule, groups):
    assert conditions.table_of(rule, GRANT) == Table(tuple(tuple(Row(*row) for row in group) for group in groups))


def test_one_of_several_chosen_answers_is_told_from_one_chosen_answer():
    rule = {"!": [{"in": ["other", {"var": "aids"}]}]}
    assert conditions.table_of(rule, PARKING) == Table(((Row("aids", "has_not", "other"),),))
    assert conditions.rule_of(Table(((Row("aids", "has_not", "other"),),))) == rule


@pytest.mark.parametrize(
    "rule",
    [
        {"<": [{"var": "to"}, {"var": "from"}]},
        {"!": [{"var": "new_here"}]},
        {"==": [{"var": ["kind", "event"]}, "event"]},
        {"if": [{"var": "new_here"}, True, False]},
        {"and": [{"==": [{"var": "kind"}, "event"]}, {">": [{"len": [{"var": "purpose"}]}, 3]}]},
        {"or": []},
        {"or": [{"in": [{"var": "kind"}, [str(number) for number in range(9)]]}, {"in": [{"var": "place"}, list("abcdef")]}]},
        "event",
    ],
)
def test_what_a_table_cannot_say_is_none(rule):
    assert conditions.table_of(rule, GRANT) is None


ROWS = st.sampled_from(
    [Row("kind", "is", "event"), Row("kind", "is_not", "event"), Row("new_here", "is", True), Row("new_here", "is", False),
     Row("applied_for", "at_most", 5), Row("to", "more", "2026-01-01"), Row("to", "age_less", 3), Row("place", "not_answered")]
)  # fmt: skip


@given(st.lists(st.lists(ROWS, min_size=1, max_size=4), max_size=6))
def test_a_table_is_what_it_was_when_it_has_been_a_rule(groups):
    table = Table(tuple(tuple(group) for group in groups))
    assert conditions.table_of(conditions.rule_of(table), GRANT) == table


@pytest.mark.parametrize("kind", [question.kind for question in GRANT.flow.questions()])
def test_each_kind_of_question_can_be_compared(kind):
    assert conditions.operators_for(kind)


def test_a_new_service_has_no_errors_and_lacks_only_questions():
    files = new(
        "skolskjuts",
        {"sv": "Sök skolskjuts: åk buss", "en": "School # transport"},
        committee="Nämnd: ett",
        unit="Enhet",
        series="UN",
    )
    package = reading.read(files)
    assert package.text("service.title") == "Sök skolskjuts: åk buss"
    assert package.text("service.title", "en") == "School # transport"
    found = lint_files(files, today=TODAY)
    assert {one.kind for one in found} == {"empty_step", "no_scenario"}, [str(one) for one in found]
    assert set(new("a", {"sv": "A"}, committee="B", unit="C", series="AB", languages=["sv", "fi"])) >= {
        "texts/sv.yaml",
        "texts/fi.yaml",
    }
