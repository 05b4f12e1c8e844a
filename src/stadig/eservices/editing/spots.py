"""Where a finding is mended: the page of the question, the step, the status, … that it is about. No Django."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from stadig.eservices.findings import Finding
from stadig.eservices.package import Info, Package, Part, Question, Repeat
from stadig.eservices.placing import name_of, parts_of
from stadig.eservices.reading import TEMPLATE


class Spot(NamedTuple):
    """A thing in the editor: ``kind`` is service, step, part, status, way, deadline, decision, case or file; ``field`` what of it."""

    kind: str
    id: str = ""
    field: str = ""


_STEP: Final = re.compile(r"steps\[(\d+)\]")
_PART: Final = re.compile(r"steps\[\d+\]\.questions\[\d+\](?:\.questions\[\d+\])?")
_NUMBERED: Final = re.compile(r"(transitions|deadlines)\[(\d+)\]")


def spot_of(finding: Finding, package: Package) -> Spot:
    """What a finding is about."""
    file, place = finding.file, finding.place
    if file == "flow.yaml":
        return _in_flow(place, package)
    if file == "data.schema.json":
        return _in_schema(place, package)
    if file == "case.yaml":
        return _in_case(place)
    if template := TEMPLATE.fullmatch(file):
        return Spot("decision", template[1])
    if file.startswith("texts/"):
        return spot_of_text(place, package)
    return Spot("service", field=place) if file == "service.yaml" else Spot("file", file)


def _in_flow(place: str, package: Package) -> Spot:
    if found := _PART.match(place):
        part = dict(parts_of(package)).get(found[0])
        if part is not None:
            return Spot("part", name_of(part), place[found.end() + 1 :])
    if (found := _STEP.match(place)) and int(found[1]) < len(package.flow.steps):
        return Spot("step", package.flow.steps[int(found[1])].id, place[found.end() + 1 :])
    return Spot("file", "flow.yaml")


def _in_schema(place: str, package: Package) -> Spot:
    path = place.removeprefix("properties.").replace(".items.properties.", "[].").replace(".properties.", ".")
    names = {name_of(part) for _, part in parts_of(package)}
    while path and path not in names:
        path = path.rpartition(".")[0]
    return Spot("part", path) if path else Spot("file", "data.schema.json")


def _in_case(place: str) -> Spot:
    if found := _NUMBERED.match(place):
        return Spot("way" if found[1] == "transitions" else "deadline", found[2])
    what, _, rest = place.partition(".")
    id_, _, field = rest.partition(".")
    return {"statuses": Spot("status", id_, field), "decisions": Spot("decision", id_, field)}.get(what, Spot("case", field=what))


def spot_of_text(key: str, package: Package) -> Spot:
    """What a text is about."""
    what, _, rest = key.partition(".")
    if what == "question":
        part = part_of_text(rest, package)
        return Spot("part", name_of(part), rest[len(_key(part)) + 1 :]) if part else Spot("texts", field=key)
    if what == "info":
        return Spot("part", key)
    id_, _, field = rest.partition(".")
    if what in ("step", "status", "decision"):
        return Spot(what, id_, field)
    if what == "service":
        return Spot("service", field=rest)
    return Spot("case", field=key) if what in ("transition", "deadline", "outcome") else Spot("texts", field=key)


def part_of_text(rest: str, package: Package) -> Part | None:
    """The question or group that a text's key begins with, the longest."""
    found = [part for _, part in parts_of(package) if not isinstance(part, Info) and f"{rest}.".startswith(f"{_key(part)}.")]
    return max(found, key=lambda part: len(_key(part)), default=None)


def _key(part: Part) -> str:
    return part.key if isinstance(part, Question) else part.path if isinstance(part, Repeat) else f"info.{part.id}"
