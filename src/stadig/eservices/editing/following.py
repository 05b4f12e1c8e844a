"""Scenarios that follow a change: an answer where a new question demands one, expectations that are what follows now. No Django.

Only ``answer`` is done by itself, when a question becomes required: the scenario says as much as before. ``follow`` changes what a
scenario expects, and is done when a person has read what differs and says that it should be so.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from stadig.eservices import proving
from stadig.eservices.editing import document
from stadig.eservices.editing.ground import Files, checked, put
from stadig.eservices.flow import get
from stadig.eservices.package import Package, Question, Scenario
from stadig.eservices.proving import plain_path

SAMPLES: Final[Mapping[str, Any]] = {
    "yes_no": False, "consent": True, "date": "2026-01-15", "time": "08:30", "month": "2026-01", "email": "karin@example.se",
    "phone": "0340-120 00", "personnummer": "199109092388", "organisation_number": "802003-4560", "file": ["fil.pdf"],
    "place": {"text": "Storgatan 12"}, "address": {"street": "Storgatan 12", "postcode": "432 41", "city": "Lindhamn"},
}  # fmt: skip
"""An answer of each kind. The numbers belong to nobody: the personnummer is one of Skatteverket's for tests, the association is ours."""
TRIES: Final = 5


def sample(question: Question) -> Any:
    """An answer that the schema takes, for most questions."""
    found = question.schema
    if question.kind in ("choice", "choices"):
        return question.options[0] if question.kind == "choice" else [question.options[0]]
    if question.kind in ("integer", "number", "money"):
        return max(found.get("minimum", 1), min(1, found.get("maximum", 1)))
    if question.kind in ("text", "long_text", "property"):
        return ("Exempel " * (1 + int(found.get("minLength", 0)) // 8)).strip()[: int(found.get("maxLength", 4000))]
    return SAMPLES[question.kind]


def answer(files: Files, path: str) -> Files:
    """The scenarios with an answer to a question that is required now, where they have none; in every row that they hold."""
    question = checked(files).question(path)
    for name in scenarios(files):
        answers: Any = copy.deepcopy(document.value(files[name], ("answers",)))
        if isinstance(answers, dict) and _fill(answers, path.split("."), sample(question)):
            files = put(files, name, ("answers",), answers)
    return files


def _fill(answers: Any, names: list[str], wanted: Any) -> bool:
    name = names[0].removesuffix("[]")
    if not isinstance(answers, dict):
        return False
    if len(names) == 1:
        missing = name not in answers
        answers.setdefault(name, copy.deepcopy(wanted))
        return missing
    if names[0].endswith("[]"):
        rows = answers.get(name)
        return sum(_fill(row, names[1:], wanted) for row in rows) > 0 if isinstance(rows, list) else False
    return _fill(answers.setdefault(name, {}), names[1:], wanted)


def scenarios(files: Files) -> Iterator[str]:
    """The files of scenarios."""
    yield from (name for name in sorted(files) if name.startswith("scenarios/") and name.endswith(".yaml"))


def follow(files: Files, *, today: date) -> Files:
    """Scenarios that failed made to hold: what is demanded is answered, and what they expect is what follows now."""
    for name in scenarios(files):
        for _ in range(TRIES):
            package = checked(files)
            scenario = next(one for one in package.scenarios if f"scenarios/{one.name}.yaml" == name)
            proved = proving.run(package, scenario, today=today)
            if proved.holds:
                break
            files = _followed(files, name, package, scenario, proved)
    return files


def _followed(files: Files, name: str, package: Package, scenario: Scenario, proved: proving.Proved) -> Files:
    demanded = [one.path for one in proved.misses if one.what == "errors" and one.got == "required" and one.wanted == "no fault"]
    if demanded and not (scenario.errors or {}):
        answers: Any = copy.deepcopy(dict(scenario.answers))
        for path in demanded:
            _answer_at(answers, path, sample(package.question(plain_path(path))))
        return put(files, name, ("answers",), answers)
    expected: dict[str, Any] = copy.deepcopy(document.value(files[name], ("expect",)) or {})
    for what in ("visible", "hidden"):
        missed = {one.path for one in proved.misses if one.what == what} | set(proved.unknown)
        if what in expected:
            expected[what] = [one for one in expected[what] if one not in missed]
    for what in ("computed", "errors"):
        told = {path: one for path, one in (expected.get(what) or {}).items() if path not in proved.unknown}
        for miss in (one for one in proved.misses if one.what == what):
            told[miss.path] = get(proved.state.answers, miss.path) if what == "computed" else miss.got
        expected |= (
            {what: {path: one for path, one in told.items() if one not in (None, "no fault")}} if told or what in expected else {}
        )
    if any(one.what == "errors" for one in proved.misses) and expected.get("errors"):
        expected = {key: one for key, one in expected.items() if key not in ("status", "documents")}
    elif any(one.what in ("status", "documents") for one in proved.misses):
        expected["status"] = package.case.first
        expected["documents"] = list(proving.documents_of(package, proved.state))
    expected = {key: one for key, one in expected.items() if one or key in ("visible", "hidden")}
    return put(files, name, ("expect",), expected)


def _answer_at(answers: Any, path: str, wanted: Any) -> None:
    """Put an answer at a concrete path, rows included."""
    here = answers
    names = path.replace("]", "").replace("[", ".").split(".")
    for number, one in enumerate(names[:-1]):
        nothing: Any = [] if names[number + 1].isdigit() else {}
        if isinstance(here, list):
            while len(here) <= int(one):
                here.append({})
            here = here[int(one)]
        else:
            here = here.setdefault(one, nothing)
    here[names[-1]] = wanted
