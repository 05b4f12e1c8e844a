"""What happens in cases, for systems that follow it."""

from django.utils.translation import gettext_lazy as _

from stadig.post import webhooks

webhooks.offer("case.registered", _("Ett ärende har kommit in"))
webhooks.offer("case.status", _("Ett ärende har fått en ny status"))
webhooks.offer("case.decided", _("Ett beslut är fattat"))
