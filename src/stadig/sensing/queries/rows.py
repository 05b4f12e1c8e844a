"""Rows straight from SQL: a list draws tuples, not objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection

Row = TypeVar("Row")


def fetch(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """The rows of a statement; values are bound."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


class Pages(Generic[Row]):
    """A list that is read a page at a time, as a ``Paginator`` does: how long it is, and ``part(start, most)`` of it."""

    def __init__(self, length: Callable[[], int], part: Callable[[int, int], list[Row]]) -> None:
        self._length = length
        self._part = part

    def __len__(self) -> int:
        return self._length()

    def __getitem__(self, wanted: slice) -> list[Row]:
        return self._part(wanted.start, wanted.stop - wanted.start)
