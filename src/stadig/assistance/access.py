"""Who may see and do what in financial assistance: those who handle the case, and for norms two managers or administrators."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stadig.city.permissions import Role, permission

ASK = permission(
    "assistance.ask", Role.CASE_WORKER, Role.MANAGER, description=_("Fråga myndigheter i ärenden om ekonomiskt bistånd")
)
NORMS = permission(
    "assistance.norms",
    Role.CASE_WORKER,
    Role.MANAGER,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
    description=_("Se riksnormer och beräkningsregler"),
)
SET_NORMS = permission(
    "assistance.set-norms",
    Role.MANAGER,
    Role.ADMINISTRATOR,
    description=_("Skriva in och bekräfta riksnormer och beräkningsregler"),
)
READ = permission(
    "assistance.read",
    Role.CASE_WORKER,
    Role.MANAGER,
    Role.AUDITOR,
    description=_("Läsa vad myndigheter har svarat i ärenden om ekonomiskt bistånd"),
)
