"""A riksnorm as a file: TOML, JSON or a spreadsheet. All three hold the same; a spreadsheet has one amount a row.

In a spreadsheet the first column says what (``from``, ``to``, ``source``, ``rules``, ``child``, ``adult``, ``common``, ``extra``), the second
which (ages, single or couple, members, name and who it counts for), the third the amount, the fourth the amount without lunch.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from stadig.assistance import norm
from stadig.assistance.norm import NormFault, Table

MOST_BYTES: Final = 200_000
SPREADSHEETS: Final = (".xlsx", ".ods", ".xls")
WORDS: Final = {
    "från": "from",
    "till": "to",
    "källa": "source",
    "regler": "rules",
    "barn": "child",
    "vuxen": "adult",
    "gemensamt": "common",
    "tillägg": "extra",
    "ensamstående": "single",
    "sambo": "couple",
}
"""Swedish words that a spreadsheet may use instead."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What someone hands in: a table, the days it holds for and where it was read."""

    valid_from: dt.date
    valid_to: dt.date
    source: str
    table: Table


def read(name: str, data: bytes) -> Entered:
    """The riksnorm in a file, recognised by the ending of its name. Raises NormFault."""
    if len(data) > MOST_BYTES:
        raise NormFault("too_large", value=str(len(data)))
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    try:
        if ending == ".toml":
            return entered(tomllib.loads(data.decode("utf-8-sig")))
        if ending == ".json":
            return entered(json.loads(data.decode("utf-8-sig")))
    except (ValueError, RecursionError) as fault:
        raise NormFault("unreadable", value=type(fault).__name__) from fault
    if ending in SPREADSHEETS:
        return entered(_sheet(data))
    raise NormFault("file_kind", value=ending)


def entered(data: Any) -> Entered:
    """The riksnorm in plain data: the table with ``valid_from``, ``valid_to`` and ``source``. Raises NormFault."""
    if not isinstance(data, Mapping):
        raise NormFault("unreadable", value=type(data).__name__)
    said: dict[str, Any] = {str(key): value for key, value in cast("Mapping[Any, Any]", data).items()}
    first, last = _day(said.pop("valid_from", None), "valid_from"), _day(said.pop("valid_to", None), "valid_to")
    source = " ".join(str(said.pop("source", None) or "").split())
    if last < first:
        raise NormFault("ends_before", "valid_to", last.isoformat())
    if first.day != 1 or (last + dt.timedelta(days=1)).day != 1:
        raise NormFault("whole_months", "valid_from", f"{first.isoformat()}–{last.isoformat()}")
    if not source or len(source) > 300:
        raise NormFault("source", "source")
    return Entered(first, last, source, norm.read(said))


def _day(value: Any, where: str) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value or ""))
    except ValueError:
        raise NormFault("not_a_day", where, str(value or "")) from None


def _sheet(data: bytes) -> dict[str, Any]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    except (CalamineError, IndexError, OSError) as fault:
        raise NormFault("unreadable", value=type(fault).__name__) from fault
    said: dict[str, Any] = {"child": {}, "adult": {}, "common": {}, "extra": []}
    for number, row in enumerate(rows, 1):
        what, which, amount, lunch = ([*row, "", "", "", ""])[:4]
        key = _word(what)
        if key in {"from", "to"}:
            said[f"valid_{key}"] = which or amount
        elif key in {"source", "rules"}:
            said[key] = str(which or amount)
        elif key == "child":
            said["child"][_ages(which)] = [amount, lunch] if lunch not in ("", None) else amount
        elif key in {"adult", "common"}:
            said[key][_word(which)] = amount
        elif key == "extra":
            name, _comma, per = str(which).rpartition(",")
            said["extra"].append({"name": name.strip(), "per": per.strip(), "amount": amount})
        elif key and number > 1:
            raise NormFault("unknown_key", f"{number}", str(what))
    return said


def _word(value: Any) -> str:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value or "").strip().lower()
    return WORDS.get(text, text)


def _ages(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) else str(value).strip()
