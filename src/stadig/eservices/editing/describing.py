"""How an answer of each kind is described in JSON Schema, and where in the schema its parts stand. No Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from stadig.eservices.asking import FORMATS
from stadig.eservices.editing import document
from stadig.eservices.editing.document import Place
from stadig.eservices.editing.errors import EditError
from stadig.eservices.editing.ground import SCHEMA, Files, place_in_schema, put, remove, set_required, value

CHOOSING: Final = ("choice", "choices")
ALONE: Final = ("place", "consent")
"""Kinds that no row of a repeated group asks."""
BY_KIND: Final[Mapping[str, Mapping[str, Any]]] = {
    "text": {"type": "string", "maxLength": 200},
    "long_text": {"type": "string", "maxLength": 2000},
    "integer": {"type": "integer", "minimum": 0},
    "number": {"type": "number", "minimum": 0},
    "money": {"type": "number", "format": "money", "minimum": 0},
    "yes_no": {"type": "boolean"},
    "consent": {"type": "boolean", "const": True},
    "email": {"type": "string", "format": "email", "maxLength": 254},
    "phone": {"type": "string", "format": "phone", "maxLength": 40},
    "property": {"type": "string", "format": "property", "maxLength": 100},
    "file": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "string", "format": "file"}},
}
SHARED: Final[Mapping[str, Mapping[str, Any]]] = {
    "place": {
        "type": "object",
        "format": "place",
        "additionalProperties": False,
        "required": ["text"],
        "properties": {
            "text": {"type": "string", "minLength": 3, "maxLength": 200},
            "lon": {"type": "number", "minimum": 10, "maximum": 25},
            "lat": {"type": "number", "minimum": 55, "maximum": 70},
        },
    },
    "address": {
        "type": "object",
        "format": "address",
        "additionalProperties": False,
        "required": ["street", "postcode", "city"],
        "properties": {
            "street": {"type": "string", "minLength": 2, "maxLength": 120},
            "postcode": {"type": "string", "pattern": "^[0-9]{3} ?[0-9]{2}$"},
            "city": {"type": "string", "minLength": 2, "maxLength": 60},
            "co": {"type": "string", "maxLength": 120},
        },
    },
}
"""Kinds whose description stands once, in ``$defs``."""
LIMITS: Final[Mapping[str, str]] = {
    "least": "minimum",
    "most": "maximum",
    "shortest": "minLength",
    "longest": "maxLength",
    "most_files": "maxItems",
    "most_choices": "maxItems",
}


def of(kind: str, options: Sequence[Any], schema: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The description of an answer of this kind, and what ``$defs`` must hold for it.

    Raises EditError for a choice without answers to choose among.
    """
    if kind in CHOOSING:
        if not options:
            raise EditError("empty", what="the list of answers")
        one = {"type": "string", "enum": list(options)}
        return (one if kind == "choice" else {"type": "array", "minItems": 1, "uniqueItems": True, "items": one}), {}
    if kind in SHARED:
        known = schema.get("$defs") or {}
        name = next((one for one, found in known.items() if isinstance(found, dict) and found.get("format") == kind), "")
        return {"$ref": f"#/$defs/{name or kind}"}, {} if name else {kind: dict(SHARED[kind])}
    if kind in BY_KIND:
        return dict(BY_KIND[kind]), {}
    return {"type": "string", "format": next(form for form, one in FORMATS.items() if one == kind)}, {}


def limits(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Limits by their keyword; whole numbers without a decimal point. Raises EditError for one that is no limit."""
    found: dict[str, Any] = {}
    for name, limit in wanted.items():
        if name not in LIMITS:
            raise EditError("wrong", value=name, what="a limit", known=", ".join(LIMITS))
        whole = isinstance(limit, float) and limit.is_integer()
        found[LIMITS[name]] = int(limit) if whole else limit
    return found


def inner_place(described: Any, place: Place) -> Place:
    """Where one answer of several is described; the place itself for a single one."""
    return (*place, "items") if isinstance(described, dict) and described.get("type") == "array" else place


def with_path(files: Files, path: str) -> Files:
    """The files where the schema describes a computed value, as a number where it said nothing of it."""
    try:
        place_in_schema(value(files, SCHEMA), path)
        return files
    except EditError:
        pass
    place: Place = ()
    *owners, last = path.split(".")
    for name in owners:
        place = (*place, "properties", name)
        if value(files, SCHEMA, place) is None:
            files = put(files, SCHEMA, place, {"type": "object", "additionalProperties": False, "properties": {}})
    return put(files, SCHEMA, (*place, "properties", last), {"type": "number"})


def without_path(files: Files, path: str) -> Files:
    """The schema without a path, without the groups that are empty when it is gone and without definitions that nothing uses."""
    while path and not path.endswith("[]"):
        files = set_required(files, path, required=False)
        place = place_in_schema(value(files, SCHEMA), path)
        files = remove(files, SCHEMA, place)
        path = path.rpartition(".")[0]
        if value(files, SCHEMA, place[:-1]):
            break
    return without_unused(files)


def without_unused(files: Files) -> Files:
    """The schema without definitions that nothing refers to."""
    for name in list(value(files, SCHEMA, ("$defs",)) or {}):
        schema = value(files, SCHEMA)
        if not _refers(
            {key: one for key, one in schema.items() if key != "$defs"} | {"$defs": _others(schema, name)}, f"#/$defs/{name}"
        ):
            files = remove(files, SCHEMA, ("$defs", name))
    return remove(files, SCHEMA, ("$defs",)) if document.value(files[SCHEMA], ("$defs",)) == {} else files


def _others(schema: Any, name: str) -> dict[str, Any]:
    return {key: one for key, one in schema["$defs"].items() if key != name}


def _refers(here: Any, reference: str) -> bool:
    if isinstance(here, dict):
        return here.get("$ref") == reference or any(_refers(one, reference) for one in here.values())
    return isinstance(here, list) and any(_refers(one, reference) for one in here)
