"""The ground's own permissions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stadig.city.permissions import Role, permission

STAFF = tuple(role for role in Role if role != Role.RESIDENT)

STAFF_START = permission("city.start", *STAFF, description=_("Se sin startsida"))
USERS = permission("city.users", Role.ADMINISTRATOR, description=_("Ge och ta ifrån roller"))
SERVICES = permission(
    "city.services", Role.ADMINISTRATOR, Role.MANAGER, description=_("Pausa tjänster och skriva driftinformation")
)
ROLLOUT = permission("city.rollout", Role.ADMINISTRATOR, description=_("Bestämma var en tjänst är på"))
FOLLOW_ROLLOUT = permission(
    "city.follow_rollout",
    Role.ADMINISTRATOR,
    Role.MANAGER,
    description=_("Följa hur en tjänst breddas, godkänna ett steg och stoppa den"),
)
ORGANISATION = permission("city.organisation", *STAFF, description=_("Se organisationen"))
AUDIT = permission("city.audit", Role.AUDITOR, description=_("Läsa granskningsloggen"))
DISCLOSE = permission(
    "city.disclose", Role.REGISTRAR, Role.MANAGER, Role.CASE_WORKER, description=_("Lämna ut uppgifter till en annan nämnd")
)
REVEAL = permission("city.reveal", Role.CASE_WORKER, Role.REGISTRAR, description=_("Se skyddade personuppgifter, med ett skäl"))
REVEALS = permission(
    "city.reveals", Role.MANAGER, Role.AUDITOR, description=_("Se vem som har tagit fram skyddade personuppgifter, och varför")
)
GIVEN = permission("city.given", Role.DIRECTOR, description=_("Se vad tjänsterna gav, var för sig, på startsidan"))
EFFECTS = permission("city.effects", *STAFF, description=_("Se vad tjänsterna gett"))
