"""What is wrong with the questions of a package and their rules. No Django, no clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from stadig.eservices import trying
from stadig.eservices.findings import Finding
from stadig.eservices.flow import compile_package
from stadig.eservices.package import Info, Package
from stadig.eservices.placing import Placed, asked, name_of, parts_of, rules_of
from stadig.eservices.rules import Cycle, RuleError, compile_rule
from stadig.eservices.typed import ANY, Type, Types, check, types_of

FILE = "flow.yaml"


def lint_flow(package: Package, today: date) -> Iterator[Finding]:
    """Rules that cannot work, questions that are asked twice or never, things that wait for each other."""
    wrong = list(rule_findings(package))
    yield from wrong
    yield from _twice(package)
    yield from _computed(package)
    yield from _signers(package)
    if any(finding.kind == "rule" for finding in wrong):
        return
    try:
        compile_package(package)
    except Cycle as cycle:
        yield Finding(FILE, _place_of(package, cycle.paths[0]), "cycle", {"way": " → ".join(cycle.paths), "paths": cycle.paths})
        return
    yield from _dead(package, today, {finding.place for finding in wrong})


def rule_findings(package: Package) -> Iterator[Finding]:
    """What is wrong with each rule by itself: it cannot be compiled, or its parts do not fit the schema or each other."""
    types = _with_computed(package)
    for placed in rules_of(package):
        try:
            yield from _rule(package, placed, types)
        except RuleError as error:
            yield Finding(FILE, placed.place, "rule", {"text": str(error)})


def _rule(package: Package, placed: Placed, types: Types) -> Iterator[Finding]:
    scope = dict(types)
    if placed.repeat:
        scope["item"] = _at(types, placed.repeat).item or ANY
    found = check(placed.source, scope)
    for problem in found.problems:
        yield Finding(FILE, placed.place, problem.kind, problem.values)
    rule = compile_rule(placed.source)
    known = asked(package)
    unknown = {problem.values["path"] for problem in found.problems if problem.kind == "unknown_reference"}
    for use in sorted(rule.uses):
        path = f"{placed.repeat}[].{use[5:]}" if placed.repeat and use.startswith("item.") else use
        if use not in unknown and "?" not in path and not _answered(path, known) and _is_described(types, path):
            yield Finding(FILE, placed.place, "never_answered", {"path": path})
    if not rule.uses and not any(node.operator in ("today", "var") for node in rule.node.walk()):
        value = rule({}, today=date.min)
        yield Finding(FILE, placed.place, "constant_rule", {"value": value})
    if placed.what == "compute":
        wanted = _at(types, placed.path)
        got = found.type.name
        same = {got, wanted.name} <= {"text", "date"}
        if got != wanted.name and not same and "any" not in (got, wanted.name) and got != "empty":
            yield Finding(FILE, placed.place, "computes_wrong_type", {"path": placed.path, "found": got, "wanted": wanted.name})


def _with_computed(package: Package) -> Types:
    """The types of all answers; what is computed and not described can be anything."""
    types = types_of(package)
    for path in package.flow.compute:
        if not _is_described(types, path):
            types[path.partition(".")[0]] = ANY
    return types


def _at(types: Types, path: str) -> Type:
    here = Type("group", fields=types)
    for name in path.split("."):
        here = here.fields.get(name.removesuffix("[]"), ANY)
        if name.endswith("[]"):
            here = here.item or ANY
    return here


def _is_described(types: Types, path: str) -> bool:
    here = Type("group", fields=types)
    for name in path.split("."):
        if here.name == "any" or name.isdigit():
            return True
        if name.removesuffix("[]") not in here.fields:
            return False
        here = here.fields[name.removesuffix("[]")]
        if name.endswith("[]"):
            here = here.item or ANY
    return True


def _answered(path: str, known: frozenset[str]) -> bool:
    return any(
        path == one or path.startswith((f"{one}.", f"{one}[]")) or one.startswith((f"{path}.", f"{path}[]")) for one in known
    )


def _twice(package: Package) -> Iterator[Finding]:
    seen: set[str] = set()
    for number, step in enumerate(package.flow.steps):
        if f"step {step.id}" in seen:
            yield Finding(FILE, f"steps[{number}].id", "same_id", {"id": step.id})
        seen.add(f"step {step.id}")
        if not step.parts:
            yield Finding(FILE, f"steps[{number}]", "empty_step", {"id": step.id})
    for place, part in parts_of(package):
        name = name_of(part)
        if name in seen:
            kind, values = ("same_id", {"id": part.id}) if isinstance(part, Info) else ("asked_twice", {"path": name})
            yield Finding(FILE, place, kind, values)
        seen.add(name)


def _computed(package: Package) -> Iterator[Finding]:
    types = types_of(package)
    questions = {question.path for question in package.flow.questions()}
    for path in package.flow.compute:
        if path in questions:
            yield Finding(FILE, f"compute.{path}", "computes_answer", {"path": path})
        if not _is_described(types, path):
            yield Finding(FILE, f"compute.{path}", "computed_not_described", {"path": path})


def _signers(package: Package) -> Iterator[Finding]:
    questions = {question.path for question in package.flow.questions()}
    for number, signer in enumerate(package.flow.sign):
        for name in ("name", "email", "personnummer"):
            path: Any = getattr(signer, name)
            if path and path not in questions:
                yield Finding(FILE, f"sign[{number}].{name}", "unknown_path", {"path": path})


def _place_of(package: Package, path: str) -> str:
    if path in package.flow.compute:
        return f"compute.{path}"
    return next((place for place, part in parts_of(package) if name_of(part) == path), "")


def _dead(package: Package, today: date, told: set[str]) -> Iterator[Finding]:
    """Questions that no tried combination of answers shows, and those that none hides; not where the rule itself is wrong."""
    for place, part in parts_of(package):
        if part.show_if is None or f"{place}.show_if" in told:
            continue
        path = name_of(part)
        tried = trying.try_out(package, path, today=today)
        if not tried.shown:
            kind = "never_shown" if tried.all_there_are else "seems_never_shown"
            yield Finding(FILE, f"{place}.show_if", kind, {"path": path, "tried": tried.count})
        elif not tried.hidden:
            yield Finding(FILE, f"{place}.show_if", "always_shown", {"path": path, "tried": tried.count})
