"""The worker: background jobs, schedules and the outbox's handlers, all with Procrastinate."""

from __future__ import annotations

import asyncio

from stadig.config.supervisor import STOP_SECONDS

QUEUES = None
"""All of them."""
CONCURRENCY = 4


def run() -> None:
    """Work until SIGTERM; the jobs under way are finished first."""
    from procrastinate.contrib.django import app

    connector = app.connector.get_worker_connector()  # pyright: ignore[reportAttributeAccessIssue]
    with app.replace_connector(connector):
        asyncio.run(_work(app))


async def _work(app: object) -> None:
    async with app.open_async():  # pyright: ignore[reportAttributeAccessIssue]
        await app.run_worker_async(  # pyright: ignore[reportAttributeAccessIssue]
            queues=QUEUES,
            concurrency=CONCURRENCY,
            shutdown_graceful_timeout=STOP_SECONDS - 2,
            fetch_job_polling_interval=5.0,
            name="worker",
        )


if __name__ == "__main__":
    from stadig.config import django

    django.setup()
    run()
