"""Send what is queued, erase what is old."""

from __future__ import annotations

import uuid

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from stadig.post import actions, letters, outside, sending, webhooks


@app.task(name="post.send", retry=RetryStrategy(max_attempts=actions.ATTEMPTS, exponential_wait=30))
def send(message_id: int) -> None:
    try:
        actions.send(message_id)
    except OSError as error:  # smtplib's errors are OSErrors, and so are ours
        if actions.failed(message_id, type(error).__name__, again=not sending.is_final(error)):
            raise


WEBHOOK_ATTEMPTS = 8
"""4 s, 16 s, 1 min, 4 min, 17 min, 1 h and 5 h lie between them."""


@app.task(name="post.webhook", pass_context=True, retry=RetryStrategy(max_attempts=WEBHOOK_ATTEMPTS, exponential_wait=4))
def deliver_webhook(context: JobContext, delivery_id: str) -> None:
    tried = (context.job.attempts if context.job else 0) + 1
    try:
        webhooks.deliver(uuid.UUID(delivery_id))
    except outside.OutsideError as error:
        gone = isinstance(error, outside.Refused) and error.status == webhooks.GONE
        last = tried >= WEBHOOK_ATTEMPTS or isinstance(error, outside.NotAllowed)
        webhooks.failed(uuid.UUID(delivery_id), f"{type(error).__name__}: {error}", last=last, gone=gone)
        if not last and not gone:
            raise


@app.periodic(cron="40 3 * * *")
@app.task(name="post.erase_outdated", queueing_lock="post.erase_outdated")
def erase_outdated(timestamp: int) -> None:
    actions.erase_outdated()
    letters.erase_outdated()
