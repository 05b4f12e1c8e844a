"""A reminder before the last day: once, to those whom the roll-out says, and never to one who has answered."""

from __future__ import annotations

import datetime as dt

import pytest

from stadig.cases import handling, reminding, writing
from stadig.cases.models import Completion
from stadig.city import actions as city
from stadig.city import clock, ramps, rollout
from stadig.city.models import Assignment
from stadig.post.models import Message as Mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(open_case, amina, at) -> Completion:
    """Karin has until Friday 4 December."""
    at("2026-11-23T08:00+01:00")
    case = handling.take(amina, open_case().pk)
    return writing.ask_completion(amina, case.pk, ["certificate"], "Vi saknar sidan 2.", dt.date(2026, 12, 4))


def test_three_days_before_the_last_day_the_applicant_is_told_once(asked, at):
    at("2026-11-30T08:00+01:00")
    assert reminding.remind() == 0
    at("2026-12-01T08:00+01:00")
    assert [reminding.remind() for _ in range(2)] == [1, 0]
    said = Mail.objects.get(template="cases/mail/reminder.txt")
    assert said.subject == f"Senast fredag 4 december: svara i ärende {asked.case.number}"
    assert "certificate" not in said.body
    asked.refresh_from_db()
    assert asked.reminded_at.date() == dt.date(2026, 12, 1)


def test_one_who_has_answered_or_whose_day_has_passed_hears_nothing(asked, karin, at):
    at("2026-12-05T08:00+01:00")
    assert reminding.remind() == 0
    at("2026-12-02T08:00+01:00")
    writing.complete(karin, asked.case_id, {"certificate": ["3b"]})
    assert reminding.remind() == 0


def test_in_a_trial_half_are_reminded_and_everyone_is_written_down(asked, karin, at):
    at("2026-12-01T08:00+01:00")
    city.set_rollout(None, reminding.REMINDERS, trial="persons", percent=0)
    assert reminding.remind() == 0
    assert Assignment.objects.get().arm == rollout.COMPARISON
    city.set_rollout(None, reminding.REMINDERS, trial="persons", percent=100)
    assert reminding.remind() == 0, "who was drawn stays where they were"
    city.set_rollout(None, reminding.REMINDERS)
    assert reminding.remind() == 1


def test_a_step_of_the_roll_out_counts_the_reminders_that_have_gone_out(asked, at):
    at("2026-12-01T08:00+01:00")
    began, setting = clock.now(), ramps.everywhere(reminding.REMINDERS)
    assert ramps.counted(setting, began).number == 0
    reminding.remind()
    assert ramps.counted(setting, began).number == 1
