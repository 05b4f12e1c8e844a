"""By which channels someone is reached, in which order, and how a number is written. No Django, no clock, no database."""

from __future__ import annotations

import re
from collections.abc import Sequence

EMAIL, SMS, LETTER = "email", "sms", "letter"


class NotAPhone(ValueError):
    """Not a telephone number that a text message can reach."""


def route(chosen: Sequence[str], *, email: bool, sms: bool, letter: bool) -> tuple[str, ...]:
    """The channels to try, the first first. Nobody is reached by a channel they did not choose, but for the letter, which is last.

    ``chosen`` is empty for one who has not chosen: then e-mail where there is an address, else a letter. ``email``, ``sms`` and
    ``letter`` say which channels can reach them at all.
    """
    possible = {EMAIL: email, SMS: sms, LETTER: letter}
    wanted = [one for one in (chosen or (EMAIL,)) if possible[one]]
    return tuple(dict.fromkeys([*wanted, *([LETTER] if letter else [])]))


def phone(text: str) -> str:
    """The number as E.164: ``070-123 45 67`` is ``+46701234567``. Raises NotAPhone."""
    digits = re.sub(r"[\s().\-–/]", "", text)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0"):
        digits = f"+46{digits[1:]}"
    if not re.fullmatch(r"\+[1-9]\d{7,14}", digits, re.ASCII):
        raise NotAPhone(text)
    return digits
