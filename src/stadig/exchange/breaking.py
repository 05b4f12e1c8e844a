"""The breakers' rows, which every process shares: what they are now, and what a failure or an answer makes of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from stadig.exchange import breaker
from stadig.exchange.breaker import Breaker, Limits

NOT_SHUT: Final = """
SELECT connection, agency, state, since, failures, try_at FROM exchange_breaker WHERE state <> 'shut' AND agency = ANY(%s)
"""
CLAIM: Final = """
UPDATE exchange_breaker SET state = 'trying', since = %s
WHERE connection = %s AND agency = %s AND state = %s AND since = %s RETURNING id
"""
HOLD: Final = """
INSERT INTO exchange_breaker AS b (connection, agency, state, failures, since) VALUES (%s, %s, 'shut', '[]', %s)
ON CONFLICT (connection, agency) DO UPDATE SET state = b.state RETURNING state, since, failures, try_at
"""
WRITE: Final = """
UPDATE exchange_breaker SET state = %s, since = %s, failures = %s::jsonb, try_at = %s WHERE connection = %s AND agency = %s
"""


class Told(NamedTuple):
    """What happened to one agency's breaker."""

    connection: str
    agency: str
    failed: bool
    limits: Limits


def not_shut(cursor: Any, agencies: Iterable[str]) -> dict[tuple[str, str], Breaker]:
    """(connection, agency) → its breaker, of those that are not shut."""
    cursor.execute(NOT_SHUT, [list(agencies)])
    return {(line, agency): _breaker(*rest) for line, agency, *rest in cursor.fetchall()}


def claim(cursor: Any, line: str, agency: str, before: Breaker, now: dt.datetime) -> bool:
    """Begin to try an agency; False where another process was first. ``now`` becomes the breaker's ``since``."""
    cursor.execute(CLAIM, [now, line, agency, before.state, before.since])
    return cursor.fetchone() is not None


def note(cursor: Any, told: Iterable[Told], now: dt.datetime) -> None:
    """Write what failures and answers make of their breakers. Rows are held in one order, so that processes never wait in a ring."""
    for line, agency, has_failed, limits in sorted(told, key=lambda one: one[:2]):
        cursor.execute(HOLD, [line, agency, now])
        before = _breaker(*cursor.fetchone())
        after = breaker.failed(before, now, limits) if has_failed else breaker.answered(before, now)
        if after != before:
            failures = json.dumps([at.isoformat() for at in after.failures])
            cursor.execute(WRITE, [after.state, after.since, failures, after.try_at, line, agency])


def _breaker(state: Any, since: dt.datetime, failures: Any, try_at: dt.datetime | None) -> Breaker:
    listed = json.loads(failures) if isinstance(failures, str) else failures
    return Breaker(state, since, tuple(map(dt.datetime.fromisoformat, listed)), try_at)
