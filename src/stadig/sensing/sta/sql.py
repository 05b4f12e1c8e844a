"""A tree as SQL: typed against the entity table, every value bound, every name from :mod:`schema`.

A comparison that reaches over navigation (``Datastreams/name eq 'x'``) becomes one EXISTS, so it means *some* related
entity. Rows a caller may not see are no evidence either: each step repeats the caller's sight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from stadig.sensing.sta import functions
from stadig.sensing.sta.errors import Refused
from stadig.sensing.sta.fragment import TRUE, Fragment, bound, join, listed
from stadig.sensing.sta.grammar import Binary, Call, Literal, Node, OneOf, Path, Unary
from stadig.sensing.sta.paths import Id, Step
from stadig.sensing.sta.schema import ENTITIES, Entity, Kind, Navigation
from stadig.sensing.sta.typed import Typed, as_literal, compare, convert, is_null
from stadig.sensing.storage.columns import instant

GEO_NAMES = frozenset(
    {"geo.distance", "geo.intersects", "geo.length", "st_relate", "st_equals", "st_disjoint", "st_touches", "st_within"}
    | {"st_overlaps", "st_crosses", "st_intersects", "st_contains"}
)
NUMERIC_GEO = frozenset({"geo.distance", "geo.length"})


@dataclass(frozen=True, slots=True)
class GeoCall:
    """A spatial function over one property of one entity, and the literals beside it."""

    call: Call
    entity: Entity = field(compare=False)
    table: str
    column: str


@dataclass(slots=True)
class Sight:
    """What the caller may see: everything (``things`` is none), or public rows and those of the token's things."""

    things: list[int] | None = None

    def over(self, entity: Entity, alias: str) -> Fragment:
        if self.things is None:
            return TRUE
        return Fragment(entity.visible.format(t=alias), (self.things,) * entity.visible.count("%s"))


@dataclass(slots=True)
class Compiler:
    """Turns trees into fragments. One per statement, since it numbers the aliases."""

    sight: Sight
    now: datetime
    geo: dict[GeoCall, tuple[list[int], list[Any]]] = field(default_factory=dict)
    """The answers of the spatial functions: ids, and a value for each."""
    _aliases: int = 0

    def alias(self) -> str:
        self._aliases += 1
        return f"t{self._aliases}"

    def condition(self, node: Node, entity: Entity, alias: str) -> Fragment:
        """A truth about one row."""
        if isinstance(node, Binary) and node.operator in ("and", "or"):
            mark = "({} AND {})" if node.operator == "and" else "({} OR {})"
            return join(mark, self.condition(node.left, entity, alias), self.condition(node.right, entity, alias))
        if isinstance(node, Unary) and node.operator == "not":
            return join("(NOT coalesce({}, FALSE))", self.condition(node.operand, entity, alias))
        leaf = _Leaf(self, entity, alias)
        truth = convert(leaf.typed(node), "bool")
        if not leaf.joins:
            return join("({})", truth)
        return join("EXISTS (SELECT 1 FROM {} WHERE {} AND {})", leaf.tables(), leaf.links(), truth)

    def order(self, node: Node, descending: bool, entity: Entity, alias: str) -> Fragment:
        """One term of ORDER BY."""
        if not _reads(node):
            raise Refused("$orderby takes a property or an expression over one.")
        leaf = _Leaf(self, entity, alias, to_one=True)
        terms: list[Fragment] = []
        for part in leaf.typed(node).sortable():
            value = part
            if leaf.joins:
                value = join("(SELECT {} FROM {} WHERE {})", part, leaf.tables(), leaf.links())
            terms.append(join("{} DESC NULLS LAST" if descending else "{} ASC NULLS LAST", value))
        return listed(terms, ", ")

    def reached(self, steps: tuple[Step, ...], alias: str) -> Fragment:
        """That a row of the last step lies at the path's end: its id, and its links to the steps before."""
        last = steps[-1]
        parts = [self.sight.over(last.entity, alias)]
        if last.id is not None:
            parts.append(has_id(last.entity, alias, last.id))
        if last.way is not None:
            before = self.alias()
            link = last.way.link.format(t=alias, k=last.way.key.format(t=before))
            parts.append(
                join(
                    "EXISTS (SELECT 1 FROM {} WHERE {} AND {})",
                    Fragment(f"{steps[-2].entity.table} {before}"),
                    Fragment(link),
                    self.reached(steps[:-1], before),
                )
            )
        return listed([part for part in parts if part != TRUE] or [TRUE], " AND ")


