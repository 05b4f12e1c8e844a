"""Background jobs of the room; each is one call."""

from __future__ import annotations

from procrastinate.contrib.django import app

from stadig.exchange import again, sweeping


@app.task(name="exchange.ask_missing", queue="default")
def ask_missing(lookup_id: int) -> None:
    """Ask again what is missing after a lookup, if its case is still open."""
    again.ask_missing(lookup_id)


@app.periodic(cron="* * * * *")
@app.task(name="exchange.sweep", queueing_lock="exchange.sweep")
def sweep(timestamp: int) -> None:
    """Each minute: finish lookups whose process died."""
    sweeping.sweep(None)
