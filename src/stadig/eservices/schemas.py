"""JSON Schema 2020-12: whether a schema is one, and compiling it. No Django, no network, no file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import jsonschema_rs

METASCHEMA: Final = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """Where a schema is no JSON Schema (``properties.what.type``), and why, in English."""

    place: str
    text: str


def faults(schema: Mapping[str, Any]) -> Iterator[SchemaFault]:
    """Every fault by the metaschema; when it has none, the first reference or pattern that cannot be compiled."""
    try:
        found = [
            SchemaFault(place_of(error.instance_path), short(error.message)) for error in _metaschema().iter_errors(dict(schema))
        ]
        yield from dict.fromkeys(found)  # the metaschema is of several parts that may say the same
        if not found:
            compile_schema(schema)
    except jsonschema_rs.ValidationError as error:
        yield SchemaFault(place_of(error.instance_path), short(error.message))
    except (jsonschema_rs.ReferencingError, ValueError, RecursionError) as error:
        yield SchemaFault("", short(str(error)))


def compile_schema(schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Compile a schema. It reaches no network and no file, and its patterns take linear time.

    Raises jsonschema_rs.ValidationError for what is no schema, jsonschema_rs.ReferencingError for a reference that leads nowhere,
    ValueError for one that is nested too deep.
    """
    return jsonschema_rs.Draft202012Validator(
        dict(schema), validate_formats=False, offline=True, pattern_options=jsonschema_rs.RegexOptions()
    )


@lru_cache(maxsize=1)
def _metaschema() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"$ref": METASCHEMA}, offline=True)


def place_of(names: list[str | int]) -> str:
    """A path of names and numbers as text: ``children[0].name``."""
    written = ""
    for name in names:
        written = f"{written}[{name}]" if isinstance(name, int) else f"{written}.{name}" if written else name
    return written


def short(text: str) -> str:
    """At most 200 characters: a message that quotes what it complains of may be as long as that is."""
    return text if len(text) <= 200 else f"{text[:200]} …"
