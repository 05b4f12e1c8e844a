"""One search over everything a person may find. Rooms register sources; the ground brings services and notices."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

log = logging.getLogger(__name__)
LIMIT_PER_SOURCE = 20
MAX_QUERY = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found. ``kind`` is a word for the reader: *Tjänst*, *Nyhet*, *Datamängd*."""

    title: str
    text: str
    url: str
    kind: str
    weight: float = 0.5
    """How well it fits, 0–1."""


Source = Callable[[str, Any], Iterable[Hit]]
_sources: dict[str, Source] = {}


def source(name: str, find: Source) -> None:
    """Register ``find(query, user)`` in ``apps.ready()``. It returns only what the user may see."""
    _sources[name] = find


def find(query: str, user: Any) -> list[Hit]:
    """Hits from every source, best first. A source that fails is logged and left out."""
    words = " ".join(query.replace("\0", " ").split())[:MAX_QUERY]
    if len(words) < 2:
        return []
    hits: list[Hit] = []
    for name, ask in _sources.items():
        try:
            with transaction.atomic():
                hits += list(ask(words, user))[:LIMIT_PER_SOURCE]
        except Exception:
            log.exception("The search source %s failed", name)
    return sorted(hits, key=lambda hit: (-hit.weight, hit.title))
