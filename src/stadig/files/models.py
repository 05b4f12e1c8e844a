"""Files someone has sent in. The bytes lie outside the web server's reach; this is what we know of them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class FileState(models.TextChoices):
    QUARANTINED = "quarantined", _("Kontrolleras")
    RELEASED = "released", _("Kontrollerad")
    REJECTED = "rejected", _("Stoppad")


class StoredFile(models.Model):
    """``purpose`` decides who may read it (``files.access``) and how long it is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.SlugField(max_length=60)
    name = models.CharField(max_length=120, help_text="the name it is downloaded under; never the sender's own")
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=FileState.choices, default=FileState.QUARANTINED)
    stored_at = models.DateTimeField()
    stored_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    erase_at = models.DateTimeField(null=True, blank=True)
    stored_by_id: int | None

    class Meta:
        constraints = [models.CheckConstraint(name="file_has_bytes", condition=Q(size__gt=0))]
        indexes = [models.Index(name="file_erase", fields=["erase_at"], condition=Q(erase_at__isnull=False))]

    def __str__(self) -> str:
        return self.name
