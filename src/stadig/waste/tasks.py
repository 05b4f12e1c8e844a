"""Background jobs and event handlers of the room; each is one call to an action."""

from __future__ import annotations

from procrastinate.contrib.django import app

from stadig.city import outbox
from stadig.waste.actions import reports


@app.periodic(cron="5 4 * * *")
@app.task(name="waste.erase_contacts", queueing_lock="waste.erase_contacts")
def erase_contacts(timestamp: int) -> None:
    reports.erase_contacts()


@outbox.handler("waste.reported")
def put_on_a_list(report: int) -> None:
    reports.open_work_for(report)


@outbox.handler("work.closed")
def answer_those_who_reported(order: int) -> None:
    reports.answer(order)
