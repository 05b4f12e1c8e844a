"""How someone is reached: what they chose, and nothing more."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from stadig.city.models import AuditEntry, Person
from stadig.city.roles import Role
from stadig.post import contact, letters, routes
from stadig.post.models import ContactChoice, Letter


def test_the_letter_is_last_and_nothing_unchosen_is_tried():
    everything = {"email": True, "sms": True, "letter": True}
    assert routes.route((), **everything) == ("email", "letter")
    assert routes.route(("sms",), **everything) == ("sms", "letter")
    assert routes.route(("sms", "email"), **everything) == ("sms", "email", "letter")
    assert routes.route(("letter",), **everything) == ("letter",)
    assert routes.route(("sms",), email=True, sms=False, letter=True) == ("letter",)
    assert routes.route((), email=False, sms=True, letter=False) == ()


@pytest.mark.parametrize("text", ["070-123 45 67", "0046 70 123 45 67", "+46701234567", "(070) 123.45.67"])
def test_a_number_is_read_however_it_is_written(text):
    assert routes.phone(text) == "+46701234567"


@pytest.mark.parametrize("text", ["", "112", "hej", "+0701234567", "070-١٢٣ 45 67", "0701234567\r\nX: y"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(routes.NotAPhone):
        routes.phone(text)


def test_one_who_has_not_chosen_gets_e_mail_where_there_is_an_address(db):
    person = Person.objects.create(given_name="Karin", family_name="Ek", address="Hamngatan 1")
    assert contact.of(person).channels == ("letter",)
    person.email = "karin@example.se"
    assert contact.of(person).channels == ("email", "letter")


def test_a_resident_chooses_and_changes_it(someone, settings, tmp_path):
    settings.SMS_GATEWAY = tmp_path / "sms.yaml"
    karin = someone(Role.RESIDENT)
    contact.choose_contact(
        karin, karin.person, channels=["sms", "email"], phone="070-123 45 67", email="karin@example.se", language="en"
    )
    found = contact.of(Person.objects.get(pk=karin.person_id))
    assert (found.chosen, found.channels, found.language, found.phone) == (("sms", "email"),) * 2 + ("en", "+46701234567")
    contact.choose_contact(karin, karin.person, channels=["email"])
    assert ContactChoice.objects.get().channels == ["email"]
    assert AuditEntry.objects.filter(did="chose_contact").count() == 2


def test_a_choice_that_cannot_reach_anyone_is_refused_by_field(someone):
    karin = someone(Role.RESIDENT)
    with pytest.raises(ValidationError) as refused:
        contact.choose_contact(karin, karin.person, channels=["sms", "email"], language="xx")
    assert set(refused.value.message_dict) == {"email", "phone", "language"}
    with pytest.raises(ValidationError):
        contact.choose_contact(karin, karin.person, channels=[])
    with pytest.raises(ValidationError):
        contact.choose_contact(karin, karin.person, channels=["pigeon"])
    assert not ContactChoice.objects.exists()


def test_nobody_else_chooses_but_staff_who_may(someone):
    karin, yusuf, amina = someone(Role.RESIDENT), someone(Role.RESIDENT), someone(Role.CASE_WORKER)
    with pytest.raises(contact.NotYours):
        contact.choose_contact(yusuf, karin.person, channels=["letter"])
    assert contact.choose_contact(amina, karin.person, channels=["letter"]).channels == ["letter"]


def test_a_letter_is_queued_once_and_printed_once(someone):
    lars, karin = someone(Role.REGISTRAR), someone(Role.RESIDENT)
    first = letters.queue(lars, person=karin.person, title="Beslut", text="Du har fått ett beslut.", key="decision:1")
    assert letters.queue(lars, person=karin.person, title="Beslut", text="Du har fått ett beslut.", key="decision:1") == first
    assert list(letters.waiting()) == [first]
    assert letters.mark_printed(lars, [first.pk]) == 1
    assert letters.mark_printed(lars, [first.pk]) == 0
    assert not letters.waiting().exists()
    assert list(Letter.objects.exclude(printed_at=None)) == [first]


def test_a_protected_persons_letter_goes_through_skatteverket(db):
    person = Person.objects.create(given_name="X", family_name="Y", protection="protected_registration")
    assert contact.of(person).channels == ("letter",)
    assert letters.queue(None, person=person, title="Beslut", text="…").mediated


def test_a_printed_letter_is_erased_in_time(someone, at):
    at("2026-11-24T09:00+01:00")
    lars = someone(Role.REGISTRAR)
    letters.mark_printed(lars, [letters.queue(lars, name="Bo Ek", address="Hamngatan 1", title="Svar", text="Hej").pk])
    assert letters.erase_outdated() == 0
    at("2026-12-25T09:00+01:00")
    assert letters.erase_outdated() == 1
    assert not Letter.objects.exists()
