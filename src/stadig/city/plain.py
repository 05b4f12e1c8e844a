"""Our own tables read with plain SQL, as the models they are.

Building a question with the ORM takes one to several thousand calls, which is what a whole page may make; a statement that
stands written takes sixty. ``columns`` names what to select, ``made`` makes the object from the next values of a row:

>>> row = iter(cursor.fetchone())
>>> case, unit = made(Case, row), made(Organisation, row)
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


@lru_cache(maxsize=64)
def _fields(model: type[models.Model], without: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    wanted = [field for field in model._meta.concrete_fields if field.attname not in without]
    return tuple(field.attname for field in wanted), tuple(
        f'"{field.column}"::json' if isinstance(field, models.JSONField) else f'"{field.column}"' for field in wanted
    )


def columns(model: type[models.Model], alias: str, *without: str) -> str:
    """What to select of a table called ``alias``, but for large columns that are not wanted.

    ``jsonb`` is read as ``json``, which the driver decodes; Django lets the other come as text and decodes it itself.
    """
    return ", ".join([f"{alias}.{name}" for name in _fields(model, without)[1]])


def made(model: type[M], row: Iterator[Any], *without: str) -> M | None:
    """The object of the next columns in ``row``; None where an outer join found none."""
    names, _columns = _fields(model, without)
    values = list(islice(row, len(names)))
    return None if values[0] is None else model.from_db("default", names, values)
