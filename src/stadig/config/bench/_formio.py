"""The 559-component form of the benchmarks: a published Form.io form, made into a package mechanically. Nothing else reads Form.io.

Simple conditions (``when``) all become rules; of the JavaScript ones those that compare answers with ``===``, ``!==``, ``&&`` and ``||``.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stadig.config.bench import reference

FORM = "eservices/nav-formio/nav020807.json"
TOKEN = re.compile(r"\s*(===|!==|==|!=|&&|\|\||[()!]|\"[^\"]*\"|'[^']*'|[\w.$]+)")
CHOICES = ("radiopanel", "navSelect", "select", "landvelger", "valutavelger")
TICKS = ("navCheckbox", "checkbox")
INPUTS = {"textarea": {"type": "string", "maxLength": 2000}, "navDatepicker": {"type": "string", "format": "date"},
          "email": {"type": "string", "format": "email"}, "currency": {"type": "number", "format": "money"},
          "number": {"type": "number"}, "fnrfield": {"type": "string", "maxLength": 11}, "orgNr": {"type": "string", "maxLength": 11},
          "textfield": {"type": "string", "maxLength": 200}}  # fmt: skip
TEXTS = ("alertstripe", "htmlelement", "content")
GROUPS = ("container", "datagrid")
EMPTY = {"type": "object", "additionalProperties": False}


class NotConvertible(ValueError):
    """A condition in JavaScript that is more than comparisons."""


@dataclass(slots=True)
class Form:
    """The form made into parts of a package."""

    components: int = 0
    rules: list[Any] = field(default_factory=list[Any])
    left: list[str] = field(default_factory=list[str])
    schema: dict[str, Any] = field(default_factory=lambda: dict(EMPTY) | {"properties": {}, "required": []})
    steps: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    labels: dict[str, Any] = field(default_factory=dict[str, Any])
    infos: dict[str, str] = field(default_factory=dict[str, str])
    answers: dict[str, Any] = field(default_factory=dict[str, Any])


def form() -> Form:
    """The form of the benchmarks. Raises CannotMeasure where the reference data are not at hand."""
    with reference(FORM) as path:
        return convert(json.loads(Path(path).read_text()))


def files(base: dict[str, bytes], made: Form) -> dict[str, bytes]:
    """A whole package with this form: ``base`` gives all but questions and texts."""
    import yaml

    texts: dict[str, Any] = {"question": made.labels, "step": {step["id"]: {"title": step["id"]} for step in made.steps}}
    texts["info"] = made.infos
    kept = {name: data for name, data in base.items() if not name.startswith(("scenarios/", "texts/"))}
    return kept | {
        "data.schema.json": json.dumps(made.schema).encode(),
        "flow.yaml": json.dumps({"steps": made.steps}).encode(),
        "texts/sv.yaml": yaml.safe_dump(texts, allow_unicode=True).encode(),
    }


def convert(source: dict[str, Any]) -> Form:
    """Make a Form.io form into a package's parts, with one random answer to every question (always the same)."""
    made = Form()
    components = source.get("components") or source["form"]["components"]
    made.components = sum(1 for _ in _every(components))
    places = dict(_places(components, ""))
    boxes = frozenset(one["key"] for one in _every(components) if one["type"] == "selectboxes")
    _Converter(made, places, boxes, random.Random(559)).steps(components)  # noqa: S311 - the same answers every time
    return made


def _every(components: list[Any]) -> Iterator[Any]:
    for one in components:
        yield one
        yield from _every(one.get("components") or [])


def _places(components: list[Any], before: str) -> Iterator[tuple[str, str]]:
    """Key of a component → its path as a rule reads it."""
    for one in components:
        path = f"{before}{one['key']}"
        yield one["key"], path
        inner = f"{path}." if one["type"] == "container" else "item." if one["type"] == "datagrid" else before
        yield from _places(one.get("components") or [], inner)


@dataclass(frozen=True, slots=True)
class _Into:
    """Where questions go: a group's schema, labels and answers, and the paths rules read from there."""

    schema: dict[str, Any]
    labels: dict[str, Any]
    answers: dict[str, Any]
    before: str = ""
    in_rows: bool = False


