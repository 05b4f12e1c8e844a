"""Values as agencies write them: dates in four ways, weeks, amounts, yes and no. What cannot be read is named, never guessed at."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Final

from stadig.exchange.outcomes import Outcome

_DAY: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:Z|[+-]\d{2}:?\d{2}|T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?\Z", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-?(\d{2})\Z", re.ASCII)
_WEEK: Final = re.compile(r"(\d{4})-?[VvWw]?(\d{2})\Z", re.ASCII)
_AMOUNT: Final = re.compile(r"-?\d{1,12}(?:[.,]\d{1,6})?\Z", re.ASCII)
_CODE: Final = re.compile(r"[^\W\d_][\w .:/-]{0,39}\Z|-?\d{1,7}\Z")
_PERSON: Final = re.compile(r"\d{6,8}[-+ ]?\d{4}")


class Values:
    """Reads values and remembers what could not be read, as ``element=…``: the value stands there only where it looks like a code."""

    __slots__ = ("unknown",)

    def __init__(self) -> None:
        self.unknown: list[str] = []

    def odd(self, name: str, value: object = "?") -> None:
        """Something we do not know stands in ``name``."""
        text = str(value).strip()
        shown = text if text in {"", "?"} or (_CODE.match(text) and not _PERSON.search(text)) else "?"
        self.unknown.append(f"{safe(name)}={shown}"[:120])

    def outcome(self, *, nothing: bool) -> Outcome:
        """What could be read for certain makes evidence, and only that: data, or the agency's word that it has nothing."""
        if self.unknown:
            return Outcome.UNKNOWN_CODE
        return Outcome.NOTHING_STATED if nothing else Outcome.DATA

    def day(self, name: str, value: object) -> dt.date | None:
        """A day, however it is written; a time zone after it is left out, since it is the day that the agency means."""
        if value is None or value == "":
            return None
        found = _DAY.match(value.strip()) if isinstance(value, str) else None
        try:
            if found:
                return dt.date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            pass
        self.odd(name)
        return None

    def first_day(self, name: str, value: object) -> dt.date | None:
        """The first day of a period that begins with a day or with a month (LEFI: ``2022-09``)."""
        return self._edge(name, value, last=False)

    def last_day(self, name: str, value: object) -> dt.date | None:
        """The last day of a period that ends with a day or with a month."""
        return self._edge(name, value, last=True)

    def _edge(self, name: str, value: object, *, last: bool) -> dt.date | None:
        month = _MONTH.match(value.strip()) if isinstance(value, str) else None
        if month is None:
            return self.day(name, value)
        year, number = int(month[1]), int(month[2])
        if not (1 <= number <= 12 and year):
            self.odd(name)
            return None
        return dt.date(year, number, calendar.monthrange(year, number)[1] if last else 1)

    def week(self, name: str, value: str, *, last: bool) -> dt.date | None:
        """The Monday, or the Sunday, of a week written ``YYYYWW``; a whole date (``YYYYMMDD``) is that day."""
        if not value:
            return None
        found = _WEEK.match(value)
        if found is None:
            return self.day(name, value)
        try:
            return dt.date.fromisocalendar(int(found[1]), int(found[2]), 7 if last else 1)
        except ValueError:
            self.odd(name)
            return None

    def amount(self, name: str, value: object) -> Decimal | None:
        """Kronor, or a number of days. At most twelve digits before the point: no one is paid more."""
        if value is None or value == "":
            return None
        text = str(value).strip().replace("\N{MINUS SIGN}", "-").replace(" ", "").replace("\xa0", "")
        if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool) and _AMOUNT.match(text):
            try:
                return Decimal(text.replace(",", "."))
            except InvalidOperation:  # pragma: no cover – the pattern is narrower than Decimal
                pass
        self.odd(name)
        return None

    def flag(self, name: str, value: object) -> bool | None:
        """Yes or no, as XML and JSON write it."""
        if value is None or value == "":
            return None
        text = str(value).strip().lower()
        if text in {"true", "1", "ja", "j"}:
            return True
        if text in {"false", "0", "nej", "n"}:
            return False
        self.odd(name)
        return None


def safe(code: str, longest: int = 80) -> str:
    """An agency's code or name as it may stand where personal data may not: cut, and without anything that could be a person's number."""
    return _PERSON.sub("…", " ".join(code[:400].split()))[:longest]


def same_person(asked: str, said: object) -> bool:
    """Whether a number is the one that was asked about. Ten digits, without century, are compared as ten.

    An answer without a number says nothing of whom it is about, which the readers note; a number that is no number is about someone else. Where nobody was asked
    about (a file is read), everyone is the same.
    """
    if said is None or not asked:
        return True
    digits = str(said).strip().replace("-", "").replace("+", "").replace(" ", "")
    if not digits:
        return True
    return digits == asked if len(digits) == 12 else len(digits) == 10 and digits == asked[2:]
