"""What hangs on the municipality's notice board, and what is left of cases that were destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from stadig.city.models import Organisation

if TYPE_CHECKING:
    from datetime import datetime


class BulletinNotice(models.Model):
    """Something that is announced on the municipality's notice board (kommunallagen 8 kap. 9–10 §§). It is posted as it is and never
    changed: what was wrong is set right by a new notice that names it. It comes down by itself at ``down_at``."""

    class Kind(models.TextChoices):
        MINUTES = "minutes", _("Justerat protokoll")
        DECISION = "decision", _("Beslut")
        PROCLAMATION = "proclamation", _("Kungörelse")
        CONSULTATION = "consultation", _("Samråd")
        MEETING = "meeting", _("Sammanträde")
        OTHER = "other", _("Annat anslag")

    kind = models.CharField(max_length=14, choices=Kind.choices)
    committee = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    title = models.CharField(max_length=160)
    body = models.TextField(blank=True)
    meeting_on = models.DateField(null=True, blank=True)
    approved_on = models.DateField(null=True, blank=True, help_text="when the minutes were approved (justerades)")
    kept_at = models.CharField(max_length=200, blank=True, help_text="where the minutes or documents can be read")
    appeal = models.TextField(blank=True, help_text="how to appeal, in plain words")
    appeal_by = models.DateField(null=True, blank=True, help_text="last day (kommunallagen 13 kap. 5 §)")
    posted_at = models.DateTimeField()
    down_at = models.DateTimeField(help_text="when it comes down by itself")
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    corrects = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="corrected_by")

    class Meta:
        constraints = [
            models.CheckConstraint(name="case_notice_period", condition=Q(down_at__gt=F("posted_at"))),
            models.CheckConstraint(
                name="case_notice_minutes",
                condition=~Q(kind="minutes") | (Q(approved_on__isnull=False) & ~Q(kept_at="")),
            ),
        ]
        indexes = [models.Index(name="case_notice_up", fields=["down_at", "-posted_at"])]
        triggers = [pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.title

    def is_up(self, at: datetime) -> bool:
        """Whether it hangs on the board at that time."""
        return self.posted_at <= at < self.down_at


class DestroyedCase(models.Model):
    """That a case was destroyed (*gallrat*), when and by which rule: the number was given and is never given again. Nobody is named."""

    number = models.CharField(max_length=24, unique=True)
    series = models.ForeignKey("cases.Series", models.PROTECT, related_name="+")
    sequence = models.PositiveIntegerField()
    type = models.SlugField(max_length=60)
    committee = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    registered_on = models.DateField()
    closed_on = models.DateField()
    rule = models.CharField(max_length=300)
    documents = models.PositiveIntegerField()
    files = models.PositiveIntegerField()
    destroyed_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="case_destroyed_once", fields=["series", "sequence"])]
        triggers = [pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.number
