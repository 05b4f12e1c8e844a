"""Mina sidor: my cases in plain words, mine alone; one without a log-in follows with number and code."""

from __future__ import annotations

import uuid

import pytest

from stadig.cases import actions, following, mine, own, rating
from stadig.cases.models import Event, Message
from stadig.city import audit, clock
from stadig.city.roles import Role

pytestmark = pytest.mark.django_db


def test_what_waits_for_me_comes_first(open_case, karin):
    calm, waits, done = (open_case() for _ in range(3))
    actions.set_status(None, waits.pk, "waiting")
    actions.set_status(None, done.pk, "assessing")
    actions.set_status(None, done.pk, "refused")
    found = mine.overview(karin)
    assert [row.number for row in found.yours] == [waits.number]
    assert [row.number for row in found.open] == [calm.number]
    assert [row.number for row in found.closed] == [done.number]


def test_my_pages_show_my_cases_and_nobody_elses(open_case, karin, someone, client):
    case = open_case()
    yusuf = someone(Role.RESIDENT)
    client.force_login(yusuf)
    assert case.number not in client.get("/mina/").content.decode()
    assert client.get(f"/mina/{case.pk}/").status_code == 404
    client.force_login(karin)
    assert case.number in client.get("/mina/").content.decode()
    page = client.get(f"/mina/{case.pk}/").content.decode()
    assert "Så går ärendet vidare" in page
    assert "Ingen har öppnat ditt ärende än" in page


def test_a_message_is_new_until_i_have_seen_it(open_case, karin, amina, client):
    case = open_case()
    Message.objects.create(case=case, from_party=False, text="Hej Karin", at=clock.now(), by=amina)
    client.force_login(karin)
    assert "Ett nytt meddelande" in client.get("/mina/").content.decode()
    page = client.get(f"/mina/{case.pk}/").content.decode()
    assert "Hej Karin" in page
    assert "Amina Farah" in page
    assert "Ett nytt meddelande" not in client.get("/mina/").content.decode()


def test_who_has_read_is_said_by_role_and_unit_and_never_by_name(open_case, karin, amina, permits):
    amina.organisation = permits
    amina.save()
    case = open_case()
    for reader in (amina, amina, karin):
        audit.record(reader, "read", case)
    (reader,) = own.read(case, user=karin).readers
    assert (reader.who, reader.unit, reader.times) == ("Handläggare", "Tillstånd", 2)
    assert "Amina" not in reader.who


def test_one_follows_with_number_and_code_and_sees_no_more_than_that(open_case, client):
    case = open_case(parties=[])
    assert client.get(f"/mina/folj/{case.pk}/").status_code == 302
    wrong = client.post("/mina/folj/", {"number": case.number, "code": "AAAAA AAAAA"})
    assert wrong.status_code == 422
    assert "hör inte ihop" in wrong.content.decode()
    right = client.post("/mina/folj/", {"number": case.number.lower(), "code": following.code_of(case).lower()}, follow=True)
    assert case.number in right.content.decode()
    assert "Vem har läst" not in right.content.decode()


def test_a_code_does_not_show_what_was_said_to_someone_who_logs_in(open_case, client, amina):
    case = open_case()
    Message.objects.create(case=case, from_party=False, text="Bara för Karin", at=clock.now(), by=amina)
    page = client.post("/mina/folj/", {"number": case.number, "code": following.code_of(case)}, follow=True).content.decode()
    assert "Bara för Karin" not in page
    assert "Mina sidor" in page


def test_guessing_codes_is_stopped(open_case, client):
    case = open_case(parties=[])
    for _ in range(10):
        client.post("/mina/folj/", {"number": case.number, "code": "AAAAA AAAAA"})
    answer = client.post("/mina/folj/", {"number": case.number, "code": following.code_of(case)})
    assert answer.status_code == 429


def test_how_easy_it_was_is_asked_once_after_a_closed_case(open_case, karin, client, monkeypatch):
    counted = []
    monkeypatch.setattr(rating, "_counts", [lambda *said: counted.append(said[1:3])])
    case = open_case()
    client.force_login(karin)
    assert "Hur lätt var det?" not in client.get(f"/mina/{case.pk}/").content.decode()
    assert client.post(f"/mina/{case.pk}/betyg/", {"score": "4"}).status_code == 404
    actions.set_status(None, case.pk, "withdrawn")
    Event.objects.filter(case=case).exclude(kind="status").update(kind="registered")
    assert "Hur lätt var det?" in client.get(f"/mina/{case.pk}/").content.decode()
    for _ in range(2):
        client.post(f"/mina/{case.pk}/betyg/", {"score": "4", "line": "Bra"})
    assert counted == [(4, "Bra")]
    assert "Hur lätt var det?" not in client.get(f"/mina/{case.pk}/").content.decode()


def test_i_choose_how_i_am_reached(karin, client):
    client.force_login(karin)
    assert client.get("/mina/kontakt/").status_code == 200
    wrong = client.post("/mina/kontakt/", {"channels": ["email"], "email": "inte en adress", "language": "sv"})
    assert wrong.status_code == 422
    assert "inte en adress" in wrong.content.decode()
    client.post("/mina/kontakt/", {"channels": ["email", "letter"], "email": "k@example.se", "language": "en"})
    karin.person.refresh_from_db()
    assert karin.person.email == "k@example.se"
    assert karin.person.contact_choice.language == "en"


def test_a_party_writes_and_nothing_typed_is_lost(open_case, karin, client):
    case = open_case()
    client.force_login(karin)
    wrong = client.post(f"/mina/{case.pk}/skriv/", {"text": "  "})
    assert wrong.status_code == 422
    assert "Skriv något först" in wrong.content.decode()
    sent = {"text": "Går det bra i morgon?", "request_id": str(uuid.uuid4())}
    for _ in range(2):
        page = client.post(f"/mina/{case.pk}/skriv/", sent, follow=True).content.decode()
    assert page.count("Går det bra i morgon?") == 1
    assert Message.objects.get().from_party


def test_a_party_takes_the_case_back_after_one_question(open_case, karin, someone, client):
    case = open_case()
    client.force_login(someone(Role.RESIDENT))
    assert client.post(f"/mina/{case.pk}/ta-tillbaka/").status_code == 404
    client.force_login(karin)
    assert "Vill du ta tillbaka" in client.get(f"/mina/{case.pk}/ta-tillbaka/").content.decode()
    case.refresh_from_db()
    assert case.status == "received"
    client.post(f"/mina/{case.pk}/ta-tillbaka/")
    case.refresh_from_db()
    assert case.status == "withdrawn"


def test_after_six_months_a_party_may_ask_that_the_case_be_decided(open_case, karin, client, at):
    at("2026-01-10T09:00+01:00")
    case = open_case()
    client.force_login(karin)
    assert "Be oss avgöra" not in client.get(f"/mina/{case.pk}/").content.decode()
    at("2026-07-10T09:00+02:00")
    assert "Be oss avgöra" in client.get(f"/mina/{case.pk}/").content.decode()
    page = client.post(f"/mina/{case.pk}/begar-beslut/", follow=True).content.decode()
    assert "inom fyra veckor" in page
    assert "Be oss avgöra" not in client.get(f"/mina/{case.pk}/").content.decode()
