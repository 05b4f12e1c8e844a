"""The contact centre: a control question, one sentence, a message, a letter; every look written down with why."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from stadig.cases import actions, contact, letters
from stadig.cases.models import Case, Document
from stadig.city import persons
from stadig.city.models import AuditEntry, AuditReason, Organisation, Person
from stadig.city.personnummer import Personnummer
from stadig.city.roles import Role
from stadig.files import actions as files
from stadig.post.models import Letter, Notice

pytestmark = pytest.mark.django_db
BORN = "1954-01-03"


@pytest.fixture
def nadia(someone):
    return someone(Role.CONTACT_CENTRE, organisation=Organisation.objects.create(name="Kontaktcenter", kind="unit"))


@pytest.fixture
def elsa(db):
    number = Personnummer("195401030423")
    return Person.objects.create(
        given_name="Elsa",
        family_name="Ek",
        address="Kajen 2",
        postcode="432 80",
        place="Lindhamn",
        personnummer_hash=persons.hash_of(number),
        personnummer_sealed=persons.seal(number),
    )


def asked(**more):
    return {"question": "address", "right": "on", "given_name": "Elsa", "family_name": "Ek", "born": BORN} | more


def test_by_name_and_birth_date_after_the_control_question(client, nadia, elsa, open_case, committee):
    everywhere(nadia)
    case = open_case(elsa)
    client.force_login(nadia)
    page = client.post(reverse("cases:calls"), asked(right=""))
    assert page.status_code == 422
    assert case.number not in page.content.decode()
    page = client.post(reverse("cases:calls"), asked()).content.decode()
    assert "Ärendet Parkeringstillstånd kom in" in page
    assert case.number in page
    assert AuditEntry.objects.filter(did="looked up by name").count() == 1
    assert "Kontrollfråga: Vilken adress har du?" in AuditReason.objects.latest("position").text
    page = client.post(reverse("cases:calls"), asked(born="1955-01-03")).content.decode()
    assert "Vi hittar inget ärende" in page


def everywhere(user):
    """The contact centre answers for the whole municipality."""
    user.assignments.update(organisation=None)


def test_a_case_opens_only_in_the_call_that_found_it(client, nadia, elsa, open_case):
    everywhere(nadia)
    case = open_case(elsa)
    client.force_login(nadia)
    address = reverse("cases:calls-case", args=[case.pk])
    assert client.get(address).status_code == 404
    client.post(reverse("cases:calls"), asked(number=case.number, given_name="", family_name="", born=""))
    assert "Elsa Ek" in client.get(address).content.decode()
    assert AuditEntry.objects.filter(did="looked up a case", what_id=str(case.pk)).count() == 2
    client.post(reverse("cases:calls-end"))
    assert client.get(address).status_code == 404


def test_what_is_secret_wants_the_callers_word_and_a_personakt_is_put_through(client, nadia, elsa, open_case, permits):
    everywhere(nadia)
    case = open_case(elsa)
    Case.objects.filter(pk=case.pk).update(confidentiality="26 kap. 1 § OSL")
    client.force_login(nadia)
    assert case.number not in client.post(reverse("cases:calls"), asked()).content.decode()
    assert case.number in client.post(reverse("cases:calls"), asked(agreed="on")).content.decode()
    page = client.post(reverse("cases:calls"), asked(number=case.number)).content.decode()
    assert "Koppla samtalet till Tillstånd" in page
    type(case.type).objects.filter(pk=case.type_id).update(file="personakt")
    page = client.post(reverse("cases:calls"), asked(number=case.number, agreed="on")).content.decode()
    assert "Koppla samtalet till Tillstånd" in page
    assert case.number not in client.post(reverse("cases:calls"), asked(agreed="on")).content.decode()


def test_a_protected_person_is_not_found_by_name_and_is_masked_by_number(client, nadia, elsa, open_case):
    everywhere(nadia)
    case = open_case(elsa)
    Person.objects.filter(pk=elsa.pk).update(protection="protected_registration")
    client.force_login(nadia)
    assert "Vi hittar inget ärende" in client.post(reverse("cases:calls"), asked()).content.decode()
    client.post(reverse("cases:calls"), asked(number=case.number))
    page = client.get(reverse("cases:calls-case", args=[case.pk])).content.decode()
    assert "Skyddad person" in page
    assert "Elsa" not in page
    page = client.get(reverse("cases:calls-letter", args=[case.pk])).content.decode()
    assert "Kajen" not in page
    document = letters.write(nadia, case.pk, title="Hej", text="Vi har fått din ansökan.")
    letter = Letter.objects.get()
    assert letter.mediated
    assert document.person == elsa


def test_a_message_becomes_a_document_and_the_one_who_handles_it_is_told_once(nadia, amina, elsa, open_case):
    everywhere(nadia)
    case = open_case(elsa)
    Case.objects.filter(pk=case.pk).update(assignee=amina)
    sent = uuid.uuid4()
    for _ in range(2):
        contact.take_message(nadia, case.pk, "Vill veta när beslutet kommer.", call_back="0340-1", request_id=sent)
    document = case.documents.get(kind="phone_note")
    assert (document.direction, "0340-1" in document.text) == ("drawn_up", True)
    assert Notice.objects.filter(user=amina).count() == 1


def test_when_no_one_has_the_case_the_unit_is_told(nadia, amina, elsa, open_case):
    everywhere(nadia)
    contact.take_message(nadia, open_case(elsa).pk, "Ring mig.")
    assert Notice.objects.filter(user=amina).count() == 1


def test_a_letter_is_a_document_with_large_type_and_a_scan_code_and_waits_to_be_printed(client, nadia, elsa, open_case):
    everywhere(nadia)
    case = open_case(elsa)
    client.force_login(nadia)
    client.post(reverse("cases:calls"), asked(number=case.number))
    party = case.parties.get()
    answer = client.post(
        reverse("cases:calls-letter", args=[case.pk]),
        {"to": party.pk, "title": "Din ansökan", "text": "Hej.\n\nVi har fått den."},
    )
    assert answer.status_code == 302
    document = Document.objects.get(kind="letter")
    assert (document.direction, document.title, document.person) == ("sent", "Din ansökan", elsa)
    with default_storage.open(files.path_of(document.files.get())) as stored:
        data = stored.read()
    assert data.startswith(b"%PDF")
    assert b"pdfuaid:part" in data
    assert bytes(Letter.objects.get().pdf) == data
    made = letters.sheet(case, document, nadia, ("Elsa Ek",), "sv")
    assert made.slip == f"{case.number}-2"
    assert made.code.startswith("<svg")
    assert any("/mina/folj/" in line for line in made.follow)


def test_a_letter_needs_someone_to_go_to(nadia, open_case, someone):
    everywhere(nadia)
    case = open_case(parties=[actions.NewParty("applicant", None, name="Vera")])
    with pytest.raises(letters.NoReceiver):
        letters.write(nadia, case.pk, title="Hej", text="Hej")
    letters.write(nadia, case.pk, title="Hej", text="Hej", name="Vera Larsson", address="Kajen 4\n432 80 Lindhamn")
    assert Letter.objects.get().address.startswith("Kajen 4")
    with pytest.raises(Case.DoesNotExist):
        letters.write(someone(Role.PLANNER), case.pk, title="Hej", text="Hej", name="V", address="K")


def test_a_case_worker_writes_a_letter_from_the_case(client, amina, someone, elsa, open_case):
    case = open_case(elsa)
    address = reverse("cases:letter", args=[case.pk])
    client.force_login(amina)
    assert address in client.get(reverse("cases:case", args=[case.pk])).content.decode()
    page = client.post(address, {"to": case.parties.get().pk, "title": "Hej", "text": ""})
    assert "Skriv brevet." in page.content.decode()
    assert client.post(address, {"to": case.parties.get().pk, "title": "Hej", "text": "Vi ses."}).status_code == 302
    assert Letter.objects.get().person == elsa
    client.force_login(someone(Role.CASE_WORKER, organisation=Organisation.objects.create(name="En annan", kind="unit")))
    assert client.get(address).status_code == 404


def test_case_workers_do_not_use_the_contact_centres_page(client, amina):
    client.force_login(amina)
    assert client.get(reverse("cases:calls")).status_code == 403
