"""Who may see sensors, answer alarms and look after devices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stadig.city.permissions import Role, permission

VIEW = permission(
    "sensing.view",
    Role.PLANNER,
    Role.MANAGER,
    Role.DIRECTOR,
    Role.TECHNICIAN,
    Role.ADMINISTRATOR,
    description=_("Se sensorer och larm"),
)
ANSWER = permission(
    "sensing.answer",
    Role.PLANNER,
    Role.MANAGER,
    Role.TECHNICIAN,
    Role.ADMINISTRATOR,
    description=_("Markera larm som sedda och stänga dem"),
)
MANAGE = permission(
    "sensing.manage",
    Role.TECHNICIAN,
    Role.ADMINISTRATOR,
    description=_("Registrera enheter och ändra larmregler"),
)
