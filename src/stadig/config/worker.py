"""The worker: background jobs, schedules and the outbox's handlers, all with Procrastinate in PostgreSQL.

What each room does in the background stands in its ``tasks.py``; they are found by themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from typing import Any

from stadig.config.supervisor import STOP_SECONDS

log = logging.getLogger("stadig.worker")
CONCURRENCY = 4
"""Jobs at once, each in a thread: while a plan is being computed, events are still handled."""
POLL_SECONDS = 5.0
"""A new job is announced at once; this is for when the announcement was missed."""
ANSWER_SECONDS = 3.0
"""How long a question waits for a connection before the database counts as away. The pool's own half a minute is
spent twice when a worker stops: once by the question, once by its farewell."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 4.0


def run() -> None:
    """Work until SIGTERM; the jobs under way get the time to finish. A database that is away is waited for."""
    from procrastinate.contrib.django import app

    with app.replace_connector(_connector()) as ours:
        asyncio.run(_until_asked_to_stop(ours))


def _connector() -> Any:
    """Connections for the worker itself, of a pool; what a job defers goes through Django's own, in the job's transaction."""
    from procrastinate import PsycopgConnector
    from procrastinate.contrib.django.django_connector import DjangoConnector
    from procrastinate.contrib.django.utils import connector_params

    class Connector(PsycopgConnector):
        def get_sync_connector(self) -> Any:
            return DjangoConnector()

    return Connector(kwargs=connector_params(), min_size=1, max_size=CONCURRENCY, timeout=ANSWER_SECONDS)


async def _until_asked_to_stop(app: Any) -> None:
    """Work again and again: a run that ends without being asked to has lost the database, whatever it says of it."""
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    stop = asyncio.create_task(asked.wait())
    pause = FIRST_PAUSE
    while not asked.is_set():
        begun = asyncio.get_running_loop().time()
        work = asyncio.create_task(_work(app))
        await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        if asked.is_set():
            work.cancel()  # Procrastinate lets the jobs under way finish first
        with contextlib.suppress(asyncio.CancelledError):
            await work
        if asked.is_set():
            return
        if asyncio.get_running_loop().time() - begun > LONGEST_PAUSE + 2 * ANSWER_SECONDS:
            pause = FIRST_PAUSE  # it worked for a while
        log.warning("The database does not answer. The worker tries again in %g s.", pause)
        await asyncio.wait({stop}, timeout=pause)
        pause = min(LONGEST_PAUSE, pause * 2)


async def _work(app: Any) -> None:
    """Do jobs until cancelled or until the database is lost.

    Procrastinate ends such a run in one of two ways: with the fault, or quietly when it was one of its side tasks (the
    ear for new jobs, the heartbeat) that met it.
    """
    import psycopg
    from procrastinate import exceptions

    from stadig.config.health import connect
    from stadig.config.tasks import STALLED_SECONDS, retry_jobs_of_dead_workers

    with contextlib.suppress(exceptions.ConnectorException, psycopg.Error, OSError):
        await (await connect(ANSWER_SECONDS)).close()
        try:
            async with asyncio.timeout(2 * ANSWER_SECONDS):
                await app.open_async()
                await app.job_manager.prune_stalled_workers(STALLED_SECONDS)
                await retry_jobs_of_dead_workers(app)
            await app.run_worker_async(
                concurrency=CONCURRENCY,
                shutdown_graceful_timeout=STOP_SECONDS - 2,
                fetch_job_polling_interval=POLL_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
                install_signal_handlers=False,
                name="worker",
            )
        finally:
            with contextlib.suppress(Exception):
                await app.close_async()


if __name__ == "__main__":
    from stadig.config import django

    django.setup()
    run()
