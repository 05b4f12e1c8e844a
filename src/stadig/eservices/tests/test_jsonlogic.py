"""The semantics of JSON Logic: cases of the public suite's kinds, ``datalogic-py`` as oracle, and every deliberate difference.

The differences are listed in ``docs/service-packages.md``; a test here holds each of them.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import datalogic_py
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from stadig.eservices.rules import RuleError, compile_rule

TODAY = date(2026, 11, 22)


def ours(rule: Any, data: Any = None) -> Any:
    return compile_rule(rule)(data, today=TODAY)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


# rule, data, value: kinds of the suite at https://jsonlogic.com/tests.json, written by hand
CASES: list[tuple[Any, Any, Any]] = [
    # equality coerces as JavaScript does; strict equality does not
    ({"==": [1, 1]}, None, True), ({"==": [1, "1"]}, None, True), ({"==": [1, 2]}, None, False), ({"==": [0, False]}, None, True),
    ({"==": ["", 0]}, None, True), ({"==": ["", False]}, None, True), ({"==": [None, 0]}, None, False), ({"==": [None, False]}, None, False),
    ({"==": [None, None]}, None, True), ({"==": ["a", 0]}, None, False), ({"==": [" 5 ", 5]}, None, True), ({"==": [True, "1"]}, None, True),
    ({"===": [1, 1]}, None, True), ({"===": [1, "1"]}, None, False), ({"===": [0, False]}, None, False), ({"===": [1, 1.0]}, None, True),
    ({"!=": [1, 2]}, None, True), ({"!=": [1, "1"]}, None, False), ({"!==": [1, "1"]}, None, True), ({"!==": [1, 1]}, None, False),
    # order, with three values between
    ({">": [2, 1]}, None, True), ({">": [1, 1]}, None, False), ({">": ["2", 1]}, None, True), ({">=": [1, 1]}, None, True),
    ({"<": [1, 2, 3]}, None, True), ({"<": [1, 1, 3]}, None, False), ({"<": [1, 4, 3]}, None, False), ({"<=": [1, 1, 3]}, None, True),
    ({"<=": [1, 4, 3]}, None, False), ({"<": ["a", "b"]}, None, True), ({"<": ["10", "9"]}, None, True), ({"<": ["a", 1]}, None, False),
    ({"<": [None, 1]}, None, True), ({">": [{"var": "x"}, 1]}, {}, False),
    # truth: an empty list and an empty text are false, "0" is true
    ({"!": [[]]}, None, True), ({"!": [""]}, None, True), ({"!": ["0"]}, None, False), ({"!": [0]}, None, True), ({"!": 1}, None, False),
    ({"!!": [[]]}, None, False), ({"!!": ["0"]}, None, True), ({"!!": [[0]]}, None, True), ({"!!": [None]}, None, False),
    # and, or and if give the deciding value, not its truth
    ({"or": [True, False]}, None, True), ({"or": [False, "a"]}, None, "a"), ({"or": [0, ""]}, None, ""), ({"or": ["a", True]}, None, "a"),
    ({"and": [True, True]}, None, True), ({"and": [True, "", 3]}, None, ""), ({"and": [1, 3]}, None, 3), ({"and": ["a", 0]}, None, 0),
    ({"if": [True, "a"]}, None, "a"), ({"if": [False, "a"]}, None, None), ({"if": [False, "a", "b"]}, None, "b"), ({"if": [1]}, None, 1),
    ({"if": [False, "a", True, "b", "c"]}, None, "b"), ({"if": [False, "a", False, "b", "c"]}, None, "c"), ({"if": [[], 1, 2]}, None, 2),
    # var: paths, lists, defaults, the whole
    ({"var": "a"}, {"a": 1}, 1), ({"var": ["a"]}, {"a": 1}, 1), ({"var": "b"}, {"a": 1}, None), ({"var": ["b", 2]}, {"a": 1}, 2),
    ({"var": "a.b"}, {"a": {"b": "c"}}, "c"), ({"var": ["a.q", 9]}, {"a": {"b": "c"}}, 9), ({"var": "a.b.c"}, {"a": {"b": "c"}}, None),
    ({"var": 1}, ["apple", "banana"], "banana"), ({"var": "1"}, ["apple", "banana"], "banana"), ({"var": "1.0"}, [[0], [7]], 7),
    ({"var": ""}, 1, 1), ({"var": []}, 1, 1), ({"var": None}, 1, 1), ({"var": ["x.y.z", "none"]}, {}, "none"),
    # in
    ({"in": ["a", ["b", "a"]]}, None, True), ({"in": ["x", ["b", "a"]]}, None, False), ({"in": ["Spring", "Springfield"]}, None, True),
    ({"in": ["i", "team"]}, None, False), ({"in": [1, [1, 2]]}, None, True), ({"in": ["1", [1, 2]]}, None, False), ({"in": ["a", None]}, None, False),
    # text and numbers
    ({"cat": ["ice", "cream"]}, None, "icecream"), ({"cat": [1, "2", 3.0, 2.5]}, None, "1232.5"), ({"cat": "x"}, None, "x"),
    ({"cat": [True, None]}, None, "true"), ({"cat": [["a", "b"]]}, None, "a,b"),
    ({"+": [1, 2, 3]}, None, 6), ({"+": ["1", 1]}, None, 2), ({"+": "3.5"}, None, 3.5), ({"+": [1]}, None, 1), ({"+": [True, 1]}, None, 2),
    ({"-": [2, 3]}, None, -1), ({"-": [3]}, None, -3), ({"-": ["1"]}, None, -1), ({"*": [2, 3, 4]}, None, 24), ({"*": ["2", "3"]}, None, 6),
    ({"/": [4, 2]}, None, 2), ({"/": [2, 4]}, None, 0.5), ({"/": ["1", 4]}, None, 0.25), ({"%": [5, 3]}, None, 2), ({"%": [-5, 3]}, None, -2),
    ({"max": [1, 2, 3]}, None, 3), ({"min": [1, 2, 3]}, None, 1), ({"max": [1]}, None, 1), ({"max": ["3", 2]}, None, 3), ({"min": [-1, "-2"]}, None, -2),
    # lists
    ({"map": [{"var": "n"}, {"*": [{"var": ""}, 2]}]}, {"n": [1, 2, 3]}, [2, 4, 6]), ({"map": [{"var": "q"}, {"var": ""}]}, {}, []),
    ({"map": [{"var": "d"}, {"var": "q"}]}, {"d": [{"q": 1}, {"q": 2}]}, [1, 2]),
    ({"filter": [{"var": "n"}, {">=": [{"var": ""}, 2]}]}, {"n": [1, 2, 3]}, [2, 3]), ({"filter": [{"var": "q"}, True]}, {}, []),
    ({"filter": [{"var": "n"}, {"%": [{"var": ""}, 2]}]}, {"n": [1, 2, 3]}, [1, 3]),
    ({"reduce": [{"var": "n"}, {"+": [{"var": "current"}, {"var": "accumulator"}]}, 0]}, {"n": [1, 2, 3]}, 6),
    ({"reduce": [{"var": "q"}, {"+": [{"var": "current"}, {"var": "accumulator"}]}, 7]}, {}, 7),
    ({"reduce": [{"var": "d"}, {"+": [{"var": "accumulator"}, {"var": "current.q"}]}, 0]}, {"d": [{"q": 1}, {"q": 2}]}, 3),
    ({"all": [{"var": "n"}, {">=": [{"var": ""}, 1]}]}, {"n": [1, 2]}, True), ({"all": [{"var": "n"}, {">=": [{"var": ""}, 1]}]}, {"n": []}, False),
    ({"none": [{"var": "n"}, {">": [{"var": ""}, 9]}]}, {"n": [1]}, True), ({"none": [{"var": "n"}, True]}, {"n": []}, True),
    ({"some": [{"var": "n"}, {"==": [{"var": ""}, 2]}]}, {"n": [1, 2]}, True), ({"some": [{"var": "n"}, True]}, {"n": []}, False),
    ({"some": [{"var": "d"}, {"==": [{"var": "q"}, "a"]}]}, {"d": [{"q": "a"}, {"q": "b"}]}, True),
    # what is no rule is itself
    (True, None, True), (17, None, 17), ("apple", None, "apple"), (["a", {"var": "x"}], {"x": 1}, ["a", 1]), (None, None, None),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "data", "value"), CASES)
def test_the_semantics_are_those_of_json_logic(rule, data, value):
    assert same(ours(rule, data), value)


DIFFERENCES: list[tuple[Any, Any, Any]] = [
    # an answer that is null is no answer, so the default holds
    ({"var": ["a", 5]}, {"a": None}, 5),
    # nothing is infinite, nothing is NaN, nothing raises: it cannot be computed
    ({"/": [1, 0]}, None, None), ({"/": [0, 0]}, None, None), ({"%": [1, 0]}, None, None), ({"+": ["a", 1]}, None, None),
    ({"max": ["a", 1]}, None, None), ({"<": ["a", 1]}, None, False), ({">": [[5], 1]}, None, False), ({"==": ["a", 1]}, None, False),
    # the least and most of nothing is nothing
    ({"max": [[]]}, None, None), ({"min": [{"var": "n"}]}, {"n": []}, None),
    # one list is taken for its parts by min, max and sum, never by the others
    ({"max": [{"var": "n"}]}, {"n": [1, 3, 2]}, 3), ({"sum": [{"var": "n"}]}, {"n": [1, 3, 2]}, 6), ({"+": [{"var": "n"}]}, {"n": [1, 2]}, None),
    ({"*": [{"var": "n"}]}, {"n": [1, 2]}, None), ({"-": [{"var": "n"}]}, {"n": [1]}, None),
    # lists are equal when they hold the same, and never equal a single value
    ({"==": [{"var": "n"}, ["a"]]}, {"n": ["a"]}, True), ({"==": [{"var": "n"}, 1]}, {"n": [1]}, False),
    # in a list only a value of the same type is found
    ({"in": [1, ["1"]]}, None, False), ({"in": [1, "11"]}, None, False),
    # a group of answers has no text
    ({"cat": ["a", {"var": "g"}]}, {"g": {"x": 1}}, "a"),
    # additions
    ({"sum": [{"map": [{"var": "d"}, {"var": "q"}]}]}, {"d": [{"q": 1}, {}, {"q": 2.5}]}, 3.5), ({"sum": [1, None, 2]}, None, 3),
    ({"len": [{"var": "n"}]}, {"n": [1, 2]}, 2), ({"len": [{"var": "n"}]}, {}, 0), ({"len": ["abc"]}, None, 3),
    ({"today": []}, None, "2026-11-22"), ({"age": ["2008-11-22"]}, None, 18), ({"age": ["2008-11-23"]}, None, 17), ({"age": ["x"]}, None, None),
    ({"dateadd": ["2024-02-29", 1, "years"]}, None, "2025-02-28"), ({"dateadd": ["2026-01-31", 1, "months"]}, None, "2026-02-28"),
    ({"dateadd": ["2026-01-31", -1, "weeks"]}, None, "2026-01-24"), ({"dateadd": ["x", 1, "days"]}, None, None),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "data", "value"), DIFFERENCES)
def test_every_deliberate_difference_holds(rule, data, value):
    assert same(ours(rule, data), value)


@pytest.mark.parametrize("operator", ["log", "missing", "missing_some", "merge", "substr", "method", "throw", "preserve"])
def test_operators_that_a_form_does_not_need_are_no_part_of_the_language(operator):
    from stadig.eservices.rules import RuleError

    with pytest.raises(RuleError, match="is no operator"):
        compile_rule({operator: [1]})


# rules made of parts that fit together, where the two engines must agree
whole = st.integers(-50, 50)
halves = st.integers(-100, 100).map(lambda number: number / 2)
words = st.sampled_from(["", "a", "b", "abc", "åäö", "0", "12"])
anything = st.deferred(lambda: numbers | texts | truths | lists)


def variable(*names: str) -> st.SearchStrategy[Any]:
    plain = st.sampled_from(names).map(lambda name: {"var": name})
    return plain | st.sampled_from(names).map(lambda name: {"var": [name]})


def op(name: str, *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(*parts).map(lambda given: {name: list(given)})


def many(name: str, part: st.SearchStrategy[Any], least: int = 1) -> st.SearchStrategy[Any]:
    return st.lists(part, min_size=least, max_size=3).map(lambda given: {name: given})


NOT_NULL = st.sampled_from([1, 2, 3, -4, 0.5])
numbers: st.SearchStrategy[Any] = st.deferred(
    lambda: whole | halves | variable("n", "m", "g.n", "list.0")
    | st.tuples(st.sampled_from(["gone", "g.gone"]), whole).map(lambda given: {"var": list(given)})
    | many("+", numbers, 2) | op("-", numbers, numbers) | op("-", numbers) | many("*", numbers, 2) | op("/", numbers, NOT_NULL)
    | op("%", numbers, NOT_NULL) | many("min", strict_numbers, 2) | many("max", strict_numbers, 2) | op("if", anything, numbers, numbers)
    | op("reduce", lists, st.just({"+": [{"var": "current"}, {"var": "accumulator"}]}), whole)
)  # fmt: skip
strict_numbers: st.SearchStrategy[Any] = st.deferred(
    lambda: whole | halves | variable("n", "m") | many("+", numbers, 2) | op("-", numbers, numbers)
)
texts: st.SearchStrategy[Any] = st.deferred(
    lambda: words | variable("t", "g.t") | many("cat", words | whole | variable("t"), 2) | op("if", anything, texts, texts)
)
truths: st.SearchStrategy[Any] = st.deferred(
    lambda: st.booleans() | variable("yes", "no") | st.just({"var": "gone"})
    | st.sampled_from(["==", "!=", "===", "!==", "<", "<=", ">", ">="]).flatmap(lambda name: op(name, numbers, numbers) | op(name, texts, texts))
    | st.sampled_from(["<", "<="]).flatmap(lambda name: op(name, numbers, numbers, numbers))
    | st.sampled_from(["===", "!=="]).flatmap(lambda name: op(name, anything_plain, anything_plain))
    | op("in", texts, texts) | op("in", texts, st.lists(words, max_size=3)) | op("in", numbers, lists)
    | many("and", anything) | many("or", anything) | op("!", anything) | op("!!", anything)
    | st.sampled_from(["some", "all", "none"]).flatmap(lambda name: op(name, lists, inner) | op(name, st.just({"var": "rows"}), row))
)  # fmt: skip
anything_plain = st.deferred(lambda: numbers | texts | st.booleans() | st.none())
inner = st.sampled_from([{">": [{"var": ""}, 0]}, {"==": [{"var": ""}, 2]}, {"!!": [{"var": ""}]}, {"%": [{"var": ""}, 2]}])
row = st.sampled_from([{"==": [{"var": "k"}, "a"]}, {">": [{"var": "n"}, 1]}, {"!": [{"var": "k"}]}, {"var": "n"}])
lists: st.SearchStrategy[Any] = st.deferred(
    lambda: variable("list", "none") | op("filter", lists, inner) | op("map", lists, st.just({"+": [{"var": ""}, 1]}))
    | op("map", st.just({"var": "rows"}), st.just({"var": "n"}))
)  # fmt: skip
data = st.fixed_dictionaries(
    {
        "n": whole, "m": halves, "t": words, "yes": st.just(True), "no": st.just(False), "none": st.just([]),
        "g": st.fixed_dictionaries({"n": whole, "t": words}), "list": st.lists(whole, min_size=1, max_size=4),
        "rows": st.lists(st.fixed_dictionaries({"k": words, "n": whole}), max_size=3),
    }
)  # fmt: skip


@settings(max_examples=400)
@given(anything, data)
def test_datalogic_agrees_on_rules_whose_parts_fit(rule, given_data):
    assume(isinstance(rule, dict))
    try:
        compile_rule(rule)
    except RuleError as refused:  # the one reason to refuse a rule that is drawn here
        assert "too large" in str(refused)
        assume(False)
    try:
        theirs = datalogic_py.apply(rule, given_data)
    except datalogic_py.DataLogicError:  # it raises where we say that it cannot be computed
        assume(False)
        return
    assert same(ours(rule, given_data), theirs)
