"""What is written in a table's cell, as values: Swedish and English numbers, dates, yes and no. Plain functions, no Django."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001
"""Day 0 of Excel's calendar as it counts after 28 February 1900 (ECMA-376 part 1, 18.17.4.1)."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""An older time is an empty Excel cell (1900), a clock that was never set (1970) or a mistake."""
AHEAD = timedelta(minutes=10)

Parse = Callable[[Any], Any]
_SPACES = str.maketrans("", "", " \t\u00a0\u2007\u2009\u202f'")
_MINUS = str.maketrans({"−": "-", "–": "-", "‐": "-"})
_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ]+(\d{1,2})[.:]?(\d{2})(?:[.:]?(\d{2})(?:[.,](\d+))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?", re.ASCII
)
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ,]+(\d{1,2})[.:](\d{2})(?:[.:](\d{2}))?)?", re.ASCII)
_YES = {"ja", "j", "yes", "y", "true", "sant", "1", "x"}
_NO = {"nej", "n", "no", "false", "falskt", "0", ""}


class BadCell(ValueError):
    """What is written cannot be understood. The message says what was expected, and how to write it."""


def is_empty(cell: Any) -> bool:
    """Whether nothing is written: empty, blanks, or a word for nothing."""
    return cell is None or (
        isinstance(cell, str) and cell.strip().casefold() in {"", "-", "–", "null", "none", "#n/a", "#saknas!", "n/a"}
    )


def text(cell: Any) -> str:
    """The cell as text; a whole number from a spreadsheet loses its decimals: 12.0 → ``12``."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return re.sub(r"\s+", " ", str(cell)).strip().replace("\x00", "")


def number(low: float = float("-inf"), high: float = float("inf")) -> Parse:
    """A number from ``low`` to ``high``: ``1 234,5``, ``1.234,5``, ``1,234.5``, ``−3``, ``83 %``."""

    def parse(cell: Any) -> float:
        value = float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else _number(text(cell))
        if not value == value or value in (float("inf"), float("-inf")):  # noqa: PLR0124
            raise BadCell("is not a number")
        if not low <= value <= high:
            raise BadCell(f"must be between {low:g} and {high:g}")
        return value

    return parse


def _number(written: str) -> float:
    bare = written.translate(_SPACES).translate(_MINUS).removesuffix("%")
    if "," in bare and "." in bare:
        thousands = "," if bare.rfind(".") > bare.rfind(",") else "."
        bare = bare.replace(thousands, "")
    elif bare.count(",") > 1 or bare.count(".") > 1:
        bare = bare.replace(",", "").replace(".", "")
    try:
        if "_" in bare:
            raise ValueError
        return float(bare.replace(",", "."))
    except ValueError:
        raise BadCell("is not a number; write for example 1234,5") from None


def whole(low: int = -(2**53), high: int = 2**53) -> Parse:
    """A whole number."""
    inner = number(low, high)

    def parse(cell: Any) -> int:
        value = inner(cell)
        if value != int(value):
            raise BadCell("is not a whole number")
        return int(value)

    return parse


def moment(zone: ZoneInfo = STOCKHOLM, *, earliest: datetime = EARLIEST, latest: datetime | None = None) -> Parse:
    """A time, aware, in UTC. Without an offset it is read in ``zone``. Day comes before month: ``24/11/2026 06.30``."""

    def parse(cell: Any) -> datetime:
        found = _moment(cell)
        try:
            at = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
        except (OverflowError, ValueError):
            raise BadCell("is not a time we can keep") from None
        if at < earliest:
            raise BadCell(f"is before {earliest:%Y-%m-%d}: an empty cell in Excel, or a clock that was never set")
        if latest is not None and at > latest + AHEAD:
            raise BadCell("lies in the future: check the sensor's clock and the time zone (--zone)")
        return at

    return parse


def day() -> Parse:
    """A date."""
    inner = moment(earliest=datetime(1800, 1, 2, tzinfo=UTC))

    def parse(cell: Any) -> date:
        if isinstance(cell, date) and not isinstance(cell, datetime):
            return cell
        return inner(cell).astimezone(STOCKHOLM).date()

    return parse


def _moment(cell: Any) -> datetime:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _counted(float(cell))
    written = text(cell).translate(_MINUS)
    try:
        if found := _ISO.fullmatch(written):
            year, month, of_month, hour, minute, second, part, offset = found.groups()
            fine = int((part or "0")[:6].ljust(6, "0"))
            made = datetime(int(year), int(month), int(of_month), int(hour or 0), int(minute or 0), int(second or 0), fine)  # noqa: DTZ001
            return made.replace(tzinfo=_offset(offset)) if offset else made
        if found := _DAY_FIRST.fullmatch(written):
            of_month, month, year, hour, minute, second = found.groups()
            return datetime(int(year), int(month), int(of_month), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001
    except ValueError:
        raise BadCell("is not a date that exists; write for example 2026-11-24 06:30") from None
    try:
        return _counted(_number(written))
    except BadCell:
        raise BadCell("is not a date; write for example 2026-11-24 06:30") from None


def _offset(written: str) -> Any:
    return UTC if written == "Z" else datetime.strptime(written.replace(":", ""), "%z").tzinfo


def _counted(value: float) -> datetime:
    """Days as Excel counts them, or seconds or milliseconds since 1970."""
    if 1e9 <= value < 1e10:
        return datetime.fromtimestamp(value, UTC)
    if 1e12 <= value < 1e13:
        return datetime.fromtimestamp(value / 1000, UTC)
    if 0 <= value < 200_000:
        return EXCEL_EPOCH + timedelta(seconds=round(value * 86400))
    raise BadCell("is not a date; write for example 2026-11-24 06:30")


def yes(cell: Any) -> bool:
    """Ja or nej, true or false, 1 or 0."""
    word = ("ja" if cell else "nej") if isinstance(cell, bool) else text(cell).casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadCell("must be ja or nej")


def one_of(words: Mapping[str, Any]) -> Parse:
    """One of some words (lower case) → its value."""

    def parse(cell: Any) -> Any:
        word = text(cell).casefold()
        if word not in words:
            raise BadCell(f"must be one of {', '.join(words)}")
        return words[word]

    return parse
