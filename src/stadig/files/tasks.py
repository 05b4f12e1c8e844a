"""Check new files, erase old ones."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from stadig.files import actions


@app.task(name="files.check", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
def check(file_id: str) -> None:
    actions.release(file_id)


@app.periodic(cron="20 3 * * *")
@app.task(name="files.erase_outdated", queueing_lock="files.erase_outdated")
def erase_outdated(timestamp: int) -> None:
    actions.erase_outdated()
