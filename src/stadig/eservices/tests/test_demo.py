"""The cases behind the demo town are whole: what the verbs promise of a case holds for each that was seeded."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from itertools import pairwise

import pytest
from django.core.files.storage import default_storage
from django.db.models import Q

from stadig.cases import access, reads, states, terms
from stadig.cases.definition import from_data
from stadig.cases.models import Case, CaseType, Channel, Completion, Decision, Document, Event, Group, Series
from stadig.city import clock
from stadig.city.models import Effect, User
from stadig.eservices import checking, drafts, flow, published
from stadig.eservices.demo.past import FORMS
from stadig.eservices.models import Draft, EService, Signature, Submission, Tally
from stadig.eservices.signing import digest
from stadig.files import actions as files
from stadig.files import sniffing
from stadig.work.models import WorkOrder

pytestmark = pytest.mark.usefixtures("demo_town_to_read")


DIARY = Q(type__slug="general")
"""Cases that the diary desk began for what came by post; no e-service made them."""


def test_seven_services_are_open_and_each_has_cases():
    assert set(EService.objects.values_list("name", flat=True)) == set(
        Case.objects.exclude(DIARY).values_list("type__slug", flat=True).distinct()
    )
    assert EService.objects.count() == 7
    assert "1 450 kr" in published.current("food-registration")[1].text("info.fee")


def test_numbers_follow_the_days_without_gaps_in_each_series():
    for series in Series.objects.all():
        cases = list(Case.objects.filter(series=series).order_by("sequence"))
        assert [case.sequence for case in cases] == list(range(1, series.last + 1))
        assert [case.registered_at for case in cases] == sorted(case.registered_at for case in cases)
        assert all(case.number == f"{series.code} {series.year}/{case.sequence:05d}" for case in cases)
        assert {case.registered_at.astimezone(terms.STOCKHOLM).year for case in cases} == {series.year}


def test_each_case_has_its_received_document_first_and_the_others_in_order():
    for case in Case.objects.exclude(DIARY).prefetch_related("documents"):
        documents = list(case.documents.all())
        assert [one.number for one in documents] == list(range(1, len(documents) + 1))
        assert documents[0].direction == Document.Direction.RECEIVED
        assert documents[0].data
        assert documents[0].at == case.registered_at
        assert all(before.at <= after.at for before, after in pairwise(documents))


def test_a_case_has_gone_only_ways_that_its_type_knows():
    for case in Case.objects.select_related("type").prefetch_related("events"):
        definition = from_data(case.type.definition)
        events = list(case.events.all())
        assert events[0].kind == "registered"
        assert events[0].at == case.registered_at
        assert events[-1].at <= clock.now()
        ways = [one for one in events if one.kind in ("registered", "status")]
        for before, after in pairwise(ways):
            assert before.at < after.at
            states.way(definition, before.status, after.status)
        assert ways[-1].status == case.status
        assert ways[-1].at == case.status_since
        assert case.group == definition.status(case.status).group


def test_clocks_say_what_the_verbs_would_have_made_of_them():
    for case in Case.objects.select_related("type").prefetch_related("clocks"):
        definition = from_data(case.type.definition)
        clocks = list(case.clocks.all())
        assert {one.name for one in clocks} == {one.name for one in definition.deadlines}
        running = [one.due_at for one in clocks if one.met_at is None and one.paused_at is None]
        assert case.due_at == min(running, default=None)
        if case.group == Group.CLOSED:
            assert all(one.met_at for one in clocks)
        if case.group == Group.APPLICANT:
            assert all(one.met_at or one.paused_at for one in clocks)


def test_a_decision_stands_where_its_case_came_by_it():
    for decision in Decision.objects.select_related("case__type", "document"):
        type_ = from_data(decision.case.type.definition).decision(decision.type)
        assert decision.outcome == type_.outcome
        assert decision.document.kind == "decision"
        assert decision.document.at == decision.decided_at
        assert Event.objects.filter(case=decision.case, kind="status", at=decision.decided_at, status=type_.status).exists()


def test_a_completion_is_open_only_while_we_wait_for_it():
    for asked in Completion.objects.select_related("case"):
        still = asked.answered_at is None and asked.withdrawn_at is None
        assert still == (asked.case.status == "waiting" and asked.asked_at == asked.case.status_since)


def test_what_came_by_the_form_has_its_submission_and_right_answers():
    by_form = Case.objects.exclude(DIARY).filter(channel__in=(Channel.WEB, Channel.ASSISTED, Channel.PAPER))
    assert set(Submission.objects.values_list("case", flat=True)) == set(by_form.values_list("pk", flat=True))
    for submission in Submission.objects.select_related("version", "case").defer("version__archive"):
        assert submission.case.source == f"draft:{submission.pk}"
        package, today = published.of(submission.version), submission.submitted_at.date()
        answers = Document.objects.get(case=submission.case, number=1).data
        assert answers is not None
        state = flow.evaluate(package, answers, today=today)
        assert state.answers == answers
        faults = checking.errors(package, state, today=today)
        assert {package.question(fault.path.replace("[0]", "[]")).kind for fault in faults} <= {"file"}


def test_the_tallies_agree_with_the_cases():
    sent: dict[tuple[str, str], int] = defaultdict(int)
    started = dict(sent)
    for one in Tally.objects.all():
        key = (one.service, one.channel)
        if one.kind == Tally.Kind.SUBMITTED:
            sent[key] += one.count
        elif one.kind == Tally.Kind.STARTED:
            started[key] = started.get(key, 0) + one.count
    for (service, channel), count in sent.items():
        found = Submission.objects.filter(version__name=service, channel=channel, case__channel=channel)
        assert found.count() == count
        assert started[service, channel] >= count
    assert Tally.objects.filter(kind=Tally.Kind.RATED, value__range=(1, 5)).exists()


def test_effects_say_that_each_came_in_and_how_long_it_took():
    assert Effect.objects.filter(metric="cases_registered").count() == Case.objects.count()
    closed = Case.objects.filter(group=Group.CLOSED).count()
    assert Effect.objects.filter(metric="case_days").count() == closed


def test_a_fault_that_was_ordered_has_one_work_order_that_agrees_with_it():
    orders = {order.source_id: order for order in WorkOrder.objects.filter(source_label="cases.case")}
    for case in Case.objects.filter(type__slug="street-fault"):
        order = orders.get(case.pk)
        if case.status in ("ordered", "mended"):
            assert order is not None
            assert order.is_waiting == (case.status == "ordered")


def test_a_case_worker_sees_the_cases_of_her_own_unit_alone():
    for username in ("amina", "petra", "nina"):
        user = User.objects.get(username=username)
        units = set(Case.objects.filter(access.visible_to(user)).values_list("unit", flat=True))
        assert units == {user.organisation_id}


def test_karin_and_yusuf_have_cases_drafts_and_a_signature_that_is_waited_for():
    karin, yusuf, samira = (User.objects.get(username=name).person_id for name in ("karin", "yusuf", "samira"))
    assert Case.objects.filter(parties__person=karin, status="waiting", type__slug="parking-permit").exists()
    assert Case.objects.filter(parties__person=yusuf, type__slug="financial-assistance").count() == 4
    waited = Signature.objects.get(state=Signature.State.ASKED, submission__case__parties__person=yusuf)
    person = User.objects.get(person=samira).person
    assert person is not None
    assert waited.personnummer_hash == person.personnummer_hash
    draft = Draft.objects.get(person=karin)
    assert drafts.answers_of(draft)["what"] == "lamp"


def test_every_kind_of_case_has_its_unit_and_someone_who_handles_it():
    for type_ in CaseType.objects.exclude(slug="general").select_related("unit"):
        assert User.objects.filter(organisation=type_.unit, assignments__role="case_worker").exists(), type_


def with_papers() -> list[Case]:
    return list(Case.objects.filter(documents__kind="receipt", documents__number=2).order_by("registered_at"))


def test_open_cases_and_the_last_hundred_have_the_files_that_their_forms_ask_for():
    furnished = with_papers()
    open_ones = Case.objects.exclude(DIARY).exclude(group=Group.CLOSED).filter(channel__in=FORMS)
    assert set(open_ones) <= set(furnished)
    for case in furnished:
        received = case.documents.get(number=1)
        named = set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", json.dumps(received.data)))
        held = {str(file.pk): file for file in received.files.all()}
        assert set(held) == named
        for file in held.values():
            with default_storage.open(files.path_of(file)) as stored:
                assert sniffing.kind_of(stored.read()).content_type == file.content_type
        submission = Submission.objects.get(case=case)
        assert submission.digest == digest(received.data)
        package = published.of(submission.version)
        state = flow.evaluate(package, received.data, today=clock.local(case.registered_at).date())
        assert not checking.errors(package, state, today=clock.local(case.registered_at).date())


def test_someone_has_read_each_open_case():
    for case in Case.objects.filter(assignee__isnull=False, pk__in=[one.pk for one in with_papers()])[:20]:
        assert reads.of(case, User())
