"""For those who watch over the city: is the process alive, can it serve, what are its figures."""

from __future__ import annotations

import asyncio
import hmac
import logging
import shutil
import time
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from stadig.config import metrics
from stadig.config.answers import Receive, Scope, Send, header, send_bytes, send_error, send_json
from stadig.config.environment import environment

log = logging.getLogger("stadig.health")
LEAST_DISK_BYTES = 200 * 2**20
"""Below this, PostgreSQL may soon refuse to write."""
READY_SECONDS = 1.0
"""How long an answer about readiness holds, so that asking often costs little."""
_last: tuple[float, dict[str, str]] = (float("-inf"), {})
_jobs_sql: LiteralString = "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1"
_oldest_sql: LiteralString = (
    "SELECT coalesce(extract(epoch FROM now() - min(greatest(scheduled_at, e.at))), 0) FROM procrastinate_jobs j "
    "JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'deferred' "
    "WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())"
)


async def health(scope: Scope, receive: Receive, send: Send) -> None:
    """200 as long as the process can answer at all. Touches nothing else."""
    await send_bytes(send, 200, b"ok\n", b"text/plain; charset=utf-8", ((b"cache-control", b"no-store"),))


async def ready(scope: Scope, receive: Receive, send: Send) -> None:
    """200 when database, migrations and disk are in order; otherwise 503 with what is wrong."""
    wrong = await problems()
    await send_json(send, 503 if wrong else 200, {"ready": not wrong, "problems": wrong})


async def problems() -> dict[str, str]:
    """What keeps this process from serving: name → what to do. Empty when all is well."""
    global _last  # noqa: PLW0603
    if time.monotonic() - _last[0] < READY_SECONDS:
        return _last[1]
    wrong: dict[str, str] = {}
    try:
        async with await connect() as connection:
            if await _migrations_missing(connection):
                wrong["migrations"] = "The database's shape is older than the program. Restart with `stadig run`."
    except (psycopg.Error, OSError, TimeoutError):
        wrong["database"] = "The database does not answer. See `stadig doctor`."
    if free_disk() < LEAST_DISK_BYTES:
        wrong["disk"] = f"Less than {LEAST_DISK_BYTES // 2**20} MB is free. Make room, or nothing can be saved soon."
    _last = (time.monotonic(), wrong)
    return wrong


async def figures(scope: Scope, receive: Receive, send: Send) -> None:
    """Prometheus' text format, for every process of the installation; only from the machine itself or with the token."""
    if not may_see_figures(scope):
        await send_error(scope, send, 403, machine=True)
        return
    found: dict[tuple[str, metrics.Labels], float] = metrics.read()
    found["stadig_disk_free_bytes", ()] = float(free_disk())
    try:
        async with await connect() as connection:
            found.update(await _database_figures(connection))
        found["stadig_database_up", ()] = 1.0
    except (psycopg.Error, OSError, TimeoutError):
        found["stadig_database_up", ()] = 0.0
    await send_bytes(send, 200, metrics.render(found).encode(), b"text/plain; version=0.0.4; charset=utf-8")


def may_see_figures(scope: Scope) -> bool:
    """With ``STADIG_METRICS_TOKEN`` as bearer token; without one from the loopback address, unless a proxy stands between."""
    if environment.metrics_token:
        said = header(scope, b"authorization").removeprefix("Bearer ").strip()
        return hmac.compare_digest(said.encode(), environment.metrics_token.encode())
    address = (scope.get("client") or ("", 0))[0]
    forwarded = any(name in (b"x-forwarded-for", b"forwarded", b"via", b"x-real-ip") for name, _ in scope["headers"])
    return address in ("127.0.0.1", "::1") and not forwarded


async def connect(seconds: float = 3.0) -> psycopg.AsyncConnection[Any]:
    """A short-lived connection of our own, so that a busy or broken pool is not mistaken for a database that is away."""
    from procrastinate.contrib.django.utils import connector_params

    async with asyncio.timeout(seconds):
        return await psycopg.AsyncConnection.connect(**connector_params(), autocommit=True)


def free_disk() -> int:
    """Bytes free where keys, files and (for a user) the database lie."""
    return shutil.disk_usage(Path(environment.home_dir)).free


async def _migrations_missing(connection: psycopg.AsyncConnection[Any]) -> bool:
    from stadig.config.prepare import known_migrations

    cursor = await connection.execute("SELECT app, name FROM django_migrations")
    return not known_migrations() <= {(app, name) for app, name in await cursor.fetchall()}


async def _database_figures(connection: psycopg.AsyncConnection[Any]) -> dict[tuple[str, metrics.Labels], float]:
    from stadig.sensing.queries.figures import figures as figures_of_sensing

    found: dict[tuple[str, metrics.Labels], float] = {}
    for status, count in await (await connection.execute(_jobs_sql)).fetchall():
        found["stadig_jobs", (("status", status),)] = float(count)
    oldest = await (await connection.execute(_oldest_sql)).fetchone()
    size = await (await connection.execute("SELECT pg_database_size(current_database())")).fetchone()
    found["stadig_job_oldest_seconds", ()] = float(oldest[0]) if oldest else 0.0
    found["stadig_database_bytes", ()] = float(size[0]) if size else 0.0
    found.update(await figures_of_sensing(connection))
    return found
