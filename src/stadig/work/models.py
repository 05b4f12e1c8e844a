"""Work orders: one list for a crew, whatever service the work came from."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stadig.city.models import Organisation


class State(models.TextChoices):
    OPEN = "open", _("Väntar")
    ASSIGNED = "assigned", _("Hos ett lag")
    DONE = "done", _("Klar")
    NOT_POSSIBLE = "not_possible", _("Gick inte")
    CANCELLED = "cancelled", _("Avbruten")


WAITING = (State.OPEN, State.ASSIGNED)
CLOSED = (State.DONE, State.NOT_POSSIBLE, State.CANCELLED)


class WorkOrder(models.Model):
    """One thing to do at one place. ``source`` says what caused it: a label (``waste.report``) and an id, never a person."""

    kind = models.SlugField(max_length=40, help_text="registered in work.kinds")
    title = models.CharField(max_length=200)
    details = models.TextField(blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    place_name = models.CharField(max_length=200)
    district = models.ForeignKey("city.District", models.PROTECT, null=True, blank=True, related_name="+")
    crew = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="work_orders")
    crew_id: int | None
    district_id: int | None
    closed_by_id: int | None
    due = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    source_label = models.CharField(max_length=60, blank=True)
    source_id = models.BigIntegerField(null=True, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    assigned_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.TextField(blank=True, help_text="what the crew said when they closed it")
    evidence = models.ManyToManyField("files.StoredFile", blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="work_closed_has_time",
                condition=Q(state__in=WAITING, closed_at=None) | Q(state__in=CLOSED, closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="work_assigned_has_crew",
                condition=~Q(state=State.ASSIGNED) | Q(crew__isnull=False, assigned_at__isnull=False),
            ),
            models.CheckConstraint(name="work_place", condition=Q(lon__range=(-180, 180), lat__range=(-90, 90))),
            models.UniqueConstraint(
                name="work_one_waiting_per_source",
                fields=["source_label", "source_id"],
                condition=Q(state__in=WAITING, source_id__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="work_waiting", fields=["crew", "due"], condition=Q(state__in=WAITING)),
            models.Index(name="work_opened", fields=["-opened_at"]),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING
