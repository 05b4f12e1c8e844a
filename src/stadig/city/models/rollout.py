"""Where a service is on."""

from __future__ import annotations

import pghistory
from django.db import models

from stadig.city.models.organisation import District


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="RolloutEvent")
class Rollout(models.Model):
    """No row means on everywhere. Asked by what *starts* something, never by what continues or reads."""

    service = models.CharField(max_length=60, unique=True)
    stopped = models.BooleanField(default=False)
    districts = models.ManyToManyField(District, blank=True, help_text="Tomt betyder alla")
    percent = models.PositiveSmallIntegerField(default=100)
    begins = models.DateTimeField(null=True, blank=True)
    ends = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="city_rollout_percent", condition=models.Q(percent__lte=100))]

    def __str__(self) -> str:
        return self.service
