"""Who holds which role where, and the disclosures between authorities."""

from __future__ import annotations

import pghistory
from django.db import models

from stadig.city.models.organisation import District, Organisation
from stadig.city.models.people import User
from stadig.city.roles import Role


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="RoleAssignmentEvent")
class RoleAssignment(models.Model):
    """A role, in an organisation with all beneath it and in a district; nothing named means everywhere."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments")
    user_id: int
    role = models.CharField(max_length=20, choices=Role.choices)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE)
    organisation_id: int | None
    district = models.ForeignKey(District, null=True, blank=True, on_delete=models.CASCADE)
    district_id: int | None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "organisation", "district"], name="city_role_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.user_id}"


class Disclosure(models.Model):
    """One authority (nämnd) showed one thing to someone in another, with a reason (OSL 8 kap. 2 §, 10 kap. 27–28 §§)."""

    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="disclosures")
    committee = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", help_text="Nämnden som lämnar ut")
    what = models.CharField(max_length=80, help_text="Modell, t.ex. waste.report")
    what_id = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)
    ground = models.CharField(max_length=120, blank=True, help_text="Lagrum")
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["to", "what", "what_id", "until"], name="city_disclosure_lookup")]
        constraints = [models.CheckConstraint(name="city_disclosure_reason", condition=~models.Q(reason=""))]

    def __str__(self) -> str:
        return f"{self.what} {self.what_id}"
