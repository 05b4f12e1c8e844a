"""What a rule gives, and what is wrong with it before anyone has answered."""

from __future__ import annotations

import pytest

from stadig.eservices.typed import Type, check, type_of

NUMBER, DATE, TRUTH = Type("number"), Type("date"), Type("truth")
TYPES = {
    "kind": Type("text", ("club", "other")),
    "name": Type("text"),
    "born": DATE,
    "amount": NUMBER,
    "sure": TRUTH,
    "likes": Type("list", item=Type("text", ("tea", "cake"))),
    "costs": Type("list", item=Type("group", fields={"what": Type("text"), "amount": NUMBER})),
    "guardian": Type("group", fields={"email": Type("text")}),
}


@pytest.mark.parametrize(
    ("rule", "gives"),
    [
        ({"==": [{"var": "kind"}, "club"]}, "truth"),
        ({"==": [{"var": "kind"}, None]}, "truth"),
        ({"in": [{"var": "kind"}, ["club", "other"]]}, "truth"),
        ({"in": ["tea", {"var": "likes"}]}, "truth"),
        ({"in": ["a", {"var": "name"}]}, "truth"),
        ({"sum": {"map": [{"var": "costs"}, {"var": "amount"}]}}, "number"),
        ({"sum": [{"var": "amount"}, 3]}, "number"),
        ({"reduce": [{"var": "costs"}, {"+": [{"var": "current.amount"}, {"var": "accumulator"}]}, 0]}, "number"),
        ({"some": [{"var": "costs"}, {">": [{"var": "amount"}, 5]}]}, "truth"),
        ({"<": [{"var": "born"}, {"dateadd": [{"today": []}, -18, "years"]}]}, "truth"),
        ({"<": [{"var": "born"}, "2020-01-01"]}, "truth"),
        ({">=": [{"age": [{"var": "born"}]}, 18]}, "truth"),
        ({"if": [{"var": "sure"}, 1, {"var": "amount"}]}, "number"),
        ({"if": [{"var": "sure"}, 1, "a"]}, "any"),
        ({"if": [{"var": "sure"}, {"var": "born"}]}, "date"),
        ({"cat": [{"var": "name"}, 1]}, "text"),
        ({"map": [{"var": "costs"}, {"var": "what"}]}, "list"),
        ({"filter": [{"var": "costs"}, {"var": "amount"}]}, "list"),
        ({"!!": [{"var": "guardian.email"}]}, "truth"),
        ({"var": ["amount", 0]}, "number"),
        ({"max": [{"var": "amount"}, 0]}, "number"),
        ({"var": "costs.0.amount"}, "number"),
    ],
)  # fmt: skip
def test_a_rule_that_is_right_has_a_type_and_no_problems(rule, gives):
    found = check(rule, TYPES)
    assert (found.type.name, found.problems) == (gives, ())


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ({"==": [{"var": "kind"}, "clubb"]}, "not_an_option"),
        ({"==": ["clubb", {"var": "kind"}]}, "not_an_option"),
        ({"in": [{"var": "kind"}, ["club", "clubb"]]}, "not_an_option"),
        ({"in": ["rum", {"var": "likes"}]}, "not_an_option"),
        ({"in": [{"var": "kind"}, {"var": "amount"}]}, "wrong_type"),
        ({"==": [{"var": "amount"}, "3"]}, "never_equal"),
        ({"==": [{"var": "sure"}, "true"]}, "never_equal"),
        ({"==": [{"var": "likes"}, "tea"]}, "never_equal"),
        ({">": [{"var": "name"}, 3]}, "not_ordered"),
        ({">": [{"var": "sure"}, 3]}, "wrong_type"),
        ({"+": [{"var": "born"}, 1]}, "wrong_type"),
        ({"sum": {"map": [{"var": "costs"}, {"var": "what"}]}}, "wrong_type"),
        ({"map": [{"var": "amount"}, {"var": "x"}]}, "wrong_type"),
        ({"age": [{"var": "name"}]}, "wrong_type"),
        ({"dateadd": [{"var": "born"}, 1, "fortnights"]}, "unknown_unit"),
        ({"var": "guardian.phone"}, "unknown_reference"),
        ({"some": [{"var": "costs"}, {"var": "kind"}]}, "unknown_reference"),
        ({"and": [{"var": "kind"}, {"or": [{"var": "x"}, 1]}]}, "unknown_reference"),
    ],
)  # fmt: skip
def test_a_rule_that_is_wrong_says_how(rule, kind):
    assert [problem.kind for problem in check(rule, TYPES).problems] == [kind]


def test_types_come_from_the_schema_through_references():
    schema = {
        "type": "object",
        "$defs": {"row": {"type": "object", "properties": {"day": {"type": "string", "format": "date"}}}},
        "properties": {"rows": {"type": "array", "items": {"$ref": "#/$defs/row"}}, "kind": {"enum": ["a", "b"]}, "odd": {}},
    }
    found = type_of(schema, schema)
    rows = found.fields["rows"].item
    assert rows is not None
    assert rows.fields["day"].name == "date"
    assert found.fields["kind"].options == ("a", "b")
    assert found.fields["odd"].name == "any"
