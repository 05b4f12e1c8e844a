"""What the services gave: measures, factors with a source, and the ledger."""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _


def _written(value: float) -> str:
    decimals = len(f"{value:.6f}".rstrip("0").partition(".")[2])
    return number_format(value, decimals, use_l10n=True)


class Metric(models.Model):
    """A measure that effects are recorded in."""

    class Direction(models.TextChoices):
        MORE = "more", _("Mer är bättre")
        LESS = "less", _("Mindre är bättre")
        NEUTRAL = "neutral", _("Varken eller")

    class Additivity(models.TextChoices):
        SUM = "sum", _("Summeras")
        MEAN = "mean", _("Medelvärde")
        LAST = "last", _("Senaste värdet")

    class Sustainability(models.TextChoices):
        ENVIRONMENTAL = "environmental", _("Miljö")
        SOCIAL = "social", _("Socialt")
        ECONOMIC = "economic", _("Ekonomi")
        DEMOCRATIC = "democratic", _("Demokrati")

    slug = models.CharField(max_length=60, primary_key=True)
    title = models.CharField(max_length=120)
    unit = models.CharField(max_length=20)
    direction = models.CharField(max_length=10, choices=Direction.choices)
    additivity = models.CharField(max_length=10, choices=Additivity.choices)
    sustainability = models.CharField(max_length=20, choices=Sustainability.choices)
    description = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.slug


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), model_name="FactorEvent")
class Factor(models.Model):
    """A number that turns one measure into another, for a year, with its source."""

    slug = models.CharField(max_length=60)
    title = models.CharField(max_length=160)
    value = models.FloatField()
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=40, help_text="Till exempel kg CO2e per km")
    year = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=300)
    source_url = models.URLField(blank=True, max_length=300)
    assumption = models.BooleanField(default=False, help_text="Kommunens eget antagande, inte en publicerad siffra")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug", "year"], name="city_factor_once_a_year"),
            models.CheckConstraint(name="city_factor_source", condition=~models.Q(source="")),
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.year}"

    @property
    def written(self) -> str:
        """The value as it is read, with its own number of decimals: *2,853*."""
        return _written(self.value)

    @property
    def written_range(self) -> str:
        """*0,35–0,8*, or nothing."""
        return "" if self.low is None or self.high is None else f"{_written(self.low)}–{_written(self.high)}"


class Effect(models.Model):
    """One row of the ledger. A correction is a new row; the one it replaces stays, marked."""

    class Kind(models.TextChoices):
        MEASURED = "measured", _("Uppmätt")
        ESTIMATED = "estimated", _("Uppskattat")
        DERIVED = "derived", _("Härlett")

    service = models.CharField(max_length=60)
    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="effects")
    metric_id: int
    quantity = models.FloatField()
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    at = models.DateTimeField()
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    district = models.ForeignKey("city.District", null=True, blank=True, on_delete=models.SET_NULL)
    cohort = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.MEASURED)
    method = models.CharField(max_length=300, blank=True)
    evidence = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=120)
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces")

    class Meta:
        indexes = [
            models.Index(fields=["service", "metric", "at"], name="city_effect_lookup"),
            models.Index(fields=["at"], name="city_effect_at"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["metric", "key"], name="city_effect_once", condition=models.Q(replaced_by=None)),
            models.CheckConstraint(
                name="city_effect_says_how",
                condition=models.Q(kind="measured") | ~models.Q(method=""),
                violation_error_message=_("Ett uppskattat eller härlett värde måste säga hur det räknades."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric_id} {self.key}"
