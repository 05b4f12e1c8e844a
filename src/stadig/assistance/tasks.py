"""Background jobs; each is one call to an action."""

from __future__ import annotations

from procrastinate.contrib.django import app

from stadig.assistance import measuring


@app.periodic(cron="23 * * * *")
@app.task(name="assistance.measure", queueing_lock="assistance.measure")
def measure(timestamp: int) -> None:
    measuring.measure()
