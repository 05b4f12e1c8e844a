"""Running the scenarios of a package: answers, and what must follow from them. No Django, no clock.

They are run where the package is made and where it is received. ``covered`` says which rules no scenario has tried both ways.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from stadig.eservices import checking, flow
from stadig.eservices.package import Package, Question, Scenario
from stadig.eservices.placing import asked, name_of, parts_of, rules_of
from stadig.eservices.rules import compile_rule

RECEIPT: Final = "receipt"


@dataclass(frozen=True, slots=True)
class Miss:
    """Something that did not follow. ``what`` is ``visible``, ``hidden``, ``computed``, ``errors``, ``status`` or ``documents``."""

    what: str
    path: str
    wanted: Any
    got: Any


@dataclass(frozen=True, slots=True)
class Proved:
    """What came of one scenario; ``unknown`` are paths in it that the form does not know."""

    scenario: Scenario
    state: flow.State
    misses: tuple[Miss, ...]
    unknown: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether all followed that should."""
        return not self.misses and not self.unknown


def prove(package: Package, *, today: date) -> tuple[Proved, ...]:
    """Run every scenario, on the day it names or else today. Raises RuleError, Cycle for rules that cannot work."""
    return tuple(run(package, scenario, today=today) for scenario in package.scenarios)


def run(package: Package, scenario: Scenario, *, today: date) -> Proved:
    """Run one scenario."""
    today = date.fromisoformat(scenario.today) if scenario.today else today
    state = flow.evaluate(package, with_files(package, scenario.answers), today=today)
    faults = {fault.path: fault.kind for fault in checking.errors(package, state, today=today)}
    misses = [Miss("visible", path, "shown", "hidden") for path in scenario.visible if path not in state.visible]
    misses += [Miss("hidden", path, "hidden", "shown") for path in scenario.hidden if path in state.visible]
    misses += [
        Miss("computed", path, wanted, got)
        for path, wanted in (scenario.computed or {}).items()
        if not _same(got := flow.get(state.answers, path), wanted)
    ]
    wanted_errors = scenario.errors or {}
    for path in sorted({*faults, *wanted_errors}):
        if faults.get(path) != wanted_errors.get(path):
            misses.append(Miss("errors", path, wanted_errors.get(path, "no fault"), faults.get(path, "no fault")))
    status = "" if faults else package.case.first
    if scenario.status and scenario.status != status:
        misses.append(Miss("status", "", scenario.status, status or "not submitted"))
    documents = () if faults else documents_of(package, state)
    misses += [
        Miss("documents", name, name, ", ".join(documents) or "none") for name in scenario.documents if name not in documents
    ]
    return Proved(scenario, state, tuple(misses), tuple(_unknown(package, scenario)))


def documents_of(package: Package, state: flow.State) -> tuple[str, ...]:
    """What a submission leaves in the case: the receipt, and each question that was answered with files."""
    files = [question.path for question in package.flow.questions() if question.kind == "file"]
    return (RECEIPT, *(path for path in files if "[]" not in path and flow.answered(flow.get(state.answers, path))))


def with_files(package: Package, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with an id for each file, so that a scenario may call a file by its name."""
    kinds = {question.path: question.kind for question in package.flow.questions()}

    def change(value: Any, path: str) -> Any:
        if kinds.get(path) == "file":
            many = [str(uuid.uuid5(uuid.NAMESPACE_OID, one)) if isinstance(one, str) else one for one in _listed(value)]
            return many if isinstance(value, list) else many[0]
        if isinstance(value, Mapping):
            return {name: change(one, f"{path}.{name}" if path else str(name)) for name, one in value.items()}
        if isinstance(value, list):
            return [change(one, f"{path}[]") for one in value]
        return value

    return change(answers, "")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _same(got: Any, wanted: Any) -> bool:
    """The same value; sums of money are compared to the öre."""
    numbers = isinstance(got, int | float) and isinstance(wanted, int | float)
    return abs(got - wanted) < 0.005 if numbers and not isinstance(got, bool) else got == wanted


def expected(scenario: Scenario) -> tuple[str, ...]:
    """Every path that a scenario expects something of."""
    return (*scenario.visible, *scenario.hidden, *(scenario.computed or {}), *(scenario.errors or {}))


def _unknown(package: Package, scenario: Scenario) -> Iterator[str]:
    """Paths that the form does not know: a scenario that names one tests nothing."""
    known = asked(package) | {name_of(part) for _, part in parts_of(package)}
    for path in expected(scenario):
        if plain_path(path) not in known:
            yield path
    questions = {part.path for _, part in parts_of(package) if isinstance(part, Question)}
    for path in _leaves(scenario.answers, "", known):
        if not any(path == one or path.startswith(f"{one}.") or one.startswith(f"{path}.") for one in questions | known):
            yield path


def plain_path(path: str) -> str:
    """``children[2].name`` → ``children[].name``."""
    return "[]".join(
        part.lstrip("0123456789") if number else part for number, part in enumerate(path.replace("]", "").split("["))
    )


def _leaves(value: Any, path: str, known: frozenset[str]) -> Iterator[str]:
    if path and path in known and not isinstance(value, list):
        yield path
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _leaves(one, f"{path}.{name}" if path else str(name), known)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        for one in value:
            yield from _leaves(one, f"{path}[]", known)
    else:
        yield path


@dataclass(frozen=True, slots=True)
class Cover:
    """Whether the scenarios made one rule true, and false."""

    place: str
    path: str
    what: str
    true: bool
    false: bool


def covered(package: Package, *, today: date) -> tuple[Cover, ...]:
    """Every ``show_if`` and ``require_if``, and which of its two values any scenario gave it."""
    found: list[Cover] = []
    states = [
        (proved.state.answers, date.fromisoformat(proved.scenario.today) if proved.scenario.today else today)
        for proved in prove(package, today=today)
    ]
    for placed in rules_of(package):
        if placed.what not in ("show_if", "require_if"):
            continue
        rule = compile_rule(placed.source)
        values: set[bool] = set()
        for answers, day in states:
            rows = flow.get(answers, placed.repeat) if placed.repeat else [{}]
            for row in rows if isinstance(rows, list) else []:
                values.add(rule.holds({**answers, "item": row} if placed.repeat else answers, today=day))
        found.append(Cover(placed.place, placed.path, placed.what, True in values, False in values))
    return tuple(found)
