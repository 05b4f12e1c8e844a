"""The worker: background jobs, schedules and the outbox's handlers, all with Procrastinate in PostgreSQL.

What each room does in the background stands in its ``tasks.py``; they are found by themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

from stadig.config.supervisor import STOP_SECONDS

log = logging.getLogger("stadig.worker")
CONCURRENCY = 4
"""Jobs at once, each in a thread: while a plan is being computed, events are still handled."""
POLL_SECONDS = 5.0
"""A new job is announced at once; this is for when the announcement was missed."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0


def run() -> None:
    """Work until SIGTERM; the jobs under way get the time to finish. A database that is away is waited for."""
    from procrastinate.contrib.django import app

    connector = app.connector.get_worker_connector()  # pyright: ignore[reportAttributeAccessIssue]
    with app.replace_connector(connector) as ours:
        asyncio.run(_work(ours))


async def _work(app: Any) -> None:
    import psycopg
    from procrastinate import exceptions

    from stadig.config.health import connect
    from stadig.config.tasks import STALLED_SECONDS, retry_jobs_of_dead_workers

    pause = FIRST_PAUSE
    while True:
        try:
            await (await connect()).close()  # the pool would try for half a minute before it says so
            async with app.open_async():
                await app.job_manager.prune_stalled_workers(STALLED_SECONDS)
                await retry_jobs_of_dead_workers(app)
                pause = FIRST_PAUSE
                await app.run_worker_async(
                    concurrency=CONCURRENCY,
                    shutdown_graceful_timeout=STOP_SECONDS - 2,
                    fetch_job_polling_interval=POLL_SECONDS,
                    stalled_worker_timeout=STALLED_SECONDS,
                    name="worker",
                )
                return
        except (exceptions.ConnectorException, psycopg.Error, OSError):
            log.warning("The database does not answer. The worker tries again in %g s.", pause)
            with contextlib.suppress(Exception):
                await app.connector.close_async()
        await asyncio.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 2)


if __name__ == "__main__":
    from stadig.config import django

    django.setup()
    run()
