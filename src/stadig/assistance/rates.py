"""Rates and thresholds of the calculation: each value with its unit and the source it was read in. Plain data, dated in the database.

What is law and what the municipality decides by itself stand side by side; ``own`` tells them apart, ``unverified`` says that nobody has
read the value at its source yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final, cast

from stadig.assistance.dated import TableFault

MOST_RISE: Final = 10
"""A price base amount that rises by more than so many percent in a year is worth one more look."""


@dataclass(frozen=True, slots=True)
class Rate:
    """One value. ``unit`` is percent, months, days, day, kronor or years."""

    value: Decimal
    unit: str
    source: str
    own: bool = False
    """The municipality decides it."""
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value may be: its unit, the least and the most, whether the municipality decides it, and whether it is set anew each year."""

    unit: str
    least: int
    most: int
    own: bool = False
    yearly: bool = False


KINDS: Final = {
    "change_percent": Kind("percent", 0, 100, own=True),
    "stimulus_percent": Kind("percent", 0, 100),
    "stimulus_after_months": Kind("months", 0, 60),
    "stimulus_months": Kind("months", 0, 120),
    "price_base_amount": Kind("kronor", 10_000, 1_000_000, yearly=True),
    "youth_under": Kind("years", 16, 30),
    "part_month_days": Kind("days", 28, 31, own=True),
    "benefit_days_least": Kind("days", 0, 31, own=True),
    "benefit_days_most": Kind("days", 0, 31, own=True),
    "wage_reported_day": Kind("day", 1, 28),
    "request_days": Kind("days", 1, 90, own=True),
}
"""Every value a set of rules holds."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The values in force on a day."""

    rates: tuple[tuple[str, Rate], ...]

    def __getitem__(self, name: str) -> Decimal:
        return next(rate.value for key, rate in self.rates if key == name)

    def rate(self, name: str) -> Rate:
        """The value with its source."""
        return next(rate for key, rate in self.rates if key == name)


@dataclass(frozen=True, slots=True)
class Difference:
    """A value beside the one before it. ``percent`` is None where it was nothing."""

    name: str
    before: Rate
    now: Rate
    percent: Decimal | None
    odd: bool
    """Worth one more look: a law's value that is another, or a yearly one that is not, or that rises much."""


def read(data: Mapping[str, Any]) -> Rates:
    """The values from plain data: name → {value, source, unit?, unverified?}. Raises TableFault for what is missing or strange."""
    if strange := sorted(set(data) - set(KINDS)):
        raise TableFault("unknown_key", strange[0])
    found = Rates(tuple((name, _rate(name, kind, data.get(name))) for name, kind in KINDS.items()))
    if found["benefit_days_least"] > found["benefit_days_most"]:
        raise TableFault("most_below_least", "rate.benefit_days_most", str(found["benefit_days_most"]))
    return found


def plain(rates: Rates) -> dict[str, Any]:
    """The values as they are stored: what :func:`read` reads."""
    return {
        name: {
            "value": number(rate.value),
            "unit": rate.unit,
            "source": rate.source,
            "own": rate.own,
            "unverified": rate.unverified,
        }
        for name, rate in rates.rates
    }


def number(value: Decimal) -> int | str:
    """A value as JSON and forms hold it, exact."""
    return int(value) if value == value.to_integral_value() else str(value)


def differences(before: Rates, now: Rates) -> tuple[Difference, ...]:
    """Every value beside the one before it, in the order of :data:`KINDS`."""
    found: list[Difference] = []
    for name, rate in now.rates:
        old, kind = before.rate(name), KINDS[name]
        percent = (rate.value - old.value) * 100 / old.value if old.value else None
        odd = not kind.own and rate.value != old.value
        if kind.yearly:
            odd = percent is None or not 0 < percent <= MOST_RISE
        found.append(Difference(name, old, rate, percent and percent.quantize(Decimal("0.1"), ROUND_HALF_UP), odd))
    return tuple(found)


def _rate(name: str, kind: Kind, entry: Any) -> Rate:
    where = f"rate.{name}"
    if not isinstance(entry, Mapping):
        raise TableFault("missing", where)
    said = cast("Mapping[str, Any]", entry)
    if strange := sorted(set(said) - {"value", "unit", "source", "own", "unverified"}):
        raise TableFault("unknown_key", f"{name}.{strange[0]}")
    if said.get("value") in (None, ""):
        raise TableFault("missing", where)
    value = _number(said["value"], where)
    if not kind.least <= value <= kind.most:
        raise TableFault("out_of_bounds", where, f"{kind.least}–{kind.most}")
    if kind.unit != "percent" and value != value.to_integral_value():
        raise TableFault("not_whole", where, str(said["value"]))
    if said.get("unit", kind.unit) != kind.unit:
        raise TableFault("unit", where, str(said["unit"]))
    source = " ".join(str(said.get("source") or "").split())
    if not source:
        raise TableFault("rate_source", where)
    return Rate(value, kind.unit, source, kind.own, bool(said.get("unverified")))


def _number(value: Any, where: str) -> Decimal:
    text = str(value).replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise TableFault("not_a_number", where, str(value)) from None
    if not found.is_finite() or isinstance(value, bool):
        raise TableFault("not_a_number", where, str(value))
    return found.quantize(Decimal(1)) if found == found.to_integral_value() else found
