"""The plan of a day, its routes and stops, and each emptying."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from stadig.waste.models.things import Bin, TippingStation, Vehicle

SHARE = (0, 1)


class PlanState(models.TextChoices):
    DRAFT = "draft", _("Inte räknad")
    RUNNING = "running", _("Räknas")
    READY = "ready", _("Klar att låsa")
    LOCKED = "locked", _("Skickad till lagen")
    FAILED = "failed", _("Gick inte att räkna")


class Plan(models.Model):
    """One per day. Money in kronor, lengths in metres, times in hours or seconds as named; figures are of the last computation."""

    day = models.DateField(unique=True)
    state = models.CharField(max_length=10, choices=PlanState.choices, default=PlanState.DRAFT)
    required_risk = models.FloatField(default=0.9, help_text="bins at or above this risk are always emptied")
    service_level = models.FloatField(default=0.97, help_text="how often a bin should have room when someone comes")
    version = models.PositiveIntegerField(default=0, help_text="one more for each change a page may want to show")
    computation = models.UUIDField(null=True, blank=True, help_text="the computation whose result counts")
    progress_percent = models.PositiveSmallIntegerField(default=0)
    progress_text = models.CharField(max_length=120, blank=True)
    error = models.CharField(max_length=200, blank=True)
    computed_at = models.DateTimeField(null=True, blank=True)
    computed_seconds = models.FloatField(null=True, blank=True)
    bins_total = models.PositiveIntegerField(default=0)
    bins_chosen = models.PositiveIntegerField(default=0)
    distance_m = models.PositiveIntegerField(default=0)
    duration_s = models.PositiveIntegerField(default=0)
    cost_kr = models.PositiveIntegerField(default=0)
    overflow_h = models.FloatField(default=0, help_text="expected hours with a full bin until the next round")
    overflow_low_h = models.FloatField(default=0)
    overflow_high_h = models.FloatField(default=0)
    fixed_emptyings = models.PositiveIntegerField(default=0)
    fixed_below_half = models.PositiveIntegerField(default=0)
    fixed_distance_m = models.PositiveIntegerField(default=0)
    fixed_duration_s = models.PositiveIntegerField(default=0)
    fixed_cost_kr = models.PositiveIntegerField(default=0)
    fixed_overflow_h = models.FloatField(default=0)
    curve = models.JSONField(default=list, blank=True, help_text="what other service levels would cost, lowest first: day.Cost")
    notes = models.JSONField(default=list, blank=True, help_text="what the computation wants to say, as codes with values")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    locked_at = models.DateTimeField(null=True, blank=True)
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    locked_by_id: int | None
    routes: models.Manager[Route]
    candidates: models.Manager[Candidate]

    class Meta:
        constraints = [
            models.CheckConstraint(name="plan_shares", condition=Q(required_risk__range=SHARE, service_level__range=SHARE)),
            models.CheckConstraint(name="plan_progress", condition=Q(progress_percent__lte=100)),
            models.CheckConstraint(
                name="plan_locked_has_time", condition=~Q(state=PlanState.LOCKED) | Q(locked_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class Reason(models.TextChoices):
    """Why a bin is emptied today, or waits: the codes of ``waste.day`` (Why, WhyNot) and one for what a planner added later.

    The sentence is made by ``waste.sentences`` from the code and its values.
    """

    ALARM = "alarm"
    LOCKED = "locked"
    REQUIRED = "required"
    ROUND_TODAY = "round_today"
    ON_THE_WAY = "on_the_way"
    WORTH_IT = "worth_it"
    LOW_RISK = "low_risk"
    LOCKED_OUT = "locked_out"
    ROUND_OTHER_DAY = "round_other_day"
    NO_TIME = "no_time"
    UNREACHABLE = "unreachable"
    MUST_BUT_NO_TIME = "must_but_no_time"


class Choice(models.TextChoices):
    NONE = "", _("Planen väljer")
    IN = "in", _("Låst in")
    OUT = "out", _("Låst ut")


class Candidate(models.Model):
    """What the plan thought of one bin: chosen or not, why, and whether a planner has decided instead."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="candidates")
    bin = models.ForeignKey(Bin, models.PROTECT, related_name="+")
    bin_id: int
    risk = models.FloatField(default=0)
    fill_percent = models.FloatField(null=True, blank=True)
    chosen = models.BooleanField(default=False)
    reason = models.CharField(max_length=20, choices=Reason.choices, default=Reason.LOW_RISK)
    params = models.JSONField(default=dict, blank=True)
    choice = models.CharField(max_length=4, choices=Choice.choices, default=Choice.NONE, blank=True)
    choice_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="candidate_once", fields=["plan", "bin"]),
            models.CheckConstraint(name="candidate_risk", condition=Q(risk__range=SHARE)),
        ]

    def __str__(self) -> str:
        return f"{self.bin_id} {self.risk:.2f}"


