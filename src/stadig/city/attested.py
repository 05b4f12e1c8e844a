"""Rows that much rests on and few change, such as the law that agencies are asked by: the audit log holds a hash of each.

A room registers such a table. Every audit row about one of its rows then says, as the last thing before the transaction commits, the hash
of the whole row as it stands; empty where it has been removed. ``stadig audit verify`` computes it again: a column that is another, a
row that is gone or one that nobody entered is named. What a release writes has no audit row, and is held against the release itself.

A release that changes rows or adds a column that is not empty says so by :func:`attest` in its migration.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

GONE: Final = ""
"""What stands for a row that has been removed."""
Row = Mapping[str, Any]
"""Column → value, as JSON holds it; without the row's number and without what is empty."""
ROW: Final = "SELECT to_jsonb(t)::text FROM {table} t WHERE t.id = %s"
ROWS: Final = "SELECT t.id, to_jsonb(t)::text FROM {table} t ORDER BY t.id"
TOLD: Final = """
SELECT DISTINCT ON (what_id) what_id::bigint, position, ids ->> 'digest' FROM city_auditentry
WHERE what = %s AND jsonb_exists(ids, 'digest') ORDER BY what_id, position DESC
"""
BEFORE: Final = """
SELECT t.id FROM {table} t WHERE EXISTS (SELECT 1 FROM city_auditentry e WHERE e.what = %(what)s AND e.what_id = t.id::text)
AND NOT EXISTS (SELECT 1 FROM city_auditentry e WHERE e.what = %(what)s AND e.what_id = t.id::text AND jsonb_exists(e.ids, 'digest'))
ORDER BY t.id
"""


@dataclass(frozen=True, slots=True)
class Table:
    """One registered table. ``label`` is the model's, such as ``exchange.legalbasis``; ``name`` what it holds, in Swedish: lagstöd, riksnormer."""

    label: str
    table: str
    name: str
    shipped: Callable[[], Iterable[Row]]
    """The rows that the release writes, as they are written."""
    changes: frozenset[str] = frozenset()
    """Columns that a verb may change in a shipped row."""


_tables: dict[str, Table] = {}


def register(table: Table) -> None:
    """Hold the table's rows from here on; in ``apps.ready()``."""
    _tables[table.label] = table


def holds(label: str) -> bool:
    """Whether audit rows about this model say the hash of the row."""
    return label in _tables


def digest(label: str, key: str | int) -> str:
    """The hash of a row as it stands now, in hexadecimal; ``GONE`` where it is not there."""
    with connection.cursor() as cursor:
        cursor.execute(ROW.format(table=_tables[label].table), [int(key)])
        found = cursor.fetchone()
    return _hash(key, _plain(found[0])) if found else GONE


def attest(label: str) -> None:
    """Note the rows that people entered before audit rows held a hash: from here on they are held. For a migration alone."""
    from stadig.city import audit

    with connection.cursor() as cursor:
        cursor.execute(BEFORE.format(table=_tables[label].table), {"what": label})
        keys = [pk for (pk,) in cursor.fetchall()]
    for key in keys:
        audit.record(None, "noted", (label, key))


def check() -> Iterator[str]:
    """A sentence for each fault, naming the row (the check of :mod:`stadig.city.audit_chain`)."""
    for table in _tables.values():
        yield from _check(table)


def _check(table: Table) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(ROWS.format(table=table.table))
        rows = {pk: _plain(text) for pk, text in cursor.fetchall()}
        cursor.execute(TOLD, [table.label])
        told = {pk: (position, said) for pk, position, said in cursor.fetchall()}
    for pk, (position, said) in sorted(told.items()):
        now = _hash(pk, rows[pk]) if pk in rows else GONE
        if now == said:
            continue
        row = f"Rad {pk} i tabellen över {table.name}"
        if pk not in rows:
            yield f"{row} är borttagen, men finns enligt granskningsloggen (rad {position})."
        elif said == GONE:
            yield f"{row} finns, men togs bort enligt granskningsloggen (rad {position})."
        else:
            yield f"{row} är ändrad: den är inte den som granskningsloggen säger (rad {position})."
    shipped = list(table.shipped())
    for pk in sorted(rows.keys() - told.keys()):
        if rows[pk] not in shipped:
            yield (
                f"Rad {pk} i tabellen över {table.name} är ändrad eller tillagd: "
                "den står inte i granskningsloggen och är inte som Stadig levererar den."
            )
    yield from _check_shipped(table, shipped, list(rows.values()))


def _check_shipped(table: Table, shipped: list[Row], rows: list[Row]) -> Iterator[str]:
    """Each row of the release is there once, whatever its verbs have done to it since."""

    def fixed(row: Row) -> Row:
        return {column: value for column, value in row.items() if column not in table.changes}

    there = [fixed(row) for row in rows]
    for number, row in enumerate(shipped, 1):
        times = there.count(fixed(row))
        shown = f"Rad {number} av de {table.name} som Stadig levererar ({row.get('source', '')})"
        if times == 0:
            yield f"{shown} är borttagen eller ändrad."
        elif times > 1:
            yield f"{shown} finns {times} gånger: någon har lagt till en."


def _plain(text: str) -> Row:
    return {column: value for column, value in json.loads(text).items() if value is not None and column != "id"}


def _hash(key: str | int, row: Row) -> str:
    said = json.dumps([int(key), row], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()
