"""The demo town's past questions to agencies: asked by the same verbs, whole in the log, and each outcome once somewhere."""

from __future__ import annotations

import datetime as dt

import pytest

from stadig.city import clock
from stadig.config import demo_lookups
from stadig.exchange import proving
from stadig.exchange.models import Block, Call, Lookup
from stadig.exchange.outcomes import Outcome

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_question_is_finished_and_lies_in_its_own_time(demo_town_to_read):
    lookups = list(Lookup.objects.order_by("pk"))
    assert len(lookups) == len(demo_lookups.PAST) + 1
    assert all(one.finished_at and one.finished_at >= one.begun_at for one in lookups)
    assert all(dt.timedelta(0) <= one.begun_at - one.asked_at < dt.timedelta(seconds=10) for one in lookups)


def test_petra_asked_at_work(demo_town_to_read):
    hours = {clock.local(one).hour for one in Lookup.objects.values_list("asked_at", flat=True)}
    days = {clock.local(one).weekday() for one in Lookup.objects.values_list("asked_at", flat=True)}
    assert hours <= {9, 10}
    assert days <= set(range(5))


def test_closed_cases_are_closed_again(demo_town_to_read):
    from stadig.cases.models import Case, Group

    closed = Case.objects.filter(group=Group.CLOSED, type__slug=demo_lookups.CASE_TYPE)
    assert closed.filter(pk__in=Lookup.objects.values("case")).count() == 3


def test_most_outcomes_are_there_to_be_seen(demo_town_to_read):
    seen = set(Block.objects.values_list("outcome", flat=True))
    assert {Outcome(one) for one in seen} >= set(Outcome) - {
        Outcome.CLOSED,
        Outcome.PARTIAL,
        Outcome.NOT_ASKED,
    }


def test_an_agency_that_had_failed_again_and_again_was_left_alone_and_is_asked_as_usual_since(demo_town_to_read):
    from stadig.exchange.models import Breaker

    (open_once,) = Block.objects.filter(outcome=Outcome.BREAKER_OPEN)
    assert (open_once.agency, open_once.lookup_id) == ("AF", Lookup.objects.order_by("asked_at").first().pk)
    assert not Breaker.objects.exclude(state="shut").exists()


def test_every_answer_has_its_hash_and_took_its_time(demo_town_to_read):
    answered = Call.objects.filter(raw_sealed__isnull=False)
    assert answered.count() > 40
    assert all((one.answered_at - one.intent_at).total_seconds() > 0.3 for one in answered)


def test_the_log_proves_all_of_it(demo_town_to_read):
    assert list(proving.check()) == []


def test_who_read_what_is_logged_in_the_time_it_was_read(demo_town_to_read):
    from stadig.city.models import AuditEntry

    read = AuditEntry.objects.filter(what="exchange.lookup", did__in=("read", "printed", "read raw"))
    asked = dict(Lookup.objects.values_list("pk", "asked_at"))
    assert read.count() == sum(len(one.what) for one in demo_lookups.PAST)
    assert all(abs(one.at - asked[int(one.what_id)]) < dt.timedelta(minutes=2) for one in read)
