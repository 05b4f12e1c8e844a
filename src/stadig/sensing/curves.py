"""A datastream as a chart: the mean as a line, lowest to highest as its band, the alarm limits dashed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.sensing import aggregate, queries
from stadig.sensing.queries.rows import fetch
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

LIMITS = """
SELECT d.id, r.level, r.name FROM sensing_alarmrule r
JOIN sensing_datastream d ON d.id = r.datastream_id OR d.observed_property_id = r.observed_property_id
WHERE d.id = ANY(%s) AND r.active AND r.kind <> 'no_data' AND r.level IS NOT NULL ORDER BY r.id
"""
"""The limits that apply to each datastream."""


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


def curves(streams: Sequence[queries.Stream], days: int, now: datetime) -> list[charts.Line]:
    """The charts of some datastreams over the last days, in as many points as a screen shows. Two queries."""
    interval = "PT1H" if days <= 2 else "PT3H" if days <= 31 else "P1D"
    ids = [stream.id for stream in streams]
    found = queries.aggregates_of(ids, now - timedelta(days=days), now, interval)
    limits: dict[int, list[tuple[float, str]]] = {}
    for stream, *limit in fetch(LIMITS, [ids]):
        limits.setdefault(stream, []).append(tuple(limit))
    return [curve(stream, found[stream.id], limits.get(stream.id, ()), interval) for stream in streams]


def curve(
    stream: queries.Stream, found: aggregate.Aggregates, limits: Iterable[tuple[float, str]], interval: str = "PT1H"
) -> charts.Line:
    """The chart of one datastream; ``limits`` are levels and what happens there."""
    edges = [aggregate.from_microseconds(edge) for edge in found.edges[:-1].tolist()]
    line = charts.Series(str(_("Medel")), edges, *(_values(column) for column in (found.mean, found.low, found.high)))
    known = found.coverage.mean() * 100 if len(found) else 0.0
    per = {"PT1H": _("Medel per timme"), "PT3H": _("Medel per tre timmar"), "P1D": _("Medel per dygn")}[interval]
    subtitle = _("%(per)s, fältet går från lägsta till högsta värde. Vi har värden för %(share)s av tiden.") % {
        "per": per,
        "share": formatting.percent(float(known)),
    }
    return charts.Line(
        title=stream.measures,
        subtitle=subtitle,
        unit=stream.unit,
        series=(line,),
        thresholds=tuple(
            charts.Threshold(level, f"{formatting.number(level)} {stream.unit}".strip(), name, kind="limit")
            for level, name in limits
        ),
        decimals=0 if stream.unit == "%" else _decimals(found),
    )


def _values(column: aggregate.Values) -> list[float | None]:
    return [None if missing else value for value, missing in zip(column.tolist(), np.isnan(column).tolist(), strict=True)]


def _decimals(found: aggregate.Aggregates) -> int:
    """Enough decimals to tell the values apart, at most two."""
    known = found.high[~np.isnan(found.high)]
    spread = float(np.ptp(np.concatenate([known, found.low[~np.isnan(found.low)]]))) if len(known) else 0.0
    return 0 if spread >= 20 or spread == 0 else 1 if spread >= 2 else 2
