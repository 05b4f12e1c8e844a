"""How many observations came over HTTP through this process, and what became of them: for its page of figures."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stadig.sensing.storage.columns import Written

_counts: Counter[str] = Counter(stored=0, repeated=0, refused=0)


def count(done: Written) -> None:
    """Add what became of a batch."""
    _counts["stored"] += done.stored
    _counts["repeated"] += done.repeated
    _counts["refused"] += sum(len(rows) for rows in done.refused.values())


def so_far() -> dict[str, int]:
    """``stored``, ``repeated`` and ``refused`` since the process began."""
    return dict(_counts)
