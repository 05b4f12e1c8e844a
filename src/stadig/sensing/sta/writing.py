# pyright: reportArgumentType=false
# SQL is put together from fragments of our own, values always bound; psycopg's types ask for literals.
"""Creating and changing entities; one transaction each, made by the caller.

Deep insert (18-088, 10.2.1.1), links to existing entities, merge patch and JSON Patch (10.3), PUT (10.4).
"""

from __future__ import annotations

from typing import Any

import jsonpatch
import jsonpointer
import msgspec
from psycopg import AsyncConnection

from stadig.sensing.sta import bodies, observing
from stadig.sensing.sta.bodies import Checked
from stadig.sensing.sta.context import Context
from stadig.sensing.sta.errors import Refused
from stadig.sensing.sta.paths import Id, Step
from stadig.sensing.sta.schema import ENTITIES, OBSERVATION, Entity, Kind, Navigation
from stadig.sensing.storage import statements

Wire = AsyncConnection[Any]
MAX_DEEP = 2_000
"""Entities in one deep insert, observations not counted."""

THINGS_OF = {
    "Thing": "SELECT %s::int4",
    "Location": "SELECT thing_id FROM sensing_thing_locations WHERE location_id = %s",
    "HistoricalLocation": "SELECT thing_id FROM sensing_historicallocation WHERE id = %s",
    "Datastream": "SELECT thing_id FROM sensing_datastream WHERE id = %s",
    "Observation": "SELECT thing_id FROM sensing_datastream WHERE id = %s",
}
"""Whose an entity is; the others are shared and belong to no thing."""


async def may_change(wire: Wire, entity: Entity, key: Id, context: Context) -> None:
    """Refuse (403) unless the token holds for all things the entity belongs to."""
    if context.caller.things is None:
        return
    found: set[int] = set()
    if entity.name in THINGS_OF:
        row_id = key[0] if isinstance(key, tuple) else key
        found = {thing for (thing,) in await (await wire.execute(THINGS_OF[entity.name], (row_id,))).fetchall()}
    if not found or not all(context.caller.may_touch(thing) for thing in found):
        raise Refused(f"The token does not hold for this {entity.name}.", status=403)


async def create(wire: Wire, entity: Entity, body: Any, context: Context, parent: tuple[Step, Id] | None = None) -> Id:
    """Make one entity and all that its body holds. ``parent`` is the path's way to it and the id that way starts from.

    Raises
    ------
    Refused
        The body makes no sense, names what does not exist, or contradicts what is stored.
    """
    return await _Maker(wire, context).make(entity, body, parent)


class _Maker:
    """One request's deep insert."""

    def __init__(self, wire: Wire, context: Context) -> None:
        self._wire, self._context, self._made = wire, context, 0

    async def make(self, entity: Entity, body: Any, parent: tuple[Step, Id] | None = None) -> Id:
        self._made += 1
        if self._made > MAX_DEEP:
            raise Refused(f"More than {MAX_DEEP} entities in one request.", status=413)
        if entity is OBSERVATION:
            stream = feature = 0
            if parent and isinstance(parent[1], int):
                stream, feature = (parent[1], 0) if parent[0].entity.name == "Datastream" else (0, parent[1])
            [key] = await observing.create(self._wire, [body], self._context, stream, feature)
            return key
        done = bodies.check(entity, body)
        links: dict[str, int] = {}
        if parent:
            back = backwards(parent[0].entity, entity)
            if back is not None and isinstance(parent[1], int):
                links[back.name] = parent[1]
        for way in entity.navigation.values():
            if way.column:
                done.columns[way.column] = links.get(way.name) or await self._one(entity, way, done)
        key = await _insert(self._wire, entity, done.columns)
        await self._relations(entity, key, done, parent)
        if entity.name in ("Thing", "Location", "HistoricalLocation", "Datastream"):
            await may_change(self._wire, entity, key, self._context)
        return key

    async def _one(self, entity: Entity, way: Navigation, done: Checked) -> int | None:
        """The id of a related entity: linked, or made now."""
        if way.name not in done.related:
            if way.required:
                raise Refused(f"Missing required property '{way.name}' of {entity.name}.")
            return None
        target = ENTITIES[way.target]
        key = bodies.linked(target, done.related[way.name])
        if key is None:
            key = await self.make(target, done.related[way.name])
        else:
            await must_exist(self._wire, target, key)
        return key if isinstance(key, int) else None

    async def _relations(self, entity: Entity, key: int, done: Checked, parent: tuple[Step, Id] | None) -> None:
        for way in entity.navigation.values():
            if way.many and way.name in done.related:
                await self._many(entity, way, key, bodies.many(way, done.related[way.name]))
            elif way.many and way.required:
                raise Refused(f"Missing required property '{way.name}' of {entity.name}.")
        if parent and isinstance(parent[1], int):
            way = parent[0].entity.navigation
            for forward in way.values():
                if forward.target == entity.name and forward.through:
                    await relate(self._wire, parent[0].entity, forward, parent[1], [key], self._context)

    async def _many(self, entity: Entity, way: Navigation, key: int, values: list[Any]) -> None:
        target = ENTITIES[way.target]
        step = Step(entity, None, key)
        if target is OBSERVATION:
            stream, feature = (key, 0) if entity.name == "Datastream" else (0, key)
            await observing.create(self._wire, values, self._context, stream, feature)
            return
        ids: list[int] = []
        for value in values:
            found = bodies.linked(target, value)
            if found is None:
                found = await self.make(target, value, None if way.through else (step, key))
            else:
                await must_exist(self._wire, target, found)
                if not way.through:
                    raise Refused(f"{way.name} of a new {entity.name} can't be taken from another.")
            if isinstance(found, int):
                ids.append(found)
        if way.through:
            await relate(self._wire, entity, way, key, ids, self._context)


