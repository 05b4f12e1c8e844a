"""Personnummer and organisation numbers, held against libraries that others keep."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer import personnummer as oracle

from stadig.city import organisation_number
from stadig.city.personnummer import is_valid, luhn, parse

TODAY = dt.date(2026, 11, 24)
days = st.dates(dt.date(1905, 1, 1), dt.date(2026, 11, 24))


@given(days, st.integers(1, 999), st.integers(0, 9), st.booleans(), st.sampled_from(["", "-"]))
def test_twelve_digits_are_valid_where_the_oracle_says_so(day, serial, check, coordination, mark):
    number = f"{day:%Y%m}{day.day + 60 * coordination:02d}{mark}{serial:03d}{check}"
    assert is_valid(number, today=TODAY) is oracle.valid(number)


@given(days, st.integers(1, 999), st.booleans())
def test_every_way_of_writing_a_number_is_the_same_number(day, serial, coordination):
    nine = f"{day:%y%m}{day.day + 60 * coordination:02d}{serial:03d}"
    digits = f"{day.year // 100}{nine}{luhn(nine)}"
    number = parse(digits, today=TODAY)
    assert number.digits == digits
    assert number.born == day
    assert number.is_coordination_number is coordination
    assert parse(number.written, today=TODAY) == number
    assert parse(f"{digits[:8]} {digits[8:]}", today=TODAY) == number


@given(st.text(max_size=16) | st.text("0123456789-+ ", max_size=16))
def test_any_other_text_is_refused_with_no_trace_of_it(text):
    if not is_valid(text, today=TODAY):
        with pytest.raises(ValueError, match=r"^(wrong shape|wrong check digit|no such date)$"):
            parse(text, today=TODAY)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("556036-0793", "556036-0793"),
        ("5560360793", "556036-0793"),
        ("16556036-0793", "556036-0793"),
        (" 556036 0793 ", "556036-0793"),
        ("556036-0794", None),
        ("551236-0793", None),
        ("191212121212", None),
        ("", None),
    ],
)
def test_an_organisation_number_is_read_or_refused(text, number):
    assert organisation_number.read(text) == number
