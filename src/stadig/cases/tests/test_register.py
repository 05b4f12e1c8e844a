"""A case from when it came in until it is closed: its number, its clocks, who sees it."""

from __future__ import annotations

import uuid

import pytest

from stadig.cases import access, actions, states
from stadig.cases.definition import Deadline, Definition, Status, Transition
from stadig.cases.models import Case, CaseType, Clock, Series
from stadig.city.models import AuditEntry, Effect, Organisation
from stadig.city.roles import Role

pytestmark = pytest.mark.django_db

PERMIT = Definition(
    first="received",
    statuses=(Status("received", "new"), Status("started", "open"), Status("waiting", "applicant"), Status("done", "closed")),
    transitions=(
        Transition("received", "started", "begin"),
        Transition("started", "waiting", "ask"),
        Transition("waiting", "started"),
        Transition("started", "done", "finish"),
    ),
    deadlines=(Deadline("decided", 20), Deadline("begun", 3, "open")),
    texts={"sv": {"title": "Tillstånd", "status.received.name": "Mottagen"}},
)


@pytest.fixture
def unit() -> Organisation:
    committee = Organisation.objects.create(name="Nämnden", kind="committee")
    return Organisation.objects.create(name="Enheten", kind="unit", parent=committee)


@pytest.fixture
def permit(unit: Organisation) -> CaseType:
    return actions.define(None, "permit", "a" * 64, PERMIT, committee=unit.parent, unit=unit, series="GPN")


def registered(case_type: CaseType, **more) -> Case:
    return actions.register(None, case_type, title="Ansökan", answers={"street": "Storgatan"}, **more)


def test_numbers_follow_each_other_without_gaps_and_begin_anew_each_year(permit, at):
    at("2026-11-24T09:00+01:00")
    assert [registered(permit).number for _ in range(3)] == ["GPN 2026/00001", "GPN 2026/00002", "GPN 2026/00003"]
    with pytest.raises(KeyError):
        registered(permit, status="nowhere")
    assert registered(permit).number == "GPN 2026/00004"
    at("2027-01-01T00:30+01:00")
    assert registered(permit).number == "GPN 2027/00001"
    assert Series.objects.count() == 2


def test_what_comes_in_twice_is_one_case(permit):
    sent = uuid.uuid4()
    assert registered(permit, request_id=sent) == registered(permit, request_id=sent)
    assert registered(permit, source="draft:1") == registered(permit, source="draft:1")
    assert Case.objects.count() == 2
    assert Effect.objects.filter(metric_id="cases_registered").count() == 2
    assert AuditEntry.objects.filter(did="registered").count() == 2


def test_the_received_document_holds_what_was_answered(permit):
    document = registered(permit).documents.get()
    assert (document.number, document.direction, document.data) == (1, "received", {"street": "Storgatan"})


def test_clocks_stop_while_we_wait_for_the_applicant(permit, at):
    at("2026-11-02T09:00+01:00")
    case = registered(permit)
    assert case.due_at.isoformat().startswith("2026-11-05T23:59:59")
    at("2026-11-04T09:00+01:00")
    case = actions.set_status(None, case.pk, "started")
    assert Clock.objects.get(case=case, name="begun").met_at is not None
    assert case.due_at.astimezone().date().isoformat() == "2026-11-22"
    case = actions.set_status(None, case.pk, "waiting")
    assert case.due_at is None
    at("2026-11-14T09:00+01:00")
    case = actions.set_status(None, case.pk, "started")
    assert case.due_at.isoformat().startswith("2026-12-02T23:59:59")
    case = actions.set_status(None, case.pk, "done")
    assert case.closed_at is not None
    assert not Clock.objects.filter(met_at=None).exists()


def test_a_case_goes_only_where_its_type_says(permit):
    case = registered(permit)
    with pytest.raises(states.NoSuchWay) as refused:
        actions.set_status(None, case.pk, "done")
    assert refused.value.ways == ("started",)


def test_staff_see_the_cases_of_their_unit_and_a_confidential_one_is_its_units_alone(permit, unit, someone):
    other = Organisation.objects.create(name="En annan", kind="committee")
    ours = someone(Role.CASE_WORKER, organisation=unit)
    theirs = someone(Role.CASE_WORKER, organisation=other)
    registrar = someone(Role.REGISTRAR, organisation=unit.parent)
    case = registered(permit)
    secret = registered(permit)
    Case.objects.filter(pk=secret.pk).update(confidentiality="OSL 26 kap. 1 §")
    seen = {
        user: set(Case.objects.filter(access.visible_to(user)).values_list("pk", flat=True)) for user in (ours, theirs, registrar)
    }
    assert seen == {ours: {case.pk, secret.pk}, theirs: set(), registrar: {case.pk}}


def test_a_resident_sees_the_cases_they_are_party_to(permit, someone):
    karin, yusuf = someone(Role.RESIDENT), someone(Role.RESIDENT)
    case = registered(permit, parties=[actions.NewParty("applicant", karin.person)])
    assert list(Case.objects.filter(access.visible_to(karin))) == [case]
    assert not Case.objects.filter(access.visible_to(yusuf)).exists()
    with pytest.raises(Case.DoesNotExist):
        actions.set_status(karin, case.pk, "started")
