"""What residents say of a bin."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stadig.waste.models.things import Bin
from stadig.work.models import WorkOrder


class ReportKind(models.TextChoices):
    FULL = "full", _("Korgen är full")
    BROKEN = "broken", _("Korgen är trasig")
    LITTER = "litter", _("Skräp bredvid korgen")


class ReportState(models.TextChoices):
    RECEIVED = "received", _("Mottagen")
    PLANNED = "planned", _("På lagets lista")
    DONE = "done", _("Åtgärdad")
    DECLINED = "declined", _("Gick inte att åtgärda")


def new_token() -> str:
    """A secret link's last part: 128 bits."""
    return secrets.token_urlsafe(16)


class Report(models.Model):
    """Anonymous by default. ``contact`` is kept only until the answer has gone and the days of grace have passed."""

    bin = models.ForeignKey(Bin, models.PROTECT, related_name="reports")
    bin_id: int
    kind = models.CharField(max_length=8, choices=ReportKind.choices)
    get_kind_display: Callable[[], str]
    text = models.CharField(max_length=500, blank=True)
    photo = models.ForeignKey("files.StoredFile", models.SET_NULL, null=True, blank=True, related_name="+")
    contact = models.EmailField(blank=True)
    language = models.CharField(max_length=8, default="sv")
    token = models.CharField(max_length=32, unique=True, default=new_token)
    state = models.CharField(max_length=10, choices=ReportState.choices, default=ReportState.RECEIVED)
    same_as = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="more")
    work_order = models.ForeignKey(WorkOrder, models.SET_NULL, null=True, blank=True, related_name="+")
    work_order_id: int | None
    promised = models.DateTimeField(null=True, blank=True, help_text="when we said it would be done")
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    contact_erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="report_answered_has_time",
                condition=Q(state__in=[ReportState.RECEIVED, ReportState.PLANNED], answered_at=None)
                | Q(state__in=[ReportState.DONE, ReportState.DECLINED], answered_at__isnull=False),
            ),
            models.CheckConstraint(name="report_erased_is_empty", condition=Q(contact_erased_at=None) | Q(contact="")),
        ]
        indexes = [
            models.Index(name="report_bin_recent", fields=["bin", "kind", "-created_at"]),
            models.Index(name="report_erase", fields=["answered_at"], condition=~Q(contact="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.bin_id}"
