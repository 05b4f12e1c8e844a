"""What is stored of financial assistance: norms and rules of each year, and what a case worker adds to a calculation."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from stadig.city.models import Person


class Dated(models.Model):
    """What holds from one day to another, with its source. Two people set it: one enters it, another confirms it (assistance/setting.py)."""

    valid_from = models.DateField()
    valid_to = models.DateField()
    source = models.CharField(max_length=300, help_text="the statute and where its wording was read")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text="until then nothing is computed with it")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    entered_by_id: int | None
    confirmed_by_id: int | None

    class Meta:
        abstract = True
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(name="assistance_%(class)s_period", condition=Q(valid_to__gte=F("valid_from"))),
            models.CheckConstraint(
                name="assistance_%(class)s_two_people",
                condition=Q(entered_by=None) | Q(confirmed_by=None) | ~Q(entered_by=F("confirmed_by")),
            ),
            ExclusionConstraint(  # two can't hold for the same day
                name="assistance_one_%(class)s_a_day",
                expressions=[
                    (Func(F("valid_from"), F("valid_to"), Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(confirmed_at__isnull=False, withdrawn_at=None),
            ),
        ]


class Norm(Dated):
    """The riksnorm of a period, as the ordinance's tables."""

    table = models.JSONField(help_text="child, adult and common costs in kronor a month (assistance/norm.py)")

    class Meta(Dated.Meta):
        pass

    def __str__(self) -> str:
        return f"riksnorm {self.valid_from}–{self.valid_to}"


class Rules(Dated):
    """Rates and thresholds of the calculation in a period: what is law and what is the municipality's own, each with its source."""

    values = models.JSONField(help_text="name → {value, unit, source} (assistance/rates.py)")

    class Meta(Dated.Meta):
        pass

    def __str__(self) -> str:
        return f"rules {self.valid_from}–{self.valid_to}"


class Entry(models.Model):
    """What a case worker adds to or sets in a calculation, with why. A later one about the same replaces it; the earlier stays."""

    class Kind(models.TextChoices):
        HOUSEHOLD = "household", _("Hushållet")
        COST = "cost", _("Skälig kostnad")
        INCOME = "income", _("Inkomst")
        STIMULUS = "stimulus", _("Jobbstimulans")
        SETTLED = "settled", _("Saknat underlag som en handläggare tagit ställning till")

    case = models.BigIntegerField()
    month = models.DateField(help_text="the first day of the month applied for")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=80, help_text="which row of the calculation")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    sealed = models.BinaryField(help_text="amount, values and why, encrypted")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(null=True, blank=True)
    person_id: int | None
    by_id: int
    get_kind_display: Callable[[], str]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="assistance_one_entry", fields=["case", "month", "kind", "key"], condition=Q(replaced_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} in case {self.case}"


class Proposal(models.Model):
    """A calculation as it stood when a case worker kept it: with every figure's source, the norm and the rules it used."""

    case = models.BigIntegerField()
    month = models.DateField()
    norm = models.ForeignKey(Norm, models.PROTECT, related_name="+")
    rules = models.ForeignKey(Rules, models.PROTECT, related_name="+")
    complete = models.BooleanField()
    missing = models.PositiveSmallIntegerField(help_text="how many pieces of evidence are missing")
    sealed = models.BinaryField(help_text="the whole calculation as JSON, encrypted")
    sha256 = models.CharField(max_length=64, help_text="of the calculation's JSON before it was sealed")
    code_version = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_id: int
    norm_id: int
    rules_id: int

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(name="assistance_of_case", fields=["case", "month", "-made_at"])]

    def __str__(self) -> str:
        return f"proposal {self.pk}"


class Night(models.Model):
    """What was asked in advance one night, as counts: for those who come in the morning."""

    day = models.DateField(unique=True, help_text="the morning it was for, in the city's time")
    agencies = models.JSONField(help_text="codes of the agencies that were asked")
    wanted = models.PositiveIntegerField(help_text="persons in open recurring cases")
    asked = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0, help_text="the gate stayed shut")
    stopped = models.CharField(max_length=12, blank=True, help_text="the agency whose breaker was open")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"night before {self.day}"
