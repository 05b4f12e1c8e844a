"""Background jobs and event handlers of the room; each is one call to an action."""

from __future__ import annotations

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from stadig.city import outbox
from stadig.eservices import drafts, rated
from stadig.eservices.actions import receipts, signatures, street
from stadig.eservices.handing import tasks as handing  # noqa: F401 - its jobs and handlers


@app.periodic(cron="40 3 * * *")
@app.task(name="eservices.erase_drafts", queueing_lock="eservices.erase_drafts")
def erase_drafts(timestamp: int) -> None:
    while drafts.erase_outdated() == 500:
        pass


@app.periodic(cron="50 3 * * *")
@app.task(name="eservices.erase_remarks", queueing_lock="eservices.erase_remarks")
def erase_remarks(timestamp: int) -> None:
    rated.erase_outdated()


@app.task(name="eservices.receipt", queue="receipts", retry=RetryStrategy(max_attempts=8, exponential_wait=3))
def make_receipt(submission: str) -> None:
    receipts.make_receipt(UUID(submission))


@app.task(name="eservices.draw_papers", queue="receipts")
def draw_papers(case_id: int) -> None:
    """Of the demo town alone: its seeded cases get their papers when it has woken."""
    from stadig.eservices.demo import filed

    filed.draw(case_id)


@app.periodic(cron="10 7 * * *")
@app.task(name="eservices.remind_signers", queueing_lock="eservices.remind_signers")
def remind_signers(timestamp: int) -> None:
    while signatures.remind() == 500:
        pass


@outbox.handler("case.registered")
def open_work(case: int) -> None:
    street.open_work(case)


@outbox.handler("work.closed")
def follow_work(order: int) -> None:
    street.follow_work(order)
