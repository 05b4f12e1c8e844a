"""Swedish holidays and working days, computed for any year.

Sources: lag (1989:253) om allmänna helgdagar, 1 §; lag (1930:173) om beräkning av lagstadgad tid, 2 §;
semesterlag (1977:480), 3 a § (the three eves that count as Sundays). Since 2005 the sixth of June is a holiday
and Whit Monday is not.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

FIRST_YEAR = 2005
"""The first year with today's holidays."""
SATURDAY, SUNDAY = 5, 6


def easter(year: int) -> date:
    """Easter Sunday of a year in the Gregorian calendar (1583 onwards).

    References
    ----------
    J. Meeus (1998), Astronomical Algorithms, 2nd ed., chapter 8.
    """
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 19 * m) // 433
    month = (h + m - 7 * n + 90) // 25
    return date(year, month, (h + m - 7 * n + 33 * month + 19) % 32)


@lru_cache(maxsize=64)
def holidays(year: int) -> dict[date, str]:
    """Every general holiday (*allmän helgdag*) of a year but ordinary Sundays, in order → its Swedish name.

    Raises ``ValueError`` before 2005, when other days were holidays.
    """
    if year < FIRST_YEAR:
        raise ValueError(f"The Swedish holidays of {year} were others; this holds from {FIRST_YEAR}.")
    sunday = easter(year)
    found = {
        date(year, 1, 1): "nyårsdagen",
        date(year, 1, 6): "trettondedag jul",
        sunday - timedelta(2): "långfredagen",
        sunday: "påskdagen",
        sunday + timedelta(1): "annandag påsk",
        date(year, 5, 1): "första maj",
        sunday + timedelta(39): "Kristi himmelsfärdsdag",
        sunday + timedelta(49): "pingstdagen",
        date(year, 6, 6): "Sveriges nationaldag",
        _saturday_from(date(year, 6, 20)): "midsommardagen",
        _saturday_from(date(year, 10, 31)): "alla helgons dag",
        date(year, 12, 25): "juldagen",
        date(year, 12, 26): "annandag jul",
    }
    return dict(sorted(found.items()))


@lru_cache(maxsize=64)
def eves(year: int) -> dict[date, str]:
    """Midsummer, Christmas and New Year's eve, which count as Sundays (1977:480, 3 a §; 1930:173, 2 §)."""
    midsummer = _saturday_from(date(year, 6, 20)) - timedelta(1)
    return {midsummer: "midsommarafton", date(year, 12, 24): "julafton", date(year, 12, 31): "nyårsafton"}


def name_of(day: date) -> str:
    """The holiday's or eve's Swedish name; empty for other days."""
    return holidays(day.year).get(day) or eves(day.year).get(day, "")


def is_holiday(day: date) -> bool:
    """Whether the day is a general holiday; Sundays are."""
    return day.weekday() == SUNDAY or day in holidays(day.year)


def is_working_day(day: date) -> bool:
    """Whether offices are open: neither Saturday, holiday nor one of the three eves."""
    return day.weekday() != SATURDAY and not is_holiday(day) and day not in eves(day.year)


def last_day(day: date) -> date:
    """The day a deadline set by law really ends: itself, or the next working day (lag 1930:173, 2 §)."""
    while not is_working_day(day):
        day += timedelta(1)
    return day


def working_days_after(day: date, count: int) -> date:
    """The ``count``-th working day after a day. Raises ``ValueError`` for a count below 1."""
    if count < 1:
        raise ValueError("count must be at least 1")
    while count:
        day += timedelta(1)
        count -= is_working_day(day)
    return day


def _saturday_from(day: date) -> date:
    """The first Saturday on or after a day."""
    return day + timedelta((SATURDAY - day.weekday()) % 7)
