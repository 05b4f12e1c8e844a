"""The demo town's trials: their figures are the town's own, and what they say is what the rule says of them."""

from __future__ import annotations

import pytest

from stadig.city import rollout
from stadig.city.models import Effect, Rollout, Service
from stadig.pilots import demo, demo_cards
from stadig.pilots.models import Decision, Lesson, Look, Pilot
from stadig.waste.models import Candidate
from stadig.waste.registration import CALLING


@pytest.fixture
def trials(demo_town_to_read) -> dict[str, Pilot]:
    return {one.title: one for one in Pilot.objects.all()}


def test_one_runs_one_was_scaled_up_or_judged_one_was_withdrawn_and_one_is_planned(trials):
    assert trials[demo_cards.BINS].state == "running"
    assert trials[demo_cards.REMINDER].state == trials[demo_cards.SCREEN].state == "closed"
    assert trials[demo_cards.SCREEN].outcome == "withdraw"
    assert Service.objects.get(slug=demo_cards.KIOSK).status == "withdrawn"
    assert [one.state for one in trials.values()].count("idea") == 1


def test_one_is_past_its_last_day_and_the_public_list_the_director_and_the_month_say_so(trials):
    from stadig.city import director, given_sql
    from stadig.pilots import monthly, told

    late = trials[demo_cards.ORDER]
    (found,) = [one for one in told.trials(late.last_day, late.last_day) if one.slug == late.slug]
    assert (late.state, found.overdue_days) == ("running", demo.ORDER_OVER_DAYS)
    (waiting,) = director.waiting([found])
    assert waiting.overdue and "dagar över tiden" in waiting.when
    said = monthly.data(given_sql.latest_whole())["waiting"]
    assert any(title.startswith(demo_cards.ORDER) and "över tiden" in title for title, _text in said)


def test_the_arms_of_the_towns_cases_are_written_as_the_register_writes_them(trials):
    from stadig.city.models import Assignment

    for name in (demo_cards.ORDER, demo_cards.REMINDER):
        pilot = trials[name]
        rows = Assignment.objects.filter(service=pilot.switch)
        assert rows.exists() and set(rows.values_list("arm", flat=True)) <= {"pilot", "comparison"}
    pilot = trials[demo_cards.ORDER]
    assert pilot.points.filter(outcome="dagar").exists()


def test_every_closed_trial_tells_what_did_not_work(trials):
    for one in trials.values():
        if one.state == "closed":
            assert Lesson.objects.filter(pilot=one, worked=False).exists()
            assert Decision.objects.get(pilot=one).day


def test_three_districts_were_drawn_and_the_switch_and_this_mornings_plan_follow_them(trials):
    pilot = trials[demo_cards.BINS]
    drawn = set(pilot.units.filter(arm="pilot").values_list("district", flat=True))
    assert (pilot.switch, len(drawn), pilot.units.count()) == (CALLING, 3, 12)
    assert {one.pk for one in rollout.setting(CALLING).districts} == drawn
    by_round = Candidate.objects.filter(reason__startswith="round")
    assert by_round.exists()
    assert not by_round.filter(bin__district__in=drawn).exists()
    by_need = Candidate.objects.filter(bin__district__in=drawn)
    assert by_need.exists()


def test_the_figures_are_those_of_the_ledger(trials):
    pilot = trials[demo_cards.BINS]
    look = Look.objects.get(version__pilot=pilot)
    district = pilot.units.first()
    points = pilot.points.filter(outcome="tomningar", unit=district.ref)
    counted = sum(one.value * one.weight for one in points)
    days = {one.day for one in points}
    in_the_ledger = Effect.objects.filter(metric="emptyings", district=district.district)
    rows = [one for one in in_the_ledger if one.at.astimezone().date() in days]
    assert counted == pytest.approx(len(rows))
    assert look.result["data_sha256"] == look.data_sha256


def test_reminders_hang_on_the_lot_that_the_roll_out_draws(trials):
    from stadig.cases.models import Completion
    from stadig.eservices.demo import reminded

    told = Completion.objects.filter(reminded_at__isnull=False)
    assert told.exists()
    for one in told:
        person = one.case.parties.exclude(person=None).first().person
        assert reminded.is_reminded(person)
    switch = Rollout.objects.filter(service=trials[demo_cards.REMINDER].switch).first()
    assert (switch is None) == (trials[demo_cards.REMINDER].outcome == "scale_up")


def test_the_same_seed_draws_the_same_districts():
    from stadig.geo.town import lindhamn

    world = lindhamn.build()
    assert demo.calling(world) == demo.calling(world)
    assert len(demo.calling(world)) == demo.CALLING_DISTRICTS


def test_each_trial_has_a_public_page(demo_town, client):
    from django.urls import reverse

    assert client.get(reverse("pilots:library")).status_code == 200
    for one in Pilot.objects.exclude(state="idea"):
        assert client.get(reverse("pilots:trial", args=[one.slug])).status_code == 200
