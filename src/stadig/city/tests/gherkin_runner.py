"""Runs scenarios that someone else wrote: each step's sentence finds the function that knows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler


@dataclass(frozen=True)
class Run:
    """A scenario with one row of its examples."""

    feature: str
    line: int
    """Where the scenario stands; all its rows have the same."""
    name: str
    steps: tuple[tuple[str, list[list[str]]], ...]

    def __str__(self) -> str:
        return f"{self.feature}: {self.name}"


class Steps:
    """Sentences and the functions that know them."""

    def __init__(self) -> None:
        self._known: list[tuple[re.Pattern[str], Callable[..., None]]] = []

    def __call__(self, sentence: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
        def register(function: Callable[..., None]) -> Callable[..., None]:
            self._known.append((re.compile(sentence, re.IGNORECASE), function))
            return function

        return register

    def run(self, one: Run, world: Any) -> None:
        for sentence, table in one.steps:
            found = [(function, match) for known, function in self._known if (match := known.fullmatch(sentence))]
            assert len(found) == 1, f"{len(found)} functions know: {sentence}"
            function, match = found[0]
            function(world, *match.groups(), *([table] if table else []))


def runs(path: Path) -> list[Run]:
    """Every scenario of a feature file, once for each row of its examples."""
    document: Any = Parser().parse(path.read_text(encoding="utf-8"))
    document["uri"] = path.name
    lines = {
        child["scenario"]["id"]: child["scenario"]["location"]["line"]
        for child in document["feature"]["children"]
        if "scenario" in child
    }
    pickles: list[Any] = Compiler().compile(document)
    return [Run(path.name, lines[one["astNodeIds"][0]], one["name"], tuple(map(_step, one["steps"]))) for one in pickles]


def _step(step: Any) -> tuple[str, list[list[str]]]:
    rows = step.get("argument", {}).get("dataTable", {}).get("rows", [])
    return step["text"], [[cell["value"] for cell in row["cells"]] for row in rows]
