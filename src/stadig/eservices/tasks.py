"""Erase drafts whose time is out."""

from __future__ import annotations

from procrastinate.contrib.django import app

from stadig.eservices import drafts


@app.periodic(cron="40 3 * * *")
@app.task(name="eservices.erase_drafts", queueing_lock="eservices.erase_drafts")
def erase_drafts(timestamp: int) -> None:
    while drafts.erase_outdated() == 500:
        pass
