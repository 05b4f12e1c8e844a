"""What the municipality has said to someone: messages out, and notices inside."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MessageState(models.TextChoices):
    QUEUED = "queued", _("Väntar på att skickas")
    SENT = "sent", _("Skickat")
    FAILED = "failed", _("Kom inte fram")


class Message(models.Model):
    """One message to one address. ``erase_at`` is when the address and the text go away; the row that it was sent stays."""

    address = models.EmailField(blank=True)
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    template = models.CharField(max_length=80)
    language = models.CharField(max_length=8, default="sv")
    key = models.CharField(max_length=120, unique=True, null=True, blank=True, help_text="sent once whatever happens")
    state = models.CharField(max_length=12, choices=MessageState.choices, default=MessageState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    erase_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="post_sent_has_time", condition=~Q(state=MessageState.SENT) | Q(sent_at__isnull=False)),
            models.CheckConstraint(name="post_erased_is_empty", condition=Q(erased_at=None) | Q(address="", body="")),
        ]
        indexes = [models.Index(name="post_erase", fields=["erase_at"], condition=Q(erased_at=None))]

    def __str__(self) -> str:
        return self.subject


class Notice(models.Model):
    """Something an employee should know, shown inside Stadig."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(name="post_unread", fields=["user", "-created_at"], condition=Q(read_at=None))]

    def __str__(self) -> str:
        return self.text
