"""Rates and thresholds of the calculation: each value with its unit and the source it was read in. Plain data, dated in the database.

What is law and what the municipality decides by itself stand side by side; ``own`` tells them apart, ``unverified`` says that nobody has
read the value at its source yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast


class RatesFault(Exception):
    """A set of rules that cannot be used. ``name`` is the value at fault, ``code`` why."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(f"{code}: {name}")
        self.code, self.name = code, name


@dataclass(frozen=True, slots=True)
class Rate:
    """One value. ``unit`` is percent, months, days, day, kronor."""

    value: Decimal
    unit: str
    source: str
    own: bool = False
    """The municipality decides it."""
    unverified: bool = False


UNITS: Final = {
    "change_percent": "percent",
    "stimulus_percent": "percent",
    "stimulus_after_months": "months",
    "stimulus_months": "months",
    "price_base_amount": "kronor",
    "youth_under": "years",
    "part_month_days": "days",
    "benefit_days_least": "days",
    "benefit_days_most": "days",
    "wage_reported_day": "day",
    "request_days": "days",
}
"""Every value a set of rules holds, and its unit."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The values in force on a day."""

    rates: tuple[tuple[str, Rate], ...]

    def __getitem__(self, name: str) -> Decimal:
        return next(rate.value for key, rate in self.rates if key == name)

    def rate(self, name: str) -> Rate:
        """The value with its source."""
        return next(rate for key, rate in self.rates if key == name)


def read(data: Mapping[str, Any]) -> Rates:
    """The values from plain data: name → {value, unit, source, own?, unverified?}. Raises RatesFault for what is missing or strange."""
    if strange := sorted(set(data) - set(UNITS)):
        raise RatesFault("unknown", strange[0])
    found: list[tuple[str, Rate]] = []
    for name, unit in UNITS.items():
        entry: Any = data.get(name)
        if not isinstance(entry, Mapping):
            raise RatesFault("missing", name)
        said = cast("Mapping[str, Any]", entry)
        try:
            value = Decimal(str(said.get("value")))
        except InvalidOperation:
            raise RatesFault("not_a_number", name) from None
        if not value.is_finite() or value < 0:
            raise RatesFault("not_a_number", name)
        if said.get("unit") != unit:
            raise RatesFault("unit", name)
        source = str(said.get("source", "")).strip()
        if not source:
            raise RatesFault("source", name)
        found.append((name, Rate(value, unit, source, bool(said.get("own")), bool(said.get("unverified")))))
    return Rates(tuple(found))
