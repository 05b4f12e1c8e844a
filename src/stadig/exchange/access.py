"""Who may set how agencies are asked. Who may ask about someone is for the asking service's gate to say."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stadig.city.permissions import Role, permission

SEE_CONNECTIONS = permission(
    "exchange.connections",
    Role.ADMINISTRATOR,
    Role.TECHNICIAN,
    Role.MANAGER,
    Role.AUDITOR,
    description=_("Se hur myndigheter är anslutna"),
)
CHOOSE = permission("exchange.choose", Role.MANAGER, description=_("Välja vilka myndigheter som frågas i förväg"))
LAW = permission("exchange.law", Role.MANAGER, Role.ADMINISTRATOR, description=_("Skriva in lagstöd för frågor till myndigheter"))
PRINT_LOG = permission(
    "exchange.print-log",
    Role.CASE_WORKER,
    Role.MANAGER,
    Role.REGISTRAR,
    description=_("Skriva ut loggen över frågor till myndigheter åt den som de gällde"),
)
