"""How often something was tried, for all processes together: a code that can be guessed is guessed a few times only.

Kept in the cache table under a keyed hash, so that neither a number, a person nor an address stands there.
"""

from __future__ import annotations

from django.core.cache import cache

from stadig.city import persons


def counted(what: str, whom: str) -> int:
    """How many tries ``whom`` has left behind at ``what``: zero when the time of the last one is over."""
    return int(cache.get(_key(what, whom), 0))


def count(what: str, whom: str, seconds: int) -> int:
    """One try more; gives how many. All are forgotten ``seconds`` after the last, so do not count what is refused already.

    Not ``cache.incr``: it would give the entry the cache's own time, which is minutes.
    """
    tried = counted(what, whom) + 1
    cache.set(_key(what, whom), tried, seconds)
    return tried


def _key(what: str, whom: str) -> str:
    return f"{what}:{persons.opaque(whom)}"
