"""Who may plan a trial, decide on it, and read what it gave. What is on the public pages everyone may read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stadig.city.permissions import Role, permission

SEE = permission(
    "pilots.see",
    *(role for role in Role if role != Role.RESIDENT),
    description=_("Se försök som planeras och pågår"),
)
PLAN = permission(
    "pilots.plan",
    Role.MANAGER,
    Role.PLANNER,
    Role.DIRECTOR,
    Role.ADMINISTRATOR,
    description=_("Planera försök och ladda upp siffror"),
)
DECIDE = permission("pilots.decide", Role.DIRECTOR, Role.MANAGER, description=_("Starta, besluta om och avsluta försök"))
REPORT = permission("pilots.report", Role.DIRECTOR, Role.MANAGER, description=_("Skapa månadens rapport till en nämnd"))
