"""What happens in cases, for systems that follow it, and what follows from it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from stadig.cases import letters, reminding
from stadig.city import outbox
from stadig.post import webhooks

webhooks.offer("case.registered", _("Ett ärende har kommit in"))
webhooks.offer("case.status", _("Ett ärende har fått en ny status"))
webhooks.offer("case.decided", _("Ett beslut är fattat"))


@app.periodic(cron="20 7 * * *")
@app.task(name="cases.remind", queueing_lock="cases.remind")
def remind(timestamp: int) -> None:
    reminding.remind()


@outbox.handler("case.decided")
def send_decision(case: int, decision: int) -> None:
    """A decision by letter to those whom neither e-mail nor Mina sidor reaches."""
    letters.send_decision(decision)
