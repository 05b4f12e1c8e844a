"""What is wrong with ``data.schema.json``: no JSON Schema, keywords nothing reads, answers nobody gives. No Django."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from stadig.eservices.asking import FORMATS, followed
from stadig.eservices.findings import Finding
from stadig.eservices.package import Package
from stadig.eservices.placing import asked

FILE: Final = "data.schema.json"
MOST_DEPTH: Final = 20
MOST_LEAVES: Final = 2000
ONE: Final = ("items", "contains", "additionalProperties", "propertyNames", "if", "then", "else", "not", "unevaluatedItems",
              "unevaluatedProperties", "contentSchema")  # fmt: skip
SOME: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED: Final = ("properties", "patternProperties", "$defs", "dependentSchemas")
KEYWORDS: Final = frozenset(
    {
        *ONE, *SOME, *NAMED, "$schema", "$id", "$ref", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary", "$comment", "type",
        "const", "enum", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern",
        "maxItems", "minItems", "uniqueItems", "maxContains", "minContains", "maxProperties", "minProperties", "required",
        "dependentRequired", "title", "description", "default", "deprecated", "readOnly", "writeOnly", "examples", "format",
        "contentEncoding", "contentMediaType",
    }
)  # fmt: skip
"""Every keyword of JSON Schema 2020-12 (core, applicator, unevaluated, validation, meta-data, format, content)."""


def lint_schema(package: Package) -> Iterator[Finding]:
    """Every fault of a valid schema as the contract of this form."""
    if package.schema.get("additionalProperties") is not False:
        yield Finding(FILE, "additionalProperties", "schema_open")
    yield from _words(package.schema, "", 0)
    known = asked(package)
    leaves = _leaves(package.schema, package.schema, "", "", required=True, depth=0)
    for path, place, required in islice(leaves, MOST_LEAVES):
        if not any(path == one or one.startswith((f"{path}[]", f"{path}.")) for one in known):
            yield Finding(FILE, place, "required_not_asked" if required else "not_asked", {"path": path})


def _words(described: Any, place: str, depth: int) -> Iterator[Finding]:
    """Keywords and formats that nothing reads, in every schema within the schema."""
    if not isinstance(described, dict) or depth > MOST_DEPTH:
        return
    before = f"{place}." if place else ""
    for name, value in described.items():
        here = f"{before}{name}"
        if name not in KEYWORDS:
            yield Finding(FILE, here, "unknown_keyword", {"keyword": name})
        elif name == "format" and value not in FORMATS:
            yield Finding(FILE, here, "unknown_format", {"format": value, "known": ", ".join(FORMATS)})
        elif name in ONE:
            yield from _words(value, here, depth + 1)
        elif name in SOME:
            for number, one in enumerate(value):
                yield from _words(one, f"{here}[{number}]", depth + 1)
        elif name in NAMED:
            for key, one in value.items():
                yield from _words(one, f"{here}.{key}", depth + 1)


def _leaves(
    schema: Mapping[str, Any], described: Any, path: str, place: str, *, required: bool, depth: int
) -> Iterator[tuple[str, str, bool]]:
    """What one is asked for: its path, its place, and whether it must be there."""
    holder = followed(schema, described)
    if depth > MOST_DEPTH:
        return
    inner = holder.get("properties") or {}
    for name, one in inner.items():
        here, at = f"{path}.{name}" if path else name, f"{place}.properties.{name}" if place else f"properties.{name}"
        found = followed(schema, one)
        must = required and name in (holder.get("required") or ())
        items = followed(schema, found.get("items") or {})
        if found.get("type") == "array" and items.get("properties"):
            yield here, at, must
            yield from _leaves(schema, items, f"{here}[]", f"{at}.items", required=True, depth=depth + 1)
        elif found.get("properties") and found.get("format") not in FORMATS:
            yield from _leaves(schema, found, here, at, required=must, depth=depth + 1)
        else:
            yield here, at, must
