"""What the demo town's bins spared in the past, beside the fixed rounds its crews once drove. Made up, as the town is."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from stadig.city import clock, effects
from stadig.city.given import ESTIMATED
from stadig.city.models import Organisation, Service
from stadig.geo.town.litter import Past
from stadig.waste import gained
from stadig.waste.models import Bin

KM_PER_EMPTYING, MINUTES_PER_EMPTYING = 0.42, 2.6
"""The stretch to a bin, and the time for it with the emptying: as the town's kilometres are made up."""
HOW = "Påhittat för demostaden: tömningar som de fasta rundorna hade gjort, gånger väg och tid per korg"


def seed(bins: list[Bin], past: Past, *, days: int) -> None:
    """Who answers for the bins, and each whole day's kilometres and minutes less than the fixed rounds would have taken."""
    Service.objects.filter(slug=gained.SERVICE).update(owner=Organisation.objects.filter(name="Gata och park").first())
    until = clock.today()
    did: Counter[date] = Counter(clock.local(at).date() for at in past.emptied_at)
    fixed = Counter(weekday for one in bins for weekday in one.fixed_weekdays)
    for number in range(days, 0, -1):
        day = until - timedelta(days=number)
        fewer = fixed[day.isoweekday()] - did[day]
        if not did[day] or not fewer:
            continue
        at = clock.midnight(day) + timedelta(hours=15)
        for metric, each, unit in ((gained.KM, KM_PER_EMPTYING, "km"), (gained.MINUTES, MINUTES_PER_EMPTYING, "min")):
            effects.record(
                *(gained.SERVICE, metric, round(fewer * each, 1), unit, at),
                subject=("day", day.isoformat()),
                kind=ESTIMATED,
                method=HOW,
                key=f"demo:{day}",
            )
