# pyright: reportArgumentType=false, reportReturnType=false
# The pool's generic connection type is lost in its stubs.
"""One pool of asynchronous connections for each process and event loop; JSON columns come as bytes, untouched."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool

MOST = 8
"""Connections per process. PostgreSQL answers 680,000 rows a second on one; more only queue."""
WAIT_S = 5.0
STATEMENT_MS = 30_000
_CLOCK_S = 1.0

_pools: dict[asyncio.AbstractEventLoop, AsyncConnectionPool[AsyncConnection[Any]]] = {}
_demo_clock: tuple[float, tuple[datetime, datetime, float] | None] = (float("-inf"), None)


def conninfo() -> dict[str, Any]:
    """Keyword arguments of a connection to the database that Django's settings name."""
    from django.db import connections

    settings = connections["default"].settings_dict
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    found = {ours: settings[theirs] for ours, theirs in named.items() if settings.get(theirs)}
    return found | {"connect_timeout": 5, "options": f"-c timezone=UTC -c statement_timeout={STATEMENT_MS}"}


async def _configure(connection: AsyncConnection[Any]) -> None:
    set_json_loads(msgspec.Raw, connection)
    set_json_dumps(msgspec.json.encode, connection)


async def pool() -> AsyncConnectionPool[AsyncConnection[Any]]:
    """The pool of the running loop, opened at its first use."""
    loop = asyncio.get_running_loop()
    found = _pools.get(loop)
    if found is None:
        for old in [one for one in _pools if one.is_closed()]:
            del _pools[old]
        found = AsyncConnectionPool(
            kwargs=conninfo() | {"autocommit": True},
            min_size=0,
            max_size=MOST,
            timeout=WAIT_S,
            max_idle=120,
            configure=_configure,
            reconnect_timeout=10,
            open=False,
            name="sta",
        )
        _pools[loop] = found
        await found.open()
    return found


async def close() -> None:
    """Close the running loop's pool, if it has one."""
    found = _pools.pop(asyncio.get_running_loop(), None)
    if found is not None:
        await found.close()


async def now(wire: AsyncConnection[Any]) -> datetime:
    """The town's time. A demo town's setting is read at most once a second, on our own connection."""
    from django.conf import settings

    from stadig.city import clock

    global _demo_clock  # noqa: PLW0603
    if not settings.DEMO:
        return clock.now()
    read_at, setting = _demo_clock
    if time.monotonic() - read_at >= _CLOCK_S:
        query = "SELECT real_anchor, domain_anchor, speed FROM city_clocksetting WHERE id = 1"
        setting = await (await wire.execute(query)).fetchone()
        _demo_clock = (time.monotonic(), setting)
    real = clock.real_now()
    if setting is None:
        return real
    real_anchor, domain_anchor, speed = setting
    return domain_anchor + (real - real_anchor) * speed
