"""What a set of answers means: which questions are visible and required, what is computed, which steps there are.

``evaluate(package, answers, today=…)`` is the only place where visibility is decided: pages, submission, linter and paper all
ask it. An answer to a hidden question is absent from what it returns, so no rule and no case worker ever sees it.
No Django, no clock, no database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from stadig.eservices.package import Info, Package, Part, Question, Repeat, Step
from stadig.eservices.rules import Rule, Trace, compile_rule, in_order

NOTHING: tuple[Any, ...] = (None, "", [], {})
"""What counts as not answered."""


@dataclass(frozen=True, slots=True)
class State:
    """What follows from a set of answers.

    ``answers`` holds visible answers and computed values alone. Paths are concrete: ``children[0].name``; an info text is
    ``info.ID`` and a repeated group its own path. ``steps`` are the ids of the steps that have something visible.
    """

    answers: Mapping[str, Any]
    visible: frozenset[str]
    required: frozenset[str]
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """Something that is decided at once: a question, an info text, a repeated group or a computed value."""

    path: str
    part: Part | None
    show: tuple[Rule, ...]
    require: Rule | None
    compute: Rule | None
    uses: frozenset[str]
    inner: tuple[_Unit, ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """A package's rules, compiled, in an order where each reads only what comes before it."""

    units: tuple[_Unit, ...]
    steps: tuple[Step, ...]
    by_path: Mapping[str, _Unit]


def evaluate(package: Package, answers: Mapping[str, Any], *, today: date) -> State:
    """Decide everything for these answers, which may be incomplete, wrong or left from before."""
    compiled = compile_package(package)
    found = _Evaluation(today, {}, set(), set())
    for unit in compiled.units:
        if unit.compute is not None:
            _put(found.data, unit.path, unit.compute(found.data, today=today))
        elif all(rule.holds(found.data, today=today) for rule in unit.show):
            if isinstance(unit.part, Repeat):
                found.rows(unit, unit.part, answers)
            else:
                found.one(unit, unit.path, answers, into=found.data, seen=found.data)
    steps = tuple(step.id for step in compiled.steps if any(_name(part) in found.visible for part in step.parts))
    return State(found.data, frozenset(found.visible), frozenset(found.required), steps)


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """What has been found so far while the units are gone through."""

    today: date
    data: dict[str, Any]
    visible: set[str]
    required: set[str]

    def one(self, unit: _Unit, path: str, given: Mapping[str, Any], *, into: dict[str, Any], seen: Mapping[str, Any]) -> None:
        """Take over one visible answer from ``given``; its rules read ``seen``."""
        self.visible.add(path)
        if not isinstance(unit.part, Question):
            return
        if unit.part.required or (unit.require is not None and unit.require.holds(seen, today=self.today)):
            self.required.add(path)
        local = unit.part.path.rpartition("[].")[2]
        value = get(given, local)
        if answered(value):
            _put(into, local, value)

    def rows(self, unit: _Unit, part: Repeat, answers: Mapping[str, Any]) -> None:
        """Take over the rows of a repeated group, at least and at most as many as it may have."""
        self.visible.add(unit.path)
        given = get(answers, unit.path)
        rows: list[Any] = given[: part.most] if isinstance(given, list) else []
        rows += [{}] * (part.least - len(rows))
        kept: list[dict[str, Any]] = []
        for number, row in enumerate(rows):
            clean: dict[str, Any] = {}
            scope = {**self.data, "item": clean}
            for one in unit.inner:
                if all(rule.holds(scope, today=self.today) for rule in one.show):
                    path = one.path.replace("[]", f"[{number}]", 1)
                    self.one(one, path, row if isinstance(row, Mapping) else {}, into=clean, seen=scope)
            kept.append(clean)
        if kept:
            _put(self.data, unit.path, kept)


def why(package: Package, path: str, answers: Mapping[str, Any], *, today: date) -> Trace | None:
    """How the rule that shows a question came to its value; None for one that is always shown. Raises KeyError."""
    unit = compile_package(package).by_path[path]
    data: Any = evaluate(package, answers, today=today).answers
    return unit.show[-1].trace(data, today=today) if unit.show else None


