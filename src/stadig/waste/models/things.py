"""The things on the street: bins, vehicles, depots, tipping stations; and what we believe of each bin's future."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from stadig.city.sorting import SortKeyField

if TYPE_CHECKING:
    from stadig.waste.models.plans import Stop

ON_EARTH = Q(lon__range=(-180, 180), lat__range=(-90, 90))


class KindOfBin(models.TextChoices):
    ORDINARY = "ordinary", _("Vanlig")
    COMPACTOR = "compactor", _("Komprimator")
    UNDERGROUND = "underground", _("Underjordisk")


class BinKind(models.Model):
    """A model of bin. ``compaction`` is how many litres thrown in take one litre of ``volume_l`` (1 = no compaction)."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=KindOfBin.choices)
    volume_l = models.PositiveIntegerField()
    compaction = models.DecimalField(max_digits=3, decimal_places=1, default=1)  # pyright: ignore[reportArgumentType]
    service_seconds = models.PositiveIntegerField(default=90, help_text="from stopping to driving on, seconds")

    class Meta:
        constraints = [
            models.CheckConstraint(name="binkind_volume", condition=Q(volume_l__range=(20, 10_000))),
            models.CheckConstraint(name="binkind_compaction", condition=Q(compaction__range=(1, 10))),
        ]

    def __str__(self) -> str:
        return self.name


class Side(models.TextChoices):
    UNKNOWN = "", _("okänd sida")
    LEFT = "left", _("vänster sida")
    RIGHT = "right", _("höger sida")
    OFF_STREET = "off", _("en bit från gatan")


class Bin(models.Model):
    """A bin at a place. Datastream ids point into *sensing* without a key: a sensor may be changed or taken away."""

    external_id = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    sort_key = SortKeyField("name")
    kind = models.ForeignKey(BinKind, models.PROTECT, related_name="bins")
    kind_id: int
    lon = models.FloatField()
    lat = models.FloatField()
    district = models.ForeignKey("city.District", models.PROTECT, null=True, blank=True, related_name="+")
    district_id: int | None
    side = models.CharField(max_length=8, choices=Side.choices, default=Side.UNKNOWN, blank=True)
    key = models.CharField(max_length=20, blank=True, help_text="which key opens it, for example B")
    access_note = models.CharField(max_length=200, blank=True)
    open_until = models.TimeField(null=True, blank=True, help_text="cars may be there until this time")
    fill_datastream = models.BigIntegerField(null=True, blank=True, unique=True)
    battery_datastream = models.BigIntegerField(null=True, blank=True, unique=True)
    installed = models.DateField()
    removed = models.DateField(null=True, blank=True)
    fixed_weekdays = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True, help_text="the old fixed rounds: 1 Monday … 7 Sunday"
    )
    alarms: models.Manager[BinAlarm]
    stops: models.Manager[Stop]

    class Meta:
        constraints = [
            models.CheckConstraint(name="bin_place", condition=ON_EARTH),
            models.CheckConstraint(
                name="bin_removed_after_installed", condition=Q(removed=None) | Q(removed__gte=F("installed"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Sureness(models.TextChoices):
    HIGH = "high", _("ganska säkert")
    MEDIUM = "medium", _("ungefär")
    LOW = "low", _("osäkert")


class BinForecast(models.Model):
    """How fast a bin fills, refreshed by a job. Hours are counted from ``read_at`` at the fill of that reading.

    ``rate_spread`` is the relative spread (median absolute deviation over median) that ``sure`` is judged from.
    """

    bin = models.OneToOneField(Bin, models.CASCADE, primary_key=True, related_name="forecast")
    bin_id: int
    read_at = models.DateTimeField(null=True, blank=True)
    fill_percent = models.FloatField(null=True, blank=True)
    rate_percent_per_hour = models.FloatField()
    rate_low = models.FloatField(help_text="tenth percentile, percent per hour")
    rate_high = models.FloatField(help_text="ninetieth percentile, percent per hour")
    sure = models.CharField(max_length=8, choices=Sureness.choices, default=Sureness.LOW)
    days_of_data = models.FloatField(default=0)
    full_since = models.DateTimeField(null=True, blank=True)
    battery_percent = models.FloatField(null=True, blank=True)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="forecast_fill", condition=Q(fill_percent=None) | Q(fill_percent__range=(0, 100))),
            models.CheckConstraint(
                name="forecast_rates",
                condition=Q(rate_low__gte=0, rate_percent_per_hour__gte=F("rate_low"), rate_high__gte=F("rate_percent_per_hour")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bin_id}: {self.rate_percent_per_hour:.2f} %/h"


class AlarmKind(models.TextChoices):
    THRESHOLD = "threshold", _("Larm")
    NO_DATA = "no_data", _("Tyst sensor")
    BATTERY = "battery", _("Svagt batteri")


class BinAlarm(models.Model):
    """An alarm of *sensing* that concerns a bin, kept so that lists need not ask another room."""

    bin = models.ForeignKey(Bin, models.CASCADE, related_name="alarms")
    bin_id: int
    alarm = models.BigIntegerField(unique=True, help_text="sensing.Alarm")
    kind = models.CharField(max_length=12, choices=AlarmKind.choices)
    raised_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(name="binalarm_open", fields=["bin"], condition=Q(closed_at=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.bin_id}"


class Depot(models.Model):
    name = models.CharField(max_length=80, unique=True)
    lon = models.FloatField()
    lat = models.FloatField()

    class Meta:
        constraints = [models.CheckConstraint(name="depot_place", condition=ON_EARTH)]

    def __str__(self) -> str:
        return self.name


class TippingStation(models.Model):
    name = models.CharField(max_length=80, unique=True)
    lon = models.FloatField()
    lat = models.FloatField()
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)
    unload_minutes = models.PositiveSmallIntegerField(default=15)

    class Meta:
        constraints = [models.CheckConstraint(name="tipping_place", condition=ON_EARTH)]

    def __str__(self) -> str:
        return self.name


class Vehicle(models.Model):
    """``position`` decides its colour and dash on every map and list (1, 2, 3 …)."""

    name = models.CharField(max_length=40, unique=True)
    position = models.PositiveSmallIntegerField(unique=True)
    crew = models.ForeignKey("city.Organisation", models.PROTECT, null=True, blank=True, related_name="vehicles")
    crew_id: int | None
    depot = models.ForeignKey(Depot, models.PROTECT, related_name="vehicles")
    capacity_l = models.PositiveIntegerField(help_text="litres in the load space, after its own press")
    capacity_kg = models.PositiveIntegerField(default=3000)
    shift_start = models.TimeField()
    shift_end = models.TimeField()
    break_minutes = models.PositiveSmallIntegerField(default=30)
    fractions = ArrayField(models.SlugField(max_length=20), default=list, blank=True)
    repair_until = models.DateField(null=True, blank=True, help_text="last day it is away for repair")
    retired = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(name="vehicle_shift", condition=Q(shift_end__gt=F("shift_start"))),
            models.CheckConstraint(name="vehicle_capacity", condition=Q(capacity_l__gt=0, capacity_kg__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name
