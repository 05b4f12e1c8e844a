"""Background jobs; each is one call to an action."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from procrastinate.contrib.django import app

from stadig.assistance import measuring, prefetching
from stadig.exchange import forgetting


@app.periodic(cron="23 * * * *")
@app.task(name="assistance.measure", queueing_lock="assistance.measure")
def measure(timestamp: int) -> None:
    measuring.measure()


@app.periodic(cron="10 4 * * *")
@app.task(name="assistance.prefetch", queueing_lock="assistance.prefetch")
def prefetch(timestamp: int) -> None:
    """Each night: ask in advance what a manager has switched on."""
    prefetching.prefetch()


@app.periodic(cron="45 3 * * *")
@app.task(name="assistance.drop_raw", queueing_lock="assistance.drop_raw")
def drop_raw(timestamp: int) -> None:
    """Each night: remove raw answers that are older than the municipality keeps them."""
    if settings.RAW_ANSWERS_MONTHS:
        while forgetting.drop_raw(dt.timedelta(days=settings.RAW_ANSWERS_MONTHS * 31)):
            pass
