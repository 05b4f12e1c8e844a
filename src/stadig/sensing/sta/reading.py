# pyright: reportArgumentType=false
# SQL is put together from fragments of our own, values always bound; psycopg's types ask for literals.
"""Reading: one statement for the page, one more for each expansion, whatever the number of rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection
from shapely.geometry.base import BaseGeometry

from stadig.sensing.sta import geometry
from stadig.sensing.sta.context import Context
from stadig.sensing.sta.errors import NotFound, Refused
from stadig.sensing.sta.fragment import TRUE, Fragment, bound, join, listed
from stadig.sensing.sta.grammar import Literal
from stadig.sensing.sta.options import Options
from stadig.sensing.sta.paths import Address, Id, Step, observation_id
from stadig.sensing.sta.schema import ENTITIES, Entity, Kind, Navigation, Property
from stadig.sensing.sta.sql import Compiler, GeoCall, geo_calls
from stadig.sensing.storage.columns import micros

MAX_EXPANDED = 50_000
"""Entities that one request may pull in by $expand."""
OMITTED = frozenset({"observedArea", "phenomenonTime", "validTime", "resultQuality", "parameters", "properties"})
"""Optional properties that are left out where there are none."""

Wire = AsyncConnection[Any]


@dataclass(slots=True)
class Found:
    """One row: its id, what it shows, and the foreign keys that expansions need."""

    id: Id
    shown: dict[str, Any]
    keys: dict[str, Any]


async def read(wire: Wire, address: Address, options: Options, context: Context) -> Any:
    """What a GET of this address answers, ready for JSON; bytes for a ``$value``.

    Raises
    ------
    NotFound
        An entity on the way does not exist or may not be seen.
    Refused
        The options make no sense here.
    """
    if address.inside or address.ending == "$value":
        return await _inside(wire, address, context)
    compiler = await _compiler(wire, address.last.entity, options, context)
    condition = compiler.reached(address.steps, "t0")
    if not address.last.many:
        return await _one(wire, address, options, context, compiler, condition)
    if address.ending == "$count":
        return str(await _count(wire, compiler, address.last.entity, options, condition)).encode()
    found, more = await _page(wire, compiler, address.last.entity, options, condition, context)
    if not found and len(address.steps) > 1:
        await locate(wire, address.steps[:-1], context)
    answer: dict[str, Any] = {}
    if options.count:
        answer["@iot.count"] = await _count(wire, compiler, address.last.entity, options, condition)
    if more:
        answer["@iot.nextLink"] = f"{context.base}/{path_of(address)}?{options.next_query()}"
    if address.ending == "$ref":
        answer["value"] = [{"@iot.selfLink": context.link(address.last.entity, row.id)} for row in found]
    elif options.data_array:
        answer["value"] = _data_array(found, address.last.entity, context)
    else:
        await _expanded(wire, found, address.last.entity, options, context)
        answer["value"] = [row.shown for row in found]
    return answer


async def locate(wire: Wire, steps: tuple[Step, ...], context: Context) -> Id:
    """The id of the one entity at the end of a path.

    Raises
    ------
    NotFound
        There is none, or it may not be seen.
    """
    compiler = Compiler(context.caller.sight, context.now)
    entity = steps[-1].entity
    query = join(
        "SELECT {} FROM {} WHERE {} LIMIT 1", _keys(entity), Fragment(f"{entity.table} t0"), compiler.reached(steps, "t0")
    )
    row = await (await wire.execute(query.sql, query.values)).fetchone()
    if row is None:
        raise NotFound(f"There is no such {entity.name}.")
    return _id(entity, row)


def path_of(address: Address) -> str:
    """The path as text, without its ending."""
    parts: list[str] = []
    for step in address.steps:
        name = step.way.name if step.way else step.entity.plural
        key = f"'{observation_id(step.id)}'" if isinstance(step.id, tuple) else step.id
        parts.append(name if step.id is None else f"{name}({key})")
    return "/".join(parts + ([address.ending] if address.ending == "$ref" else []))


async def _one(
    wire: Wire, address: Address, options: Options, context: Context, compiler: Compiler, condition: Fragment
) -> dict[str, Any]:
    entity = address.last.entity
    if options.filter is not None or options.orderby or options.top is not None or options.skip or options.count:
        raise Refused("$filter, $orderby, $top, $skip and $count are for sets, not for one entity.")
    found = await _rows(wire, _statement(compiler, entity, options, condition, Fragment("LIMIT 1")), entity, options, context)
    if not found:
        raise NotFound(f"There is no such {entity.name}.")
    if address.ending == "$ref":
        return {"@iot.selfLink": context.link(entity, found[0].id)}
    await _expanded(wire, found, entity, options, context)
    return found[0].shown


async def _inside(wire: Wire, address: Address, context: Context) -> Any:
    entity = address.last.entity
    compiler = Compiler(context.caller.sight, context.now)
    name = address.inside[0] if address.inside else ""
    options = Options(select=frozenset({name}))
    condition = compiler.reached(address.steps, "t0")
    found = await _rows(wire, _statement(compiler, entity, options, condition, Fragment("LIMIT 1")), entity, options, context)
    if not found:
        raise NotFound(f"There is no such {entity.name}.")
    value = found[0].shown.get("@iot.id" if name == "id" else name)
    if isinstance(value, msgspec.Raw):
        value = msgspec.json.decode(value)
    for step in address.inside[1:]:
        if isinstance(value, dict) and step in value:
            value = value[step]
        else:
            raise NotFound(f"There is no '{step[:80]}' in {'/'.join(address.inside)[:200]}.")
    if address.ending != "$value":
        return {address.inside[-1]: value}
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z").encode()
    return b"" if value is None else msgspec.json.encode(value)


async def _compiler(wire: Wire, entity: Entity, options: Options, context: Context) -> Compiler:
    """A compiler that holds the answers to all spatial functions in the options."""
    compiler = Compiler(context.caller.sight, context.now)
    trees = [tree for tree, _ in options.orderby] + ([options.filter] if options.filter is not None else [])
    for tree in trees:
        for call in geo_calls(tree, entity):
            if call not in compiler.geo:
                compiler.geo[call] = await _decided(wire, call)
    return compiler


async def _decided(wire: Wire, wanted: GeoCall) -> tuple[list[int], list[Any]]:
    """Which rows a spatial function holds for, or its numbers: the boxes sift in SQL, Shapely decides."""
    name = wanted.call.name
    literals = [a.value for a in wanted.call.arguments if isinstance(a, Literal)]
    texts = [value for a, value in zip(wanted.call.arguments, literals, strict=False) if value is not None]
    needed = 0 if name == "geo.length" else 2 if name == "st_relate" else 1
    if len(literals) != needed or len(wanted.call.arguments) != needed + 1 or len(texts) != needed:
        raise Refused(f"{name} takes a property and {needed} literal{'' if needed == 1 else 's'}.")
    other: BaseGeometry | None = geometry.literal(str(literals[0])) if needed else None
    relation = geometry.pattern(literals[1]) if name == "st_relate" else ""
    first_is_property = not isinstance(wanted.call.arguments[0], Literal)
    table, column = wanted.entity.table, wanted.column
    query = Fragment(f"SELECT id, {column} FROM {table} WHERE west IS NOT NULL")
    if name in geometry.BOXED and other is not None:
        west, south, east, north = other.bounds
        query = query & Fragment("west <= %s AND east >= %s AND south <= %s AND north >= %s", (east, west, north, south))
    ids: list[int] = []
    values: list[Any] = []
    async for key, raw in await wire.execute(query.sql, query.values):
        own = geometry.geojson(msgspec.json.decode(raw))
        answer = geometry.decide(name, *((own, other) if first_is_property else (other, own)), relation)
        if answer is not None and answer is not False:
            ids.append(key)
            values.append(answer)
    return ids, values


def _keys(entity: Entity) -> Fragment:
    if entity.name == "Observation":
        return Fragment("t0.datastream_id, t0.phenomenon_time, t0.seq")
    return Fragment("t0.id")


def _id(entity: Entity, row: tuple[Any, ...]) -> Id:
    return (row[0], micros(row[1]), row[2]) if entity.name == "Observation" else row[0]


def _shown(entity: Entity, options: Options) -> list[Property]:
    return [p for p in entity.properties.values() if options.select is None or p.name in options.select]


def _statement(compiler: Compiler, entity: Entity, options: Options, condition: Fragment, tail: Fragment) -> Fragment:
    """SELECT id, the shown properties and the keys that expansions need."""
    columns = [_keys(entity).sql]
    columns += [sql.format(t="t0") for p in _shown(entity, options) for sql in p.sql]
    columns += [entity.navigation[name].key.format(t="t0") for name in options.expand]
    if options.filter is not None:
        condition = condition & compiler.condition(options.filter, entity, "t0")
    source = Fragment(f"{', '.join(columns)} FROM {entity.table} t0")
    return join("SELECT {} WHERE {} {}", source, condition, tail)


def _order(compiler: Compiler, entity: Entity, options: Options) -> Fragment:
    terms = [compiler.order(tree, descending, entity, "t0") for tree, descending in options.orderby]
    return listed(terms + [Fragment(term.format(t="t0")) for term in entity.order], ", ")


async def _page(
    wire: Wire, compiler: Compiler, entity: Entity, options: Options, condition: Fragment, context: Context
) -> tuple[list[Found], bool]:
    tail = join("ORDER BY {} LIMIT {} OFFSET {}", _order(compiler, entity, options), bound(options.page + 1), bound(options.skip))
    found = await _rows(wire, _statement(compiler, entity, options, condition, tail), entity, options, context)
    return found[: options.page], len(found) > options.page


async def _count(wire: Wire, compiler: Compiler, entity: Entity, options: Options, condition: Fragment) -> int:
    if options.filter is not None:
        condition = condition & compiler.condition(options.filter, entity, "t0")
    query = join("SELECT count(*) FROM {} WHERE {}", Fragment(f"{entity.table} t0"), condition)
    row = await (await wire.execute(query.sql, query.values)).fetchone()
    return row[0] if row else 0


async def _rows(wire: Wire, query: Fragment, entity: Entity, options: Options, context: Context, lead: int = 0) -> list[Found]:
    rows = await (await wire.execute(query.sql, query.values)).fetchall()
    show = _Renderer(entity, options, context, lead)
    return [show(row) for row in rows]


class _Renderer:
    """Rows of one statement as what the client sees."""

    def __init__(self, entity: Entity, options: Options, context: Context, lead: int) -> None:
        self._entity, self._base, self._lead = entity, context.base, lead
        self._properties = _shown(entity, options)
        self._expands = list(options.expand)
        self._links = [name for name in entity.navigation if options.select is None or name in options.select]
        self._with_id = options.select is None or "id" in options.select
        self._with_self = options.select is None or "@iot.selfLink" in options.select
        self._is_observation = entity.name == "Observation"

    def __call__(self, row: tuple[Any, ...]) -> Found:
        at = self._lead
        key = _id(self._entity, row[at : at + 3])
        at += 3 if self._is_observation else 1
        text = observation_id(key) if isinstance(key, tuple) else key
        own = (
            f"{self._base}/{self._entity.plural}('{text}')"
            if self._is_observation
            else f"{self._base}/{self._entity.plural}({text})"
        )
        shown: dict[str, Any] = {}
        if self._with_id:
            shown["@iot.id"] = text
        if self._with_self:
            shown["@iot.selfLink"] = own
        for found in self._properties:
            value = _value(found.kind, row, at)
            at += len(found.sql)
            if value is not None or found.name not in OMITTED:
                shown[found.name] = value
        for name in self._links:
            shown[f"{name}@iot.navigationLink"] = f"{own}/{name}"
        return Found(key, shown, dict(zip(self._expands, row[at:], strict=True)))


def _value(kind: Kind, row: tuple[Any, ...], at: int) -> Any:
    match kind:
        case Kind.INTERVAL:
            start, end = row[at], row[at + 1]
            if start is None:
                return None
            return start if end is None else f"{stamp(start)}/{stamp(end)}"
        case Kind.RESULT:
            number = row[at]
            if number is None:
                return row[at + 1]
            return int(number) if number.is_integer() and abs(number) < 2**53 else number
        case _:
            return row[at]


def stamp(at: datetime) -> str:
    """An aware UTC time as the standard writes it."""
    return at.isoformat().replace("+00:00", "Z")


async def _expanded(wire: Wire, parents: list[Found], entity: Entity, options: Options, context: Context) -> None:
    """Put the related entities into their parents."""
    for name, inner in options.expand.items():
        way = entity.navigation[name]
        keys = sorted({p.keys[name] for p in parents if p.keys[name] is not None})
        groups = await _related(wire, way, keys, inner, context)
        counts = await _counts(wire, way, keys, inner, context) if inner.count and way.many else {}
        for parent in parents:
            found = groups.get(parent.keys[name], [])
            if not way.many:
                parent.shown[name] = found[0].shown if found else None
                continue
            if name in counts or inner.count:
                parent.shown[f"{name}@iot.count"] = counts.get(parent.keys[name], 0)
            if len(found) > inner.page:
                link = f"{context.link(entity, parent.id)}/{name}?{inner.next_query()}"
                parent.shown[f"{name}@iot.nextLink"] = link
            parent.shown[name] = [row.shown for row in found[: inner.page]]


async def _related(wire: Wire, way: Navigation, keys: list[int], options: Options, context: Context) -> dict[int, list[Found]]:
    if not keys:
        return {}
    target = ENTITIES[way.target]
    compiler = await _compiler(wire, target, options, context)
    link = Fragment(way.link.format(t="t0", k="k.key"))
    sight = compiler.sight.over(target, "t0")
    tail = join(
        "ORDER BY {} LIMIT {} OFFSET {}",
        _order(compiler, target, options),
        bound(options.page + 1 if way.many else 1),
        bound(options.skip if way.many else 0),
    )
    inner = _statement(compiler, target, options, link if sight == TRUE else link & sight, tail)
    query = join(
        "SELECT k.key, x.* FROM unnest({}) AS k(key) CROSS JOIN LATERAL ({}) AS x LIMIT {}",
        bound(keys, "::int4[]"),
        inner,
        bound(MAX_EXPANDED + 1),
    )
    rows = await (await wire.execute(query.sql, query.values)).fetchall()
    if len(rows) > MAX_EXPANDED:
        raise Refused(f"$expand would bring more than {MAX_EXPANDED} entities. Ask for fewer with $top.")
    show = _Renderer(target, options, context, 1)
    groups: dict[int, list[Found]] = {}
    every: list[Found] = []
    for row in rows:
        found = show(row)
        every.append(found)
        groups.setdefault(row[0], []).append(found)
    await _expanded(wire, every, target, options, context)
    return groups


async def _counts(wire: Wire, way: Navigation, keys: list[int], options: Options, context: Context) -> dict[int, int]:
    target = ENTITIES[way.target]
    compiler = await _compiler(wire, target, options, context)
    condition = Fragment(way.link.format(t="t0", k="k.key")) & compiler.sight.over(target, "t0")
    if options.filter is not None:
        condition = condition & compiler.condition(options.filter, target, "t0")
    query = join(
        "SELECT k.key, (SELECT count(*) FROM {} WHERE {}) FROM unnest({}) AS k(key)",
        Fragment(f"{target.table} t0"),
        condition,
        bound(keys, "::int4[]"),
    )
    return dict(await (await wire.execute(query.sql, query.values)).fetchall())


def _data_array(found: list[Found], entity: Entity, context: Context) -> list[dict[str, Any]]:
    """Observations as arrays, one for each datastream (18-088, section 12.2)."""
    if entity.name != "Observation":
        raise Refused("$resultFormat=dataArray is for Observations.")
    groups: dict[int, list[list[Any]]] = {}
    names = [name for name in ("phenomenonTime", "result", "resultTime") if found and name in found[0].shown]
    for row in found:
        assert isinstance(row.id, tuple)  # noqa: S101 – an observation's id has three parts
        groups.setdefault(row.id[0], []).append([observation_id(row.id), *(row.shown[name] for name in names)])
    return [
        {
            "Datastream@iot.navigationLink": f"{context.base}/Datastreams({datastream})",
            "components": ["id", *names],
            "dataArray@iot.count": len(rows),
            "dataArray": rows,
        }
        for datastream, rows in groups.items()
    ]
