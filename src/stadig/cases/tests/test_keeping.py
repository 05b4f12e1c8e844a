"""How long a case is kept, as the rules of the shipped packages say it."""

from __future__ import annotations

from datetime import date

import pytest

from stadig.cases.keeping import Ended, Rule, first_day, read

CLOSED = Ended(date(2024, 2, 29), last=date(2024, 3, 5), valid_to=date(2025, 6, 30))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("bevaras", Rule(None)),
        ("", Rule(None)),
        ("gallras när vi hinner", Rule(None)),
        ("gallras 1 år efter avslut", Rule(12)),
        ("Gallras 6 månader efter beslut", Rule(6)),
        ("gallras 2 år efter att tillståndet har slutat gälla", Rule(24)),
        ("gallras 5 år efter den sista anteckningen (16 kap. 1 § socialtjänstlagen)", Rule(60)),
        ("gallras 2 år efter att barnet har slutat i förskolan", Rule(24, outside=True)),
        ("gallras 2 år efter att behandlingen har upphört", Rule(24, outside=True)),
        ("gallras 5 år efter att verksamheten har upphört", Rule(60, outside=True)),
    ],
)
def test_a_rule_is_read_and_what_cannot_be_read_keeps(text, rule):
    assert read(text) == rule


def test_the_time_runs_from_the_latest_of_what_is_known():
    assert first_day(Rule(12), CLOSED) == date(2026, 7, 1)
    assert first_day(Rule(12), Ended(date(2024, 2, 29))) == date(2025, 3, 1)
    assert first_day(Rule(10), Ended(date(2024, 4, 30))) == date(2025, 3, 1)


def test_what_is_open_kept_for_good_or_untold_has_no_day():
    assert first_day(Rule(12), Ended(None)) is None
    assert first_day(Rule(None), CLOSED) is None
    assert first_day(Rule(24, outside=True), CLOSED) is None
    assert first_day(Rule(24, outside=True), CLOSED, date(2026, 1, 15)) == date(2028, 1, 16)
