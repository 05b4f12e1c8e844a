"""Static types of rules: what each answer is by the schema, and what is wrong with a rule before anyone has answered.

>>> from stadig.eservices.typed import Type, check
>>> check({"==": [{"var": "lives"}, "her"]}, {"lives": Type("text", ("here", "there"))}).problems[0].kind
'not_an_option'

No Django, no clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from stadig.eservices.asking import followed
from stadig.eservices.package import Package
from stadig.eservices.rules import SCOPED, Node, compile_rule, path_of


@dataclass(frozen=True, slots=True)
class Type:
    """What a value is: ``number``, ``text``, ``date``, ``truth``, ``list``, ``group``, ``empty``, or ``any`` when it cannot be known.

    ``options`` are the only values it may have, ``item`` is what a list holds, ``fields`` what a group holds.
    """

    name: str
    options: tuple[Any, ...] | None = None
    item: Type | None = None
    fields: Mapping[str, Type] = field(default_factory=dict[str, "Type"])
    path: str = ""


Types: TypeAlias = Mapping[str, Type]
ANY: Final = Type("any")
NUMBER: Final = Type("number")
TEXT: Final = Type("text")
DATE: Final = Type("date")
TRUTH: Final = Type("truth")
EMPTY: Final = Type("empty")
TEXTS: Final = frozenset({"text", "date"})
NAMES: Final = {"integer": "number", "number": "number", "boolean": "truth", "string": "text"}
"""JSON Schema type → name of a type."""
UNITS: Final = ("days", "weeks", "months", "years")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a rule: a ``kind`` and the ``values`` its words need."""

    kind: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a rule gives, and what is wrong in it."""

    type: Type
    problems: tuple[Problem, ...]


def types_of(package: Package) -> dict[str, Type]:
    """What every described value is, by the first name of its path; computed values too, where the schema describes them."""
    return dict(type_of(package.schema, package.schema).fields)


def type_of(described: Any, schema: Mapping[str, Any], known: dict[str, Type] | None = None) -> Type:
    """What a described value is. Each of the schema's ``$defs`` is read once; one that holds itself can be anything there."""
    known = {} if known is None else known
    name = str(described.get("$ref", "")) if isinstance(described, dict) else ""
    if name in known:
        return known[name]
    if name:
        known[name] = ANY
    found = followed(schema, described)
    kind = found.get("type")
    if kind == "object":
        made = Type("group", fields={key: type_of(one, schema, known) for key, one in (found.get("properties") or {}).items()})
    elif kind == "array":
        made = Type("list", item=type_of(found.get("items"), schema, known))
    else:
        made = _single(found, kind)
    if name:
        known[name] = made
    return made


def _single(found: Mapping[str, Any], kind: Any) -> Type:
    options = tuple(found["enum"]) if isinstance(found.get("enum"), list) else None
    if kind is None and options and all(isinstance(one, str) for one in options):
        kind = "string"
    name = "date" if kind == "string" and found.get("format") == "date" else NAMES.get(str(kind), "any")
    return Type(name, options)


def check(source: Any, types: Types) -> Checked:
    """The type of a rule and what is wrong in it. Raises :class:`~.rules.RuleError` for what cannot be compiled."""
    problems: list[Problem] = []
    found = _Check(problems).of(compile_rule(source).node, Type("group", fields=types))
    return Checked(found, tuple(problems))


