"""What is stored of trials: cards in versions, units, figures, looks, costs, decisions, lessons, and who copied whom."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext_lazy as _


class Pilot(models.Model):
    """One trial of a service."""

    class State(models.TextChoices):
        IDEA = "idea", _("Planeras")
        RUNNING = "running", _("Pågår")
        DECIDED = "decided", _("Beslutat")
        CLOSED = "closed", _("Avslutat")

    class Outcome(models.TextChoices):
        NONE = "", _("Inget beslut")
        WITHDRAWN = "withdraw", _("Drogs tillbaka")
        KEPT = "keep", _("Behålls som det är")
        SCALED_UP = "scale_up", _("Skalades upp")

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=160)
    service = models.CharField(max_length=60)
    committee = models.ForeignKey("city.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="pilots")
    owner = models.ForeignKey("city.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="pilots")
    switch = models.CharField(max_length=60, blank=True, help_text="the name in city.rollout that turns on what is tried")
    service_before = models.CharField(max_length=20, blank=True, help_text="the service's status before the trial changed it")
    state = models.CharField(max_length=10, choices=State.choices, default=State.IDEA)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default="")
    committee_id: int | None
    owner_id: int | None
    units: models.Manager[Unit]
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True, help_text="when the owner was last told of the last date")
    copied_from = models.JSONField(default=dict, blank=True, help_text="{municipality, code, title, digest} when it was imported")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="pilots_started_has_last_day", condition=models.Q(state="idea") | models.Q(last_day__isnull=False)
            ),
            models.CheckConstraint(
                name="pilots_closed_has_outcome", condition=~models.Q(state__in=["decided", "closed"]) | ~models.Q(outcome="")
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class CardVersion(models.Model):
    """A card as it was written. One that is frozen never changes; a change is the next version."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="versions")
    pilot_id: int
    number = models.PositiveSmallIntegerField()
    card: Any = models.JSONField()
    rule: Any = models.JSONField(null=True, blank=True, help_text="the decision rule in machine form, once frozen")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the rule, once frozen")
    frozen_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey("city.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    why = models.CharField(max_length=500, blank=True, help_text="why a started trial was changed; public")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["pilot", "number"], name="pilots_version_once"),
            models.CheckConstraint(
                name="pilots_frozen_has_rule",
                condition=models.Q(frozen_at=None) | (models.Q(rule__isnull=False) & ~models.Q(digest="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot_id} v{self.number}"


class Unit(models.Model):
    """An area, school, bin … of a trial. Persons are never listed: they are drawn when they come, by the roll-out."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="units")
    ref = models.CharField(max_length=80, help_text="what the figures call it: a district's code, a bin's number")
    name = models.CharField(max_length=120)
    district = models.ForeignKey("city.District", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    arm = models.CharField(max_length=12, blank=True, help_text="pilot or comparison, once drawn or chosen")
    begins = models.DateField(null=True, blank=True, help_text="when it got the service, if not on the trial's first day")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["pilot", "ref"], name="pilots_unit_once")]

    def __str__(self) -> str:
        return self.ref


class Batch(models.Model):
    """Figures that came in together: a file, or one reading of the ledger, the cases or the sensors."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="batches")
    outcome = models.CharField(max_length=60)
    source = models.CharField(max_length=20)
    name = models.CharField(max_length=160, blank=True, help_text="the file's name, or what was read")
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    findings: Any = models.JSONField(default=list, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey("city.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.outcome} {self.name}"


class Waiting(models.Model):
    """A file that has been looked through and waits for its sender to take it in. Erased when that is done, or after a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey("city.User", on_delete=models.CASCADE, related_name="+")
    pilot = models.ForeignKey(Pilot, null=True, on_delete=models.CASCADE, related_name="+", help_text="none: a trial to take in")
    outcome = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=160)
    data = models.BinaryField(help_text="the file, compressed")
    sha256 = models.CharField(max_length=64, help_text="of the file as it was sent")
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "pilot"], name="pilots_waiting_once", nulls_distinct=False),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Point(models.Model):
    """One figure: of whom, when, how much. ``unit`` is an area's ref, or a pseudonym that leads back to no one."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="points")
    outcome = models.CharField(max_length=60)
    unit = models.CharField(max_length=80)
    day = models.DateField()
    value = models.FloatField()
    weight = models.FloatField(default=1.0)
    arm = models.CharField(max_length=12, blank=True)
    groups: Any = models.JSONField(default=dict, blank=True, help_text="age band, district …: label")
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="points")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pilot", "outcome", "unit", "day"], name="pilots_point_once")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.unit} {self.day}"


class Look(models.Model):
    """One analysis, frozen with all that is needed to make it again."""

    version = models.ForeignKey(CardVersion, on_delete=models.CASCADE, related_name="looks")
    version_id: int
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    through = models.DateField()
    data_sha256 = models.CharField(max_length=64)
    data = models.BinaryField(help_text="the series as they were, compressed: what `stadig pilot reproduce` reads")
    result: Any = models.JSONField()
    estimate: Any = models.GeneratedField(
        expression=KeyTransform("estimate", KeyTransform("-1", KeyTransform("looks", "result"))),
        output_field=models.JSONField(null=True),
        db_persist=True,
    )
    """Of the result, kept beside it: a list of looks need not unpack whole results."""
    verdict = models.CharField(max_length=10)
    code_version = models.CharField(max_length=40)
    voided_at = models.DateTimeField(null=True, blank=True, help_text="set when the card was changed after it")
    planned = models.BooleanField(
        default=True, help_text="false: an extra look between the days of the rule, described but never judged"
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="pilots_look_once"),
            models.UniqueConstraint(fields=["version", "through"], name="pilots_look_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} look {self.number}"


class Cost(models.Model):
    """Money spent on a trial."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="costs")
    pilot_id: int
    day = models.DateField()
    amount_kr = models.FloatField()
    what = models.CharField(max_length=160)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return self.what


class Decision(models.Model):
    """What was decided, beside what the rule said. Another way than the rule's has a reason, and the reason is public."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="decisions")
    pilot_id: int
    look = models.ForeignKey(Look, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rule_said = models.CharField(max_length=10)
    decided = models.CharField(max_length=10)
    reason = models.TextField(blank=True)
    body = models.CharField(max_length=160, help_text="which committee or manager")
    day = models.DateField()
    by = models.ForeignKey("city.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_why = models.CharField(max_length=500, blank=True, help_text="why it no longer holds; public")

    class Meta:
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(
                name="pilots_taken_back_says_why",
                condition=models.Q(taken_back_at=None) | ~models.Q(taken_back_why=""),
            ),
            models.CheckConstraint(
                name="pilots_other_way_says_why",
                condition=models.Q(rule_said=models.F("decided")) | ~models.Q(reason=""),
                violation_error_message=_("Skriv varför ni beslutar något annat än regeln säger."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pilot_id} {self.decided}"


class Lesson(models.Model):
    """Something learnt. A trial cannot be closed without one that did not work."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="lessons")
    pilot_id: int
    worked = models.BooleanField(default=False)
    title = models.CharField(max_length=120)
    text = models.CharField(max_length=600)
    icon = models.CharField(max_length=40, default="circle")
    at = models.DateTimeField()

    class Meta:
        ordering = ["worked", "pk"]

    def __str__(self) -> str:
        return self.title


class Copy(models.Model):
    """Another municipality that tried the same, and what it got where it has told."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="copies")
    municipality = models.CharField(max_length=80)
    code = models.CharField(max_length=4, blank=True)
    digest = models.CharField(max_length=64, help_text="of the package that was copied")
    at = models.DateTimeField()
    estimate = models.FloatField(null=True, blank=True)
    standard_error = models.FloatField(null=True, blank=True)
    outcome = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["pilot", "municipality", "digest"], name="pilots_copy_once")]

    def __str__(self) -> str:
        return self.municipality