def has_id(entity: Entity, alias: str, key: Id) -> Fragment:
    """That a row has this id."""
    if isinstance(key, tuple):
        sql = f"({alias}.datastream_id = %s AND {alias}.phenomenon_time = %s AND {alias}.seq = %s)"
        return Fragment(sql, (key[0], instant(key[1]), key[2]))
    return Fragment(f"{alias}.id = %s", (key,))


def _reads(node: Node) -> bool:
    """Whether a tree names any property: what does not can't order anything."""
    match node:
        case Path():
            return True
        case Binary():
            return _reads(node.left) or _reads(node.right)
        case Unary():
            return _reads(node.operand)
        case Call():
            return any(_reads(argument) for argument in node.arguments)
        case OneOf():
            return _reads(node.operand) or any(_reads(option) for option in node.options)
        case _:
            return False


def geo_calls(node: Node, entity: Entity) -> Iterator[GeoCall]:
    """All spatial functions in a tree, so that they can be answered before the statement is made."""
    if isinstance(node, Call):
        if node.name in GEO_NAMES:
            yield geo_call(node, entity)
        for argument in node.arguments:
            yield from geo_calls(argument, entity)
    elif isinstance(node, Binary):
        yield from geo_calls(node.left, entity)
        yield from geo_calls(node.right, entity)
    elif isinstance(node, Unary):
        yield from geo_calls(node.operand, entity)
    elif isinstance(node, OneOf):
        for part in (node.operand, *node.options):
            yield from geo_calls(part, entity)


def geo_call(call: Call, entity: Entity) -> GeoCall:
    """The entity and column that a spatial function speaks of.

    Raises
    ------
    Refused
        It names no geometry property, or two.
    """
    paths = [a for a in call.arguments if isinstance(a, Path)]
    if len(paths) != 1:
        raise Refused(f"{call.name} takes one property that holds a geometry, and literals for the rest.")
    *ways, last = paths[0].parts
    for way in ways:
        if way not in entity.navigation:
            raise Refused(f"{entity.name} has no navigation property '{way[:60]}'.")
        entity = ENTITIES[entity.navigation[way].target]
    found = entity.properties.get(last)
    if found is None or found.kind is not Kind.GEOJSON:
        raise Refused(f"{entity.name} has no geometry property '{last[:60]}'.")
    return GeoCall(call, entity, entity.table, found.columns[0])


