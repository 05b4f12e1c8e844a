"""Where bins do not call yet they are emptied on their fixed weekdays, and the plan says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from stadig.city import actions as city
from stadig.city import clock
from stadig.city.models import District
from stadig.waste import planning, sentences
from stadig.waste.models import Bin, Choice, Reason, Report, ReportKind
from stadig.waste.models import Candidate as Choices
from stadig.waste.registration import CALLING
from stadig.waste.tests.test_planning import TUESDAY, asked, compute, town

__all__ = ["town"]


@pytest.fixture
def two_districts(town):
    """Bins 1 to 6 in the centre, 7 to 12 by the harbour; only the centre has bins that call."""
    centre, harbour = (
        District.objects.create(code=code, name=name, population={"20-29": 100}, geometry={"type": "Polygon", "coordinates": []})
        for code, name in (("01", "Centrum"), ("02", "Hamnen"))
    )
    for bins, district in ((town[:6], centre), (town[6:], harbour)):
        Bin.objects.filter(pk__in=[one.pk for one in bins]).update(district=district)
    city.set_rollout(None, CALLING, districts=[centre], trial="areas", comparison=[harbour])
    return town


def test_where_bins_do_not_call_they_are_emptied_on_their_weekdays_however_empty(two_districts):
    plan = compute(asked())
    assert set(plan.candidates.filter(bin__in=two_districts[6:]).values_list("chosen", "reason")) == {(True, Reason.ROUND_TODAY)}
    assert plan.candidates.get(bin=two_districts[5]).reason == Reason.LOW_RISK


def test_on_other_days_they_wait_however_full_unless_someone_says_so(two_districts):
    Bin.objects.filter(pk__in=[one.pk for one in two_districts]).update(fixed_weekdays=[1, 4])
    full, told, locked = two_districts[6:9]
    for one in (full, told, locked):
        one.forecast.fill_percent = 99
        one.forecast.save()
    Report.objects.create(bin=told, kind=ReportKind.FULL, created_at=two_districts[0].forecast.computed_at - timedelta(hours=1))
    plan = asked()
    Choices.objects.create(plan=plan, bin=locked, choice=Choice.IN)
    plan = compute(plan)
    reasons = dict(plan.candidates.filter(bin__in=two_districts[6:]).values_list("bin", "reason"))
    assert reasons.pop(told.pk) == Reason.ALARM
    assert reasons.pop(locked.pk) == Reason.LOCKED
    assert set(reasons.values()) == {Reason.ROUND_OTHER_DAY}
    assert sentences.reason(plan.candidates.get(bin=two_districts[11]), TUESDAY).endswith(
        "Fast runda på måndagar och torsdagar. Den töms inte i dag."
    )


def test_without_a_setting_and_without_weekdays_every_bin_goes_by_its_risk(two_districts):
    Bin.objects.filter(pk__in=[one.pk for one in two_districts]).update(fixed_weekdays=[])
    plan = asked()
    assert {one.round_today for one in planning.prepare(plan, clock.now()).task.bins} == {None}
    Bin.objects.filter(pk__in=[one.pk for one in two_districts]).update(fixed_weekdays=[2])
    assert {one.round_today for one in planning.prepare(plan, clock.now()).task.bins} == {None, True}
    city.set_rollout(None, CALLING)
    assert {one.round_today for one in planning.prepare(plan, clock.now()).task.bins} == {None}


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([1], "måndagar"),
        ([4, 1], "måndagar och torsdagar"),
        ([1, 3, 5], "måndagar, onsdagar och fredagar"),
        ([1, 2, 3, 4, 5, 6], "vardagar och lördagar"),
        ([1, 2, 3, 4, 5], "vardagar"),
    ],
)
def test_weekdays_in_words(days, words):
    assert sentences.weekdays(days) == words
