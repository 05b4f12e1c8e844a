"""How the town's bins filled and were emptied: a past of any length, hour by hour, drawn from a seed."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from stadig.geo.town.world import BinKind, BinSite

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAY_SHAPE = np.array([2, 1, 1, 1, 1, 2, 4, 7, 8, 8, 9, 12, 14, 13, 11, 11, 12, 13, 12, 10, 9, 8, 6, 4], float)
"""People about, by local hour; scaled to a mean of one below."""
SENSOR_FAULT = {"silent": "Söderäng, lekplatsen", "low_battery": "Kyrkbyn, macken"}
"""Names of the bins whose sensors are not well at the end of the past."""
SILENT_HOURS = 31
SMART_LIMIT_PERCENT = 68.0
"""With sensors the morning round takes a bin that is this full, or will be before the next."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the sensors and the crews wrote down. Bins along the first axis, hours along the second."""

    hours: tuple[datetime, ...]
    """Aware UTC, one hour apart."""
    fill_percent: NDArray[np.float32]
    """(bins, hours); the sensor's reading, NaN where it sent none."""
    true_fill_percent: NDArray[np.float32]
    """(bins, hours); may pass 100 when litter lies beside the bin."""
    battery_percent: NDArray[np.float32]
    """(bins, hours)"""
    emptied_bin: NDArray[np.int32]
    emptied_at: tuple[datetime, ...]
    emptied_fill_percent: NDArray[np.float32]
    """How full it was just before."""


def inflow(bins: tuple[BinSite, ...], hours: tuple[datetime, ...], rng: np.random.Generator) -> NDArray[np.float32]:
    """Litres of uncompacted litter per bin and hour. Shape (bins, hours)."""
    local = [hour.astimezone(STOCKHOLM) for hour in hours]
    of_day = (DAY_SHAPE / DAY_SHAPE.mean())[[at.hour for at in local]]
    weekend = np.array([at.weekday() >= 5 for at in local])
    summer = np.array([at.month in (6, 7, 8) for at in local])
    rate = np.array([site.rate_l_per_h for site in bins])[:, None]
    week = np.where(weekend, np.array([site.weekend_factor for site in bins])[:, None], 1.0)
    year = np.where(summer, np.array([site.summer_factor for site in bins])[:, None], 1.0)
    weather = np.repeat(rng.lognormal(0, 0.18, len(hours) // 24 + 1), 24)[: len(hours)]
    mean = rate * week * year * of_day * weather
    return (mean * rng.gamma(1.6, 1 / 1.6, mean.shape)).astype(np.float32)


def simulate(
    bins: tuple[BinSite, ...], start: datetime, end: datetime, *, smart_from: datetime, seed: int, calling: Set[str] | None = None
) -> Past:
    """Fill and empty every bin from ``start`` to ``end``: fixed rounds first, by sensor from ``smart_from``.

    ``calling`` holds the codes of the districts in which bins call from then on; the others keep their fixed rounds. None
    means all. Times are aware and on whole hours. The same arguments give the same past.
    """
    rng = np.random.default_rng(seed)
    count = int((end - start) / timedelta(hours=1)) + 1
    hours = tuple(start + timedelta(hours=n) for n in range(count))
    litres = inflow(bins, hours, rng)
    holds = np.array([site.kind.holds_l for site in bins], np.float32)
    per_hour = np.array([site.rate_l_per_h for site in bins]) * 100 / holds
    round_hour = rng.integers(7, 14, len(bins))
    often = fixed_rounds(bins)
    calls = np.array([calling is None or site.district in calling for site in bins])
    local = [hour.astimezone(STOCKHOLM) for hour in hours]
    true = np.empty((len(bins), count), np.float32)
    fill = rng.uniform(5, 60, len(bins)).astype(np.float32)
    emptied: list[tuple[int, int, float]] = []
    for n in range(count):
        fill = fill + litres[:, n] * 100 / holds
        due = round_hour == local[n].hour
        by_day = often[:, local[n].weekday()]
        if hours[n] < smart_from:
            due = due & by_day
        else:
            needs = fill > 85 if local[n].weekday() == 6 else (fill > SMART_LIMIT_PERCENT) | (fill + 24 * per_hour > 100)
            due = due & np.where(calls, needs, by_day)
        for number in np.flatnonzero(due):
            emptied.append((int(number), n, float(fill[number])))
            fill[number] = 0.0
        fill = np.minimum(fill, 160)
        true[:, n] = fill
    past = np.array([n for _, n, _ in emptied], int)
    minutes = rng.integers(0, 50, len(emptied))
    return Past(
        hours=hours,
        fill_percent=_as_read(bins, true, rng),
        true_fill_percent=true,
        battery_percent=_battery(bins, count, rng),
        emptied_bin=np.array([number for number, _, _ in emptied], np.int32),
        emptied_at=tuple(hours[n] - timedelta(minutes=int(m)) for n, m in zip(past, minutes, strict=True)),
        emptied_fill_percent=np.array([share for _, _, share in emptied], np.float32),
    )


def fixed_rounds(bins: tuple[BinSite, ...]) -> NDArray[np.bool_]:
    """(bins, 7): on which weekdays the old schedule emptied each bin, Monday first."""
    days = np.zeros((len(bins), 7), bool)
    for number, site in enumerate(bins):
        full_in_days = site.kind.holds_l / (24 * site.rate_l_per_h)
        if site.kind is BinKind.UNDERGROUND:
            chosen = (0, 3)
        elif full_in_days < 2.4:
            chosen = (0, 1, 2, 3, 4, 5)
        elif full_in_days < 7:
            chosen = [(0, 2, 4), (1, 3, 5)][number % 2]
        else:
            chosen = [(0, 3), (1, 4), (2, 5)][number % 3]
        days[number, list(chosen)] = True
    return days


def _as_read(bins: tuple[BinSite, ...], true: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """What the sensors say: whole percent, a little noise, never above 100, now and then nothing at all."""
    read = np.clip(np.round(true + rng.normal(0, 0.8, true.shape)), 0, 100).astype(np.float32)
    read[rng.random(true.shape) < 0.015] = np.nan
    for number, site in enumerate(bins):
        if site.name == SENSOR_FAULT["silent"]:
            read[number, -SILENT_HOURS:] = np.nan
    return read


def _battery(bins: tuple[BinSite, ...], count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Batteries that sink over the months; a solar compactor keeps its charge."""
    level = np.empty((len(bins), count), np.float32)
    for number, site in enumerate(bins):
        end = 8.0 if site.name == SENSOR_FAULT["low_battery"] else float(rng.uniform(45, 88))
        begin = min(100.0, end + (35 if site.kind is not BinKind.COMPACTOR else 4))
        level[number] = np.round(np.linspace(begin, end, count), 0)
        if site.name == SENSOR_FAULT["silent"]:
            level[number, -SILENT_HOURS:] = np.nan
    return level
