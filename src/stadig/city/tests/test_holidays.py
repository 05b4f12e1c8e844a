"""Swedish holidays, against almanacs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from stadig.city import holidays

EASTERS = {2005: (3, 27), 2008: (3, 23), 2011: (4, 24), 2019: (4, 21), 2024: (3, 31), 2026: (4, 5), 2038: (4, 25), 2285: (3, 22)}


@pytest.mark.parametrize(("year", "day"), EASTERS.items())
def test_easter_falls_as_in_the_almanac(year: int, day: tuple[int, int]) -> None:
    assert holidays.easter(year) == date(year, *day)


def test_easter_is_a_sunday_between_22_march_and_25_april_for_300_years() -> None:
    for year in range(1900, 2200):
        day = holidays.easter(year)
        assert day.weekday() == 6
        assert date(year, 3, 22) <= day <= date(year, 4, 25)


def test_the_holidays_of_2026() -> None:
    assert [(f"{day:%m-%d}", name) for day, name in holidays.holidays(2026).items()] == [
        ("01-01", "nyårsdagen"),
        ("01-06", "trettondedag jul"),
        ("04-03", "långfredagen"),
        ("04-05", "påskdagen"),
        ("04-06", "annandag påsk"),
        ("05-01", "första maj"),
        ("05-14", "Kristi himmelsfärdsdag"),
        ("05-24", "pingstdagen"),
        ("06-06", "Sveriges nationaldag"),
        ("06-20", "midsommardagen"),
        ("10-31", "alla helgons dag"),
        ("12-25", "juldagen"),
        ("12-26", "annandag jul"),
    ]


def test_midsummer_and_all_saints_are_saturdays_within_the_law() -> None:
    for year in range(2005, 2100):
        by_name = {name: day for day, name in holidays.holidays(year).items()}
        assert date(year, 6, 20) <= by_name["midsommardagen"] <= date(year, 6, 26)
        assert date(year, 10, 31) <= by_name["alla helgons dag"] <= date(year, 11, 6)
        assert {by_name["midsommardagen"].weekday(), by_name["alla helgons dag"].weekday()} == {5}


def test_two_holidays_on_one_day_are_one_day() -> None:
    """Ascension fell on the first of May in 2008."""
    assert holidays.holidays(2008)[date(2008, 5, 1)]
    assert len(holidays.holidays(2008)) == 12


def test_offices_are_closed_on_the_eves_and_a_deadline_moves_past_them() -> None:
    assert not holidays.is_working_day(date(2026, 6, 19))
    assert not holidays.is_holiday(date(2026, 6, 19))
    assert holidays.last_day(date(2026, 12, 24)) == date(2026, 12, 28)
    assert holidays.last_day(date(2026, 11, 24)) == date(2026, 11, 24)
    assert holidays.working_days_after(date(2026, 4, 2), 1) == date(2026, 4, 7)
    assert holidays.name_of(date(2026, 12, 24)) == "julafton"
    assert holidays.name_of(date(2026, 12, 23)) == ""


def test_a_year_has_about_250_working_days() -> None:
    days = [date(2026, 1, 1) + timedelta(n) for n in range(365)]
    assert sum(map(holidays.is_working_day, days)) == 251


def test_years_with_other_holidays_are_refused() -> None:
    with pytest.raises(ValueError, match="2005"):
        holidays.holidays(2004)
    with pytest.raises(ValueError, match="at least 1"):
        holidays.working_days_after(date(2026, 1, 1), 0)
