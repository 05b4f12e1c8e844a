"""Whether what agencies answered opens with the key that is here: asked by the proof of the log and by ``stadig doctor``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from stadig.exchange.sealing import KeyChanged, unseal

SAMPLE: Final = """
SELECT * FROM (SELECT 'block:' || l.uuid || ':' || b.agency || ':' || b.part, b.sealed FROM exchange_block b
  JOIN exchange_lookup l ON l.id = b.lookup_id WHERE b.sealed IS NOT NULL ORDER BY b.id LIMIT 10) oldest
UNION ALL SELECT * FROM (SELECT 'block:' || l.uuid || ':' || b.agency || ':' || b.part, b.sealed FROM exchange_block b
  JOIN exchange_lookup l ON l.id = b.lookup_id WHERE b.sealed IS NOT NULL ORDER BY b.id DESC LIMIT 10) newest
UNION ALL SELECT * FROM (SELECT 'call:' || correlation_id, raw_sealed FROM exchange_call
  WHERE raw_sealed IS NOT NULL ORDER BY id DESC LIMIT 10) calls
"""
"""The first answers and the last: a machine that went on with a new key has both kinds."""


class Fit(NamedTuple):
    """How many of a sample of sealed answers the key opens."""

    tried: int
    opened: int

    @property
    def another(self) -> bool:
        """The key is another one than all of them were sealed with."""
        return self.tried > 0 and self.opened == 0

    @property
    def some(self) -> bool:
        """Some were sealed with another key."""
        return 0 < self.opened < self.tried


def fit(rows: Iterable[tuple[str, Any]]) -> Fit:
    """How the key here fits the rows of ``SAMPLE``."""
    opened = [_opens(place, sealed) for place, sealed in rows]
    return Fit(len(opened), sum(opened))


def _opens(place: str, sealed: Any) -> bool:
    try:
        unseal(sealed, place)
    except (KeyChanged, ValueError):  # too short to have been sealed at all
        return False
    return True
