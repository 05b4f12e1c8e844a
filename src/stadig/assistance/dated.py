"""What two people set for a period, as it is handed in: a riksnorm or rules with first day, last day and source. TOML, JSON or a spreadsheet.

What a file holds beside its days and its source is read by the one it is about: :mod:`~stadig.assistance.norm_file`,
:mod:`~stadig.assistance.rates_file`.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar, cast

T = TypeVar("T")
MOST_BYTES: Final = 200_000
MOST_SOURCE: Final = 300
SPREADSHEETS: Final = (".xlsx", ".ods", ".xls")
WORDS: Final = {"från": "from", "till": "to", "källa": "source"}
"""Swedish words that a spreadsheet may use instead."""


class TableFault(Exception):
    """Why a table cannot be used. ``code`` says which rule it broke, ``where`` the row, ``value`` what stood there."""

    def __init__(self, code: str, where: str = "", value: str = "") -> None:
        super().__init__(": ".join(filter(None, (code, where, value))))
        self.code, self.where, self.value = code, where, value


@dataclass(frozen=True, slots=True)
class Entered(Generic[T]):
    """What someone hands in: a table, the days it holds for and where it was read."""

    valid_from: dt.date
    valid_to: dt.date
    source: str
    table: T


def plain(name: str, data: bytes, sheet: Callable[[list[list[Any]]], dict[str, Any]]) -> Any:
    """What a file says, recognised by the ending of its name; ``sheet`` reads the rows of a spreadsheet. Raises TableFault."""
    if len(data) > MOST_BYTES:
        raise TableFault("too_large", value=str(len(data)))
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    try:
        if ending == ".toml":
            return tomllib.loads(data.decode("utf-8-sig"))
        if ending == ".json":
            return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as fault:
        raise TableFault("unreadable", value=type(fault).__name__) from fault
    if ending in SPREADSHEETS:
        return sheet(_rows(data))
    raise TableFault("file_kind", value=ending)


def entered(data: Any, read: Callable[[Mapping[str, Any]], T]) -> Entered[T]:
    """Plain data with ``valid_from``, ``valid_to`` and ``source``; ``read`` makes the table of the rest. Raises TableFault."""
    if not isinstance(data, Mapping):
        raise TableFault("unreadable", value=type(data).__name__)
    said: dict[str, Any] = {str(key): value for key, value in cast("Mapping[Any, Any]", data).items()}
    first, last = _day(said.pop("valid_from", None), "valid_from"), _day(said.pop("valid_to", None), "valid_to")
    source = " ".join(str(said.pop("source", None) or "").split())
    if last < first:
        raise TableFault("ends_before", "valid_to", last.isoformat())
    if first.day != 1 or (last + dt.timedelta(days=1)).day != 1:
        raise TableFault("whole_months", "valid_from", f"{first.isoformat()}–{last.isoformat()}")
    if not source or len(source) > MOST_SOURCE:
        raise TableFault("source", "source")
    return Entered(first, last, source, read(said))


def row(cells: list[Any]) -> tuple[Any, Any, Any, Any]:
    """The first four cells of a spreadsheet's row, those that are not there as empty."""
    what, which, third, fourth = ([*cells, "", "", "", ""])[:4]
    return what, which, third, fourth


def word(value: Any, words: Mapping[str, str]) -> str:
    """What a cell says, in the file's own words."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value or "").strip().lower()
    return words.get(text, text)


def _rows(data: bytes) -> list[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    except (CalamineError, IndexError, OSError) as fault:
        raise TableFault("unreadable", value=type(fault).__name__) from fault


def _day(value: Any, where: str) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value or ""))
    except ValueError:
        raise TableFault("not_a_day", where, str(value or "")) from None