@dataclass(frozen=True, slots=True)
class _Check:
    problems: list[Problem]

    def say(self, problem: str, **values: Any) -> None:
        self.problems.append(Problem(problem, values))

    def of(self, node: Node, scope: Type) -> Type:
        """The type of a part whose paths are read from ``scope``."""
        if node.operator == "":
            return constant(node.source)
        if node.operator == "[]":
            items = [self.of(one, scope) for one in node.args]
            return Type("list", item=_either(items))
        if node.operator == "var":
            return self.var(node, scope)
        if node.operator in SCOPED:
            return self.scoped(node, scope)
        return self.plain(node, [self.of(one, scope) for one in node.args])

    def var(self, node: Node, scope: Type) -> Type:
        path = path_of(node)
        here = scope
        for name in path.split(".") if path else ():
            if here.name == "any":
                return ANY
            if here.name == "list" and name.isdigit():
                here = here.item or ANY
            elif name in here.fields:
                here = here.fields[name]
            else:
                self.say("unknown_reference", path=path)
                return ANY
        return replace(here, path=path)

    def scoped(self, node: Node, scope: Type) -> Type:
        listed, inner, *rest = node.args
        source = self.of(listed, scope)
        self.wants(node, source, "list")
        item = source.item or ANY
        if node.operator == "reduce":
            start = self.of(rest[0], scope)
            return self.of(
                inner, Type("group", fields={"current": item, "accumulator": start if start.name == "number" else ANY})
            )
        found = self.of(inner, item)
        if node.operator == "map":
            return Type("list", item=found)
        return Type("list", item=item) if node.operator == "filter" else TRUTH

    def plain(self, node: Node, args: list[Type]) -> Type:
        operator = node.operator
        if operator in ("==", "!=", "===", "!=="):
            self.comparable(node, *args)
        elif operator in ("<", "<=", ">", ">="):
            self.ordered(node, args)
        elif operator in ("+", "-", "*", "/", "%"):
            for one in args:
                self.wants(node, one, "number")
        elif operator in ("min", "max", "sum"):
            several = len(args) > 1 or args[0].name != "list"
            for one in args if several else [args[0].item or ANY]:
                self.wants(node, one, "number")
        elif operator == "in":
            self.inside(node, *args)
        elif operator == "len":
            self.wants(node, args[0], "list", "text", "date")
        elif operator == "age":
            self.wants(node, args[0], "date")
        elif operator == "dateadd":
            self.dateadd(node, args)
        return _gives(operator, args)

    def wants(self, node: Node, found: Type, *names: str) -> None:
        if found.name not in ("any", "empty", *names):
            self.say("wrong_type", operator=node.operator, wanted=" or ".join(names), found=found.name, path=found.path)

    def comparable(self, node: Node, one: Type, other: Type) -> None:
        for first, second in ((one, other), (other, one)):
            if first.path and first.options is not None and second.options is not None and not second.path:
                for value in second.options:
                    if value not in first.options:
                        self.say("not_an_option", path=first.path, value=value)
        kinds = {_kind(one), _kind(other)} - {"any", "empty"}
        if len(kinds) > 1:
            self.say("never_equal", operator=node.operator, one=one.name, other=other.name, path=one.path or other.path)

    def ordered(self, node: Node, args: list[Type]) -> None:
        for one in args:
            self.wants(node, one, "number", "date", "text")
        kinds = {_kind(one) for one in args} & {"number", "text"}
        if len(kinds) > 1:
            path = next((one.path for one in args if one.path), "")
            self.say("not_ordered", operator=node.operator, one=args[0].name, other=args[1].name, path=path)

    def inside(self, node: Node, one: Type, other: Type) -> None:
        self.wants(node, other, "list", "text", "date")
        if other.name != "list":
            return
        allowed = one.options if one.path else other.item.options if other.item and other.path else None
        given = node.args[1].source if one.path and not other.path else [node.args[0].source] if not one.path else []
        for value in given if allowed is not None and isinstance(given, list) else []:
            if not isinstance(value, dict | list) and value not in (allowed or ()):
                self.say("not_an_option", path=one.path or other.path, value=value)

    def dateadd(self, node: Node, args: list[Type]) -> None:
        self.wants(node, args[0], "date")
        self.wants(node, args[1], "number")
        unit = node.args[2].source
        if not isinstance(unit, dict) and unit not in UNITS:
            self.say("unknown_unit", unit=unit, known=", ".join(UNITS))


def constant(value: Any) -> Type:
    """The type of a value that is written out. An ISO date is one."""
    if value is None:
        return EMPTY
    if isinstance(value, bool):
        return replace(TRUTH, options=(value,))
    if isinstance(value, int | float):
        return replace(NUMBER, options=(value,))
    is_date = isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-" and value.replace("-", "").isdigit()
    return replace(DATE if is_date else TEXT, options=(value,))


def _kind(found: Type) -> str:
    return "text" if found.name in TEXTS else found.name


def _either(types: list[Type]) -> Type:
    """What a value is that is one of these."""
    known = [one for one in types if one.name != "empty"]
    if not known:
        return EMPTY
    names = {one.name for one in known}
    return replace(known[0], options=None, path="") if len(names) == 1 else TEXT if names <= TEXTS else ANY


def _gives(operator: str, args: list[Type]) -> Type:
    if operator in ("and", "or"):
        return _either(args)
    if operator == "if":
        values = [one for number, one in enumerate(args) if number % 2 == 1 or (number == len(args) - 1 and len(args) % 2)]
        return _either(values)
    if operator in ("+", "-", "*", "/", "%", "min", "max", "sum", "len", "age"):
        return NUMBER
    if operator in ("today", "dateadd"):
        return DATE
    return TEXT if operator == "cat" else TRUTH


def references(node: Node) -> Iterator[str]:
    """Every path a rule reads, as it is written, without those of single elements."""
    if node.operator == "var":
        if path := path_of(node):
            yield path
        return
    for one in node.args[:1] if node.operator in SCOPED else node.args:
        yield from references(one)
