"""Numbers and times as people read them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from stadig.ui import formatting

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)  # noon in Stockholm, a Tuesday


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(formatting, "_now", [lambda: NOON])
    with translation.override("sv"):
        yield


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [
        (1640, 0, "1\xa0640"),
        (41.55, 1, "41,6"),
        (-3, 0, "−3"),
        (-0.2, 0, "0"),
        (None, 0, "–"),
        (float("nan"), 1, "–"),
        (0.5, 0, "1"),
        ("12.5", 1, "12,5"),
    ],
)
def test_numbers_are_written_the_swedish_way(value, decimals, said):
    assert formatting.number(value, decimals) == said


def test_numbers_are_written_the_english_way_for_english_readers():
    with translation.override("en"):
        assert formatting.number(1640.25, 1) == "1,640.3"
        assert formatting.percent(83) == "83%"
        assert formatting.inside("The Tax Agency") == "the Tax Agency"
        assert formatting.inside("Theatre fund") == "Theatre fund"
        assert formatting.crowns("4,212") == "SEK\N{NO-BREAK SPACE}4,212"
        assert formatting.clock(NOON) == "12:00"
        assert formatting.day(NOON) == "Tuesday 24 November"


def test_lengths_are_metres_until_a_kilometre():
    assert formatting.kilometres(240) == "240\xa0m"
    assert formatting.kilometres(41_560) == "41,6\xa0km"


def test_days_and_times_are_stockholms():
    assert formatting.day(NOON) == "tisdag 24 november"
    assert formatting.clock(NOON) == "12.00"
    assert formatting.day(NOON.replace(year=2027)) == "onsdag 24 november 2027"
    assert formatting.moment(NOON - timedelta(days=1)) == "i går 12.00"


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=20), "nyss"),
        (timedelta(minutes=1), "för 1 minut sedan"),
        (timedelta(minutes=59), "för 59 minuter sedan"),
        (timedelta(hours=2), "för 2 timmar sedan"),
        (-timedelta(hours=2), "om 2 timmar"),
        (timedelta(days=2), "söndag 22 november 12.00"),
    ],
)
def test_relative_times_follow_the_domain_clock(passed, said):
    assert formatting.ago(NOON - passed) == said


def test_names_in_a_row_end_with_an_and():
    assert formatting.list_of(["Hamnen", "Norrstrand", "Sågen"]) == "Hamnen, Norrstrand och Sågen"
