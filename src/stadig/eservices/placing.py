"""Where the rules of a package stand: each with its place in ``flow.yaml`` and what it decides. No Django, no clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from stadig.eservices.package import Info, Package, Part, Question, Repeat


@dataclass(frozen=True, slots=True)
class Placed:
    """One rule. ``what`` is ``show_if``, ``require_if``, ``compute`` or ``when``; ``path`` what it decides about, with ``[]`` for a row's.

    ``step.ID`` stands for a step, ``info.ID`` for a text, ``sign.ROLE`` for one who signs. ``repeat`` is the group whose rows it reads.
    """

    place: str
    what: str
    path: str
    source: Any
    repeat: str = ""


def rules_of(package: Package) -> Iterator[Placed]:
    """Every rule of the flow, in the order of the file."""
    for number, step in enumerate(package.flow.steps):
        place = f"steps[{number}]"
        if step.show_if is not None:
            yield Placed(f"{place}.show_if", "show_if", f"step.{step.id}", step.show_if)
        for position, part in enumerate(step.parts):
            yield from _of_part(part, f"{place}.questions[{position}]", "")
    for path, source in package.flow.compute.items():
        yield Placed(f"compute.{path}", "compute", path, source)
    for number, signer in enumerate(package.flow.sign):
        if signer.when is not None:
            yield Placed(f"sign[{number}].when", "when", f"sign.{signer.role}", signer.when)


def _of_part(part: Part, place: str, repeat: str) -> Iterator[Placed]:
    path = name_of(part)
    if part.show_if is not None:
        yield Placed(f"{place}.show_if", "show_if", path, part.show_if, repeat)
    if isinstance(part, Question) and part.require_if is not None:
        yield Placed(f"{place}.require_if", "require_if", path, part.require_if, repeat)
    if isinstance(part, Repeat):
        for number, one in enumerate(part.parts):
            yield from _of_part(one, f"{place}.questions[{number}]", part.path)


def name_of(part: Part) -> str:
    """What a part is called in a state: a question's or group's path, ``info.ID``."""
    return f"info.{part.id}" if isinstance(part, Info) else part.path


def asked(package: Package) -> frozenset[str]:
    """Every path that is asked or computed, with ``[]`` for a row's; groups too."""
    groups = {part.path for step in package.flow.steps for part in step.parts if isinstance(part, Repeat)}
    return frozenset({question.path for question in package.flow.questions()} | groups | set(package.flow.compute))


def parts_of(package: Package) -> Iterator[tuple[str, Part]]:
    """Every part with its place, those of repeated groups after the group."""
    for number, step in enumerate(package.flow.steps):
        for position, part in enumerate(step.parts):
            place = f"steps[{number}].questions[{position}]"
            yield place, part
            if isinstance(part, Repeat):
                yield from ((f"{place}.questions[{inner}]", one) for inner, one in enumerate(part.parts))
