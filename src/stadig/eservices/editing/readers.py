"""Who reads a question: rules, signers, case.yaml, templates and handover.yaml; and the scenarios that answer it. No Django."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from stadig.cases.definition import PUT_IN
from stadig.eservices import reading
from stadig.eservices.editing import document
from stadig.eservices.editing.ground import CASE, FLOW, Files, checked, put, value
from stadig.eservices.placing import Placed, rules_of
from stadig.eservices.proving import plain_path
from stadig.eservices.rules import RuleError, compile_rule


def readers_of(files: Files, path: str, option: Any = None) -> list[str]:
    """What reads a path (or, with ``option``, compares it with that answer): paths, ``step.ID``, ``sign.ROLE``, ``info.ID``, a file."""
    found: list[str] = []
    for placed in rules_of(checked(files)):
        if _reads(placed, path) and (option is None or _holds(placed.source, option)):
            found.append(placed.path)
    if option is None:
        found += [
            f"sign.{one.get('role')}"
            for one in value(files, FLOW, ("sign",)) or ()
            if path in (one.get("name"), one.get("email"), one.get("personnummer"))
        ]
        work = value(files, CASE, ("work",)) or {}
        found += [CASE] if path in (work.get("title"), work.get("place"), work.get("photos")) else []
        found += [name for name in files if name.startswith("templates/") and path in PUT_IN.findall(files[name].decode())]
        found += [reading.HANDOVER] if reading.HANDOVER in files and _holds(value(files, reading.HANDOVER), path) else []
    return list(dict.fromkeys(found))


def _reads(placed: Placed, path: str) -> bool:
    try:
        uses = compile_rule(placed.source).uses
    except RuleError:
        return False
    for use in uses:
        read = f"{placed.repeat}[].{use[5:]}" if placed.repeat and use.startswith("item.") else use
        if read == path or read.startswith((f"{path}.", f"{path}[]")):
            return True
    return False


def _holds(source: Any, wanted: Any) -> bool:
    if isinstance(source, dict):
        return any(key == wanted or _holds(one, wanted) for key, one in source.items())
    return any(_holds(one, wanted) for one in source) if isinstance(source, list) else source == wanted


def without_in_scenarios(files: Files, path: str) -> Files:
    """The scenarios without answers to a path and without what they expect of it: it is asked no more."""
    for name in _scenarios(files):
        scenario: Any = copy.deepcopy(document.value(files[name]))
        _drop(scenario.get("answers"), path.split("."))
        expected = scenario.get("expect")
        for what, told in list(expected.items()) if isinstance(expected, dict) else ():
            if isinstance(told, list):
                expected[what] = [one for one in told if not _is(one, path)]
            elif isinstance(told, dict):
                expected[what] = {key: one for key, one in told.items() if not _is(str(key), path)}
        files = put(files, name, (), scenario)
    return files


def _is(one: Any, path: str) -> bool:
    plain = plain_path(str(one))
    return plain == path or plain.startswith((f"{path}.", f"{path}[]"))


def _drop(answers: Any, names: list[str]) -> None:
    name = names[0].removesuffix("[]")
    if not isinstance(answers, dict) or name not in answers:
        return
    if len(names) == 1:
        del answers[name]
        return
    for one in answers[name] if isinstance(answers[name], list) else [answers[name]]:
        _drop(one, names[1:])


def _scenarios(files: Files) -> Iterator[str]:
    yield from (name for name in sorted(files) if name.startswith("scenarios/") and name.endswith(".yaml"))
