"""Organisation numbers: reading and checking. Plain functions, no storage.

References: lag (1974:174) om identitetsbeteckning för juridiska personer m.fl. 1–3 §§; SKV 709. The third digit is at least 2, so that
none is taken for a personnummer; the last is a check digit (Luhn).
"""

from __future__ import annotations

import re

from stadig.city.personnummer import luhn

_SHAPE = re.compile(r"(?:16)?(?P<six>[1-9]\d[2-9]\d{3})-?(?P<three>\d{3})(?P<check>\d)")


def read(text: str) -> str | None:
    """The number as it is written, ``556036-0793``, from ten digits with or without hyphen (or twelve that begin with 16).

    None where the text is no organisation number.
    """
    found = _SHAPE.fullmatch("".join(text.split()))
    if found is None or not text.isascii() or luhn(found["six"] + found["three"]) != int(found["check"]):
        return None
    return f"{found['six']}-{found['three']}{found['check']}"
