"""What a day's plan is reckoned to spare beside the old fixed rounds: estimated, since no one drove those that day."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from stadig.city import effects
from stadig.city.given import ESTIMATED, GAINED
from stadig.waste.models import Plan

SERVICE: Final = "papperskorgar"
KM, MINUTES = f"{GAINED}km", f"{GAINED}minutes"
HOW: Final = "Dagens plan jämförd med de gamla fasta rundorna, båda räknade på samma gator"


def record(plan: Plan, at: datetime) -> None:
    """Write what the plan spared, once it is driven to its end. Nothing for a day that the fixed rounds left alone."""
    if not plan.fixed_distance_m:
        return
    saved = ((KM, (plan.fixed_distance_m - plan.distance_m) / 1000, "km"),
             (MINUTES, (plan.fixed_duration_s - plan.duration_s) / 60, "min"))  # fmt: skip
    for metric, quantity, unit in saved:
        effects.record(
            *(SERVICE, metric, round(quantity, 2), unit, at),
            subject=("plan", plan.pk),
            kind=ESTIMATED,
            method=HOW,
            key=f"plan:{plan.pk}",
        )
