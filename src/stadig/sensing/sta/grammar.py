"""Tokens as a tree: a Pratt parser (V. Pratt, "Top down operator precedence", 1973) for OData expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from stadig.sensing.sta.errors import Refused
from stadig.sensing.sta.lexer import Token, tokens

MAX_DEPTH = 40

Value = str | int | float | bool | datetime | timedelta | time | tuple[datetime, datetime] | None


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant. ``kind``: text, number, bool, null, time, interval, duration, clock or geometry (WKT)."""

    kind: str
    value: Value


@dataclass(frozen=True, slots=True)
class Path:
    """``Datastream/Thing/name``, ``properties/a[1]``: the parts, an index as its own part."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class OneOf:
    """``x in (1, 2, 3)``."""

    operand: Node
    options: tuple[Node, ...]


Node = Literal | Path | Call | Unary | Binary | OneOf

STRENGTH = {
    "or": 1, "and": 2,
    "eq": 4, "ne": 4, "gt": 4, "ge": 4, "lt": 4, "le": 4, "in": 4,
    "add": 5, "sub": 5, "mul": 6, "div": 6, "mod": 6,
}  # fmt: skip
NOT, MINUS = 3, 7


@lru_cache(maxsize=2048)
def expression(text: str) -> Node:
    """The tree of a ``$filter``.

    Raises
    ------
    Refused
        The text is not an expression; the message says where.
    """
    reader = _Reader(text)
    tree = reader.expression(0)
    reader.expect("end")
    return tree


@lru_cache(maxsize=512)
def ordering(text: str) -> tuple[tuple[Node, bool], ...]:
    """The trees of an ``$orderby``, each with whether it descends."""
    reader = _Reader(text)
    found: list[tuple[Node, bool]] = []
    while True:
        tree = reader.expression(0)
        descending = False
        if reader.now.kind == "name" and reader.now.text.lower() in ("asc", "desc"):
            descending = reader.take().text.lower() == "desc"
        found.append((tree, descending))
        if reader.now.text != ",":
            break
        reader.take()
    reader.expect("end")
    return tuple(found)


class _Reader:
    """Walks the tokens."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._at = 0
        self._depth = 0

    @property
    def now(self) -> Token:
        return self._tokens[self._at]

    def take(self) -> Token:
        token = self._tokens[self._at]
        if token.kind != "end":
            self._at += 1
        return token

    def expect(self, kind_or_text: str) -> Token:
        token = self.now
        if kind_or_text not in (token.kind, token.text):
            raise self.wrong(token)
        return self.take()

    def wrong(self, token: Token) -> Refused:
        what = f"'{token.text}'" if token.text else "the end"
        return Refused(f"Unexpected {what} at position {token.at + 1} in '{self._text[:200]}'.")

    def expression(self, strength: int) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Refused(f"The expression is nested deeper than {MAX_DEPTH} levels.")
        left = self._prefix()
        chained = 0
        while self.now.kind == "name" and STRENGTH.get(self.now.text, 0) > strength:
            chained += 1
            if chained > MAX_DEPTH * 5:
                raise Refused(f"The expression has more than {MAX_DEPTH * 5} terms in a row.")
            operator = self.take().text
            left = (
                OneOf(left, self._arguments())
                if operator == "in"
                else Binary(operator, left, self.expression(STRENGTH[operator]))
            )
        self._depth -= 1
        return left

    def _prefix(self) -> Node:
        token = self.take()
        if token.text == "(":
            inner = self.expression(0)
            self.expect(")")
            return inner
        if token.text == "-":
            return Unary("-", self.expression(MINUS))
        if token.kind == "name":
            return self._named(token)
        return _literal(token) or self._fail(token)

    def _fail(self, token: Token) -> Node:
        raise self.wrong(token)

    def _named(self, token: Token) -> Node:
        text = token.text
        if text == "not":
            return Unary("not", self.expression(NOT))
        if text in ("true", "false"):
            return Literal("bool", text == "true")
        if text == "null":
            return Literal("null", None)
        if text in STRENGTH and self.now.text != "(":
            raise self.wrong(token)
        if self.now.text == "(" and "/" not in text:
            return Call(text.lower(), self._arguments())
        return path(text)

    def _arguments(self) -> tuple[Node, ...]:
        self.expect("(")
        if self.now.text == ")":
            self.take()
            return ()
        found = [self.expression(0)]
        while self.now.text == ",":
            self.take()
            found.append(self.expression(0))
        self.expect(")")
        return tuple(found)


def path(text: str) -> Path:
    """``properties/list[2]/name`` → its parts."""
    parts: list[str] = []
    for step in text.split("/"):
        name, bracket, index = step.partition("[")
        parts.append(name)
        if bracket:
            parts.append(index.rstrip("]"))
    return Path(tuple(parts))


def _literal(token: Token) -> Literal | None:
    text = token.text
    match token.kind:
        case "string":
            return Literal("text", text[1:-1].replace("''", "'").replace("\0", ""))
        case "number":
            return _number(text)
        case "time":
            return Literal("time", moment(text))
        case "interval":
            start, _, end = text.partition("/")
            return Literal("interval", (moment(start), moment(end)))
        case "clock":
            return Literal("clock", _clock(text))
        case "typed":
            kind, _, inner = text.partition("'")
            inner = inner[:-1].replace("''", "'")
            return Literal("duration", duration(inner)) if kind == "duration" else Literal("geometry", inner)
        case _:
            return None


def _number(text: str) -> Literal:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise Refused(f"The number {text[:40]} is too large.")
    whole = text.isdigit() and len(text) < 16
    return Literal("number", int(text) if whole else value)


def moment(text: str) -> datetime:
    """An ISO 8601 time as aware UTC; a date is its midnight, a time without zone is UTC (18-088 asks for a zone).

    Raises
    ------
    Refused
        The text is not a time, or lies outside the years 1 to 9999.
    """
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(f"'{text[:60]}' is not a time in ISO 8601, for example 2026-11-20T12:00:00Z.") from None


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise Refused(f"'{text[:40]}' is not a time of day.") from None


_DURATION = re.compile(r"(-)?P(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9}(?:\.\d{1,6})?)S)?)?")


def duration(text: str) -> timedelta:
    """An ISO 8601 duration of days and shorter: ``P1DT6H``, ``PT15M``.

    Raises
    ------
    Refused
        The text is not such a duration.
    """
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()[1:]):
        raise Refused(f"'{text[:40]}' is not a duration, for example PT15M.")
    sign, days, hours, minutes, seconds = match.groups()
    span = timedelta(days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0), seconds=float(seconds or 0))
    return -span if sign else span
