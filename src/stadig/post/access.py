"""Who may see what has been sent."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stadig.city.permissions import Role, permission

VIEW = permission("post.view", Role.ADMINISTRATOR, description=_("Se skickade meddelanden"))
CONTACT = permission(
    "post.contact", Role.CASE_WORKER, Role.REGISTRAR, description=_("Ändra hur en invånare blir nådd, på dennes begäran")
)
PRINT = permission("post.print", Role.CASE_WORKER, Role.REGISTRAR, description=_("Skriva ut brev"))
WEBHOOKS = permission("post.webhooks", Role.ADMINISTRATOR, description=_("Låta andra system följa händelser"))
