"""The municipality, its tree of organisations and its districts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from stadig.city.sorting import SortKeyField


class Municipality(models.Model):
    """The one municipality that this installation serves (one row)."""

    name = models.CharField(max_length=100)
    code = models.CharField(max_length=4, help_text="SCB:s kommunkod, fyra siffror")
    border = models.JSONField(null=True, blank=True, help_text="GeoJSON-geometri, WGS 84")
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    address = models.TextField(blank=True)
    opening_hours = models.CharField(max_length=200, blank=True)
    slogan = models.CharField(max_length=200, blank=True)
    made_up = models.BooleanField(default=False, help_text="En demostad, inte en riktig kommun")

    class Meta:
        constraints = [models.CheckConstraint(name="city_one_municipality", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **options: object) -> None:
        self.pk = 1
        super().save(*args, **options)  # type: ignore[arg-type]


class Organisation(models.Model):
    """A node of the tree. Each committee (nämnd) is an authority of its own (kommunallagen 6 kap.; OSL 8 kap. 2 §)."""

    class Kind(models.TextChoices):
        COMMITTEE = "committee", _("Nämnd")
        ADMINISTRATION = "administration", _("Förvaltning")
        UNIT = "unit", _("Enhet")
        CREW = "crew", _("Arbetslag")

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    parent_id: int | None
    phone = models.CharField(max_length=40, blank=True)
    sort_key = SortKeyField("name")

    class Meta:
        ordering = ["sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="city_organisation_once", nulls_distinct=False),
            models.CheckConstraint(
                name="city_committee_is_a_root",
                condition=~models.Q(kind="committee") | models.Q(parent=None),
                violation_error_message=_("En nämnd är en egen myndighet och kan inte ligga under en annan."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class District(models.Model):
    """A part of the municipality, with its people as counts."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    geometry = models.JSONField(help_text="GeoJSON Polygon eller MultiPolygon, WGS 84")
    area_m2 = models.PositiveBigIntegerField(default=0)
    population = models.JSONField(default=dict, blank=True, help_text='Invånare per ålder: {"0-5": 310, "6-15": 640, …}')
    sort_key = SortKeyField("name")

    class Meta:
        ordering = ["sort_key"]

    def __str__(self) -> str:
        return self.name

    @property
    def residents(self) -> int:
        """Everyone who lives here."""
        return sum(int(count) for count in self.population.values())