def backwards(parent: Entity, child: Entity) -> Navigation | None:
    """The child's foreign key to its parent."""
    return next((way for way in child.navigation.values() if way.target == parent.name and way.column), None)


async def must_exist(wire: Wire, entity: Entity, key: Id) -> None:
    if not isinstance(key, int):
        raise Refused(f"A link to an {entity.name} is not possible here.")
    query = f"SELECT 1 FROM {entity.table} WHERE id = %s FOR KEY SHARE"
    if await (await wire.execute(query, (key,))).fetchone() is None:
        raise Refused(f"There is no {entity.name} with the id {key}.")


async def _insert(wire: Wire, entity: Entity, columns: dict[str, Any]) -> int:
    names = [name for name, value in columns.items() if value is not None]
    query = f"INSERT INTO {entity.table} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))}) RETURNING id"
    row = await (await wire.execute(query, [columns[name] for name in names])).fetchone()
    assert row is not None  # noqa: S101 – RETURNING gives one row
    return row[0]


async def relate(wire: Wire, entity: Entity, way: Navigation, key: int, others: list[int], context: Context) -> None:
    """Set a many-to-many relation. A Thing that gets new Locations has moved, and its history says so."""
    if entity.name == "Thing":
        await move(wire, key, others, context)
    elif entity.name == "Location" and way.target == "Thing":
        for thing in others:
            await move(wire, thing, [key], context)
    elif entity.name == "HistoricalLocation":
        await _add(wire, "INSERT INTO sensing_historicallocation_locations (historicallocation_id, location_id)", key, others)
        await _latest(wire, key, others)
    else:
        for history in others:
            await _add(
                wire, "INSERT INTO sensing_historicallocation_locations (historicallocation_id, location_id)", history, [key]
            )


async def move(wire: Wire, thing: int, locations: list[int], context: Context) -> None:
    """Put a Thing at other Locations: a HistoricalLocation is made, and observations will need another feature."""
    await _place(wire, thing, locations)
    query = "INSERT INTO sensing_historicallocation (thing_id, time) VALUES (%s, %s) RETURNING id"
    row = await (await wire.execute(query, (thing, context.now))).fetchone()
    if row:
        await _add(
            wire, "INSERT INTO sensing_historicallocation_locations (historicallocation_id, location_id)", row[0], locations
        )


async def _place(wire: Wire, thing: int, locations: list[int]) -> None:
    await wire.execute("DELETE FROM sensing_thing_locations WHERE thing_id = %s", (thing,))
    await _add(wire, "INSERT INTO sensing_thing_locations (thing_id, location_id)", thing, locations)
    await wire.execute("UPDATE sensing_datastream SET feature_id = NULL WHERE thing_id = %s", (thing,))
    observing.forget()


async def _add(wire: Wire, insert: str, key: int, others: list[int]) -> None:
    await wire.execute(
        f"{insert} SELECT %s, other FROM unnest(%s::int4[]) AS other ON CONFLICT DO NOTHING", (key, sorted(set(others)))
    )


async def _latest(wire: Wire, history: int, locations: list[int]) -> None:
    """A HistoricalLocation later than all others says where the Thing is now."""
    query = """
        SELECT thing_id FROM sensing_historicallocation h WHERE id = %s AND time >= ALL
        (SELECT time FROM sensing_historicallocation WHERE thing_id = h.thing_id)
    """
    row = await (await wire.execute(query, (history,))).fetchone()
    if row:
        await _place(wire, row[0], locations)


