"""Submitting: one case for one draft, whatever happens; what was hidden never arrives."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import connection

from stadig.cases.models import Case, Channel, Document, Party, Series
from stadig.city import audit_chain, persons
from stadig.city.models import AuditEntry, District, Effect
from stadig.city.roles import Role
from stadig.city.testing import traces
from stadig.eservices import actions, drafts, signing
from stadig.eservices.models import Draft, DraftFile, Submission, Tally
from stadig.eservices.tests.conftest import LAMP
from stadig.files.models import StoredFile

pytestmark = pytest.mark.django_db


def test_a_draft_becomes_one_case_with_what_was_answered(drafted, at):
    at("2026-11-24T09:00+01:00")
    draft = drafted()
    submission = actions.submit(None, draft.pk)
    case = submission.case
    assert (case.number, case.title, case.channel) == ("GPN 2026/00001", "Fel på gata: Lampa som inte lyser", "web")
    assert (case.lon, case.lat) == (12.1, 57.2)
    assert case.documents.get().data == LAMP
    assert submission.digest == signing.digest(LAMP)
    assert not Draft.objects.exists()
    assert Tally.objects.get().kind == "submitted"
    assert AuditEntry.objects.filter(did="submitted").count() == 1


def test_two_clicks_are_one_case(drafted):
    draft = drafted()
    first = actions.submit(None, draft.pk)
    assert actions.submit(None, draft.pk) == first
    assert actions.submit(None, draft.pk, request_id=uuid.uuid4()) == first
    assert Case.objects.count() == Tally.objects.get().count == 1
    assert Effect.objects.filter(metric_id="cases_registered").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_are_one_case(drafted):
    draft, found = drafted(), []

    def click():
        found.append(actions.submit(None, draft.pk).pk)
        connection.close()

    tabs = [threading.Thread(target=click) for _ in range(4)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert found == [draft.pk] * 4
    assert Case.objects.count() == Submission.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_who_submit_at_once_get_numbers_without_gaps_and_leave_a_whole_chain(drafted):
    waiting = [drafted().pk for _ in range(12)]

    def click(some):
        for draft in some:
            actions.submit(None, draft)
        connection.close()

    people = [threading.Thread(target=click, args=(waiting[first::4],)) for first in range(4)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    cases = list(Case.objects.order_by("sequence"))
    assert [case.sequence for case in cases] == list(range(1, 13))
    assert [case.number for case in cases] == [f"GPN {cases[0].series.year}/{number:05d}" for number in range(1, 13)]
    assert cases[0].series.last == Tally.objects.get().count == 12
    assert all(case.search_text.startswith(f"{case.number} {case.sequence} Fel på gata".casefold()) for case in cases)
    assert audit_chain.verify().whole


def test_what_fails_after_the_number_was_given_leaves_neither_number_nor_traces(drafted, monkeypatch):
    draft = drafted()

    def breaks(*_):
        raise OSError

    monkeypatch.setattr("stadig.eservices.actions.signatures.ask", breaks)
    with pytest.raises(OSError):
        actions.submit(None, draft.pk)
    assert not (Case.objects.exists() or Party.objects.exists() or Document.objects.exists() or Series.objects.exists())
    monkeypatch.undo()
    assert actions.submit(None, draft.pk).case.sequence == 1


def test_a_draft_that_was_thrown_away_is_not_submitted(street_fault):
    with pytest.raises(Draft.DoesNotExist):
        actions.submit(None, uuid.uuid4())


def test_answers_to_hidden_questions_never_arrive(drafted):
    draft = drafted(LAMP | {"what": "hole", "lamp_number": "left from before", "answer_me": False})
    data = actions.submit(None, draft.pk).case.documents.get().data
    assert "lamp_number" not in data
    assert "email" not in data
    assert not Party.objects.exists()
    assert not traces("left from before", "berit@example.se")


def test_a_form_that_lacks_answers_is_not_submitted_and_nothing_is_lost(drafted):
    draft = drafted({"what": "other", "answer_me": True})
    with pytest.raises(actions.NotComplete) as refused:
        actions.submit(None, draft.pk)
    assert {(fault.path, fault.kind) for fault in refused.value.faults} == {
        ("description", "required"),
        ("where", "required"),
        ("email", "required"),
    }
    assert drafts.answers_of(Draft.objects.get()) == {"what": "other", "answer_me": True}
    assert not Case.objects.exists()


def test_nobody_submits_what_someone_else_began(drafted, someone):
    karin, yusuf = someone(Role.RESIDENT), someone(Role.RESIDENT)
    draft = drafted(by=karin)
    for other in (None, yusuf):
        with pytest.raises(actions.NotYours):
            actions.submit(other, draft.pk)
    assert actions.submit(karin, draft.pk).case.parties.get().person == karin.person


def test_staff_submit_for_someone_and_the_case_is_that_persons(drafted, someone):
    amina, karin = someone(Role.CASE_WORKER), someone(Role.RESIDENT)
    draft = drafted(by=karin, staff=amina, channel=Channel.ASSISTED)
    with pytest.raises(actions.NotYours):
        actions.submit(karin, draft.pk)
    submission = actions.submit(amina, draft.pk)
    assert (submission.staff, submission.case.channel) == (amina, "assisted")
    assert submission.case.parties.get().person == karin.person


def test_one_who_acts_for_a_company_is_its_representative(drafted, someone):
    karin = someone(Role.RESIDENT)
    draft = drafted(by=karin, acting=drafts.Acting("Hamncaféet AB", "556000-0001"))
    parties = {party.role: party for party in actions.submit(karin, draft.pk).case.parties.all()}
    assert (parties["organisation"].name, parties["organisation"].organisation_number) == ("Hamncaféet AB", "556000-0001")
    assert parties["representative"].person == karin.person


def test_a_reporter_without_log_in_is_known_by_the_address_alone(drafted):
    party = actions.submit(None, drafted().pk).case.parties.get()
    assert (party.role, party.email, party.name, party.person) == ("reporter", "berit@example.se", "", None)


def test_the_place_says_the_district(drafted):
    square = [[[12.0, 57.0], [12.3, 57.0], [12.3, 57.4], [12.0, 57.4], [12.0, 57.0]]]
    harbour = District.objects.create(code="h", name="Hamnen", geometry={"type": "Polygon", "coordinates": square})
    assert actions.submit(None, drafted().pk).case.district == harbour
    draft = drafted(LAMP | {"where": {"text": "Storgatan 12"}})
    assert actions.submit(None, draft.pk).case.district is None


def test_only_the_files_that_answers_name_follow(drafted, at):
    now = at("2026-11-24T09:00+01:00")
    kept, dropped = (
        StoredFile.objects.create(
            purpose="eservices.draft", name="a.jpg", content_type="image/jpeg", size=1, stored_at=now, erase_at=now
        )
        for _ in range(2)
    )
    draft = drafted(LAMP | {"photos": [str(kept.pk)]})
    DraftFile.objects.bulk_create(DraftFile(draft=draft, path="photos", file=file) for file in (kept, dropped))
    case = actions.submit(None, draft.pk).case
    assert list(case.documents.get().files.all()) == [kept]
    kept.refresh_from_db()
    dropped.refresh_from_db()
    assert (kept.purpose, kept.erase_at) == ("eservices.work_photo", None)
    assert (dropped.purpose, dropped.erase_at) == ("eservices.draft", now)


def test_a_draft_is_encrypted_where_it_lies(drafted):
    draft = drafted(LAMP | {"description": "Ett hemligt ord: rabarber"})
    assert not traces("rabarber")
    assert "rabarber" in persons.unseal_text(draft.answers)
