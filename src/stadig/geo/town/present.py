"""The town's present: litter falls, sensors read. An engine: the driver process tells it what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from stadig.geo.town.litter import SENSOR_FAULT, inflow
from stadig.geo.town.world import BinSite

SEND_EVERY = timedelta(minutes=30)
"""How often a sensor sends, in the town's time."""
BATTERY_EVERY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Said:
    """What one sensor sends now."""

    number: int
    at: datetime
    fill_percent: int
    battery_percent: int | None


class Present:
    """How full each bin is, and when its sensor last spoke. Bins are numbered as in the world."""

    def __init__(self, bins: tuple[BinSite, ...], fill_percent: NDArray[np.float64], at: datetime, *, seed: int) -> None:
        self.bins = bins
        self.at = at
        self.fill_percent = np.array(fill_percent, float)
        self._rng = np.random.default_rng(seed)
        self._holds = np.array([site.kind.holds_l for site in bins], float)
        self._phase = self._rng.uniform(0, SEND_EVERY.total_seconds(), len(bins))
        self._next = [at + timedelta(seconds=float(phase)) for phase in self._phase]
        self._battery_next = [at + timedelta(seconds=float(phase) * 24) for phase in self._phase]
        self._battery = np.array(
            [8.0 if site.name == SENSOR_FAULT["low_battery"] else 60.0 + number % 30 for number, site in enumerate(bins)]
        )
        self._silent = {number for number, site in enumerate(bins) if site.name == SENSOR_FAULT["silent"]}

    def pass_time(self, now: datetime) -> None:
        """Let litter fall until ``now``; a clock that has gone backwards changes nothing."""
        hours = min(24.0, (now - self.at).total_seconds() / 3600)
        if hours <= 0:
            return
        litres = inflow(self.bins, (now,), self._rng)[:, 0] * hours
        self.fill_percent = np.minimum(160.0, self.fill_percent + litres * 100 / self._holds)
        self.at = now

    def emptied(self, number: int) -> None:
        """A crew emptied a bin."""
        self.fill_percent[number] = 0.0

    def overflowing(self) -> NDArray[np.intp]:
        """Numbers of the bins with litter beside them."""
        return np.flatnonzero(self.fill_percent > 104)

    def heard(self, now: datetime) -> list[Said]:
        """What sensors send up to ``now``: each its latest value, once per interval that has begun."""
        found: list[Said] = []
        for number, due in enumerate(self._next):
            if due > now or number in self._silent:
                continue
            while self._next[number] <= now:
                self._next[number] += SEND_EVERY
            battery: int | None = None
            if self._battery_next[number] <= now:
                while self._battery_next[number] <= now:
                    self._battery_next[number] += BATTERY_EVERY
                battery = round(float(self._battery[number]))
            read = round(float(np.clip(self.fill_percent[number] + self._rng.normal(0, 0.6), 0, 100)))
            found.append(Said(number, now.replace(microsecond=0), read, battery))
        return found
