"""Background jobs and event handlers of the room; each is one call to an action."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from stadig.city import outbox
from stadig.waste.actions import bins, forecasts, planning, plans, reports


@app.periodic(cron="5 4 * * *")
@app.task(name="waste.erase_contacts", queueing_lock="waste.erase_contacts")
def erase_contacts(timestamp: int) -> None:
    reports.erase_contacts()


@app.task(name="waste.compute_plan", queue="plans")
def compute_plan(plan_id: int, computation: str) -> None:
    planning.compute(plan_id, UUID(computation))


@app.periodic(cron="12 * * * *")
@app.task(name="waste.refresh_forecasts", queueing_lock="waste.refresh_forecasts")
def refresh_forecasts(timestamp: int) -> None:
    forecasts.refresh()


@outbox.handler("waste.reported")
def put_on_a_list(report: int) -> None:
    reports.open_work_for(report)


@outbox.handler("work.closed")
def answer_those_who_reported(order: int) -> None:
    reports.answer(order)


@outbox.handler("waste.plan_locked")
def tell_the_crews(plan: int) -> None:
    plans.tell_the_crews(plan)


@outbox.handler("sensing.alarm_raised")
def follow_alarm(alarm: int) -> None:
    bins.follow_alarm(alarm)


@outbox.handler("sensing.alarm_closed")
def close_alarm(alarm: int) -> None:
    bins.close_alarm(alarm)
