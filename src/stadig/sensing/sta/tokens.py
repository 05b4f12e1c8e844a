"""Bearer tokens (RFC 6750): found by their SHA-256, trusted for five seconds, their last day of use noted once a day."""

from __future__ import annotations

import hashlib
import time
from datetime import UTC, datetime
from typing import Any

from psycopg import AsyncConnection

from stadig.sensing.sta.context import CHALLENGE, Caller
from stadig.sensing.sta.errors import Refused

PREFIX = "stadig_"
KEPT_S = 5.0
MOST_KEPT = 1_000
NOBODY = Caller()

FIND = """
SELECT k.id, k.scopes, k.limited, coalesce(array_agg(t.thing_id) FILTER (WHERE t.thing_id IS NOT NULL), '{}'), k.last_used_on
FROM sensing_statoken k LEFT JOIN sensing_statoken_things t ON t.statoken_id = k.id
WHERE k.hash = %s AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > %s)
GROUP BY k.id
"""
USED = "UPDATE sensing_statoken SET last_used_on = %s WHERE id = %s"

_kept: dict[bytes, tuple[float, Caller]] = {}


def hashed(token: str) -> bytes:
    """What is stored of a token. A plain hash will do: a token is 256 random bits, not a password."""
    return hashlib.sha256(token.encode()).digest()


def forget() -> None:
    """Trust no token without asking."""
    _kept.clear()


async def caller(wire: AsyncConnection[Any], authorization: str | None) -> Caller:
    """Who calls, by the header ``Authorization``.

    Raises
    ------
    Refused
        The header names a token that is unknown, revoked or past its day (401).
    """
    if not authorization:
        return NOBODY
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refused("The header Authorization must be 'Bearer' and a token.", status=401, headers=CHALLENGE)
    key = hashed(token.strip())
    held = _kept.get(key)
    if held and time.monotonic() - held[0] < KEPT_S:
        return held[1]
    real = datetime.now(UTC)
    row = await (await wire.execute(FIND, (key, real))).fetchone()
    if row is None:
        _kept.pop(key, None)
        raise Refused("The token is not valid, or no longer.", status=401, headers=CHALLENGE)
    number, scopes, limited, things, last_used_on = row
    if last_used_on != real.date():
        await wire.execute(USED, (real.date(), number))
    found = Caller(number, frozenset(scopes), frozenset(things) if limited else None)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = (time.monotonic(), found)
    return found
