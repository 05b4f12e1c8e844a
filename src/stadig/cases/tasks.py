"""What happens in cases, for systems that follow it, and what follows from it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stadig.cases import letters
from stadig.city import outbox
from stadig.post import webhooks

webhooks.offer("case.registered", _("Ett ärende har kommit in"))
webhooks.offer("case.status", _("Ett ärende har fått en ny status"))
webhooks.offer("case.decided", _("Ett beslut är fattat"))


@outbox.handler("case.decided")
def send_decision(case: int, decision: int) -> None:
    """A decision by letter to those whom neither e-mail nor Mina sidor reaches."""
    letters.send_decision(decision)
