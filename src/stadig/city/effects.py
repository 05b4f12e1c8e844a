"""The ledger of what services gave, the register of measures and the factors with their sources."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.utils import translation

from stadig.city.factors import FACTORS
from stadig.city.models import Effect, Factor, Metric

_declared: dict[str, dict[str, Any]] = {}


class UnknownMetric(Exception):
    """The metric is not in the register. Declare it with ``effects.metric(…)`` in the room's ``apps.ready()``."""


class WrongUnit(Exception):
    """The quantity's unit is not the metric's."""


class AlreadyRecorded(Exception):
    """The key holds another value. Use ``effects.correct`` if the earlier one was wrong."""


class NoFactor(Exception):
    """No factor with that name for that year or earlier."""


def metric(
    slug: str,
    title: Any,
    unit: str,
    *,
    direction: str = "more",
    additivity: str = "sum",
    sustainability: str = "economic",
    description: Any = "",
) -> None:
    """Declare a measure in ``apps.ready()``; synced to the register by ``services.sync()``."""
    _declared[slug] = {
        "title": title,
        "unit": unit,
        "direction": Metric.Direction(direction),
        "additivity": Metric.Additivity(additivity),
        "sustainability": Metric.Sustainability(sustainability),
        "description": description,
    }


def declared() -> dict[str, dict[str, Any]]:
    """The measures declared in code, by slug; titles may be lazily translated."""
    return dict(_declared)


def record(
    service: str,
    metric: str,
    quantity: float,
    unit: str,
    at: dt.datetime,
    *,
    subject: tuple[str, Any],
    key: str,
    district: Any = None,
    cohort: str = "",
    kind: str = "measured",
    method: str = "",
    low: float | None = None,
    high: float | None = None,
    evidence: str = "",
) -> None:
    """Write a row; the same key with the same quantity again is nothing new.

    Raises
    ------
    UnknownMetric, WrongUnit
        The register does not know the metric, or knows it in another unit.
    AlreadyRecorded
        The key holds another quantity.
    """
    _check(metric, unit)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO city_effect (service, metric_id, quantity, low, high, at, subject_kind, subject_id, district_id, "
            "cohort, kind, method, evidence, key) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
            "ON CONFLICT (metric_id, key) WHERE replaced_by_id IS NULL DO NOTHING RETURNING id",
            [
                *(service, metric, float(quantity), low, high, at, subject[0], str(subject[1])),
                *(getattr(district, "pk", district), cohort, kind, method, evidence, str(key)),
            ],
        )
        if cursor.fetchone():
            return
    held = Effect.objects.filter(metric_id=metric, key=key, replaced_by=None).values_list("quantity", flat=True).first()
    if held is None or held != float(quantity):
        raise AlreadyRecorded(f"{metric} {key}")


def correct(metric: str, key: str, quantity: float, unit: str, *, method: str, **changes: Any) -> Effect:
    """Replace the row of a key by a new one that says in ``method`` why. Raises ``Effect.DoesNotExist``."""
    _check(metric, unit)
    with transaction.atomic():
        old = Effect.objects.select_for_update().get(metric_id=metric, key=key, replaced_by=None)
        new = Effect.objects.get(pk=old.pk)
        new.pk = None
        new.quantity, new.method = float(quantity), method
        for name, value in changes.items():
            setattr(new, name, value)
        with connection.cursor() as cursor:  # the new row must exist before the old one points at it
            cursor.execute("SELECT nextval(pg_get_serial_sequence('city_effect', 'id'))")
            (new.pk,) = cursor.fetchone()  # pyright: ignore[reportGeneralTypeIssues]
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        Effect.objects.filter(pk=old.pk).update(replaced_by_id=new.pk)
        new.save(force_insert=True)
        return new


def _check(metric_slug: str, unit: str) -> None:
    known = (
        _declared.get(metric_slug, {}).get("unit") or Metric.objects.filter(pk=metric_slug).values_list("unit", flat=True).first()
    )
    if known is None:
        raise UnknownMetric(metric_slug)
    if known != unit:
        raise WrongUnit(f"{metric_slug} is recorded in {known}, not {unit}.")


@dataclass(frozen=True, slots=True)
class Total:
    """One measure of one service over a period. ``low`` and ``high`` bound it where rows said how sure they were."""

    service: str
    metric: str
    unit: str
    kind: str
    quantity: float
    low: float | None
    high: float | None
    rows: int


def summary(start: dt.datetime, end: dt.datetime, *, service: str | None = None, district: int | None = None) -> list[Total]:
    """Totals per service, measure and kind in [start, end): measured first. One query."""
    rows = Effect.objects.filter(replaced_by=None, at__gte=start, at__lt=end)
    if service:
        rows = rows.filter(service=service)
    if district:
        rows = rows.filter(district_id=district)
    order = {"measured": 0, "estimated": 1, "derived": 2}
    grouped = rows.values("service", "metric_id", "metric__unit", "metric__additivity", "kind").annotate(
        total=models.Sum("quantity"),
        mean=models.Avg("quantity"),
        low_total=models.Sum(models.functions.Coalesce("low", "quantity")),
        high_total=models.Sum(models.functions.Coalesce("high", "quantity")),
        bounded=models.Count("low"),
        rows=models.Count("pk"),
    )
    found = [
        Total(
            service=row["service"],
            metric=row["metric_id"],
            unit=row["metric__unit"],
            kind=row["kind"],
            quantity=row["total"] if row["metric__additivity"] == "sum" else row["mean"],
            low=row["low_total"] if row["bounded"] and row["metric__additivity"] == "sum" else None,
            high=row["high_total"] if row["bounded"] and row["metric__additivity"] == "sum" else None,
            rows=row["rows"],
        )
        for row in grouped
    ]
    return sorted(found, key=lambda total: (order[total.kind], total.service, total.metric))


def factor(slug: str, year: int) -> Factor:
    """The factor for a year, or the latest year before it. Raises NoFactor."""
    found = Factor.objects.filter(slug=slug, year__lte=year).order_by("-year").first()
    if found is None:
        raise NoFactor(f"{slug} {year}")
    return found


def keep_factor(slug: str, year: int, **fields: Any) -> None:
    """Write a factor that came with something from elsewhere; where one of that name is here, nothing is changed."""
    if not Factor.objects.filter(slug=slug).exists():
        Factor.objects.create(slug=slug, year=year, **fields)


def sync() -> None:
    """Write the declared measures to the register, and the factors that are not there yet."""
    for fields in FACTORS:
        Factor.objects.get_or_create(slug=fields["slug"], year=fields["year"], defaults=fields)
    with translation.override("sv"):
        for slug, fields in _declared.items():
            values = fields | {"title": str(fields["title"]), "description": str(fields["description"])}
            Metric.objects.update_or_create(slug=slug, defaults=values)


__all__ = [
    "AlreadyRecorded",
    "NoFactor",
    "Total",
    "UnknownMetric",
    "WrongUnit",
    "correct",
    "factor",
    "keep_factor",
    "metric",
    "record",
    "summary",
    "sync",
]
