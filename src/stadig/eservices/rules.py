"""Rules: what is shown, required and computed. A subset of JSON Logic, compiled once to plain closures.

>>> rule = compile_rule({"and": [{">=": [{"age": {"var": "born"}}, 18]}, {"==": [{"var": "lives"}, "here"]}]})
>>> rule({"born": "2001-05-04", "lives": "here"}, today=date(2026, 11, 22))
True
>>> sorted(rule.uses)
['born', 'lives']

Semantics are those of https://jsonlogic.com (JavaScript's comparisons and truth, except that an empty list is false), with
four additions for forms: ``today``, ``age``, ``dateadd`` on ISO dates, and ``sum`` and ``len`` of lists. Nothing raises while
a rule runs: what cannot be computed is None or false. No Django, no clock: the day is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from stadig.eservices.operators import OPERATORS, Run, truthy

MOST_DEPTH: Final = 30
MOST_NODES: Final = 400
"""A rule that a person can read is far smaller; a hostile one is refused before it is compiled."""
SCOPED: Final = frozenset({"map", "filter", "reduce", "some", "all", "none"})
"""Operators whose second argument reads one element at a time."""


class RuleError(ValueError):
    """A rule that cannot be compiled; the text says which part and why."""


class Cycle(ValueError):
    """Rules that wait for each other. ``paths`` is the way round, its first path repeated at the end."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(" → ".join(paths))
        self.paths = tuple(paths)


@dataclass(frozen=True, slots=True)
class Trace:
    """One part of a rule with the value it had, and the parts it was made of."""

    operator: str
    source: Any
    value: Any
    parts: tuple[Trace, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """One part of a compiled rule. A constant has the operator ``""``."""

    operator: str
    source: Any
    args: tuple[Node, ...]
    run: Run

    def walk(self) -> Iterator[Node]:
        """This part and all beneath it."""
        yield self
        for one in self.args:
            yield from one.walk()


class Rule:
    """A compiled rule. Call it with the answers; ``uses`` are the paths it reads."""

    __slots__ = ("node", "run", "source", "uses")

    def __init__(self, source: Any, node: Node) -> None:
        self.source, self.node, self.run = source, node, node.run
        self.uses: frozenset[str] = frozenset(_uses(node, ""))

    def __call__(self, data: Mapping[str, Any], *, today: date) -> Any:
        """The rule's value for these answers."""
        return self.run(data, today)

    def holds(self, data: Mapping[str, Any], *, today: date) -> bool:
        """Whether its value counts as true."""
        return truthy(self.run(data, today))

    def trace(self, data: Mapping[str, Any], *, today: date) -> Trace:
        """Every part with the value it had, for explaining. Slower than a call."""
        return _trace(self.node, data, today)


def compile_rule(source: Any) -> Rule:
    """Compile a rule. Raises RuleError for an unknown operator, wrong number of arguments, or a rule too large."""
    left = [MOST_NODES]
    return Rule(source, _compile(source, 0, left))


def in_order(rules: Mapping[str, Rule]) -> list[str]:
    """The keys so that each comes after those its rule reads. Raises Cycle."""
    done: list[str] = []
    state: dict[str, int] = {}

    def visit(key: str, way: list[str]) -> None:
        if state.get(key) == 2:
            return
        if state.get(key) == 1:
            raise Cycle([*way[way.index(key) :], key])
        state[key] = 1
        for used in sorted(rules[key].uses):
            if used in rules:
                visit(used, [*way, key])
        state[key] = 2
        done.append(key)

    for key in rules:
        visit(key, [])
    return done


def _compile(source: Any, depth: int, left: list[int]) -> Node:
    left[0] -= 1
    if depth > MOST_DEPTH or left[0] < 0:
        raise RuleError(f"The rule is too large: at most {MOST_DEPTH} levels and {MOST_NODES} parts.")
    if isinstance(source, list):
        items = tuple(_compile(one, depth + 1, left) for one in source)
        runs = tuple(one.run for one in items)
        return Node("[]", source, items, lambda data, today: [run(data, today) for run in runs])
    if not isinstance(source, dict):
        return Node("", source, (), lambda _data, _today: source)
    if len(source) != 1:
        raise RuleError(f"A rule has one operator, not {len(source)}: {sorted(map(str, source))}.")
    ((operator, given),) = source.items()
    if operator not in OPERATORS:
        raise RuleError(f"{operator!r} is no operator. Known: {', '.join(sorted(OPERATORS))}.")
    least, most, build = OPERATORS[operator]
    args = given if isinstance(given, list) else [given]
    if not least <= len(args) <= most:
        raise RuleError(f"{operator!r} takes {least if least == most else f'{least} to {most}'} values, not {len(args)}.")
    if operator == "var":
        return _var(source, args, depth, left)
    nodes = tuple(_compile(one, depth + 1, left) for one in args)
    return Node(operator, source, nodes, build(*(one.run for one in nodes)))


def _var(source: Any, args: list[Any], depth: int, left: list[int]) -> Node:
    path = args[0] if args else ""
    if isinstance(path, bool) or not isinstance(path, str | int | None):
        raise RuleError("'var' takes a path as text; a computed path could not be checked.")
    default = _compile(args[1] if len(args) > 1 else None, depth + 1, left)
    names = tuple(str(path).split(".")) if path not in ("", None) else ()
    return Node("var", source, (default,), _reader(names, default.run))


def _reader(names: tuple[str, ...], other: Run) -> Run:
    """What reads a path; the short ones without a loop, since nearly all are."""

    def whole(data: Any, _today: date, /) -> Any:
        return data

    def one(data: Any, today: date, /) -> Any:
        found = data.get(names[0]) if type(data) is dict else _step(data, names[0])
        return other(data, today) if found is None else found

    def several(data: Any, today: date, /) -> Any:
        found = data
        for name in names:
            found = _step(found, name)
            if found is None:
                return other(data, today)
        return found

    return (whole, one, several)[min(len(names), 2)]


def _step(data: Any, name: str) -> Any:
    if isinstance(data, Mapping):
        return data.get(name)
    if isinstance(data, list) and name.isdigit() and int(name) < len(data):
        return data[int(name)]
    return None


def path_of(node: Node) -> str:
    """The path that a ``var`` reads."""
    given = node.source["var"]
    path = (given[0] if given else "") if isinstance(given, list) else given
    return "" if path is None else str(path)


def _uses(node: Node, scope: str) -> Iterator[str]:
    """Paths read. Inside ``map`` and its like a path belongs to the list: ``children[].age``."""
    if node.operator == "var":
        path = path_of(node)
        if scope and path not in ("", "accumulator", "current"):
            yield f"{scope}[].{path.removeprefix('current.')}"
        elif path and not scope:
            yield path
    if node.operator in SCOPED:
        listed, inner, *rest = node.args
        yield from _uses(listed, scope)
        yield from _uses(inner, path_of(listed) if listed.operator == "var" else scope or "?")
        for one in rest:
            yield from _uses(one, scope)
        return
    for one in node.args:
        yield from _uses(one, scope)


def _trace(node: Node, data: Any, today: date) -> Trace:
    parts = node.args[:1] if node.operator in SCOPED else node.args if node.operator != "var" else ()
    return Trace(node.operator, node.source, node.run(data, today), tuple(_trace(one, data, today) for one in parts))
