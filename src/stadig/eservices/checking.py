"""Whether a set of answers may be submitted: the package's JSON Schema, and what a schema cannot say.

``errors(package, state, today=…)`` is asked by every page, by submission and by the scenarios of a package. A fault carries
data, never words: the pages have them, in each language. No Django, no clock, no database, no network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final

import jsonschema_rs

from stadig.eservices import formats
from stadig.eservices.flow import State, answered, get
from stadig.eservices.package import Info, Package, Question, Repeat
from stadig.eservices.schemas import compile_schema, place_of

KINDS: Final = (
    "required", "type", "too_long", "too_short", "too_small", "too_large", "too_many", "choice", "pattern", "email", "phone",
    "personnummer", "organisation_number", "date", "time", "month", "file", "place", "unknown",
)  # fmt: skip
"""What a fault can be."""
BY_KEYWORD: Final = {
    "required": "required", "type": "type", "maxLength": "too_long", "minLength": "too_short", "minimum": "too_small",
    "exclusiveMinimum": "too_small", "maximum": "too_large", "exclusiveMaximum": "too_large", "maxItems": "too_many",
    "minItems": "too_short", "uniqueItems": "choice", "enum": "choice", "const": "choice", "additionalProperties": "unknown",
    "unevaluatedProperties": "unknown",
}  # fmt: skip
"""Keyword of JSON Schema → kind of fault; a keyword that is not here is a *pattern* that the answer does not follow."""
INSIDE: Final = {"choices": "choice", "file": "file", "place": "place"}
"""Kind of question → kind of fault when something inside its answer is wrong."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one answer. ``path`` is concrete (``children[0].name``), ``kind`` one of :data:`KINDS`.

    ``values`` are for the words: ``limit`` for too long, short, small, large and many; ``part`` for a place.
    """

    path: str
    kind: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


def errors(package: Package, state: State, *, step: str | None = None, today: date) -> tuple[Fault, ...]:
    """Every fault in what :func:`.flow.evaluate` returned, at most one for each path, in the order of the form.

    With ``step`` only those of that step's questions. What the schema requires of a hidden question is no fault: the
    question is not asked. Nor is a computed value that could not be computed: nobody can answer it.
    """
    asked = dict(_asked(package, state, step))
    found = {path: Fault(path, "required") for path in asked if path in state.required and not answered(get(state.answers, path))}
    for fault in _against_schema(package, state.answers, asked, whole=step is None):
        found.setdefault(fault.path, fault)
    for path, question in asked.items():
        value = get(state.answers, path)
        if isinstance(question, Question) and path not in found and answered(value):
            for fault in _of_kind(question, path, value, today):
                found[path] = fault
    order = {path: number for number, path in enumerate(asked)}
    return tuple(sorted(found.values(), key=lambda fault: order.get(fault.path, len(order))))


@lru_cache(maxsize=256)
def _kept(digest: str) -> list[jsonschema_rs.Draft202012Validator]:
    """A place for the compiled schema of one package: the digest says everything about it."""
    return []


def validator(package: Package) -> jsonschema_rs.Draft202012Validator:
    """The package's schema, compiled once. Raises :class:`jsonschema_rs.ValidationError` for what is no schema."""
    place = _kept(package.digest)
    if not place:
        place.append(compile_schema(package.schema))
    return place[0]


def _asked(package: Package, state: State, step: str | None) -> Iterator[tuple[str, Question | Repeat]]:
    """What is visible, by concrete path, in the order of the form."""
    for one in package.flow.steps:
        if step is not None and one.id != step:
            continue
        for part in one.parts:
            if isinstance(part, Info) or part.path not in state.visible:
                continue
            yield part.path, part
            if isinstance(part, Repeat):
                rows = get(state.answers, part.path)
                for number in range(len(rows) if isinstance(rows, list) else 0):
                    inner = ((one.path.replace("[]", f"[{number}]", 1), one) for one in part.parts if isinstance(one, Question))
                    yield from ((path, one) for path, one in inner if path in state.visible)


def _against_schema(
    package: Package, answers: Mapping[str, Any], asked: Mapping[str, Question | Repeat], *, whole: bool
) -> Iterator[Fault]:
    """Faults that the schema finds; ``whole`` says whether those outside the questions asked are wanted too."""
    try:
        found = list(validator(package).iter_errors(answers))
    except (ValueError, OverflowError, TypeError):  # nested too deep, or no JSON at all
        found = []
        yield Fault("", "type")
    for error in found:
        keyword = error.kind.name
        path = place_of(error.instance_path)
        if keyword in ("additionalProperties", "unevaluatedProperties"):
            paths = [_below(path, name) for name in error.kind.unexpected]  # type: ignore[attr-defined]
        elif keyword == "required":
            paths = [_below(path, error.kind.property)]  # type: ignore[attr-defined]
        else:
            paths = [path]
        for one in paths:
            yield from _fault(package, one, keyword, error.kind.value, asked, whole=whole)


def _fault(
    package: Package, path: str, keyword: str, limit: Any, asked: Mapping[str, Question | Repeat], *, whole: bool
) -> Iterator[Fault]:
    kind = BY_KEYWORD.get(keyword, "pattern")
    values = {"limit": limit} if kind.startswith("too_") else {}
    owner = _owner(path, asked)
    if owner == path:
        part = asked[owner]
        if keyword == "const" and isinstance(part, Question) and part.kind == "consent":
            kind = "required"
        yield Fault(path, kind, values)
    elif owner and isinstance(part := asked[owner], Question):
        inside = INSIDE.get(part.kind, kind)
        yield Fault(owner, inside, {"part": path[len(owner) :].lstrip(".")} if inside == "place" else values)
    elif whole and kind != "required" and not (kind == "unknown" and path in package.flow.compute):
        yield Fault(path, kind, values)


def _owner(path: str, asked: Mapping[str, Question | Repeat]) -> str:
    """The question that a path belongs to: itself, or the nearest around it; empty when none does."""
    while path and path not in asked:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return path


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _of_kind(question: Question, path: str, value: Any, today: date) -> Iterator[Fault]:
    """What the schema cannot say about an answer of this kind."""
    if question.kind == "place":
        if missing := formats.missing_in_place(value):
            yield Fault(path, "place", {"part": missing})
    elif question.kind == "file":
        files = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) and formats.is_file(one) for one in files):
            yield Fault(path, "file")
    elif question.kind in formats.CHECKS and not (isinstance(value, str) and formats.CHECKS[question.kind](value, today)):
        yield Fault(path, question.kind)
