"""Trying a form out: combinations of answers that matter to a rule, and what they show. No Django, no clock.

What matters is read from the package: the options of a question, yes and no, and on both sides of every number and day that any
rule compares with. Where a question depends on few others all combinations are tried, else a sample with a fixed seed.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

from stadig.eservices.flow import compile_package, evaluate, get
from stadig.eservices.operators import truthy
from stadig.eservices.package import Package, Question, Repeat
from stadig.eservices.placing import name_of, parts_of, rules_of
from stadig.eservices.rules import Node, compile_rule, path_of

MOST: Final = 600
"""Combinations that are tried for one question when none that was worked out shows it."""
SAMPLE: Final = 150
"""How many of them where there are more."""
WAYS: Final = 12
DEEPEST: Final = 12
"""Ways to make one rule true that are followed, and how many questions deep."""
FINITE: Final = frozenset({"yes_no", "consent", "choice"})
"""Kinds of question whose every answer can be tried."""


@dataclass(frozen=True, slots=True)
class Tried:
    """Whether a part was shown and hidden by any of ``count`` combinations; ``all_there_are`` when no other could differ."""

    shown: bool
    hidden: bool
    count: int
    all_there_are: bool


def try_out(package: Package, path: str, *, today: date) -> Tried:
    """Show and hide one part: a question, a group, ``info.ID``. Raises RuleError, Cycle."""
    parts = {name_of(part): part for _, part in parts_of(package)}
    needed = [one for one in _needed(package, path) if isinstance(parts.get(one), Question)]
    known = constants(package.digest, package)
    values = {one: _values(parts[one], known, today) for one in needed}
    count = math.prod(len(some) for some in values.values())
    row = next((one.path for one in parts.values() if isinstance(one, Repeat) and path.startswith(f"{one.path}[].")), "")
    shown = hidden = False
    tried = 0
    goals = _Goals(package, values, today).of(path, True, 0)
    for chosen in itertools.chain([{}], goals, _combinations(values, count)):
        tried += 1
        visible = path.replace("[]", "[0]") in evaluate(package, _answers(chosen, row), today=today).visible
        shown, hidden = shown or visible, hidden or not visible
        if shown and hidden:
            break
    finite = count <= MOST and all(getattr(parts[one], "kind", "") in FINITE for one in needed)
    return Tried(shown, hidden, tried, finite)


@dataclass(frozen=True, slots=True)
class _Goals:
    """Answers that ought to make a rule true, worked out backwards; whether they do is then tried."""

    package: Package
    values: Mapping[str, list[Any]]
    today: date

    def of(self, path: str, wanted: bool, depth: int) -> list[dict[str, Any]]:
        """Answers that ought to show a part (or hide it), and every question they need."""
        unit = compile_package(self.package).by_path.get(path)
        if unit is None or not unit.show or depth > DEEPEST:
            return [{}]
        repeat = path.rpartition("[].")[0]
        found = [self.node(rule.node, repeat, wanted) for rule in unit.show]
        ways = _merged(found) if wanted else list(itertools.chain(*found))
        whole: list[dict[str, Any]] = []
        for way in ways[:WAYS]:
            needs = [self.of(one, True, depth + 1) for one, value in way.items() if value is not None]
            whole += _merged([[way], *needs])[:4]
        return whole[:WAYS]

    def node(self, node: Node, repeat: str, wanted: bool) -> list[dict[str, Any]]:
        if node.operator in ("!", "!!") and node.args[0].operator != "var":
            return self.node(node.args[0], repeat, wanted == (node.operator == "!!"))
        if node.operator in ("and", "or"):
            found = [self.node(one, repeat, wanted) for one in node.args]
            return _merged(found) if (node.operator == "and") == wanted else list(itertools.chain(*found))[:WAYS]
        return self.atom(node, repeat, wanted)

    def atom(self, node: Node, repeat: str, wanted: bool) -> list[dict[str, Any]]:
        """Answers to the questions that one comparison reads, tried against that comparison alone."""
        uses = [(path_of(one), one) for one in node.walk() if one.operator == "var"]
        paths = {f"{repeat}[].{use[5:]}" if repeat and use.startswith("item.") else use: None for use, _ in uses}
        if not paths or any(path not in self.values for path in paths):
            return [{}]
        found: list[dict[str, Any]] = []
        for chosen in itertools.islice(itertools.product(*(self.values[path] for path in paths)), MOST):
            way = dict(zip(paths, chosen, strict=True))
            answers = _answers(way, "")
            item = get(answers, f"{repeat}[0]") if repeat else None
            if truthy(node.run({**answers, "item": item or {}}, self.today)) == wanted:
                found.append(way)
        return found[:WAYS]


def _merged(several: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Every way to have one of each that do not contradict each other."""
    found: list[dict[str, Any]] = [{}]
    for ways in several:
        found = [
            {**one, **other}
            for one in found
            for other in ways
            if all(one.get(path, value) == value for path, value in other.items())
        ][:WAYS]
    return found


