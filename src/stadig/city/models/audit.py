"""The audit log: rows of ids that can be added to and never changed."""

from __future__ import annotations

import pgtrigger
from django.db import models


class AuditEntry(models.Model):
    """Who did or read what. No names and no free text: those lie where they can be erased."""

    position = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(help_text="Verklig tid, inte stadens klocka")
    actor = models.CharField(max_length=64, blank=True, help_text="user:ID, person:PSEUDONYM eller tomt för systemet")
    did = models.CharField(max_length=60)
    what = models.CharField(max_length=80)
    what_id = models.CharField(max_length=64)
    ids = models.JSONField(default=dict)
    reason_mac = models.CharField(max_length=64, blank=True)
    link = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["what", "what_id", "position"], name="city_audit_what"),
            models.Index(fields=["actor", "position"], name="city_audit_actor"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.position} {self.did} {self.what}"


class AuditHead(models.Model):
    """The end of the chain (one row). Its row lock is what makes links one after the other."""

    position = models.BigIntegerField(default=0)
    link = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return str(self.position)


class AuditReason(models.Model):
    """The reason someone gave. The chain holds only its keyed hash, so the text can be erased by law."""

    position = models.BigIntegerField(primary_key=True)
    text = models.CharField(max_length=500)

    def __str__(self) -> str:
        return str(self.position)
