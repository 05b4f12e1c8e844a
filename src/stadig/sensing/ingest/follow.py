"""Where alarms take part in an insert: a follower adds statements to the transaction that stores the observations.

A follower is two functions. ``wants`` looks at the columns and says cheaply whether there is anything to do;
``steps`` is a generator of :class:`stadig.sensing.storage.store.Ask`, run in the same transaction before it commits.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stadig.sensing.storage.columns import Batch

Follow = Generator[Any, list[tuple[Any, ...]], None]


@dataclass(frozen=True, slots=True)
class Follower:
    name: str
    wants: Callable[[Batch], bool]
    steps: Callable[[Batch, datetime], Follow]


_followers: dict[str, Follower] = {}


def register(name: str, wants: Callable[[Batch], bool], steps: Callable[[Batch, datetime], Follow]) -> None:
    """Add a follower, or replace the one of that name."""
    _followers[name] = Follower(name, wants, steps)


def wanting(rows: Batch) -> list[Follower]:
    """The followers that have something to add for these rows."""
    return [follower for follower in _followers.values() if follower.wants(rows)]
