"""Reading ``flow.yaml`` against ``data.schema.json``: which questions there are and of what kind each is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stadig.eservices.package import KINDS, Flow, Info, PackageError, Part, Question, Repeat, Signer, Step
from stadig.eservices.values import listed, word


def read_flow(flow: Mapping[str, Any], schema: Mapping[str, Any]) -> Flow:
    """The flow. Raises PackageError for a question that the schema does not describe."""
    file = "flow.yaml"
    steps = tuple(_step(one, f"steps[{number}]", schema) for number, one in enumerate(listed(flow, "steps", file)))
    if not steps:
        raise PackageError(file, "steps", "empty_form")
    compute = flow.get("compute") or {}
    if not isinstance(compute, dict):
        raise PackageError(file, "compute", "mapping", such=" of path: rule")
    sign = tuple(
        Signer(
            word(one, "role", file),
            str(one.get("name", "")),
            str(one.get("email", "")),
            str(one.get("personnummer", "")),
            one.get("when"),
        )
        for one in listed(flow, "sign", file, default=True)
    )
    return Flow(steps, {str(path): rule for path, rule in compute.items()}, sign)


def _step(step: Any, place: str, schema: Mapping[str, Any]) -> Step:
    if not isinstance(step, dict):
        raise PackageError("flow.yaml", place, "mapping", such=" with id and questions")
    parts: list[Part] = []
    for number, part in enumerate(listed(step, "questions", "flow.yaml")):
        parts.append(_part(part, f"{place}.questions[{number}]", schema, ""))
    return Step(word(step, "id", "flow.yaml"), tuple(parts), step.get("show_if"))


def _part(part: Any, place: str, schema: Mapping[str, Any], inside: str) -> Part:
    if isinstance(part, str):
        part = {"ask": part}
    if not isinstance(part, dict):
        raise PackageError("flow.yaml", place, "no_part")
    if "info" in part:
        return Info(word(part, "info", "flow.yaml"), part.get("show_if"))
    if "repeat" in part and not inside:
        path = str(part["repeat"])
        found = _described(schema, path, place)
        if found.get("type") != "array":
            raise PackageError("flow.yaml", place, "no_array", path=path)
        inner = [
            _part(one, f"{place}.questions[{number}]", schema, f"{path}[].")
            for number, one in enumerate(listed(part, "questions", "flow.yaml"))
        ]
        questions = tuple(one for one in inner if not isinstance(one, Repeat))
        return Repeat(path, questions, int(found.get("minItems", 0)), int(found.get("maxItems", 20)), part.get("show_if"))
    if "ask" not in part:
        raise PackageError("flow.yaml", place, "no_inner")
    return _question(part, f"{inside}{part['ask']}", place, schema)


def _question(part: Mapping[str, Any], path: str, place: str, schema: Mapping[str, Any]) -> Question:
    found = _described(schema, path, place)
    widget = str(part.get("widget") or "")
    kind = kind_of(found, widget, schema)
    if kind not in KINDS:
        raise PackageError("flow.yaml", place, "no_kind", path=path, kind=kind, known=", ".join(KINDS))
    options = tuple(found.get("enum") or followed(schema, found.get("items")).get("enum") or ())
    return Question(
        path=path,
        kind=kind,
        schema=found,
        required=_is_required(schema, path),
        options=options,
        widget=widget,
        unit=str(part.get("unit") or ""),
        show_if=part.get("show_if"),
        require_if=part.get("require_if"),
    )


FORMATS: Final = {
    "date": "date", "time": "time", "month": "month", "email": "email", "phone": "phone", "personnummer": "personnummer",
    "organisation-number": "organisation_number", "address": "address", "place": "place", "file": "file",
    "property": "property", "money": "money",
}  # fmt: skip
"""JSON Schema ``format`` → kind of question."""
LONG: Final = 300
"""A text that may be longer than this is asked for in several lines."""


def kind_of(described: Mapping[str, Any], widget: str = "", schema: Mapping[str, Any] | None = None) -> str:
    """What kind of question a described value is: one of :data:`KINDS`, or its JSON Schema type when it is none of them."""
    kind = described.get("type")
    form = str(described.get("format") or "")
    if kind == "array":
        return _kind_of_list(followed(schema or {}, described.get("items")))
    if "enum" in described:
        return "choice"
    if form in FORMATS:
        return FORMATS[form]
    if kind == "boolean":
        return "consent" if described.get("const") is True else "yes_no"
    if kind == "string":
        return "long_text" if widget == "textarea" or int(described.get("maxLength", 0)) > LONG else "text"
    return str(kind)


def _kind_of_list(items: Mapping[str, Any]) -> str:
    if "enum" in items:
        return "choices"
    return "file" if items.get("format") == "file" else "array"


def _described(schema: Mapping[str, Any], path: str, place: str) -> Mapping[str, Any]:
    """The part of the schema that describes ``path``; ``$ref`` into ``$defs`` is followed."""
    here: Any = schema
    for name in path.split("."):
        here = followed(schema, here)
        here = (here.get("properties") or {}).get(name.removesuffix("[]"))
        if here is None:
            raise PackageError("flow.yaml", place, "not_described", path=path)
        here = followed(schema, here)
        if name.endswith("[]"):
            here = followed(schema, here.get("items") or {})
    return here


def followed(schema: Mapping[str, Any], here: Any) -> Mapping[str, Any]:
    """The described value itself where it is a ``$ref`` into ``$defs``; an empty mapping for what is no description."""
    for _ in range(10):
        if not isinstance(here, dict) or "$ref" not in here:
            break
        name = str(here["$ref"]).removeprefix("#/$defs/")
        here = (schema.get("$defs") or {}).get(name, {}) | {key: value for key, value in here.items() if key != "$ref"}
    return here if isinstance(here, dict) else {}


def _is_required(schema: Mapping[str, Any], path: str) -> bool:
    owner, _, name = path.rpartition(".")
    holder = _described(schema, owner, "") if owner else schema
    return name in (holder.get("required") or ())
