"""Rules that say when a value should wake someone, and the alarms they gave."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from stadig.sensing.models.entities import Datastream, ObservedProperty


class Kind(models.TextChoices):
    THRESHOLD = "threshold", _("gräns")
    NO_DATA = "no_data", _("tyst sensor")
    BATTERY = "battery", _("svagt batteri")


class Severity(models.TextChoices):
    """How soon someone must act."""

    NOTE = "note", _("bra att veta")
    ACT = "act", _("åtgärda")
    URGENT = "urgent", _("bråttom")


class AlarmRule(models.Model):
    """One cause for alarm, for one datastream or for all that observe a property.

    *Threshold* and *battery* begin at ``level`` and end at ``clear_level``; the gap between them is the hysteresis.
    *No data* begins when a datastream has been quiet for longer than ``silent_seconds``.
    """

    id = models.AutoField(primary_key=True)
    name = models.CharField(_("namn"), max_length=120)
    kind = models.CharField(_("slag"), max_length=10, choices=Kind.choices)
    observed_property = models.ForeignKey(
        ObservedProperty, models.CASCADE, null=True, blank=True, related_name="alarm_rules", verbose_name=_("storhet")
    )
    observed_property_id: int | None
    datastream = models.ForeignKey(
        Datastream, models.CASCADE, null=True, blank=True, related_name="alarm_rules", verbose_name=_("mätserie")
    )
    datastream_id: int | None
    above = models.BooleanField(_("larma när värdet är över"), default=True)
    level = models.FloatField(_("larmgräns"), null=True, blank=True)
    clear_level = models.FloatField(_("larmet upphör vid"), null=True, blank=True)
    silent_seconds = models.PositiveIntegerField(null=True, blank=True)
    severity = models.CharField(_("hur bråttom"), max_length=10, choices=Severity.choices, default=Severity.ACT)
    active = models.BooleanField(_("används"), default=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("larmregel")
        verbose_name_plural = _("larmregler")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="sensing_rule_for_one_or_all",
                condition=Q(observed_property__isnull=True, datastream__isnull=False)
                | Q(observed_property__isnull=False, datastream__isnull=True),
            ),
            models.CheckConstraint(
                name="sensing_rule_has_its_limits",
                condition=Q(kind=Kind.NO_DATA, silent_seconds__isnull=False, level__isnull=True, clear_level__isnull=True)
                | (
                    Q(kind__in=[Kind.THRESHOLD, Kind.BATTERY], silent_seconds__isnull=True)
                    & (Q(above=True, clear_level__lte=F("level")) | Q(above=False, clear_level__gte=F("level")))
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def silent_after(self) -> timedelta:
        return timedelta(seconds=self.silent_seconds or 0)


class Watch(models.Model):
    """The state of one rule for one datastream: whether it is on, and up to which observation it has been followed."""

    rule = models.ForeignKey(AlarmRule, models.CASCADE, related_name="watches")
    datastream = models.ForeignKey(Datastream, models.CASCADE, related_name="+")
    on = models.BooleanField()
    as_of = models.DateTimeField()
    rule_id: int
    datastream_id: int

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["rule", "datastream"], name="sensing_watch_once")
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}–{self.datastream_id}"


class Alarm(models.Model):
    """An alarm: raised, seen by someone, closed. At most one is open per cause."""

    class Closed(models.TextChoices):
        CLEARED = "cleared", _("värdet är bra igen")
        BY_HAND = "by_hand", _("stängt för hand")
        RULE_OFF = "rule_off", _("regeln används inte längre")

    rule = models.ForeignKey(AlarmRule, models.CASCADE, related_name="alarms", verbose_name=_("regel"))
    datastream = models.ForeignKey(Datastream, models.CASCADE, related_name="alarms", verbose_name=_("mätserie"))
    kind = models.CharField(_("slag"), max_length=10, choices=Kind.choices)
    severity = models.CharField(_("hur bråttom"), max_length=10, choices=Severity.choices)
    level = models.FloatField(_("larmgräns"), null=True)
    value = models.FloatField(_("värde"), null=True)
    """What was observed when it was raised; for a silent sensor the last thing it said."""
    raised_at = models.DateTimeField(_("larmade"))
    acknowledged_at = models.DateTimeField(_("sett"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(_("stängt"), null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    closed_because = models.CharField(max_length=10, choices=Closed.choices, blank=True)
    version = models.PositiveIntegerField(default=1)
    rule_id: int
    datastream_id: int

    class Meta:
        verbose_name = _("larm")
        verbose_name_plural = _("larm")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["rule", "datastream"], condition=Q(closed_at__isnull=True), name="sensing_one_open_alarm_per_cause"
            ),
            models.UniqueConstraint(fields=["rule", "datastream", "raised_at"], name="sensing_alarm_raised_once"),
            models.CheckConstraint(
                name="sensing_alarm_closed_for_a_reason",
                condition=Q(closed_at__isnull=True, closed_because="") | (Q(closed_at__isnull=False) & ~Q(closed_because="")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["datastream", "-raised_at"], name="sensing_alarm_of_datastream"),
            models.Index(fields=["-closed_at"], condition=Q(closed_at__isnull=False), name="sensing_alarm_newest_closed"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.datastream_id}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class AlarmSubscription(models.Model):
    """Someone on the staff who wants to be told. Between ``quiet_from`` and ``quiet_until`` only urgent alarms are sent."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="alarm_subscription")
    least = models.CharField(_("minst så viktiga"), max_length=10, choices=Severity.choices, default=Severity.ACT)
    by_email = models.BooleanField(_("även med e-post"), default=False)
    quiet_from = models.TimeField(_("tyst från"), null=True, blank=True)
    quiet_until = models.TimeField(_("tyst till"), null=True, blank=True)
    told_alarm = models.BigIntegerField(default=0, db_default=0)
    """The newest alarm that the user has been told of."""
    user_id: int

    class Meta:
        verbose_name = _("bevakning av larm")
        verbose_name_plural = _("bevakningar av larm")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="sensing_quiet_hours_are_whole",
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.user_id)
