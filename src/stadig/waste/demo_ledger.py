"""What the demo town's past left in the ledger of effects: emptyings, kilometres, and those who said that a bin was full."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db import connection

from stadig.city.models import Effect
from stadig.geo.town.litter import STOCKHOLM, Past
from stadig.waste.models import Bin
from stadig.waste.registration import SERVICE

KM_OUT_AND_HOME, KM_PER_EMPTYING = 9.0, 0.42
HOW_KM: Final = "påhittat för demostaden: vägen ut och hem, och en sträcka per korg"
EMPTYINGS: Final = """
INSERT INTO city_effect (service, metric_id, quantity, at, subject_kind, subject_id, district_id, cohort, kind, method, evidence, key)
SELECT %(service)s, 'emptyings', 1, e.at, 'bin', e.bin_id::text, b.district_id, '', 'measured', '', '', 'emptying:' || e.id
FROM waste_emptying e JOIN waste_bin b ON b.id = e.bin_id WHERE e.at >= %(since)s
"""
"""The same rows as ``actions.stops.empty_bin`` writes."""
KILOMETRES: Final = """
INSERT INTO city_effect (service, metric_id, quantity, at, subject_kind, subject_id, cohort, kind, method, evidence, key)
SELECT %(service)s, 'km', round((%(out)s + %(each)s * count(*))::numeric, 1), max(e.at), 'day', day::text, '', 'derived', %(how)s, '',
    'demo:' || day
FROM waste_emptying e CROSS JOIN LATERAL (SELECT (e.at AT TIME ZONE 'Europe/Stockholm')::date AS day) d
WHERE e.at >= %(since)s GROUP BY day
"""
SAYS_SO: Final = 0.05
"""The chance that someone says so in an hour of the day when a bin is full."""
BY_PHONE: Final = 0.21
"""Of them, the share that rings instead of reporting on the web."""


def write(bins: Sequence[Bin], past: Past, *, since: datetime, seed: int) -> None:
    """Write the past from ``since``. The same past and seed give the same rows."""
    values: dict[str, Any] = {"service": SERVICE, "since": since, "out": KM_OUT_AND_HOME, "each": KM_PER_EMPTYING, "how": HOW_KM}
    with connection.cursor() as cursor:
        cursor.execute(EMPTYINGS, values)
        cursor.execute(KILOMETRES, values)
    rows = _reports(bins, past, since, np.random.default_rng(seed + 11))
    Effect.objects.bulk_create(rows, batch_size=2000)


def _reports(bins: Sequence[Bin], past: Past, since: datetime, rng: np.random.Generator) -> list[Effect]:
    """Two rows for each who said so, as the verb ``report`` writes: that they did, and whether someone did it for them."""
    awake = np.array([8 <= hour.astimezone(STOCKHOLM).hour < 21 and hour >= since for hour in past.hours])
    said = (past.true_fill_percent >= 100) & awake & (rng.random(past.true_fill_percent.shape) < SAYS_SO)
    rows: list[Effect] = []
    for number, (bin_, hour) in enumerate(np.argwhere(said)):
        at = past.hours[hour] + timedelta(minutes=int(rng.integers(60)))
        by_phone = 100.0 if rng.random() < BY_PHONE else 0.0
        for metric, quantity in (("reports", 1.0), ("assisted_reports", by_phone)):
            rows.append(
                Effect(
                    service=SERVICE,
                    metric_id=metric,
                    quantity=quantity,
                    at=at,
                    subject_kind="bin",
                    subject_id=str(bins[bin_].pk),
                    district_id=bins[bin_].district_id,
                    key=f"demo:report:{number}",
                )
            )
    return rows