def _combinations(values: Mapping[str, list[Any]], count: int) -> Iterator[dict[str, Any]]:
    if count <= MOST:
        for chosen in itertools.product(*values.values()):
            yield dict(zip(values, chosen, strict=True))
        return
    chance = random.Random(1)  # noqa: S311 - the same sample every time
    for _ in range(SAMPLE):
        yield {path: chance.choice(some) for path, some in values.items()}


def _needed(package: Package, path: str) -> list[str]:
    """The questions that decide whether a part is shown, through whatever they depend on themselves."""
    units = compile_package(package).by_path
    inner = {one.path: unit.path for unit in units.values() for one in unit.inner}
    found: list[str] = []
    waiting = [path]
    while waiting:
        here = waiting.pop()
        unit = units[here]
        uses = set().union(*(rule.uses for rule in unit.show)) if unit.show else set()
        if unit.compute is not None:
            uses = set(unit.compute.uses)
        if here in inner:
            waiting += [inner[here]] if inner[here] not in found else []
            uses = {f"{inner[here]}[].{use[5:]}" if use.startswith("item.") else use for use in uses}
        for known in units:
            if known not in found and known != here and any(_touches(use, known) for use in uses):
                found.append(known)
                waiting.append(known)
    return found


def _touches(use: str, known: str) -> bool:
    return use == known or use.startswith((f"{known}.", f"{known}[]")) or known.startswith((f"{use}.", f"{use}[]"))


def _answers(chosen: Mapping[str, Any], row: str) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for path, value in chosen.items():
        here = answers
        *owners, last = path.split(".")
        for name in owners:
            here = here.setdefault(name[:-2], [{}])[0] if name.endswith("[]") else here.setdefault(name, {})
        if value is not None:
            here[last] = value
    if row:
        answers.setdefault(row, [{}])
    return answers


@lru_cache(maxsize=16)
def _kept(digest: str) -> list[tuple[Any, ...]]:
    return []


def constants(digest: str, package: Package) -> tuple[Any, ...]:
    """Every number and text that a rule of the package compares with, in the order they stand."""
    place = _kept(digest)
    if not place:
        found: dict[Any, None] = {}
        for placed in rules_of(package):
            for node in compile_rule(placed.source).node.walk():
                if node.operator == "" and isinstance(node.source, int | float | str) and not isinstance(node.source, bool):
                    found[node.source] = None
        place.append(tuple(found))
    return place[0]


def _values(part: Any, known: tuple[Any, ...], today: date) -> list[Any]:
    """Answers to a question that may make a difference; None is no answer."""
    if not isinstance(part, Question):
        return [None]
    one = "00000000-0000-4000-8000-000000000000"
    found: Mapping[str, Callable[[], Iterable[Any]]] = {
        "yes_no": lambda: (True, False),
        "consent": lambda: (True, False),
        "choice": lambda: part.options,
        "choices": lambda: [*([option] for option in part.options), list(part.options)],
        "integer": lambda: _numbers(known),
        "number": lambda: _numbers(known),
        "money": lambda: _numbers(known),
        "date": lambda: _days(known, today),
        "place": lambda: ({"text": "x"}, {"text": "x", "lon": 15.0, "lat": 60.0}),
        "file": lambda: ([one] if part.schema.get("type") == "array" else one,),
    }
    texts = [*[text for text in known if isinstance(text, str)][:12], "x"]
    return [None, *found.get(part.kind, lambda: texts)()]


def _numbers(known: tuple[Any, ...]) -> list[Any]:
    numbers = [one for one in known if isinstance(one, int | float)]
    return [*sorted({value for one in [0, *numbers[:20]] for value in (one - 1, one, one + 1)}), 10**6]


def _days(known: tuple[Any, ...], today: date) -> list[str]:
    """Days around today, around every birthday a rule may ask for, and those written in rules."""
    years = [int(one) for one in known if isinstance(one, int | float) and 0 <= one < 130][:8]
    born = {_years_before(today, count) + timedelta(days=move) for count in years for move in (-1, 0, 1)}
    days = {today + timedelta(days=move) for move in (-400, -1, 0, 1, 400)}
    written = {one for one in known if isinstance(one, str) and len(one) == 10 and one[4] == "-"}
    return sorted({one.isoformat() for one in born | days} | written)


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
