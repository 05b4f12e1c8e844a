"""Personnummer and samordningsnummer: reading, checking, writing. Plain functions, no storage.

References: folkbokföringslagen (1991:481) 18 §; lag (2022:1697) om samordningsnummer; Skatteverket SKV 704.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

_SHAPE = re.compile(
    r"(?P<century>\d{2})?(?P<year>\d{2})(?P<month>\d{2})(?P<day>\d{2})(?P<mark>[-+]?)(?P<serial>\d{3})(?P<check>\d)"
)
COORDINATION = 60


class NotAPersonnummer(ValueError):
    """The text is not a personnummer or samordningsnummer. The message never holds the text."""


@dataclass(frozen=True, slots=True, repr=False)
class Personnummer:
    """A valid number. ``repr`` never shows it."""

    digits: str
    """Twelve digits, YYYYMMDDNNNC; for a samordningsnummer the day is raised by 60."""

    @property
    def is_coordination_number(self) -> bool:
        return int(self.digits[6:8]) > COORDINATION

    @property
    def born(self) -> dt.date:
        day = int(self.digits[6:8])
        return dt.date(int(self.digits[:4]), int(self.digits[4:6]), day - COORDINATION if self.is_coordination_number else day)

    @property
    def masked(self) -> str:
        """The date of birth with the last four hidden: ``19720512-••••``."""
        return f"{self.digits[:8]}-••••"

    @property
    def written(self) -> str:
        """As it is read: ``19720512-1234``."""
        return f"{self.digits[:8]}-{self.digits[8:]}"

    def __repr__(self) -> str:
        return "Personnummer(…)"


def parse(text: str, *, today: dt.date) -> Personnummer:
    """Read a number with ten or twelve digits, with or without ``-`` or ``+`` (a hundred years or more).

    Raises
    ------
    NotAPersonnummer
        Wrong shape, no such date, a date to come, or a check digit that does not agree (Luhn over the last ten).
    """
    found = _SHAPE.fullmatch("".join(text.split()))
    if found is None or not text.isascii():
        raise NotAPersonnummer("wrong shape")
    part = found.groupdict()
    if luhn(part["year"] + part["month"] + part["day"] + part["serial"]) != int(part["check"]):
        raise NotAPersonnummer("wrong check digit")
    century = part["century"] or _century(part, today)
    number = Personnummer(f"{century}{part['year']}{part['month']}{part['day']}{part['serial']}{part['check']}")
    try:
        born = number.born
    except ValueError as fault:
        raise NotAPersonnummer("no such date") from fault
    if born > today or born.year < 1840:
        raise NotAPersonnummer("no such date")
    return number


def is_valid(text: str, *, today: dt.date) -> bool:
    """Whether :func:`parse` would accept the text."""
    try:
        parse(text, today=today)
    except NotAPersonnummer:
        return False
    return True


def luhn(digits: str) -> int:
    """The check digit of nine digits (modulus 10, weights 2 1 2 1 …)."""
    products = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    return -sum(product // 10 + product % 10 for product in products) % 10


def _century(part: dict[str, str], today: dt.date) -> str:
    """The latest century in which the person is born by today; ``+`` says at least a hundred years ago."""
    day = int(part["day"])
    short = (int(part["year"]), int(part["month"]), day - COORDINATION if day > COORDINATION else day)
    century = today.year // 100
    if short > (today.year % 100, today.month, today.day):
        century -= 1
    if part["mark"] == "+":
        century -= 1
    return f"{century:02d}"
