"""How rooms meet: results of verbs sent twice, events already handled, drafts handed over."""

from __future__ import annotations

from django.db import models


class RequestResult(models.Model):
    """The first result of a verb that a client may send twice."""

    verb = models.CharField(max_length=120)
    request_id = models.UUIDField()
    by_id = models.BigIntegerField(null=True)
    result = models.JSONField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["verb", "request_id"], name="city_request_once")]

    def __str__(self) -> str:
        return f"{self.verb} {self.request_id}"


class HandledEvent(models.Model):
    """A handler has done its work for an event; it never does it again."""

    event = models.UUIDField()
    handler = models.CharField(max_length=160)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="city_event_once")]

    def __str__(self) -> str:
        return f"{self.event} {self.handler}"


class Draft(models.Model):
    """Something one room offers another: shown in the receiver's inbox until it is taken or turned down."""

    class State(models.TextChoices):
        WAITING = "waiting"
        TAKEN = "taken"
        DECLINED = "declined"

    kind = models.CharField(max_length=60)
    content = models.JSONField()
    source = models.CharField(max_length=80)
    source_id = models.CharField(max_length=64)
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "source", "source_id"], name="city_draft_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
