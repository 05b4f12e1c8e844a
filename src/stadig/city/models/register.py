"""The register of services, and notices to residents."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from stadig.city.models.organisation import District, Organisation
from stadig.city.sorting import SortKeyField


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="ServiceEvent")
class Service(models.Model):
    """A service that residents or employees use. Its words come from the code; how it runs is set here."""

    class Status(models.TextChoices):
        IDEA = "idea", _("Idé")
        PILOT = "pilot", pgettext_lazy("om en tjänst", "Försök")
        RUNNING = "running", _("I drift")
        WITHDRAWN = "withdrawn", _("Tillbakadragen")

    class Audience(models.TextChoices):
        RESIDENTS = "residents", _("Invånare")
        STAFF = "staff", _("Anställda")

    slug = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    search_text = models.TextField(blank=True)
    audience = models.CharField(max_length=20, choices=Audience.choices, default=Audience.RESIDENTS)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.RUNNING)
    owner = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.SET_NULL)
    phone = models.CharField(max_length=40, blank=True)
    other_ways = models.TextField(blank=True, help_text="Besök, brev, telefon: en väg per rad")
    paused = models.BooleanField(default=False)
    operating_message = models.CharField(max_length=300, blank=True)
    declared = models.BooleanField(default=True, help_text="Finns i programmet")
    source = models.CharField(max_length=40, blank=True, help_text="the room that enrolled it; empty when it is declared in code")
    page = models.CharField(max_length=120, blank=True, help_text="address of its own page, when a room enrolled it")
    icon = models.CharField(max_length=40, blank=True)
    words = models.JSONField(default=dict, blank=True, help_text="language: {title, description}, when a room enrolled it")
    sort_key = SortKeyField("title")

    class Meta:
        ordering = ["sort_key"]
        constraints = [
            models.CheckConstraint(
                name="city_pause_says_why",
                condition=models.Q(paused=False) | ~models.Q(operating_message=""),
                violation_error_message=_("Skriv varför tjänsten är pausad."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class ServiceCost(models.Model):
    """What a service costs a year from a day, as someone said it. Added to and never changed: the latest said for a day holds."""

    service = models.CharField(max_length=60)
    from_day = models.DateField()
    year_kr = models.FloatField()
    source = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="city_service_cost", fields=["service", "from_day"])]
        constraints = [models.CheckConstraint(name="city_service_cost_kr", condition=models.Q(year_kr__gte=0))]
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.service} {self.from_day}"


class Notice(models.Model):
    """Something the municipality tells residents: an operating disturbance or an announcement. What the law wants posted hangs on the notice board of `cases`."""

    class Kind(models.TextChoices):
        DISTURBANCE = "disturbance", _("Driftinformation")
        ANNOUNCEMENT = "announcement", _("Meddelande")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.CharField(max_length=160)
    text = models.TextField()
    service = models.ForeignKey(Service, null=True, blank=True, on_delete=models.SET_NULL)
    district = models.ForeignKey(District, null=True, blank=True, on_delete=models.SET_NULL)
    published_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-published_at"]

    def __str__(self) -> str:
        return self.title
