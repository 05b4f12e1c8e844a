# pyright: reportArgumentType=false
# SQL is put together from fragments of our own, values always bound; psycopg's types ask for literals.
"""Deleting entities with all that belongs to them (18-088, table 25). What other rooms protect is not deleted (409)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from stadig.sensing.sta import observing
from stadig.sensing.sta.errors import Refused
from stadig.sensing.sta.paths import Id
from stadig.sensing.sta.schema import Entity
from stadig.sensing.storage.columns import instant

Wire = AsyncConnection[Any]


class Dependent(NamedTuple):
    """A table that refers to another, and what becomes of its rows."""

    table: str
    column: str
    key: str
    rule: str
    model: str


@lru_cache(maxsize=64)
def dependents(label: str) -> tuple[Dependent, ...]:
    """All tables that refer to a model, in every room, read once from Django's description of the models."""
    from django.apps import apps
    from django.db.models import CASCADE, SET_NULL

    found: list[Dependent] = []
    model = apps.get_model(label)
    relation: Any
    for relation in model._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or not (relation.one_to_many or relation.one_to_one):
            continue
        related: Any = relation.related_model
        rule = {CASCADE: "cascade", SET_NULL: "null"}.get(relation.on_delete, "protect")  # type: ignore[attr-defined]
        meta = related._meta
        column = relation.field.column  # type: ignore[attr-defined]
        found.append(Dependent(meta.db_table, column, meta.pk.column, rule, meta.label))
    return tuple(found)


async def delete(wire: Wire, entity: Entity, key: Id) -> None:
    """Delete one entity. The caller has found it and holds the transaction.

    Raises
    ------
    Refused
        Another room needs it (409).
    """
    if isinstance(key, tuple):
        await wire.execute(
            "DELETE FROM sensing_observation WHERE datastream_id = %s AND phenomenon_time = %s AND seq = %s",
            (key[0], instant(key[1]), key[2]),
        )
        await observing.recount(wire, [key[0]])
        return
    if entity.name == "Location":
        query = "SELECT historicallocation_id FROM sensing_historicallocation_locations WHERE location_id = %s"
        rows = await (await wire.execute(query, (key,))).fetchall()
        await _remove(wire, "sensing.HistoricalLocation", "sensing_historicallocation", "id", [h for (h,) in rows])
    elif entity.name == "FeatureOfInterest":
        query = "SELECT datastream_id FROM sensing_datastreamfeature WHERE feature_id = %s"
        streams = [d for (d,) in await (await wire.execute(query, (key,))).fetchall()]
        await wire.execute("DELETE FROM sensing_observation WHERE datastream_id = ANY(%s) AND feature_id = %s", (streams, key))
        await observing.recount(wire, streams)
    await _remove(wire, f"sensing.{entity.name}", entity.table, "id", [key])
    observing.forget()


async def _remove(wire: Wire, label: str, table: str, pk: str, ids: list[Any]) -> None:
    if not ids:
        return
    for other in dependents(label):
        if other.rule == "null":
            await wire.execute(f"UPDATE {other.table} SET {other.column} = NULL WHERE {other.column} = ANY(%s)", (ids,))
            continue
        query = f"SELECT {other.key} FROM {other.table} WHERE {other.column} = ANY(%s)"
        found = [row for (row,) in await (await wire.execute(query, (ids,))).fetchall()]
        if found and other.rule == "protect":
            raise Refused(f"{other.model.split('.')[-1]} {found[0]} uses it. Remove that first.", status=409)
        await _remove(wire, other.model, other.table, other.key, found)
    if label == "sensing.Datastream":
        await wire.execute("DELETE FROM sensing_observation WHERE datastream_id = ANY(%s)", (ids,))
        await wire.execute("DELETE FROM sensing_quarantinedobservation WHERE datastream_id = ANY(%s)", (ids,))
    await wire.execute(f"DELETE FROM {table} WHERE {pk} = ANY(%s)", (ids,))
