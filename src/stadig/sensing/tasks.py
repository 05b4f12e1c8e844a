"""Background jobs; each is one call to an action."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from stadig.sensing import actions, watch


@app.task(name=watch.TASK, queue=watch.QUEUE, retry=RetryStrategy(max_attempts=8, exponential_wait=3))
def alarm_edge(rule: int, datastream: int, on: bool, at: str, value: float, **_: Any) -> None:
    """An alarm begins or ends; deferred by :mod:`stadig.sensing.watch`."""
    if on:
        actions.raise_alarm(rule, datastream, at=datetime.fromisoformat(at), value=value)
    else:
        actions.clear_alarm(rule, datastream, at=datetime.fromisoformat(at))


@app.periodic(cron="* * * * *")
@app.task(name="sensing.check_silence", queue=watch.QUEUE, queueing_lock="sensing.check_silence", lock="sensing.check_silence")
def check_silence(timestamp: int) -> None:
    actions.check_silence()
    actions.tell_subscribers()


@app.periodic(cron="17 3 * * *")
@app.task(name="sensing.trim_inbox", queue=watch.QUEUE, queueing_lock="sensing.trim_inbox")
def trim_inbox(timestamp: int) -> None:
    actions.trim_inbox()


@app.periodic(cron="7 2 * * *")
@app.task(name="sensing.make_partitions", queue=watch.QUEUE, queueing_lock="sensing.make_partitions")
def make_partitions(timestamp: int) -> None:
    actions.make_partitions()


@app.periodic(cron="37 2 * * *")
@app.task(name="sensing.remove_orphans", queue=watch.QUEUE, queueing_lock="sensing.remove_orphans")
def remove_orphans(timestamp: int) -> None:
    actions.remove_orphans()
