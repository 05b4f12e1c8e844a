"""What a linter has to say about a package: a kind, the file and place, and the values its words need.

The words here are English, for the command line; pages have their own for each kind. No Django.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import yaml

from stadig.eservices.values import too_deep

ERROR: Final = "error"
WARNING: Final = "warning"
SENTENCE_WORDS: Final = 25
"""The longest sentence of plain language. Source: GOV.UK, *Sentence length: why 25 words is our limit* (2014-08-04)."""

WORDS: Final[Mapping[str, tuple[str, str]]] = {
    # the package
    "unreadable": (ERROR, "{text}"),
    "unknown_value": (ERROR, "{value} is not known. Known: {known}"),
    "no_such_day": (ERROR, "{value} is no day. Write it as 2026-11-22"),
    "never_open": (ERROR, "the service closes on {until}, before it opens on {opens}"),
    # rules
    "rule": (ERROR, "the rule cannot be compiled. {text}"),
    "unknown_reference": (ERROR, "the rule reads {path}, which data.schema.json does not describe"),
    "never_answered": (ERROR, "the rule reads {path}, which no question asks and nothing computes"),
    "cycle": (ERROR, "these wait for each other: {way}"),
    "not_an_option": (ERROR, "{path} is compared with {value}, which is none of its options"),
    "never_equal": (ERROR, "{operator} compares {one} with {other}"),
    "not_ordered": (ERROR, "{operator} compares {one} with {other}"),
    "wrong_type": (ERROR, "{operator} takes {wanted}, not {found}"),
    "unknown_unit": (ERROR, "{unit} is no unit of time. Known: {known}"),
    "computes_wrong_type": (ERROR, "the rule gives {found}, but data.schema.json says {wanted}"),
    "constant_rule": (WARNING, "the rule reads no answer, so it is always {value}"),
    # the flow
    "asked_twice": (ERROR, "{path} is asked twice"),
    "same_id": (ERROR, "there are two with the id {id}"),
    "empty_step": (WARNING, "the step asks nothing"),
    "computes_answer": (ERROR, "{path} is computed and asked. It can be one of them"),
    "computed_not_described": (ERROR, "{path} is computed, but data.schema.json does not describe it"),
    "never_shown": (ERROR, "{path} is never shown: no combination of answers makes its rule true"),
    "seems_never_shown": (WARNING, "{path} seems never to be shown: none of {tried} tried combinations made its rule true"),
    "always_shown": (WARNING, "{path} seems always to be shown: none of {tried} tried combinations made its rule false"),
    # the schema
    "schema": (ERROR, "is not valid JSON Schema 2020-12: {text}"),
    "schema_open": (WARNING, "additionalProperties is not false, so answers nobody asked for would be taken in"),
    "unknown_keyword": (WARNING, "{keyword} is no keyword of JSON Schema 2020-12; nothing reads it"),
    "unknown_format": (WARNING, "{format} is no format that is checked. Known: {known}"),
    "not_asked": (WARNING, "{path} is described, but nobody is asked and nothing computes it"),
    "required_not_asked": (ERROR, "{path} is required, but nobody is asked and nothing computes it"),
    # how cases are handled
    "unknown_status": (ERROR, "{status} is no status of case.yaml"),
    "unknown_path": (ERROR, "{path} is no question of flow.yaml"),
    "no_way_out": (ERROR, "a case in {status} can go nowhere, and the status is not closed"),
    "never_closed": (ERROR, "a case in {status} can never be closed"),
    "never_reached": (WARNING, "no case ever gets the status {status}"),
    "same_way": (WARNING, "the way from {start} to {end} stands twice"),
    "deadline_unmet": (ERROR, "{until} is neither a status, a group of statuses nor closed"),
    "no_statute": (WARNING, "the decision names no statute, though it can be appealed"),
    # texts
    "missing_language": (ERROR, "texts/{language}.yaml is missing"),
    "missing_text": (ERROR, "there is no text for {key}"),
    "missing_translation": (ERROR, "{key} has a text in {other}, but none here"),
    "unknown_text": (WARNING, "nothing shows the text {key}"),
    "unlisted_language": (WARNING, "service.yaml does not list the language {language}"),
    "long_sentence": (WARNING, f"a sentence has {{words}} words: «{{begins}} …». Plain language has at most {SENTENCE_WORDS}"),
    "markup": (ERROR, "holds HTML, which is shown as it is written: {found}"),
    # templates of decisions
    "unknown_decision": (ERROR, "{decision} is no decision of case.yaml"),
    "missing_template": (ERROR, "the template of {decision} is written in {other}, but not in {language}"),
    "unknown_answer": (ERROR, "{{{path}}} is no answer of the form outside its groups, and nothing computes it"),
    # scenarios
    "no_scenario": (WARNING, "there is no scenario. Write answers and what must follow from them"),
    "scenario_unknown": (ERROR, "{path} is nothing that the form asks, shows or computes"),
    "scenario_failed": (ERROR, "{path}: expected {wanted}, got {got}"),
    "rule_never": (WARNING, "no scenario makes the rule of {path} {value}"),
}  # fmt: skip
"""Kind → how bad it is, and how it is said on the command line."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend. ``place`` is where in the file, as ``steps[0].questions[2].show_if``; ``line`` counts from 1."""

    file: str
    place: str
    kind: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    line: int | None = None

    @property
    def severity(self) -> str:
        """``error`` or ``warning``."""
        return WORDS[self.kind][0]

    @property
    def text(self) -> str:
        """What is wrong, in English."""
        return WORDS[self.kind][1].format(**self.values)

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.severity}: {f'{self.place}: ' if self.place else ''}{self.text}"


@lru_cache(maxsize=32)
def lines(text: str) -> Mapping[str, int]:
    """Place in a YAML or JSON file → its line, from 1. Empty for what cannot be read."""
    found: dict[str, int] = {}
    seen: set[int] = set()

    def walk(node: yaml.Node, place: str) -> None:
        found.setdefault(place, node.start_mark.line + 1)
        if id(node) in seen:  # an alias: what it stands for has been walked
            return
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                here = f"{place}.{key.value}" if place else str(key.value)
                found.setdefault(here, key.start_mark.line + 1)
                walk(value, here)
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                walk(value, f"{place}[{number}]")

    try:
        if too_deep(text):
            return {}
        whole = yaml.compose(text, yaml.CSafeLoader)
        if whole is not None:
            walk(whole, "")
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}
    return found


def line_of(files: Mapping[str, bytes], file: str, place: str) -> int | None:
    """The line of a place, or of the nearest place around it that is in the file; None when the file is not there."""
    if file not in files:
        return None
    known = lines(files[file].decode("utf-8", "replace"))
    while place and place not in known:
        place = re.sub(r"(?:\.[^.\[]*|\[[^\[]*|^[^.\[]+)$", "", place)
    return known.get(place) if place else None
