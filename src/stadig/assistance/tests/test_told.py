"""The person reads the same log about themselves: which agencies were asked, by which law, by what role, and who has read the answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from stadig.assistance.tests.test_keeping import _asked, _case, _person, petra, type_
from stadig.cases.models import Case, Message, Party
from stadig.city import audit
from stadig.city.models import AuditEntry, User
from stadig.exchange import actions, told
from stadig.exchange.models import Block, Call, LegalBasis, Lookup
from stadig.exchange.outcomes import Outcome

pytestmark = pytest.mark.django_db
__all__ = ["petra", "type_"]


@pytest.fixture
def vera(type_: Any) -> User:
    """An applicant with a log-in."""
    return User.objects.create_user("eid-vera", person=_person(), first_name="Vilhelmina", last_name="Malmfors")


@pytest.fixture
def case(type_: Any, vera: User) -> Case:
    return _case(type_, vera.person, closed=False)


@pytest.fixture
def lookup(case: Case, vera: User, petra: User) -> Lookup:
    lookup = _asked(case, vera.person, petra)
    Block.objects.update(basis=LegalBasis.objects.get(agency="FK"))
    Block.objects.create(
        lookup=lookup, agency="AF", outcome=Outcome.TIMEOUT, basis=LegalBasis.objects.get(agency="AF"), stored_at=lookup.begun_at
    )
    Block.objects.create(lookup=lookup, agency="TNS", outcome=Outcome.NOT_ASKED, reason="no_law", stored_at=lookup.begun_at)
    return lookup


def _page(client: Client, user: User, case: Case) -> str:
    client.force_login(user)
    return client.get(f"/mina/{case.pk}/").content.decode()


def test_the_case_page_says_who_was_asked_by_which_law_and_what_came_of_it(
    lookup: Lookup, case: Case, vera: User, petra: User, client: Client
) -> None:
    actions.record_reading(petra, lookup.pk, "read")
    actions.record_reading(petra, lookup.pk, "printed")
    shown = _page(client, vera, case)
    assert "Vilka har vi frågat om dig?" in shown
    assert "Försäkringskassan" in shown and "Lämnade uppgifter" in shown
    assert "15 kap. 10 § socialtjänstlagen (2025:400)" in shown
    assert "Arbetsförmedlingen" in shown and "Svarade inte i tid" in shown
    assert "Transportstyrelsen" not in shown, "one that was not asked has told nothing"
    assert "Handläggare" in shown and "Ekonomiskt bistånd" in shown
    assert "Läste svaren: Handläggare, Ekonomiskt bistånd" in shown
    assert "Skrev ut svaren" in shown
    assert "Petra" not in shown, "the name is told on request"


def test_a_question_that_has_just_left_is_told_before_it_is_answered(case: Case, vera: User, petra: User) -> None:
    lookup = _asked(case, vera.person, petra)
    Block.objects.all().delete()
    lookup.permit.laws = {"FK": LegalBasis.objects.get(agency="FK").pk}
    lookup.permit.save()
    (answer,) = told.about(vera.person.pk)[0].answers
    assert (answer.agency, answer.did) == ("Försäkringskassan", "Har inte svarat än")
    assert answer.law.startswith("15 kap. 10 §")


def test_each_adult_reads_about_themselves_alone_also_after_they_have_parted(
    lookup: Lookup, case: Case, vera: User, petra: User, client: Client
) -> None:
    other = User.objects.create_user("eid-viktor", person=_person(day=16), first_name="Viktor")
    part = Party.objects.create(case=case, role="co_applicant", person=other.person)
    _asked(case, other.person, petra)
    assert [one.pk for one in told.about(vera.person.pk)] == [lookup.pk]
    assert f'id="fraga-{lookup.pk}"' not in _page(client, other, case)
    assert _page(client, other, case).count('id="fraga-') == 1
    part.delete()
    shown = client.get("/mina/fragor-till-myndigheter/").content.decode()
    assert shown.count('id="fraga-') == 1, "the log about oneself stays when one is no longer in the case"
    assert f'id="fraga-{lookup.pk}"' not in shown


def test_the_name_is_asked_for_with_a_message_to_the_unit(lookup: Lookup, case: Case, vera: User, client: Client) -> None:
    shown = _page(client, vera, case)
    assert "Be om namnet" in shown
    text = shown.split('name="text" value="')[1].split('"')[0]
    client.post(f"/mina/{case.pk}/skriv/", {"text": text})
    said = Message.objects.get(case=case)
    assert said.from_party and said.text.startswith(
        "Jag vill veta namnet på den som frågade myndigheter om mig tisdag 24 november"
    )
    Case.objects.filter(pk=case.pk).update(group="closed", status="approved", closed_at=case.registered_at)
    assert "Ärendet är avslutat. Fråga Ekonomiskt bistånd" in _page(client, vera, case)


def test_telling_waits_only_by_a_decision_and_no_longer_than_it_says(
    lookup: Lookup, case: Case, vera: User, client: Client, at: Callable[[str], object]
) -> None:
    with pytest.raises(ValidationError):
        told.withhold(None, case.pk, until=dt.date(2026, 12, 1), decision=" ")
    with pytest.raises(IntegrityError, match="withheld_by_decision"), transaction.atomic():
        Lookup.objects.update(withheld_to=dt.date(2026, 12, 1))
    assert told.withhold(None, case.pk, until=dt.date(2026, 12, 1), decision="SN 2026-11-24 § 9") == 1
    assert "Vilka har vi frågat om dig?" not in _page(client, vera, case)
    at("2026-12-02T09:00+01:00")
    assert "Vilka har vi frågat om dig?" in _page(client, vera, case)
    assert AuditEntry.objects.filter(did="withheld the log", what="cases.case").count() == 1
    assert AuditEntry.objects.filter(did="withheld the log", what="exchange.lookup", what_id=str(lookup.pk)).count() == 1


def test_without_a_question_the_page_says_so(vera: User, case: Case, client: Client) -> None:
    assert "Vilka har vi frågat om dig?" not in _page(client, vera, case)
    assert "Vi har inte frågat någon myndighet om dig." in client.get("/mina/fragor-till-myndigheter/").content.decode()
    audit.record(vera, "read", case)


def test_the_page_costs_three_queries_more(lookup: Lookup, case: Case, vera: User, django_assert_max_num_queries: Any) -> None:
    Call.objects.create(lookup=lookup, connection="x", contract="x", agencies=["SO"], intent_at=lookup.begun_at)
    with django_assert_max_num_queries(3):
        assert len(told.about(vera.person.pk)) == 1


def _pdf_text(body: bytes) -> str:
    import io

    from pypdf import PdfReader

    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(body)).pages)


def test_readings_are_told_with_day_and_hour_and_the_statute_once(
    lookup: Lookup, case: Case, vera: User, petra: User, client: Client
) -> None:
    actions.record_reading(petra, lookup.pk, "read")
    client.force_login(vera)
    shown = client.get("/mina/fragor-till-myndigheter/").content.decode()
    (reading,) = told.about(vera.person.pk)[0].readings
    assert f"{reading.day} kl. {reading.hour}" in shown
    assert len(reading.hour) == 2
    assert shown.count("om uppgiftsskyldighet i vissa fall") == 1
    assert 'href="#lag-1"' in shown and 'id="lag-1"' in shown


def test_many_questions_are_read_a_page_at_a_time_by_month(case: Case, vera: User, petra: User, client: Client) -> None:
    for _ in range(14):
        _asked(case, vera.person, petra)
    client.force_login(vera)
    first = client.get("/mina/fragor-till-myndigheter/").content.decode()
    assert (first.count("<article"), first.count("November 2026</h2>")) == (12, 1)
    second = client.get("/mina/fragor-till-myndigheter/?sida=2").content.decode()
    assert second.count("<article") == 2
    assert "Visa 11 äldre frågor" in _page(client, vera, case), "all of them are a press away on the case's own page"


def test_the_person_prints_their_own_log(lookup: Lookup, vera: User, client: Client) -> None:
    client.force_login(vera)
    answer = client.get("/mina/fragor-till-myndigheter/utdrag/")
    assert answer["Content-Type"] == "application/pdf"
    text = _pdf_text(answer.content)
    assert "Vilhelmina Malmfors" in text and "Försäkringskassan: Lämnade uppgifter" in text
    assert "15 kap. 10 § socialtjänstlagen (2025:400)" in text
    assert "Petra" not in text
    assert AuditEntry.objects.filter(did="printed log", what="city.person").count() == 1


def test_a_case_worker_prints_the_log_for_one_without_a_log_in_and_the_person_reads_that(
    lookup: Lookup, case: Case, vera: User, petra: User, client: Client
) -> None:
    client.force_login(petra, backend="stadig.city.login.PasswordBackend")
    answer = client.get(f"/myndigheter/utdrag/{vera.person.pk}/?arende={case.pk}")
    assert "Försäkringskassan: Lämnade uppgifter" in _pdf_text(answer.content)
    assert [one.did for one in told.about(vera.person.pk)[0].readings] == ["Skrev ut den här loggen åt dig"]
    assert client.get("/myndigheter/utdrag/999999/").status_code == 404


def test_one_who_works_for_another_unit_prints_nothing_of_it(
    lookup: Lookup, vera: User, client: Client, someone: Callable[..., User]
) -> None:
    from stadig.city.models import Organisation
    from stadig.city.roles import Role
    from stadig.exchange import extract

    other = someone(Role.REGISTRAR, organisation=Organisation.objects.create(name="Gatukontoret", kind="unit"))
    with pytest.raises(extract.NothingAsked):
        extract.of_person(other, vera.person.pk)
    told.withhold(None, lookup.case, until=dt.date(2027, 1, 1), decision="SN 2026-11-24 § 9")
    assert told.about(vera.person.pk) == ()
    assert not AuditEntry.objects.filter(did="printed log").exists()
