"""What differs between two packages, in the words of the service: questions, rules, statuses, texts. No Django.

An upgrade is read by people before it is published; they want to know that a question is required now, not that line 40 differs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from stadig.eservices.package import Package, Question
from stadig.eservices.placing import name_of, parts_of, rules_of

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``what`` is the kind of thing, ``name`` which one; ``before`` and ``after`` are plain data, None where it is not."""

    what: str
    how: str
    name: str
    before: Any = None
    after: Any = None

    def __str__(self) -> str:
        told = f"{self.what} {self.name} {self.how}"
        if self.how in (ADDED, REMOVED):
            value = self.after if self.how == ADDED else self.before
            return f"{told}: {short(value)}" if value not in (None, {}, "") else told
        return f"{told}: {short(self.before)} → {short(self.after)}"


def short(value: Any) -> str:
    """A value on one line, at most 120 characters."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 120 else f"{text[:117]} …"


def compare(before: Package, after: Package) -> tuple[Change, ...]:
    """Every difference, in the order of the form, then of case.yaml, the texts and the scenarios."""
    found: list[Change] = []
    for what, one, other in (
        ("service", _about(before), _about(after)),
        ("step", _steps(before), _steps(after)),
        ("question", _questions(before), _questions(after)),
        ("rule", _rules(before), _rules(after)),
        ("case", _case(before), _case(after)),
        ("status", _ids(before.case.statuses), _ids(after.case.statuses)),
        ("transition", _transitions(before), _transitions(after)),
        ("deadline", {one.name: _data(one, "name") for one in before.case.deadlines},
         {one.name: _data(one, "name") for one in after.case.deadlines}),
        ("decision", _ids(before.case.decisions), _ids(after.case.decisions)),
        ("text", _texts(before), _texts(after)),
        ("scenario", {one.name: _data(one, "name") for one in before.scenarios},
         {one.name: _data(one, "name") for one in after.scenarios}),
    ):  # fmt: skip
        found += _differences(what, one, other)
    return (*found, *_moved(before, after))


def _differences(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in [*before, *(one for one in after if one not in before)]:
        if name not in after:
            yield Change(what, REMOVED, name, before=before[name])
        elif name not in before:
            yield Change(what, ADDED, name, after=after[name])
        elif before[name] != after[name]:
            yield Change(what, CHANGED, name, *_only_what_differs(before[name], after[name]))


def _only_what_differs(before: Any, after: Any) -> tuple[Any, Any]:
    if not isinstance(before, dict) or not isinstance(after, dict):
        return before, after
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}


def _data(thing: Any, *but: str) -> dict[str, Any]:
    """A dataclass as a dict, without empty fields and those named."""
    values = {one.name: getattr(thing, one.name) for one in fields(thing) if one.name not in but}
    return {name: value for name, value in values.items() if value not in (None, "", (), {})}


def _ids(things: tuple[Any, ...]) -> dict[str, Any]:
    return {one.id: _data(one, "id") for one in things}


def _about(package: Package) -> dict[str, Any]:
    return {"version": package.version, **_data(package.about)}


def _steps(package: Package) -> dict[str, Any]:
    return {step.id: {} for step in package.flow.steps}


def _questions(package: Package) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _, part in parts_of(package):
        name = name_of(part)
        if isinstance(part, Question):
            found[name] = {
                "kind": part.kind, "required": part.required, "options": list(part.options), "widget": part.widget, "unit": part.unit,
                **{key: value for key, value in part.schema.items() if key not in ("type", "format", "enum", "properties", "items")},
            }  # fmt: skip
        else:
            found[name] = _data(part, "path", "id", "parts", "show_if")
    return found


def _rules(package: Package) -> dict[str, Any]:
    return {f"{placed.path} {placed.what}": placed.source for placed in rules_of(package)}


def _case(package: Package) -> dict[str, Any]:
    return _data(package.case, "statuses", "transitions", "deadlines", "decisions")


def _transitions(package: Package) -> dict[str, Any]:
    return {f"{one.start} → {one.end}": _data(one, "start", "end") for one in package.case.transitions}


def _texts(package: Package) -> dict[str, Any]:
    return {f"{language}: {key}": text for language, texts in package.texts.items() for key, text in texts.items()}


def _moved(before: Package, after: Package) -> Iterator[Change]:
    """Questions that stand in another step, and steps in another order."""
    old, new = ({question.path: step.id for step in one.flow.steps for question in step.questions()} for one in (before, after))
    for path, step in new.items():
        if path in old and old[path] != step:
            yield Change("question", MOVED, path, old[path], step)
    kept = [[step.id for step in one.flow.steps] for one in (before, after)]
    common = [[step for step in kept[0] if step in kept[1]], [step for step in kept[1] if step in kept[0]]]
    if common[0] != common[1]:
        yield Change("step", MOVED, "order", common[0], common[1])