@dataclass(slots=True)
class _Leaf:
    """One comparison or sort term, and the related tables it reaches into."""

    compiler: Compiler
    entity: Entity
    alias: str
    to_one: bool = False
    joins: dict[tuple[str, ...], tuple[Entity, str, Fragment]] = field(default_factory=dict)

    def tables(self) -> Fragment:
        return Fragment(", ".join(f"{entity.table} {alias}" for entity, alias, _ in self.joins.values()))

    def links(self) -> Fragment:
        return listed([link for _, _, link in self.joins.values()], " AND ")

    def typed(self, node: Node) -> Typed:
        match node:
            case Literal():
                return as_literal(node)
            case Path():
                return self._path(node)
            case Unary(operator="-"):
                return Typed("number", (join("(- {})", convert(self.typed(node.operand), "number")),))
            case Unary():
                return Typed("bool", (join("(NOT coalesce({}, FALSE))", convert(self.typed(node.operand), "bool")),))
            case Binary():
                return self._binary(node)
            case OneOf():
                operand = self.typed(node.operand)
                found = [compare("eq", operand, self.typed(option)) for option in node.options]
                return Typed("bool", (join("({})", listed(found or [Fragment("FALSE")], " OR ")),))
            case Call():
                return self._call(node)

    def _binary(self, node: Binary) -> Typed:
        left, right = self.typed(node.left), self.typed(node.right)
        if node.operator in ("and", "or"):
            mark = "({} AND {})" if node.operator == "and" else "({} OR {})"
            return Typed("bool", (join(mark, convert(left, "bool"), convert(right, "bool")),))
        if node.operator in functions.ARITHMETIC:
            return functions.arithmetic(node.operator, left, right)
        if node.operator in ("eq", "ne") and "null" in (left.kind, right.kind):
            there = is_null(right if left.kind == "null" else left)
            return Typed("bool", (there if node.operator == "eq" else join("(NOT {})", there),))
        return Typed("bool", (compare(node.operator, left, right),))

    def _call(self, node: Call) -> Typed:
        if node.name in GEO_NAMES:
            return self._geo(node)
        make: Callable[[list[Typed], datetime], Typed] | None = functions.FUNCTIONS.get(node.name)
        if make is None:
            raise Refused(f"There is no function '{node.name[:60]}'.")
        return make([self.typed(argument) for argument in node.arguments], self.compiler.now)

    def _geo(self, node: Call) -> Typed:
        ids, values = self.compiler.geo.get(geo_call(node, self.entity), ([], []))
        (path,) = (a for a in node.arguments if isinstance(a, Path))
        _, alias = self._walk(path.parts[:-1])
        if node.name in NUMERIC_GEO:
            sql = f"(SELECT g.v FROM unnest(%s::int4[], %s::float8[]) AS g(i, v) WHERE g.i = {alias}.id)"
            return Typed("number", (Fragment(sql, (ids, values)),))
        return Typed("bool", (Fragment(f"({alias}.id = ANY(%s::int4[]))", (ids,)),))

    def _walk(self, ways: tuple[str, ...]) -> tuple[Entity, str]:
        """The entity and alias at the end of some navigation, joined once however often it is named."""
        entity, alias = self.entity, self.alias
        for depth in range(1, len(ways) + 1):
            way: Navigation = entity.navigation[ways[depth - 1]]
            if self.to_one and way.many:
                raise Refused(f"$orderby can't sort by {'/'.join(ways)[:60]}: there may be many.")
            if ways[:depth] not in self.joins:
                target, name = ENTITIES[way.target], self.compiler.alias()
                link = Fragment(way.link.format(t=name, k=way.key.format(t=alias)))
                sight = self.compiler.sight.over(target, name)
                self.joins[ways[:depth]] = (target, name, link if sight == TRUE else link & sight)
            entity, alias, _ = self.joins[ways[:depth]]
        return entity, alias

    def _path(self, node: Path) -> Typed:
        parts = node.parts
        entity, ways = self.entity, 0
        while ways < len(parts) and parts[ways] in entity.navigation:
            entity = ENTITIES[entity.navigation[parts[ways]].target]
            ways += 1
        rest = parts[ways:]
        if not rest:
            raise Refused(f"'{'/'.join(parts)[:80]}' is an entity; name one of its properties.")
        if rest[0] not in entity.properties and rest not in (("id",), ("@iot.id",)):
            raise Refused(f"{entity.name} has no property '{rest[0][:60]}'.")
        entity, alias = self._walk(parts[:ways])
        if rest[0] in ("id", "@iot.id"):
            return _id(entity, alias)
        found = entity.properties[rest[0]]
        columns = tuple(Fragment(sql.format(t=alias)) for sql in found.sql)
        if len(rest) > 1:
            return self._inside(found.kind, columns, list(rest[1:]), "/".join(parts))
        match found.kind:
            case Kind.TEXT:
                return Typed("text", columns)
            case Kind.TIME:
                return Typed("time", columns)
            case Kind.INTERVAL:
                return Typed("interval", columns)
            case Kind.RESULT:
                return Typed("result", columns)
            case _:
                return Typed("json", columns)

    def _inside(self, kind: Kind, columns: tuple[Fragment, ...], steps: list[str], text: str) -> Typed:
        if kind in (Kind.TEXT, Kind.TIME, Kind.INTERVAL):
            raise Refused(f"'{text[:80]}' has no parts.")
        inside = join("({} #> {})", columns[-1], bound(steps, "::text[]"))
        return Typed("json", (inside,))


def _id(entity: Entity, alias: str) -> Typed:
    if entity.name == "Observation":
        names = ("datastream_id", "phenomenon_time", "seq")
        return Typed("observation", tuple(Fragment(f"{alias}.{name}") for name in names))
    return Typed("number", (Fragment(f"{alias}.id"),))
