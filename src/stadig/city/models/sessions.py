"""Where someone is logged in, and how often a log-in was tried."""

from __future__ import annotations

from django.db import models

from stadig.city.models.people import User


class OpenSession(models.Model):
    """A log-in that is still open, so that its owner can see and end it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    began = models.DateTimeField()
    device = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.began:%Y-%m-%d}"  # type: ignore[attr-defined]


class LoginLimit(models.Model):
    """Tries within a window; the key is a keyed hash, so the table names no one."""

    key = models.CharField(max_length=64, primary_key=True)
    window = models.BigIntegerField(help_text="Fönstrets början, sekunder sedan 1970")
    tries = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.tries}"
