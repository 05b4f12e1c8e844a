"""A datastream as a chart: the mean as a line, lowest to highest as its band, the alarm limits dashed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.sensing import aggregate, queries
from stadig.sensing.models import AlarmRule, Datastream
from stadig.sensing.models.alarms import Kind
from stadig.ui import charts, formatting

COLUMNS = (
    (gettext_lazy("Från"), "start"),
    (gettext_lazy("Till"), "end"),
    (gettext_lazy("Medel"), "mean"),
    (gettext_lazy("Lägst"), "low"),
    (gettext_lazy("Högst"), "high"),
    (gettext_lazy("Antal"), "count"),
    (gettext_lazy("Täckning, procent"), "coverage"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One period as numbers."""

    start: datetime
    end: datetime
    mean: float | None
    low: float | None
    high: float | None
    count: int
    coverage: float


def rows(datastream_id: int, start: datetime, end: datetime, interval: str) -> list[Row]:
    """The periods of a datastream, as a list for a file."""
    found = queries.aggregates(datastream_id, start, end, interval)
    edges = [aggregate.from_microseconds(edge) for edge in found.edges]
    return [
        Row(edges[i], edges[i + 1], _number(found.mean[i]), _number(found.low[i]), _number(found.high[i]), int(found.count[i]),
            round(float(found.coverage[i]) * 100, 1))
        for i in range(len(found))
    ]  # fmt: skip


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)


def limits_of(streams: Sequence[Datastream]) -> dict[int, list[AlarmRule]]:
    """The rules with a level that apply to each datastream: one query."""
    ids, properties = [stream.pk for stream in streams], [stream.observed_property_id for stream in streams]
    rules = AlarmRule.objects.filter(Q(datastream__in=ids) | Q(observed_property__in=properties), active=True).exclude(
        kind=Kind.NO_DATA
    )
    found: dict[int, list[AlarmRule]] = {}
    for rule in rules.order_by("pk"):
        for stream in streams:
            if rule.datastream_id == stream.pk or rule.observed_property_id == stream.observed_property_id:
                found.setdefault(stream.pk, []).append(rule)
    return found


def curves(streams: Sequence[Datastream], start: datetime, end: datetime) -> list[charts.Line]:
    """The charts of some datastreams; day by day when the window is longer than a month. Three queries."""
    daily = end - start > timedelta(days=31)
    found = queries.aggregates_of([stream.pk for stream in streams], start, end, "P1D" if daily else "PT1H")
    limits = limits_of(streams)
    return [curve(stream, found[stream.pk], limits.get(stream.pk, ()), daily=daily) for stream in streams]


def curve(stream: Datastream, found: aggregate.Aggregates, rules: Iterable[AlarmRule], *, daily: bool = False) -> charts.Line:
    """The chart of one datastream."""
    unit = (stream.unit or {}).get("symbol") or ""
    line = charts.Series(
        str(_("Medel")),
        [aggregate.from_microseconds(edge) for edge in found.edges[:-1]],
        _values(found.mean),
        _values(found.low),
        _values(found.high),
    )
    known = found.coverage.mean() * 100 if len(found) else 0.0
    per = _("Medel per dygn") if daily else _("Medel per timme")
    subtitle = _("%(per)s, fältet går från lägsta till högsta värde. Vi har värden för %(share)s av tiden.") % {
        "per": per,
        "share": formatting.percent(known),
    }
    limits = tuple(
        charts.Threshold(rule.level, f"{formatting.number(rule.level)} {unit}".strip(), rule.name, kind="limit")
        for rule in rules
        if rule.level is not None
    )
    return charts.Line(
        title=stream.observed_property.name,
        subtitle=subtitle,
        unit=unit,
        series=(line,),
        thresholds=limits,
        decimals=_decimals(found),
    )


def _values(column: aggregate.Values) -> list[float | None]:
    return [None if missing else value for value, missing in zip(column.tolist(), np.isnan(column).tolist(), strict=True)]


def _decimals(found: aggregate.Aggregates) -> int:
    """Enough decimals to tell the values apart, at most two."""
    known = found.high[~np.isnan(found.high)]
    spread = float(np.ptp(np.concatenate([known, found.low[~np.isnan(found.low)]]))) if len(known) else 0.0
    return 0 if spread >= 20 or spread == 0 else 1 if spread >= 2 else 2