async def patch(wire: Wire, entity: Entity, key: Id, body: Any, context: Context, *, whole: bool = False) -> Id:
    """Change what the body names (merge patch), or all of it (``whole``, PUT). Returns the id, new if an observation moved in time.

    Raises
    ------
    Refused
        The body makes no sense, holds entities instead of links, or contradicts what is stored.
    """
    if entity is OBSERVATION and isinstance(key, tuple):
        return await observing.change(wire, key, body, whole=whole)
    assert isinstance(key, int)  # noqa: S101 – only observations have other ids
    done = bodies.check(entity, body, partial=not whole)
    if whole:
        writable = {column: None for p in entity.properties.values() if not p.required for column in p.columns}
        done.columns = writable | done.columns
    for name, value in done.related.items():
        if whole and not _all_links(value):
            continue  # clients send back what they have read or made; a PUT replaces properties, not related entities
        await _relink(wire, entity, entity.navigation[name], key, value, done, context)
    if done.columns:
        await _update(wire, entity, key, done.columns)
    await _consequences(wire, entity, key, done.columns)
    await may_change(wire, entity, key, context)
    return key


def _all_links(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return all(isinstance(one, dict) and set(one) == {"@iot.id"} for one in values)


async def _relink(wire: Wire, entity: Entity, way: Navigation, key: int, value: Any, done: Checked, context: Context) -> None:
    target = ENTITIES[way.target]
    values = bodies.many(way, value) if way.many else [value]
    ids: list[int] = []
    for one in values:
        found = bodies.linked(target, one)
        if found is None:
            raise Refused(f"'{way.name}' takes links like {{\"@iot.id\": 1}}: an update can't create entities.")
        await must_exist(wire, target, found)
        await may_change(wire, target, found, context) if target.name in ("Thing", "Datastream") else None
        ids.append(found) if isinstance(found, int) else None
    if way.column:
        done.columns[way.column] = ids[0]
    elif way.through:
        await relate(wire, entity, way, key, ids, context)
    else:
        back = backwards(entity, target)
        if back is not None and target is not OBSERVATION:
            query = f"UPDATE {target.table} SET {back.column} = %s WHERE id = ANY(%s)"
            await wire.execute(query, (key, ids))


async def _update(wire: Wire, entity: Entity, key: int, columns: dict[str, Any]) -> None:
    pairs = ", ".join(f"{name} = %s" for name in columns)
    await wire.execute(f"UPDATE {entity.table} SET {pairs} WHERE id = %s", (*columns.values(), key))


async def _consequences(wire: Wire, entity: Entity, key: int, columns: dict[str, Any]) -> None:
    """What follows from a changed geometry."""
    if entity.name == "Location" and "location" in columns:
        await wire.execute("UPDATE sensing_location SET feature_id = NULL WHERE id = %s", (key,))
        await wire.execute(
            "UPDATE sensing_datastream SET feature_id = NULL WHERE thing_id IN"
            " (SELECT thing_id FROM sensing_thing_locations WHERE location_id = %s)",
            (key,),
        )
        observing.forget()
    elif entity.name == "FeatureOfInterest" and "feature" in columns:
        rows = await wire.execute("SELECT datastream_id FROM sensing_datastreamfeature WHERE feature_id = %s", (key,))
        await wire.execute(statements.OBSERVED_AREA, ([stream for (stream,) in await rows.fetchall()],))
    elif entity.name == "Datastream":
        observing.forget()


def patched(entity: Entity, shown: dict[str, Any], operations: Any) -> dict[str, Any]:
    """The body that JSON Patch operations (RFC 6902) make of an entity as it is shown.

    Raises
    ------
    Refused
        The operations make no sense, or a test among them does not hold.
    """
    current = {
        name: msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value
        for name, value in shown.items()
        if name in entity.properties and entity.properties[name].columns
    }
    current = msgspec.to_builtins(current)
    if not isinstance(operations, list):
        raise Refused("A JSON Patch is an array of operations.")
    try:
        done = jsonpatch.apply_patch(current, operations)
    except (
        jsonpatch.JsonPatchException,
        jsonpointer.JsonPointerException,
        TypeError,
        KeyError,
        ValueError,
        RecursionError,
    ) as fault:
        raise Refused(f"The JSON Patch can't be applied: {fault}"[:300]) from None
    body = bodies.mapping(done, entity.name)
    for name, found in entity.properties.items():
        if found.columns and name in current and name not in body and found.kind is not Kind.RESULT:
            body[name] = None
    return body
