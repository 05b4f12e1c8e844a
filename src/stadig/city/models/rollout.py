"""Where a service is on: its setting, the steps it grows by, who was drawn into which arm, and the keys of systems that ask."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from stadig.city.models.organisation import District
from stadig.city.models.people import User


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="RolloutEvent")
class Rollout(models.Model):
    """No row means on everywhere. Asked by what *starts* something, never by what continues or reads."""

    class Trial(models.TextChoices):
        NONE = "", _("Inget försök")
        PERSONS = "persons", _("Lottas för var och en")
        AREAS = "areas", _("Försöksområden mot jämförelseområden")

    class Why(models.TextChoices):
        RUNNING = "", _("På")
        HAND = "hand", _("Stoppad av någon")
        DATE = "date", _("Stoppad för att sista dagen har gått")

    service = models.CharField(max_length=60, unique=True)
    stopped = models.BooleanField(default=False)
    stopped_why = models.CharField(max_length=10, choices=Why.choices, blank=True, default="")
    stopped_at = models.DateTimeField(null=True, blank=True)
    districts = models.ManyToManyField(District, blank=True, help_text="Tomt betyder alla")
    comparison = models.ManyToManyField(District, blank=True, related_name="+", help_text="Jämförelseområden i ett försök")
    cohorts: Any = models.JSONField(
        default=dict, blank=True, help_text='grupp → värden: {"age": ["65-79"]}; alla grupper ska stämma'
    )
    percent = models.PositiveSmallIntegerField(default=100)
    trial = models.CharField(max_length=10, choices=Trial.choices, blank=True, default="")
    begins = models.DateTimeField(null=True, blank=True)
    ends = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="city_rollout_percent", condition=models.Q(percent__lte=100))]

    def __str__(self) -> str:
        return self.service


class RolloutStep(models.Model):
    """One step of growing: how large, where, and what it waits for before the next. The step in force is the last begun."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField()
    percent = models.PositiveSmallIntegerField(default=100)
    districts = models.ManyToManyField(District, blank=True, related_name="+", help_text="Tomt betyder de som redan gäller")
    days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="så länge ska steget ha varit på")
    sample = models.PositiveIntegerField(null=True, blank=True, help_text="så många ska ha fått tjänsten under steget")
    approval = models.BooleanField(default=False, help_text="någon ska ha godkänt")
    begun_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="city_rollout_step_once"),
            models.CheckConstraint(name="city_rollout_step_percent", condition=models.Q(percent__lte=100)),
            models.CheckConstraint(
                name="city_rollout_step_approved_when_begun",
                condition=models.Q(approved_at=None) | models.Q(begun_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rollout_id} {self.number}"  # type: ignore[attr-defined]


class Assignment(models.Model):
    """Who was drawn into which arm of a trial. Added to and never changed; erased with the person.

    ``ref`` is a keyed hash of service and subject: the same person has another in the next trial.
    """

    service = models.CharField(max_length=60)
    ref = models.CharField(max_length=32)
    arm = models.CharField(max_length=12)
    percent = models.PositiveSmallIntegerField(help_text="the share that held when it was drawn")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "ref"], name="city_assignment_once"),
            models.CheckConstraint(name="city_assignment_arm", condition=models.Q(arm__in=["pilot", "comparison"])),
        ]
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.service} {self.arm}"


class FlagToken(models.Model):
    """A key by which another system asks where services are on. Only its SHA-256 is kept; the key itself is shown once."""

    name = models.CharField(max_length=100, unique=True)
    hash = models.BinaryField(max_length=32, unique=True)
    services = ArrayField(models.CharField(max_length=60), default=list, blank=True, help_text="tomt betyder alla")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)
    busy_until = models.DateTimeField(null=True, blank=True, help_text="när det som har frågats hittills är betalt i tid")

    def __str__(self) -> str:
        return self.name
