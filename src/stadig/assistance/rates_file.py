"""Rates and thresholds as a file: TOML, JSON or a spreadsheet. All three hold the same.

In a spreadsheet the first column says what (``from``, ``to``, ``source`` or the name of a value), the second the value or the day, the third
where it was read, the fourth ``unread`` where nobody has read it there yet.
"""

from __future__ import annotations

from typing import Any, Final

from stadig.assistance import dated, rates
from stadig.assistance.dated import Entered, TableFault
from stadig.assistance.rates import Rates

WORDS: Final = dated.WORDS | {
    "ändring som varnar": "change_percent",
    "jobbstimulans, del av lönen": "stimulus_percent",
    "jobbstimulans, efter månader": "stimulus_after_months",
    "jobbstimulans, antal månader": "stimulus_months",
    "prisbasbelopp": "price_base_amount",
    "skolungdom under": "youth_under",
    "dagar i en delad månad": "part_month_days",
    "minst ersättningsdagar": "benefit_days_least",
    "högst ersättningsdagar": "benefit_days_most",
    "lön rapporterad": "wage_reported_day",
    "dagar att svara": "request_days",
    "oläst": "unread",
}
"""Swedish words that a spreadsheet may use instead."""


def read(name: str, data: bytes) -> Entered[Rates]:
    """The rules in a file, recognised by the ending of its name. Raises TableFault."""
    return entered(dated.plain(name, data, _sheet))


def entered(data: Any) -> Entered[Rates]:
    """The rules in plain data: each value by its name, with ``valid_from``, ``valid_to`` and ``source``. Raises TableFault."""
    return dated.entered(data, rates.read)


def _sheet(rows: list[list[Any]]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for number, cells in enumerate(rows, 1):
        what, value, source, unread = dated.row(cells)
        key = dated.word(what, WORDS)
        if key in {"from", "to"}:
            said[f"valid_{key}"] = value
        elif key == "source":
            said[key] = str(value)
        elif key in rates.KINDS:
            said[key] = {"value": value, "source": source, "unverified": dated.word(unread, WORDS) == "unread"}
        elif key and number > 1:
            raise TableFault("unknown_key", f"{number}", str(what))
    return said
