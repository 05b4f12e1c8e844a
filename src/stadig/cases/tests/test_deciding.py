"""A decision: made once by one who may, told to the parties, never changed, reported to the committee. And looks of colleagues before it."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction

from stadig.cases import actions, deciding, handling, papers, reviewing
from stadig.cases.models import Case, Decision, Review
from stadig.city.models import Municipality, Organisation
from stadig.city.roles import Role
from stadig.files.actions import path_of
from stadig.post.models import Message as Mail
from stadig.post.models import Notice

pytestmark = pytest.mark.django_db
WHY = "Karin kan bara gå 40 meter. Läkaren skriver att det inte blir bättre."


@pytest.fixture
def case(open_case, amina, at) -> Case:
    at("2026-11-23T08:00+01:00")
    Municipality.objects.create(
        name="Lindhamn", code="1299", phone="0340-120 00", email="kommunen@lindhamn.example", address="Hamngatan 2"
    )
    return handling.take(amina, open_case().pk)


def test_a_decision_closes_the_case_tells_the_party_and_says_until_when_it_may_be_appealed(case, amina):
    sent = uuid.uuid4()
    decision = deciding.decide(amina, case.pk, "approved", WHY, request_id=sent)
    assert deciding.decide(amina, case.pk, "approved", WHY, request_id=sent) == decision
    case.refresh_from_db()
    assert (case.status, case.group, case.due_at) == ("approved", "closed", None)
    assert (decision.valid_from, decision.valid_to) == (dt.date(2026, 11, 23), dt.date(2031, 11, 22))
    assert decision.appeal_by == dt.date(2026, 12, 14)
    assert decision.delegation == "GPN 4.2"
    assert (Mail.objects.get().contact, Mail.objects.get().channel) == ({"email": "karin@example.org"}, "email")
    file = decision.document.files.get()
    with default_storage.open(path_of(file)) as stored:
        made = stored.read()
    assert made.startswith(b"%PDF")
    assert b"pdfuaid" in made
    assert file.name == "beslut-GPN-2026-00001.pdf"


def test_the_last_day_to_appeal_is_a_working_day(case, amina, at):
    at("2026-12-03T08:00+01:00")
    assert deciding.decide(amina, case.pk, "approved", WHY).appeal_by == dt.date(2026, 12, 28)


def test_a_decision_is_not_changed_only_followed_by_a_new_one(case, amina):
    decision = deciding.decide(amina, case.pk, "approved", WHY)
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(reasoning="Något annat")
    with pytest.raises(actions.CaseClosed):
        deciding.decide(amina, case.pk, "refused", WHY)


def test_one_decides_what_is_delegated_and_the_case_can_come_to(case, amina, permits, someone, open_case):
    Case.objects.filter(pk=case.pk)
    with pytest.raises(deciding.NoSuchDecision):
        deciding.decide(amina, open_case().pk, "approved", WHY)
    with pytest.raises(deciding.NoSuchDecision):
        deciding.decide(amina, case.pk, "nothing", WHY)
    with pytest.raises(ValidationError):
        deciding.decide(amina, case.pk, "approved", "Ja.")
    with pytest.raises(ValidationError):
        deciding.decide(amina, case.pk, "approved", WHY, valid_from=dt.date(2026, 12, 1), valid_to=dt.date(2026, 11, 1))
    assert not Decision.objects.exists()


def test_what_the_committee_keeps_to_itself_is_written_in_by_a_manager(case, amina, permits, someone, monkeypatch):
    from dataclasses import replace

    from stadig.cases import definitions

    definition = definitions.of(case)
    kept = replace(definition, decisions=tuple(replace(one, delegation="") for one in definition.decisions))
    monkeypatch.setattr(definitions, "_known", {(case.type_id, case.type.digest): kept})
    with pytest.raises(deciding.MayNotDecide):
        deciding.decide(amina, case.pk, "approved", WHY)
    assert deciding.decide(someone(Role.MANAGER, organisation=permits), case.pk, "approved", WHY).delegation == ""


def test_the_document_says_what_why_what_one_can_do_and_whom_to_call(case, amina):
    paper = papers.paper(case, deciding.propose(amina, case, "refused", WHY), amina, "sv")
    assert [part.title for part in paper.parts] == ["Vad vi har beslutat", "Varför", "Vad du kan göra", "Vem du kan ringa"]
    assert paper.parts[0].paragraphs[0] == "Vi ger dig inte parkeringstillstånd."
    assert "13 kap. 8 § trafikförordningen" in paper.parts[1].paragraphs[-1]
    assert "måndag 14 december 2026" in " ".join(paper.parts[2].paragraphs)
    assert "0340-120 14" in paper.parts[3].paragraphs[0]
    assert paper.to == ("Karin Ek",)


def test_a_protected_person_is_not_named_in_the_decision(case, amina, karin):
    karin.person.protection = "marking"
    karin.person.save()
    decision = deciding.decide(amina, case.pk, "approved", "Sökanden kan bara gå 40 meter enligt läkarens intyg.")
    assert "Karin" not in str(decision.document.data)
    assert "Karin" not in Mail.objects.get().body
    assert decision.document.data["to"] == ("Den sökande i ärende GPN 2026/00001",)


@pytest.mark.parametrize(("appeal", "words"), [("legality", "anslagstavla"), ("none", "kan inte överklagas")])
def test_each_kind_of_appeal_has_its_own_words(case, amina, appeal, words):
    from dataclasses import replace

    proposal = deciding.propose(amina, case, "approved", WHY)
    paper = papers.paper(case, replace(proposal, type=replace(proposal.type, appeal=appeal)), amina, "sv")
    assert words in " ".join(paper.parts[2].paragraphs)
    assert papers.appeal_by(appeal, dt.date(2026, 11, 23)) is None


def test_the_committee_is_told_once_of_what_was_decided_in_its_name(case, amina, committee, someone):
    decision = deciding.decide(amina, case.pk, "approved", WHY)
    registrar = someone(Role.REGISTRAR, organisation=committee)
    elsewhere = someone(Role.REGISTRAR, organisation=Organisation.objects.create(name="Annan", kind="committee"))
    assert deciding.report(elsewhere, [decision.pk], dt.date(2026, 12, 10)) == 0
    assert deciding.report(registrar, [decision.pk], dt.date(2026, 12, 10)) == 1
    assert deciding.report(registrar, [decision.pk], dt.date(2027, 1, 10)) == 0
    decision.refresh_from_db()
    assert decision.reported_on == dt.date(2026, 12, 10)


def test_colleagues_look_in_turn_and_nothing_is_decided_meanwhile(case, amina, permits, someone):
    first, second = (someone(Role.CASE_WORKER, organisation=permits) for _ in range(2))
    one, two = reviewing.ask_review(amina, case.pk, [first, second], "Stämmer motiveringen?", in_turn=True)
    assert Notice.objects.filter(user=first).exists()
    assert not Notice.objects.filter(user=second).exists()
    with pytest.raises(deciding.UnderReview):
        deciding.decide(amina, case.pk, "approved", WHY)
    with pytest.raises(reviewing.NotYourTurn):
        reviewing.review(second, two, approve=True)
    reviewing.review(first, one, approve=True)
    assert Notice.objects.filter(user=second).exists()
    with pytest.raises(ValidationError):
        reviewing.review(second, two, approve=False, comment=" ")
    reviewing.review(second, two, approve=False, comment="Skriv vad läkaren säger.")
    with pytest.raises(reviewing.AlreadyReviewed):
        reviewing.review(second, two, approve=True)
    assert Notice.objects.filter(user=amina).count() == 2
    deciding.decide(amina, case.pk, "approved", WHY)


def test_sent_back_by_one_the_others_need_not_look(case, amina, permits, someone):
    first, second = (someone(Role.CASE_WORKER, organisation=permits) for _ in range(2))
    one, two = reviewing.ask_review(amina, case.pk, [first, second], "Stämmer det?")
    with pytest.raises(Review.DoesNotExist):
        reviewing.review(first, two, approve=True)
    reviewing.review(first, one, approve=False, comment="Nej, räkna om.")
    assert Review.objects.get(pk=two).state == "cancelled"
    again = reviewing.ask_review(amina, case.pk, [second], "Och nu?")
    assert reviewing.cancel_review(amina, case.pk) == len(again)


def test_one_who_may_not_see_the_case_is_not_asked_to_look(case, amina, someone):
    stranger = someone(Role.CASE_WORKER, organisation=Organisation.objects.create(name="Annan", kind="committee"))
    for wrong in ([stranger], [], [amina]):
        with pytest.raises(ValidationError):
            reviewing.ask_review(amina, case.pk, wrong, "Titta")
