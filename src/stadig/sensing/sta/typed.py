"""Expressions that know what they hold, and how two of them compare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from stadig.sensing.sta.errors import NotFound, Refused
from stadig.sensing.sta.fragment import Fragment, bound, join
from stadig.sensing.sta.grammar import Literal, moment
from stadig.sensing.sta.paths import identify
from stadig.sensing.sta.schema import OBSERVATION
from stadig.sensing.storage.columns import instant

COMPARE = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
CAST = {
    "number": "::float8",
    "text": "::text",
    "bool": "::bool",
    "time": "::timestamptz",
    "date": "::date",
    "clock": "::time",
    "duration": "::interval",
}
_FROM_JSON = {
    "number": "(CASE WHEN jsonb_typeof({0}) = 'number' THEN ({0} #>> '{{}}')::float8 END)",
    "text": "(CASE WHEN jsonb_typeof({0}) IN ('string', 'number', 'boolean') THEN {0} #>> '{{}}' END)",
    "bool": "(CASE WHEN jsonb_typeof({0}) = 'boolean' THEN ({0} #>> '{{}}')::bool END)",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression. ``parts``: one fragment, or two for an interval (start, end or NULL) and a result
    (number, JSON), or three for an observation's id (datastream, time, seq).

    ``kind``: number, text, bool, time, date, clock, duration, interval, json, result, observation, null or geometry.
    """

    kind: str
    parts: tuple[Fragment, ...]
    literal: Any = None

    @property
    def one(self) -> Fragment:
        return self.parts[0]

    def sortable(self) -> tuple[Fragment, ...]:
        """What to put in ORDER BY."""
        if self.kind in ("null", "geometry"):
            raise Refused("$orderby takes a property or an expression over one.")
        return (self.parts[0],) if self.kind == "interval" else self.parts


def as_literal(node: Literal) -> Typed:
    """A constant as a bound value."""
    if node.kind == "interval" and isinstance(node.value, tuple):
        start, end = node.value
        return Typed("interval", (bound(start, CAST["time"]), bound(end, CAST["time"])), node.value)
    if node.kind in ("null", "geometry"):
        return Typed(node.kind, (Fragment("NULL"),), node.value)
    return Typed(node.kind, (bound(node.value, CAST[node.kind]),), node.value)


def is_null(value: Typed) -> Fragment:
    """That there is nothing."""
    if value.kind == "result":
        return join("({} IS NULL AND coalesce({}, 'null'::jsonb) = 'null'::jsonb)", *value.parts)
    if value.kind == "json":
        return join("(coalesce({}, 'null'::jsonb) = 'null'::jsonb)", value.one)
    return join("({} IS NULL)", value.one)


def convert(value: Typed, kind: str) -> Fragment:
    """The expression as another kind.

    Raises
    ------
    Refused
        The one can't be read as the other.
    """
    if value.kind == kind:
        return value.one
    if value.kind == "json" and kind in _FROM_JSON:
        return _json(value.one, kind)
    if value.kind == "json" and kind == "time":
        return join("(CASE WHEN pg_input_is_valid({}, 'timestamptz') THEN {}::timestamptz END)", *(_json(value.one, "text"),) * 2)
    if value.kind == "result":
        if kind == "number":
            return value.parts[0]
        if kind in _FROM_JSON:
            return _json(value.parts[1], kind)
    if value.kind == "null":
        return Fragment("NULL" + CAST.get(kind, ""))
    if kind == "time" and value.kind == "interval":
        return value.one
    if kind == "time" and value.kind == "text" and isinstance(value.literal, str):
        return bound(moment(value.literal), CAST["time"])
    if kind == "date" and isinstance(value.literal, datetime):
        return bound(value.literal.date(), CAST["date"])
    raise Refused(f"A {value.kind} can't be used as a {kind} here.")


def _json(inner: Fragment, kind: str) -> Fragment:
    template = _FROM_JSON[kind]
    return Fragment(template.format(inner.sql), inner.values * template.count("{0}"))


def compare(operator: str, left: Typed, right: Typed) -> Fragment:
    """A comparison as a truth.

    Raises
    ------
    Refused
        The two can't be compared.
    """
    mark = COMPARE[operator]
    if {left.kind, right.kind} == {"result", "text"}:
        left, right = _numeric(left), _numeric(right)
    if "null" in (left.kind, right.kind):
        return Fragment("FALSE")
    if "observation" in (left.kind, right.kind):
        return _ids(mark, left, right)
    if "interval" in (left.kind, right.kind):
        return _intervals(operator, left, right)
    kind = _common(left, right)
    if kind == "json":
        both = [value.parts[-1] if value.kind == "json" else join("to_jsonb({})", value.one) for value in (left, right)]
        return join("({} " + mark + " {})", *both)
    return join("({} " + mark + " {})", convert(left, kind), convert(right, kind))


def _numeric(value: Typed) -> Typed:
    """A quoted number beside a result is meant as a number: clients that don't know a result's kind quote it."""
    if isinstance(value.literal, str):
        try:
            number = float(value.literal)
        except ValueError:
            return value
        if isfinite(number):
            return Typed("number", (bound(number, CAST["number"]),), number)
    return value


def _common(left: Typed, right: Typed) -> str:
    loose = ("json", "result")
    if left.kind in loose and right.kind in loose:
        return "number" if "result" in (left.kind, right.kind) else "json"
    for one, other in ((left, right), (right, left)):
        if one.kind in loose:
            return other.kind
        if one.kind in ("date", "time") and other.kind in ("time", "text"):
            return one.kind
    return left.kind


def _intervals(operator: str, left: Typed, right: Typed) -> Fragment:
    """Instants and intervals: ``lt`` means wholly before, ``gt`` wholly after, ``eq`` the same ends."""
    l_start, l_end = _ends(left)
    r_start, r_end = _ends(right)
    match operator:
        case "lt":
            # the second half follows from the first, and lets the index on the start help
            return join("({} < {} AND {} < {})", l_end, r_start, l_start, r_start)
        case "le":
            return join("({} <= {} AND {} <= {})", l_end, r_end, l_start, r_start)
        case "gt":
            return join("({} > {})", l_start, r_end)
        case "ge":
            return join("({} >= {} AND {} >= {})", l_start, r_start, l_end, r_end)
        case "eq":
            return join("({} = {} AND {} = {})", l_start, r_start, l_end, r_end)
        case _:
            return join("({} <> {} OR {} <> {})", l_start, r_start, l_end, r_end)


def _ends(value: Typed) -> tuple[Fragment, Fragment]:
    if value.kind == "interval":
        start, end = value.parts
        return start, join("coalesce({}, {})", end, start)
    at = convert(value, "time")
    return at, at


def _ids(mark: str, left: Typed, right: Typed) -> Fragment:
    if left.kind != "observation":
        left, right = right, left
    if mark not in ("=", "<>") or not isinstance(right.literal, str):
        raise Refused("An observation's id can only be compared by eq and ne with its text.")
    try:
        key = identify(OBSERVATION, right.literal)
    except NotFound:
        return Fragment("FALSE" if mark == "=" else "TRUE")
    assert isinstance(key, tuple)  # noqa: S101 – an observation's id has three parts
    values = (bound(key[0]), bound(instant(key[1]), CAST["time"]), bound(key[2]))
    return join("(({}, {}, {}) " + mark + " ({}, {}, {}))", *left.parts, *values)
