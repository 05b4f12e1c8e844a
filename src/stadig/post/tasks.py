"""Send what is queued, erase what is old."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from stadig.post import actions, letters, sending


@app.task(name="post.send", retry=RetryStrategy(max_attempts=actions.ATTEMPTS, exponential_wait=30))
def send(message_id: int) -> None:
    try:
        actions.send(message_id)
    except OSError as error:  # smtplib's errors are OSErrors, and so are ours
        if actions.failed(message_id, type(error).__name__, again=not sending.is_final(error)):
            raise


@app.periodic(cron="40 3 * * *")
@app.task(name="post.erase_outdated", queueing_lock="post.erase_outdated")
def erase_outdated(timestamp: int) -> None:
    actions.erase_outdated()
    letters.erase_outdated()