class Route(models.Model):
    """What one vehicle drives that day. ``line`` is the whole way as [lon, lat] pairs."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="routes")
    plan_id: int
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="routes")
    vehicle_id: int
    distance_m = models.PositiveIntegerField(default=0)
    duration_s = models.PositiveIntegerField(default=0)
    load_l = models.PositiveIntegerField(default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    stops: models.Manager[Stop]

    class Meta:
        constraints = [
            models.UniqueConstraint(name="route_one_per_vehicle", fields=["plan", "vehicle"]),
            models.CheckConstraint(name="route_times", condition=Q(ends_at__gte=F("starts_at"))),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}/{self.vehicle_id}"


class StopKind(models.TextChoices):
    BIN = "bin", _("Korg")
    TIPPING = "tipping", _("Tömningsstation")
    DEPOT = "depot", _("Depå")


class Outcome(models.TextChoices):
    NONE = "", _("Kvar")
    EMPTIED = "emptied", _("Tömd")
    TIPPED = "tipped", _("Tippad")
    SKIPPED = "skipped", _("Överhoppad")


class SkipReason(models.TextChoices):
    NONE = "", ""
    BLOCKED = "blocked", _("Något står i vägen")
    NO_KEY = "no_key", _("Nyckel saknas eller passar inte")
    BROKEN = "broken", _("Korgen är trasig")
    NOT_FULL = "not_full", _("Korgen är nästan tom")
    NO_TIME = "no_time", _("Tiden räcker inte")
    CAR_FULL = "car_full", _("Bilen är full")


class Stop(models.Model):
    """A place on a route. ``leg_line`` is the way from the stop before, as [lon, lat] pairs; ``leg_m`` its length."""

    route = models.ForeignKey(Route, models.CASCADE, related_name="stops")
    route_id: int
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=StopKind.choices, default=StopKind.BIN)
    bin = models.ForeignKey(Bin, models.PROTECT, null=True, blank=True, related_name="stops")
    bin_id: int | None
    tipping = models.ForeignKey(TippingStation, models.PROTECT, null=True, blank=True, related_name="+")
    planned_arrival = models.DateTimeField()
    leg_m = models.PositiveIntegerField(default=0)
    leg_line = models.JSONField(default=list, blank=True)
    detour_m = models.PositiveIntegerField(default=0)
    load_percent = models.PositiveSmallIntegerField(default=0, help_text="how full the vehicle is on arrival")
    risk = models.FloatField(default=0)
    fill_percent = models.FloatField(null=True, blank=True)
    reason = models.CharField(max_length=20, choices=Reason.choices, default=Reason.WORTH_IT, blank=True)
    params = models.JSONField(default=dict, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.NONE, blank=True)
    get_outcome_display: Callable[[], str]
    skip_reason = models.CharField(max_length=10, choices=SkipReason.choices, default=SkipReason.NONE, blank=True)
    note = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    closed_by_id: int | None

    class Meta:
        ordering = ["route", "order"]
        constraints = [
            models.UniqueConstraint(name="stop_order", fields=["route", "order"], deferrable=models.Deferrable.DEFERRED),
            models.UniqueConstraint(name="stop_bin_once", fields=["route", "bin"]),
            models.CheckConstraint(
                name="stop_is_one_place",
                condition=Q(kind=StopKind.BIN, bin__isnull=False, tipping=None)
                | Q(kind=StopKind.TIPPING, bin=None, tipping__isnull=False)
                | Q(kind=StopKind.DEPOT, bin=None, tipping=None),
            ),
            models.CheckConstraint(
                name="stop_closed_has_time",
                condition=Q(outcome=Outcome.NONE, closed_at=None) | (~Q(outcome=Outcome.NONE) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="stop_skip_has_reason",
                condition=(Q(outcome=Outcome.SKIPPED) & ~Q(skip_reason=SkipReason.NONE))
                | (~Q(outcome=Outcome.SKIPPED) & Q(skip_reason=SkipReason.NONE)),
            ),
            models.CheckConstraint(name="stop_risk", condition=Q(risk__range=SHARE)),
        ]

    def __str__(self) -> str:
        return f"{self.route_id}#{self.order}"


class EmptyingSource(models.TextChoices):
    CREW = "crew", _("Laget sa till")
    MEASURED = "measured", _("Uppmätt")
    INFERRED = "inferred", _("Sett på nivån")


class Emptying(models.Model):
    """A bin became empty. ``fill_before`` in percent, null when no one knows."""

    bin = models.ForeignKey(Bin, models.PROTECT, related_name="emptyings")
    bin_id: int
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    vehicle = models.ForeignKey(Vehicle, models.PROTECT, null=True, blank=True, related_name="+")
    stop = models.OneToOneField(Stop, models.PROTECT, null=True, blank=True, related_name="emptying")
    fill_before = models.FloatField(null=True, blank=True)
    source = models.CharField(max_length=10, choices=EmptyingSource.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="emptying_once", fields=["bin", "at"]),
            models.CheckConstraint(name="emptying_fill", condition=Q(fill_before=None) | Q(fill_before__range=(0, 100))),
        ]
        indexes = [models.Index(name="emptying_bin_at", fields=["bin", "-at"])]

    def __str__(self) -> str:
        return f"{self.bin_id} {self.at:%Y-%m-%d %H:%M}"
