"""The past of the screen at the library, as rows in the ledger: who came to the contact centre, and who used the screen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

import numpy as np

from stadig.city import actions as city
from stadig.city import clock, services
from stadig.city.models import District, Effect, Metric
from stadig.pilots.demo_cards import KIOSK

DISTRICTS: Final = ("01", "04")
"""Where a library got a screen. With twelve districts there are too few to compare with: the rule says so before the start."""
VISITS_PER_1000, VISITS_A_DAY, NEEDS_HELP = 1.9, 1.7, 0.58
METRICS: Final = (
    ("desk_visits", "Besök på kontaktcenter för att ansöka", "count", "less", "sum"),
    ("kiosk_visits", "Besök vid skärmen på biblioteket", "count", "more", "sum"),
    ("kiosk_helped", "Andel som fick hjälp av personal vid skärmen", "%", "less", "mean"),
)


def seed(begins: dt.date, ends: dt.date, *, baseline_days: int, seed: int) -> None:
    """Put the service into the register as an idea, and write what was counted. Nothing depends on what the trial will find."""
    services.enrol(
        "pilots",
        KIOSK,
        page="",
        words={
            "sv": services.Words("Ansök på biblioteket", "En skärm på biblioteket där du ansöker utan egen dator."),
            "en": services.Words(
                "Apply at the library", "A screen at the library where you apply without a computer of your own."
            ),
        },
        icon="monitor",
    )
    city.change_service(None, KIOSK, status="idea")
    for slug, title, unit, direction, additivity in METRICS:
        values = {"title": title, "unit": unit, "direction": direction, "additivity": additivity, "sustainability": "social"}
        Metric.objects.get_or_create(slug=slug, defaults=values)
    rng = np.random.default_rng(seed + 21)
    districts = {one.code: one for one in District.objects.defer("geometry")}
    rows = _desk(districts, begins - dt.timedelta(days=baseline_days), ends, rng)
    rows += _screens([districts[code] for code in DISTRICTS], begins, ends, rng)
    Effect.objects.bulk_create(rows, batch_size=2000)


def _desk(districts: dict[str, District], first: dt.date, last: dt.date, rng: np.random.Generator) -> list[Effect]:
    """Visits to the contact centre, a row per day and district; a little fewer where there was a screen, among much else."""
    rows: list[Effect] = []
    level = {code: float(rng.lognormal(0, 0.25)) for code in DISTRICTS}
    for number in range((last - first).days + 1):
        day = first + dt.timedelta(days=number)
        if day.isoweekday() > 5:
            continue
        for code in DISTRICTS:
            mean = VISITS_PER_1000 / 5 * districts[code].residents / 1000 * level[code]
            if visits := int(rng.poisson(mean * rng.gamma(8, 1 / 8))):
                rows.append(_row("desk_visits", visits, day, districts[code]))
    return rows


def _screens(where: Sequence[District], first: dt.date, last: dt.date, rng: np.random.Generator) -> list[Effect]:
    rows: list[Effect] = []
    for number in range((last - first).days + 1):
        day = first + dt.timedelta(days=number)
        for district in where:
            if day.isoweekday() == 7 or not (visits := int(rng.poisson(VISITS_A_DAY))):
                continue
            rows.append(_row("kiosk_visits", visits, day, district))
            rows.append(_row("kiosk_helped", 100.0 * int(rng.binomial(visits, NEEDS_HELP)), day, district))
    return rows


def _row(metric: str, quantity: float, day: dt.date, district: District) -> Effect:
    return Effect(
        service=KIOSK,
        metric_id=metric,
        quantity=quantity,
        at=clock.midnight(day) + dt.timedelta(hours=17),
        subject_kind="district",
        subject_id=district.code,
        district=district,
        key=f"demo:{day}:{district.code}",
    )