def get(answers: Mapping[str, Any], path: str) -> Any:
    """The answer at a concrete path (``children[0].name``), or None."""
    here: Any = answers
    for name in _names(path):
        if isinstance(name, int):
            here = here[name] if isinstance(here, list) and name < len(here) else None
        else:
            here = here.get(name) if isinstance(here, Mapping) else None
        if here is None:
            return None
    return here


def answered(value: Any) -> bool:
    """Whether something was answered; False and 0 are answers."""
    return not any(value is nothing or (value == nothing and type(value) is type(nothing)) for nothing in NOTHING)


@lru_cache(maxsize=64)
def _compiled(digest: str) -> list[Compiled]:
    """A place for the compiled rules of one package: the digest says everything about them."""
    return []


def compile_package(package: Package) -> Compiled:
    """The package's rules, compiled once. Raises ``rules.RuleError`` or ``rules.Cycle``, which the linter tells of."""
    place = _compiled(package.digest)
    if not place:
        place.append(_compile(package))
    return place[0]


def _compile(package: Package) -> Compiled:
    units: dict[str, _Unit] = {}
    for step in package.flow.steps:
        around = (compile_rule(step.show_if),) if step.show_if is not None else ()
        for part in step.parts:
            unit = _unit(part, around)
            units[unit.path] = unit
    for path, source in package.flow.compute.items():
        rule = compile_rule(source)
        units[path] = _Unit(path, None, (), None, rule, _owners(rule.uses))
    order = in_order({path: _Reads(_known(unit.uses, units)) for path, unit in units.items()})  # type: ignore[arg-type]
    inner = {one.path: one for unit in units.values() for one in unit.inner}
    return Compiled(tuple(units[path] for path in order), package.flow.steps, {**units, **inner})


@dataclass(frozen=True, slots=True)
class _Reads:
    uses: frozenset[str]


def _unit(part: Part, around: tuple[Rule, ...]) -> _Unit:
    show = (*around, compile_rule(part.show_if)) if part.show_if is not None else around
    require = compile_rule(part.require_if) if isinstance(part, Question) and part.require_if is not None else None
    inner: tuple[_Unit, ...] = ()
    if isinstance(part, Repeat):
        units = {unit.path: unit for unit in (_unit(one, ()) for one in part.parts)}
        order = in_order(
            {
                path: _Reads(frozenset(f"{part.path}[].{one[5:]}" for one in unit.uses if one.startswith("item.")))
                for path, unit in units.items()
            }  # type: ignore[arg-type]
        )
        inner = tuple(units[path] for path in order)
    read = [rule.uses for rule in show] + ([require.uses] if require else []) + [unit.uses for unit in inner]
    return _Unit(_name(part), part, show, require, None, frozenset().union(*read), inner)


def _name(part: Part) -> str:
    return f"info.{part.id}" if isinstance(part, Info) else part.path


def _owners(uses: frozenset[str]) -> frozenset[str]:
    return frozenset(use.partition("[]")[0] for use in uses)


def _known(uses: frozenset[str], units: Mapping[str, _Unit]) -> frozenset[str]:
    """The units that a rule waits for: the longest known beginning of each path it reads."""
    found: set[str] = set()
    for use in _owners(frozenset(one for one in uses if not one.startswith("item."))):
        names = use.split(".")
        found.update({".".join(names[:count]) for count in range(1, len(names) + 1)} & units.keys())
        found.update(path for path in units if path.startswith(f"{use}."))
    return frozenset(found)


def _put(data: dict[str, Any], path: str, value: Any) -> None:
    *owners, last = path.split(".")
    for name in owners:
        data = data.setdefault(name, {})
    if value is not None:
        data[last] = value


def _names(path: str) -> Iterator[str | int]:
    for part in path.split("."):
        name, _, rest = part.partition("[")
        yield name
        if rest:
            yield int(rest.removesuffix("]"))
