"""A URL's query as a plan: ``$filter $expand $select $orderby $top $skip $count $resultFormat`` (18-088, section 9.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, unquote_plus, urlencode

from stadig.sensing.sta import grammar
from stadig.sensing.sta.errors import Refused
from stadig.sensing.sta.grammar import Node
from stadig.sensing.sta.schema import ENTITIES, Entity

TOP = 100
"""Rows on a page when the client names no number."""
MAX_TOP = 10_000
MAX_SKIP = 2**62
MAX_EXPANDS = 24
"""Expansions in one request, nested ones counted."""
MAX_NESTING = 6


@dataclass(slots=True)
class Options:
    """What a request asks of one entity set."""

    filter: Node | None = None
    orderby: tuple[tuple[Node, bool], ...] = ()
    select: frozenset[str] | None = None
    expand: dict[str, Options] = field(default_factory=dict)
    top: int | None = None
    skip: int = 0
    count: bool = False
    data_array: bool = False
    given: tuple[tuple[str, str], ...] = ()
    """The options as they were sent, for the link to the next page."""

    @property
    def page(self) -> int:
        """Rows on a page."""
        return TOP if self.top is None else min(self.top, MAX_TOP)

    def next_query(self) -> str:
        """The query string of the next page."""
        kept = [(name, value) for name, value in self.given if name != "$skip"]
        return urlencode([*kept, ("$skip", str(self.skip + self.page))], safe="$(),/:;'@=", quote_via=quote)


@lru_cache(maxsize=1024)
def parse(query: str, entity_name: str) -> Options:
    """The options of a whole query string. The result is shared: never change it.

    Raises
    ------
    Refused
        An option is unknown, stands twice, names what the entity lacks, or holds what can't be read.
    """
    given = [
        (unquote_plus(name, errors="replace"), unquote_plus(value, errors="replace"))
        for name, _, value in (part.partition("=") for part in query.split("&"))
        if name
    ]
    options = _options(given, ENTITIES[entity_name], 0)
    if _expansions(options) > MAX_EXPANDS:
        raise Refused(f"More than {MAX_EXPANDS} expansions in one request.")
    return options


def _options(given: list[tuple[str, str]], entity: Entity, depth: int) -> Options:
    options = Options(given=tuple(given))
    seen: set[str] = set()
    for name, value in given:
        if not name.startswith("$"):
            raise Refused(f"Unknown parameter '{name[:60]}'. Options start with a dollar sign: $filter, $expand, $top.")
        if name in seen:
            raise Refused(f"The option {name} stands twice.")
        seen.add(name)
        match name:
            case "$filter":
                options.filter = grammar.expression(value)
            case "$orderby":
                options.orderby = grammar.ordering(value)
            case "$select":
                options.select = frozenset(_selected(value, entity))
            case "$expand":
                _expand(options, value, entity, depth)
            case "$top":
                options.top = _whole(name, value, MAX_SKIP)
            case "$skip":
                options.skip = _whole(name, value, MAX_SKIP)
            case "$count":
                if value.lower() not in ("true", "false"):
                    raise Refused("$count takes true or false.")
                options.count = value.lower() == "true"
            case "$resultFormat" if depth == 0 and value == "dataArray":
                options.data_array = True
            case _:
                raise Refused(f"The option {name[:40]}={value[:40]} is not supported here.")
    return options


def _whole(name: str, value: str, most: int) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 20 and int(value) <= most):
        raise Refused(f"{name} takes a whole number from 0.")
    return int(value)


def _selected(value: str, entity: Entity) -> Iterator[str]:
    for part in value.split(","):
        name = part.strip()
        base = name.split("/", 1)[0]
        base = "id" if base == "@iot.id" else base
        if base not in entity.properties and base not in entity.navigation and base not in ("id", "@iot.selfLink"):
            raise Refused(f"{entity.name} has no property '{name[:60]}' to select.")
        yield base


def _expand(options: Options, value: str, entity: Entity, depth: int) -> None:
    if depth >= MAX_NESTING:
        raise Refused(f"$expand is nested deeper than {MAX_NESTING} levels.")
    for part in _split(value, ","):
        way, bracket, inner = part.strip().partition("(")
        if bracket and not inner.endswith(")"):
            raise Refused(f"Unexpected end of $expand at '{part[:60]}'.")
        steps = way.strip().split("/")
        at, here = options, entity
        for level, step in enumerate(steps):
            if depth + level >= MAX_NESTING:
                raise Refused(f"$expand is nested deeper than {MAX_NESTING} levels.")
            navigation = here.navigation.get(step)
            if navigation is None:
                raise Refused(f"{here.name} has no navigation property '{step[:60]}' to expand.")
            here = ENTITIES[navigation.target]
            if level == len(steps) - 1 and bracket:
                given = [(n.strip(), v) for n, _, v in (p.partition("=") for p in _split(inner[:-1], ";")) if n.strip()]
                at.expand[step] = _options(given, here, depth + level + 1)
            else:
                at = at.expand.setdefault(step, Options())


def _split(text: str, mark: str) -> Iterator[str]:
    """The parts between marks that stand outside brackets and quotes."""
    start = level = 0
    quoted = False
    for at, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif character == "(":
            level += 1
        elif character == ")":
            level -= 1
        elif character == mark and level == 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]


def _expansions(options: Options) -> int:
    return sum(1 + _expansions(inner) for inner in options.expand.values())
