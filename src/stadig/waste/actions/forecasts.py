"""Refreshing what we believe of each bin: how fast it fills, and how sure that is."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import numpy as np

from stadig.city import clock
from stadig.city.verbs import verb
from stadig.sensing import queries as sensing
from stadig.waste import rate
from stadig.waste.models import Bin, BinForecast, KindOfBin

LOOKS_BACK = timedelta(days=90)
"""Three half-weights of the rate's memory: older readings count for less than an eighth."""


@verb
def refresh() -> int:
    """Compute every bin's rate anew from the last 90 days; bins without a sensor get that of similar bins. Returns how many."""
    now = clock.now()
    bins = list(Bin.objects.filter(removed=None).select_related("kind"))
    levels = {thing.pk: _levels(thing, now) for thing in bins}
    own = {
        thing.pk: rate.stretches(levels[thing.pk], compacts=thing.kind.kind == KindOfBin.COMPACTOR, now_s=now.timestamp())
        for thing in bins
    }
    group_of = _groups(bins, own)
    battery = sensing.latest([thing.battery_datastream for thing in bins if thing.battery_datastream])
    rows = []
    for thing in bins:
        found = rate.rate(own[thing.pk], group_of[thing.pk])
        seen = levels[thing.pk]
        charge = battery.get(thing.battery_datastream or 0)
        rows.append(
            BinForecast(
                bin=thing,
                read_at=datetime.fromtimestamp(float(seen.seconds[-1]), clock.STOCKHOLM) if len(seen.seconds) else None,
                fill_percent=float(seen.percent[-1]) if len(seen.seconds) else None,
                rate_percent_per_hour=found.per_hour,
                rate_low=found.low,
                rate_high=found.high,
                sure=found.sure.value,
                days_of_data=found.days,
                full_since=_full_since(seen),
                battery_percent=charge.value if charge and isinstance(charge.value, float) else None,
                computed_at=now,
            )
        )
    fields = [field.name for field in BinForecast._meta.fields if not field.primary_key]
    BinForecast.objects.bulk_create(rows, update_conflicts=True, unique_fields=["bin"], update_fields=fields)
    return len(rows)


def _levels(thing: Bin, now: datetime) -> rate.Levels:
    if not thing.fill_datastream:
        return rate.clean([], [])
    series = sensing.series(thing.fill_datastream, now - LOOKS_BACK, now + timedelta(seconds=1))
    return rate.clean([time.timestamp() for time in series.times], series.values)


def _groups(bins: list[Bin], own: dict[int, rate.Stretches]) -> dict[int, float]:
    """The rate of each bin's kind in its district, drawn towards that of its kind everywhere."""
    by_kind: dict[int, list[rate.Stretches]] = defaultdict(list)
    by_place: dict[tuple[int, int | None], list[rate.Stretches]] = defaultdict(list)
    for thing in bins:
        by_kind[thing.kind_id].append(own[thing.pk])
        by_place[thing.kind_id, thing.district_id].append(own[thing.pk])
    kinds = {kind: rate.pooled(many) for kind, many in by_kind.items()}
    places = {key: rate.pooled(many, kinds[key[0]]) for key, many in by_place.items()}
    return {thing.pk: places[thing.kind_id, thing.district_id] for thing in bins}


def _full_since(seen: rate.Levels) -> datetime | None:
    """When the last unbroken run of full readings began, if the bin is full now."""
    room = np.flatnonzero(seen.percent < rate.FULL)
    first = int(room[-1]) + 1 if len(room) else 0
    if first >= len(seen.percent):
        return None
    return datetime.fromtimestamp(float(seen.seconds[first]), clock.STOCKHOLM)
