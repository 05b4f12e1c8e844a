"""A datastream as a chart: the mean as a line, lowest to highest as its band, the alarm limits dashed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.sensing import aggregate, queries
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


def curves(streams: Sequence[queries.Stream], days: int, now: datetime) -> list[charts.Line]:
    """The charts of some datastreams over the last days, in as many points as a screen shows. One query."""
    interval = "PT1H" if days <= 2 else "PT3H" if days <= 31 else "P1D"
    found = queries.aggregates_of([stream.id for stream in streams], now - timedelta(days=days), now, interval)
    return [curve(stream, found[stream.id], interval) for stream in streams]


def curve(stream: queries.Stream, found: aggregate.Aggregates, interval: str = "PT1H") -> charts.Line:
    """The chart of one datastream, remembered by its values.

    The mean of the period that has begun changes with every second that passes: it is rounded to less than can be seen.
    """
    values = np.array([found.mean, found.low, found.high])
    known = values[~np.isnan(values)]
    spread = float(np.ptp(known)) if len(known) else 0.0
    if spread:
        values[0, -1] = np.round(values[0, -1], max(1, 3 - math.floor(math.log10(spread))))
    share = formatting.percent(float(found.coverage.mean() * 100) if len(found) else 0.0)
    decimals = 0 if stream.unit == "%" else _decimals(spread)
    packed = Packed(stream, found.edges.tobytes(), values.tobytes(), share, interval, decimals)
    return _curve(packed, formatting.language())


class Packed(NamedTuple):
    """What a chart is remembered by. ``edges`` of its periods in microseconds; ``values``: the means, the lowest, the highest."""

    stream: queries.Stream
    edges: bytes
    values: bytes
    share: str
    interval: str
    decimals: int


@lru_cache(maxsize=256)
def _curve(packed: Packed, _language: str) -> charts.Line:
    stream, edges, values, share, interval, decimals = packed
    times = [aggregate.from_microseconds(edge) for edge in np.frombuffer(edges, np.int64)[:-1].tolist()]
    columns = np.frombuffer(values, np.float64).reshape(3, -1)
    line = charts.Series(str(_("Medel")), times, *(column.tolist() for column in columns))
    per = {"PT1H": _("Medel per timme"), "PT3H": _("Medel per tre timmar"), "P1D": _("Medel per dygn")}[interval]
    subtitle = _("%(per)s, fältet går från lägsta till högsta värde. Vi har värden för %(share)s av tiden.") % {
        "per": per,
        "share": share,
    }
    return charts.Line(
        title=stream.measures,
        subtitle=subtitle,
        unit=stream.unit,
        series=(line,),
        thresholds=tuple(
            charts.Threshold(level, f"{formatting.number(level)} {stream.unit}".strip(), name, kind="limit")
            for level, name in stream.limits
        ),
        decimals=decimals,
    )


def _decimals(spread: float) -> int:
    """Enough decimals to tell the values apart, at most two."""
    return 0 if spread >= 20 or spread == 0 else 1 if spread >= 2 else 2