@dataclass(slots=True)
class _Converter:
    made: Form
    places: dict[str, str]
    boxes: frozenset[str]
    chance: random.Random

    def steps(self, components: list[Any]) -> None:
        into = _Into(self.made.schema, self.made.labels, self.made.answers)
        for number, panel in enumerate(one for one in components if one["type"] == "panel"):
            step: dict[str, Any] = {"id": f"step-{number}", "questions": []}
            if (rule := self.rule(panel, into)) is not None:
                step["show_if"] = rule
            for one in panel.get("components") or []:
                step["questions"] += self.part(one, [], into)
            self.made.steps.append(step)

    def part(self, one: Any, around: list[Any], into: _Into) -> Iterator[dict[str, Any]]:
        own = self.rule(one, into)
        rules = [*around, own] if own is not None else around
        shown = {} if not rules else {"show_if": rules[0] if len(rules) == 1 else {"and": rules}}
        kind, key = one["type"], one["key"]
        if kind in GROUPS and not into.in_rows:
            yield from self.group(one, rules, shown, into)
        elif inner := one.get("components"):
            for each in inner:
                yield from self.part(each, rules, into)
        elif kind in TEXTS:
            name = f"{into.before}{key}".replace(".", "_")
            self.made.infos[name] = str(one.get("label") or key)
            yield {"info": name, **shown}
        elif key not in into.schema["properties"]:
            yield from self.question(one, shown, into)

    def group(self, one: Any, rules: list[Any], shown: dict[str, Any], into: _Into) -> Iterator[dict[str, Any]]:
        key, row = one["key"], dict(EMPTY) | {"properties": {}, "required": []}
        grid = one["type"] == "datagrid"
        labels, answers = into.labels.setdefault(key, {"label": str(one.get("label") or key)}), into.answers.setdefault(key, {})
        inner = _Into(row, labels, answers, f"{into.before}{key}.", grid)
        inside = [each for part in one.get("components") or [] for each in self.part(part, [] if grid else rules, inner)]
        into.schema["properties"][key] = {"type": "array", "minItems": 1, "maxItems": 20, "items": row} if grid else row
        if grid:
            into.answers[key] = [answers]
            inside = [{"repeat": f"{into.before}{key}", "questions": inside, **shown}]
        yield from inside

    def question(self, one: Any, shown: dict[str, Any], into: _Into) -> Iterator[dict[str, Any]]:
        """A question; several to tick are a group of yes and no."""
        key, before = one["key"], "" if into.in_rows else into.before
        options = {value["value"]: value["label"] for value in _values(one)}
        label = str(one.get("label") or key)
        if one["type"] == "selectboxes" and not into.in_rows:
            ticks = {option: {"type": "boolean"} for option in options}
            into.schema["properties"][key] = dict(EMPTY) | {"properties": ticks}
            into.answers[key] = {option: self.chance.random() < 0.5 for option in options}
            into.labels[key] = {option: {"label": text} for option, text in options.items()}
            yield from ({"ask": f"{before}{key}.{option}", **shown} for option in options)
            return
        into.schema["properties"][key], into.answers[key] = self.described(one, list(options))
        if (one.get("validate") or {}).get("required"):
            into.schema["required"].append(key)
        into.labels[key] = {"label": label} | ({"option": options} if options else {})
        yield {"ask": f"{before}{key}", **shown}

    def described(self, one: Any, options: list[str]) -> tuple[dict[str, Any], Any]:
        """How an answer is described, and one."""
        if options:
            return {"type": "string", "enum": options}, self.chance.choice(options)
        if one["type"] in TICKS:
            return {"type": "boolean"}, self.chance.random() < 0.5
        described = dict(INPUTS.get(one["type"], INPUTS["textfield"]))
        made = {"number": 1200, "date": "2026-03-01", "email": "a@example.org"}
        return described, made.get(str(described.get("format") or described["type"]), made.get(described["type"], "Storgatan 1"))

    def rule(self, one: Any, into: _Into) -> Any:
        """The condition of a component as a rule, or None; what is too much JavaScript is counted in ``left``."""
        simple, script = one.get("conditional") or {}, one.get("customConditional")
        found: Any = None
        if simple.get("when"):
            key = simple["when"].rpartition(".")[2]
            value = {"true": True, "false": False}.get(str(simple.get("eq")), simple.get("eq"))
            path = self.places.get(key, simple["when"])
            path, value = (f"{path}.{value}", True) if key in self.boxes else (path, value)
            found = {"==" if str(simple.get("show")).lower() == "true" else "!=": [{"var": path}, value]}
        elif script:
            try:
                found = parse(script, "item." if into.in_rows else into.before)
            except NotConvertible:
                self.made.left.append(script)
        if found is not None:
            self.made.rules.append(found)
        return found


def _values(one: Any) -> list[Any]:
    values = one.get("values") or (one.get("data") or {}).get("values") or []
    return (
        [value for value in values if isinstance(value, dict) and value.get("value")]
        if one["type"] in (*CHOICES, "selectboxes")
        else []
    )


def parse(script: str, row: str = "") -> Any:
    """A condition in JavaScript as JSON Logic; ``row`` is where what it calls *row* is read. Raises NotConvertible."""
    text = script.strip().removeprefix("show").lstrip().removeprefix("=").strip().rstrip(";").strip()
    tokens: list[str] = []
    while text:
        found = TOKEN.match(text)
        if found is None:
            raise NotConvertible(script)
        tokens.append(f"data.{row}{found[1].removeprefix('row.')}" if found[1].startswith("row.") else found[1])
        text = text[found.end() :].strip()
    made = _either(tokens)
    if tokens:
        raise NotConvertible(script)
    return made


def _either(tokens: list[str]) -> Any:
    parts = [_both(tokens)]
    while tokens and tokens[0] == "||":
        tokens.pop(0)
        parts.append(_both(tokens))
    return parts[0] if len(parts) == 1 else {"or": parts}


def _both(tokens: list[str]) -> Any:
    parts = [_compared(tokens)]
    while tokens and tokens[0] == "&&":
        tokens.pop(0)
        parts.append(_compared(tokens))
    return parts[0] if len(parts) == 1 else {"and": parts}


def _compared(tokens: list[str]) -> Any:
    if tokens and tokens[0] == "!":
        tokens.pop(0)
        return {"!": [_compared(tokens)]}
    if tokens and tokens[0] == "(":
        tokens.pop(0)
        inner = _either(tokens)
        if not tokens or tokens.pop(0) != ")":
            raise NotConvertible("a bracket")
        return inner
    one = _operand(tokens)
    if tokens and tokens[0] in ("===", "!==", "==", "!="):
        operator = tokens.pop(0)[:2]
        return {operator: [one, _operand(tokens)]}
    return one


def _operand(tokens: list[str]) -> Any:
    word = tokens.pop(0) if tokens else ""
    if word[:1] in ("'", '"'):
        return word[1:-1]
    if word.startswith("data."):
        return {"var": word.removeprefix("data.")}
    if word in ("true", "false") or word.isdigit():
        return json.loads(word)
    raise NotConvertible(word)
