"""A riksnorm as a file: TOML, JSON or a spreadsheet. All three hold the same; a spreadsheet has one amount a row.

In a spreadsheet the first column says what (``from``, ``to``, ``source``, ``rules``, ``child``, ``adult``, ``common``, ``extra``), the second
which (ages, single or couple, members, name and who it counts for), the third the amount, the fourth the amount without lunch.
"""

from __future__ import annotations

from typing import Any, Final

from stadig.assistance import dated, norm
from stadig.assistance.dated import Entered, TableFault
from stadig.assistance.norm import Table

WORDS: Final = dated.WORDS | {
    "regler": "rules",
    "barn": "child",
    "vuxen": "adult",
    "gemensamt": "common",
    "tillägg": "extra",
    "ensamstående": "single",
    "sambo": "couple",
}
"""Swedish words that a spreadsheet may use instead."""


def read(name: str, data: bytes) -> Entered[Table]:
    """The riksnorm in a file, recognised by the ending of its name. Raises TableFault."""
    return entered(dated.plain(name, data, _sheet))


def entered(data: Any) -> Entered[Table]:
    """The riksnorm in plain data: the table with ``valid_from``, ``valid_to`` and ``source``. Raises TableFault."""
    return dated.entered(data, norm.read)


def _sheet(rows: list[list[Any]]) -> dict[str, Any]:
    said: dict[str, Any] = {"child": {}, "adult": {}, "common": {}, "extra": []}
    for number, cells in enumerate(rows, 1):
        what, which, amount, lunch = dated.row(cells)
        key = dated.word(what, WORDS)
        if key in {"from", "to"}:
            said[f"valid_{key}"] = which or amount
        elif key in {"source", "rules"}:
            said[key] = str(which or amount)
        elif key == "child":
            said["child"][_ages(which)] = [amount, lunch] if lunch not in ("", None) else amount
        elif key in {"adult", "common"}:
            said[key][dated.word(which, WORDS)] = amount
        elif key == "extra":
            name, _comma, per = str(which).rpartition(",")
            said["extra"].append({"name": name.strip(), "per": per.strip(), "amount": amount})
        elif key and number > 1:
            raise TableFault("unknown_key", f"{number}", str(what))
    return said


def _ages(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) else str(value).strip()
