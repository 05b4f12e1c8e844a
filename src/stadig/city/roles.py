"""The roles, each a kind of work someone does."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What someone does here. Everyone who has logged in with an e-identification is a resident without being given it."""

    RESIDENT = "resident", _("Invånare")
    CREW = "crew", _("Arbetslag")
    PLANNER = "planner", _("Planerare")
    CASE_WORKER = "case_worker", _("Handläggare")
    MANAGER = "manager", _("Chef")
    DIRECTOR = "director", _("Direktör")
    CONTACT_CENTRE = "contact_centre", _("Kontaktcenter")
    REGISTRAR = "registrar", _("Registrator")
    AUDITOR = "auditor", _("Granskare")
    ADMINISTRATOR = "administrator", _("Administratör")
    TECHNICIAN = "technician", _("Tekniker")
