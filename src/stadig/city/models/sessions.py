"""Where someone is logged in."""

from __future__ import annotations

from django.db import models

from stadig.city.models.people import User


class OpenSession(models.Model):
    """A log-in that is still open, so that its owner can see and end it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="open_sessions")
    user_id: int
    session_key = models.CharField(max_length=40, unique=True)
    began = models.DateTimeField()
    device = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-began"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.began:%Y-%m-%d}"
