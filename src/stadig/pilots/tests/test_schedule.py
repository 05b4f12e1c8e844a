"""Days on which a trial is looked at, and on which its owner is told."""

from __future__ import annotations

import datetime as dt

import pytest

from stadig.pilots import card as cards
from stadig.pilots import merging, schedule
from stadig.pilots.statistics.terms import Design, Direction, Plan

PLAN = Plan(Design.AREAS, "km", Direction.LESS, 0.2, dt.date(2026, 5, 4), dt.date(2026, 5, 27))


def test_the_rule_looks_when_a_week_is_whole_and_on_the_last_day():
    days = [schedule.latest_due(PLAN, dt.date(2026, 5, day)) for day in (4, 10, 11, 17, 18, 27, 28)]
    assert days == [None, None, *[dt.date(2026, 5, day) for day in (10, 10, 17, 24, 27)]]
    assert schedule.next_look(PLAN, dt.date(2026, 5, 10)) == dt.date(2026, 5, 10)
    assert schedule.next_look(PLAN, dt.date(2026, 5, 25)) == dt.date(2026, 5, 27)
    assert schedule.next_look(PLAN, dt.date(2026, 5, 28)) is None


def test_a_trial_is_late_the_day_after_its_last():
    last = dt.date(2026, 5, 27)
    assert [schedule.overdue_days(last, dt.date(2026, 5, day)) for day in (26, 27, 28, 31)] == [0, 0, 1, 4]
    assert schedule.overdue_days(None, last) == 0


@pytest.mark.parametrize(
    ("today", "told", "what"),
    [
        ("2026-05-12", None, ""),
        ("2026-05-13", None, "soon"),
        ("2026-05-20", "2026-05-13", ""),
        ("2026-05-27", "2026-05-13", "today"),
        ("2026-05-27", "2026-05-27", ""),
        ("2026-05-28", "2026-05-27", ""),
        ("2026-06-03", "2026-05-27", "late"),
        ("2026-06-03", None, "late"),
        ("2026-06-09", "2026-06-03", ""),
        ("2026-06-10", "2026-06-03", "late"),
    ],
)
def test_the_owner_is_told_a_fortnight_before_on_the_day_and_weekly_after(today, told, what):
    before = dt.date.fromisoformat(told) if told else None
    assert schedule.reminder(dt.date(2026, 5, 27), dt.date.fromisoformat(today), before) == what


def test_a_last_day_that_is_moved_is_told_of_anew():
    assert schedule.reminder(dt.date(2026, 11, 30), dt.date(2026, 11, 16), dt.date(2026, 6, 3)) == "soon"


BASE = cards.Card(title="A", owner="B", equal=cards.EqualTreatment(reason="C"))


def test_changes_in_other_fields_both_stand():
    mine = cards.read(cards.plain(BASE) | {"owner": "Jag"})
    theirs = cards.read(cards.plain(BASE) | {"equal": {"reason": "De"}})
    merged, clashes = merging.merge(BASE, theirs, mine)
    assert (merged.owner, merged.equal.reason, clashes) == ("Jag", "De", [])


def test_the_same_change_by_both_is_no_clash():
    same = cards.read(cards.plain(BASE) | {"owner": "Vi"})
    assert merging.merge(BASE, same, same) == (same, [])


def test_the_same_field_changed_otherwise_is_a_clash_with_both_texts():
    mine = cards.read(cards.plain(BASE) | {"equal": {"reason": "Jag"}})
    theirs = cards.read(cards.plain(BASE) | {"equal": {"reason": "De"}})
    kept, clashes = merging.merge(BASE, theirs, mine)
    assert clashes == [("equal.reason", "De", "Jag")]
    assert kept == mine, "nothing that was typed is lost"


def test_one_who_adds_an_outcome_and_one_who_takes_it_away_clash():
    outcome = cards.Outcome("km", "Kilometer", "km", Direction.LESS)
    base = cards.Card(primary=outcome)
    mine = cards.Card(primary=cards.Outcome("km", "Kilometer", "mil", Direction.LESS))
    _, clashes = merging.merge(base, cards.Card(), mine)
    assert [one[0] for one in clashes] == ["primary.unit"]
