"""The rule language: JavaScript's comparisons, dates, what a rule reads, order and cycles, and refusal of hostile rules."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stadig.eservices.operators import OPERATORS
from stadig.eservices.rules import Cycle, RuleError, compile_rule, in_order

TODAY = date(2026, 11, 22)


def value(rule: Any, data: dict[str, Any] | None = None) -> Any:
    return compile_rule(rule)(data or {}, today=TODAY)


@pytest.mark.parametrize(
    ("rule", "data", "wanted"),
    [
        ({"==": [1, "1"]}, {}, True),
        ({"===": [1, "1"]}, {}, False),
        ({"==": [None, 0]}, {}, False),
        ({"==": [True, 1]}, {}, True),
        ({"===": [True, 1]}, {}, False),
        ({"!=": [{"var": "a"}, "x"]}, {}, True),
        ({"<": ["10", "9"]}, {}, True),
        ({"<": ["10", 9]}, {}, False),
        ({"<=": [1, {"var": "n"}, 3]}, {"n": 2}, True),
        ({"<": [1, {"var": "n"}, 3]}, {"n": 3}, False),
        ({">": [{"var": "n"}, 3]}, {"n": "many"}, False),
        ({"and": [1, 0, 2]}, {}, 0),
        ({"or": ["", [], "x"]}, {}, "x"),
        ({"!": [[]]}, {}, True),
        ({"!!": ["0"]}, {}, True),
        ({"if": [False, 1, True, 2, 3]}, {}, 2),
        ({"if": [False, 1]}, {}, None),
        ({"in": ["b", ["a", "b"]]}, {}, True),
        ({"in": ["bin", "robin"]}, {}, True),
        ({"in": ["b", None]}, {}, False),
        ({"+": ["1", 2]}, {}, 3),
        ({"-": [5]}, {}, -5),
        ({"-": [5, 7]}, {}, -2),
        ({"*": [{"var": "a"}, 2]}, {"a": "x"}, None),
        ({"/": [7, 2]}, {}, 3.5),
        ({"/": [7, 0]}, {}, None),
        ({"%": [-7, 3]}, {}, -1),
        ({"min": [3, 1, 2]}, {}, 1),
        ({"max": [{"var": "list"}]}, {"list": [1, 9]}, 9),
        ({"cat": ["nr ", 2.0]}, {}, "nr 2"),
        ({"var": ["a.b", 7]}, {"a": {}}, 7),
        ({"var": "rows.1.cost"}, {"rows": [{"cost": 1}, {"cost": 2}]}, 2),
        ({"sum": [{"map": [{"var": "rows"}, {"var": "cost"}]}]}, {"rows": [{"cost": 1}, {"cost": "2.5"}, {}]}, 3.5),
        ({"len": {"var": "rows"}}, {"rows": [1, 2]}, 2),
        ({"some": [{"var": "rows"}, {">": [{"var": "age"}, 17]}]}, {"rows": [{"age": 3}, {"age": 18}]}, True),
        ({"all": [{"var": "rows"}, {">": [{"var": "age"}, 17]}]}, {"rows": []}, False),
        ({"none": [{"var": "rows"}, {"==": [{"var": ""}, 1]}]}, {"rows": [2]}, True),
        ({"filter": [{"var": "rows"}, {">": [{"var": ""}, 1]}]}, {"rows": [1, 2, 3]}, [2, 3]),
        ({"reduce": [{"var": "rows"}, {"+": [{"var": "current"}, {"var": "accumulator"}]}, 10]}, {"rows": [1, 2]}, 13),
        ({"today": []}, {}, "2026-11-22"),
        ({"age": {"var": "born"}}, {"born": "2008-11-22"}, 18),
        ({"age": {"var": "born"}}, {"born": "2008-11-23"}, 17),
        ({"age": {"var": "born"}}, {"born": "2027-01-01"}, None),
        ({"age": {"var": "born"}}, {"born": "i fjol"}, None),
        ({"dateadd": ["2024-01-31", 1, "months"]}, {}, "2024-02-29"),
        ({"dateadd": ["2024-02-29", 1, "years"]}, {}, "2025-02-28"),
        ({"dateadd": [{"today": []}, -2, "weeks"]}, {}, "2026-11-08"),
        ({"dateadd": ["2024-01-01", 10**9, "days"]}, {}, None),
        ({"<": [{"var": "from"}, {"dateadd": [{"today": []}, 30, "days"]}]}, {"from": "2026-12-01"}, True),
    ],
)
def test_what_a_rule_gives(rule, data, wanted):
    found = value(rule, data)
    assert found == wanted
    assert type(found) is type(wanted)


def test_a_rule_says_what_it_reads():
    rule = compile_rule(
        {"and": [{"==": [{"var": "a.b"}, 1]}, {"some": [{"var": "rows"}, {">": [{"var": "cost"}, {"var": ["max", 3]}]}]}]}
    )
    assert rule.uses == {"a.b", "rows", "rows[].cost", "rows[].max"}
    assert compile_rule({"sum": {"map": [{"var": "rows"}, {"var": "cost"}]}}).uses == {"rows", "rows[].cost"}


def test_a_trace_tells_how_a_rule_came_to_its_value():
    trace = compile_rule({"and": [{"==": [{"var": "a"}, 1]}, {"!": {"var": "b"}}]}).trace({"a": 1, "b": True}, today=TODAY)
    assert trace.value is False
    assert [(part.operator, part.value) for part in trace.parts] == [("==", True), ("!", False)]
    assert trace.parts[0].parts[0].source == {"var": "a"}


def test_rules_are_put_in_order_and_a_circle_is_named():
    rules = {"total": compile_rule({"+": [{"var": "net"}, {"var": "tax"}]}), "tax": compile_rule({"*": [{"var": "net"}, 0.25]})}
    assert in_order(rules) == ["tax", "total"]
    with pytest.raises(Cycle) as caught:
        in_order({"a": compile_rule({"var": "b"}), "b": compile_rule({"!": {"var": "a"}})})
    assert caught.value.paths == ("a", "b", "a")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"eval": ["1"]}, "'eval' is no operator"),
        ({"==": [1]}, "takes 2 values, not 1"),
        ({"==": [1, 1], "!=": [1, 1]}, "one operator, not 2"),
        ({"var": {"cat": ["a", "b"]}}, "computed path"),
        ({"and": []}, "takes 1 to 50"),
    ],
)
def test_a_rule_that_cannot_be_compiled_says_why(rule, words):
    with pytest.raises(RuleError, match=words):
        compile_rule(rule)


def test_a_rule_without_end_is_refused_before_it_is_compiled():
    deep: Any = 1
    for _ in range(2000):
        deep = {"!": [deep]}
    with pytest.raises(RuleError, match="too large"):
        compile_rule(deep)
    with pytest.raises(RuleError, match="too large"):
        compile_rule({"and": [{"or": [1] * 50}] * 50})


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=True) | st.sampled_from(["", "a", "1", "2026-01-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "item"]), inner, max_size=2),
    max_leaves=6,
)
paths = st.sampled_from(["a", "b", "a.b", "a.0", ""])
rules = st.recursive(
    st.builds(lambda path: {"var": path}, paths)
    | st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(["", "a", "2026-01-31"]),
    lambda inner: st.tuples(st.sampled_from(sorted(set(OPERATORS) - {"var"})), st.lists(inner, min_size=1, max_size=3)).map(
        lambda made: {made[0]: made[1]}
    ),
    max_leaves=8,
)


@given(rules, st.dictionaries(st.sampled_from(["a", "b"]), anything))
def test_a_rule_that_compiles_never_raises(rule, data):
    try:
        compiled = compile_rule(rule)
    except RuleError:
        return
    compiled(data, today=TODAY)
    compiled.trace(data, today=TODAY)
