"""One person without e-mail, from the first call to an appeal on paper. No e-mail address anywhere, and nothing sent by e-mail."""

from __future__ import annotations

import io

import pytest
from django.core import mail
from django.urls import reverse
from pypdf import PdfReader

from stadig.cases import actions, deciding, following, handling
from stadig.cases.models import Document
from stadig.city.models import Organisation, Person
from stadig.city.roles import Role
from stadig.post import letters
from stadig.post.models import Letter, Message

pytestmark = pytest.mark.django_db


def test_phone_call_to_form_to_letter_to_decision_to_appeal_on_paper(client, someone, parking, amina, *, deliver, at):
    at("2026-11-02T09:00+01:00")
    Person.objects.update(email="")
    nadia = someone(Role.CONTACT_CENTRE, organisation=Organisation.objects.create(name="Kontaktcenter", kind="unit"))
    nadia.assignments.update(organisation=None)
    lars = someone(Role.REGISTRAR, organisation=parking.committee)
    vera = Person.objects.create(given_name="Vera", family_name="Larsson", address="Kajen 4", postcode="432 80", place="Lindhamn")

    # She calls; Nadia fills in the form for her, and it is registered as any other.
    case = actions.register(
        nadia,
        parking,
        title="Ansökan om parkeringstillstånd",
        channel="assisted",
        answers={"metres": 40, "kind": "self"},
        parties=[actions.NewParty("applicant", vera)],
    )

    # A letter says that it has come, with a code to follow it and a slip to answer with.
    client.force_login(nadia)
    found = {"number": case.number, "question": "address", "right": "on"}
    client.post(reverse("cases:calls"), found)
    party = case.parties.get()
    written = {"to": party.pk, "title": "Vi har fått din ansökan", "text": "Vi hör av oss."}
    assert client.post(reverse("cases:calls-letter", args=[case.pk]), written).status_code == 302
    client.logout()
    text = read(Letter.objects.get())
    assert "Vera Larsson" in text
    assert following.code_of(case) in text
    assert f"{case.number}-2" in text
    followed = client.post("/mina/folj/", {"number": case.number, "code": following.code_of(case)}, follow=True)
    assert followed.status_code == 200
    assert case.number in followed.content.decode()

    # She answers on the slip; the desk scans its code and the answer finds its letter.
    client.force_login(lars)
    slip = {
        "number": f"{case.number}-2",
        "text": "Jag har flyttat.",
        "direction": "received",
        "kind": "letter",
        "public": "private",
    }
    assert client.post(reverse("cases:desk"), slip).status_code == 302
    assert case.documents.get(number=3).kind == "reply"

    # Amina decides, and the decision goes by letter since nothing else reaches her.
    at("2026-11-16T09:00+01:00")
    handling.take(amina, case.pk)
    deciding.decide(amina, case.pk, "refused", "Du kan gå längre än hundra meter utan att vila.")
    deliver()
    decided = Letter.objects.latest("pk")
    text = read(decided)
    assert text.index("Ring oss") < text.index("Vera Larsson") < text.index("Här är vårt beslut")
    assert "överklagar" in text
    deliver()
    assert Letter.objects.count() == 2
    client.force_login(lars)
    pages = PdfReader(io.BytesIO(client.get(reverse("cases:letters-document")).content)).pages
    assert len(pages) >= 3
    client.post(reverse("cases:letters-printed"), {"till": decided.pk})
    assert not letters.waiting().exists()

    # Her appeal comes by post and is registered in the case, which is closed.
    at("2026-12-01T09:00+01:00")
    appeal = {
        "what": "Överklagande av beslut",
        "who": "Vera Larsson",
        "public": "private",
        "text": "Jag kan inte gå så långt.",
        "number": case.number,
        "direction": "received",
        "kind": "appeal",
    }
    assert client.post(reverse("cases:desk"), appeal).status_code == 302
    document = Document.objects.latest("pk")
    assert (document.case, document.kind, document.direction) == (case, "appeal", "received")
    client.logout()
    diary = client.get(f"/diarium/gatu-och-parknamnden/{case.number.replace(' ', '-').replace('/', '-')}/").content.decode()
    assert "Överklagande" in diary
    assert "Vera" not in diary

    # Nobody wrote to an address she does not have.
    assert mail.outbox == []
    assert not Message.objects.exists()


def read(letter: Letter) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(letter.pdf or b""))).pages)
