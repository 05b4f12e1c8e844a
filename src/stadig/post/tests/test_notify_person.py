"""Reaching someone: by what they chose, by the next when it fails, once, and with nothing said where it should not be."""

from __future__ import annotations

import logging
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail import EmailMessage

from stadig.city import erasure
from stadig.city.models import Person
from stadig.city.roles import Role
from stadig.city.testing import traces
from stadig.post import actions, letters
from stadig.post.actions import Recipient, notify_person
from stadig.post.models import Letter, Message
from stadig.post.tests.conftest import only, run, sent_sms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("text")]
NEWS = {"subject": "Ditt ärende GPN 2026/00001 har ett beslut", "body": "Du får ditt tillstånd. Rabarber."}


def tell(to, *, key="k", **fields):
    return notify_person(to, "t", NEWS, key=key, **fields)


def test_one_who_has_not_chosen_gets_an_e_mail(resident):
    message = run(tell(resident()))
    assert (only(mail.outbox).to, only(mail.outbox).subject) == (["karin@example.se"], NEWS["subject"])
    assert (message.state, message.channel, message.left) == ("sent", "email", ["letter"])
    assert not Letter.objects.exists()


def test_the_same_key_is_one_message(resident):
    karin = resident()
    assert tell(karin) == tell(karin)
    run(Message.objects.get())
    run(Message.objects.get())
    assert len(mail.outbox) == 1


def test_one_who_chose_text_messages_gets_that_and_nothing_else(resident, gateway):
    message = run(tell(resident("sms", "email")))
    (sms,) = sent_sms(gateway)
    assert sms["to"] == "+46701234567"
    assert sms["message"].startswith("Ditt ärende GPN 2026/00001 har ett beslut. Läs mer på http")
    assert gateway.got[0].headers["authorization"] == "Bearer hemlig-nyckel"
    assert gateway.got[0].headers["idempotency-key"] == sms["reference"] == f"message-{message.pk}"
    assert not mail.outbox
    assert message.state == "sent"


@pytest.mark.parametrize(
    "answer", [(500, b"", 0), (429, b"", 0), (200, b'{"status": "no credit"}', 0), (200, b"<html>", 0), (200, b"", 3.3)]
)
def test_a_gateway_that_fails_is_tried_again_and_then_the_next_channel_is(resident, gateway, answer):
    gateway.answers = [answer]
    message = run(tell(resident("sms", "email")))
    assert only(mail.outbox).to == ["karin@example.se"]
    assert (message.state, message.channel) == ("sent", "email")
    ((channel, why, _when),) = message.tried
    assert channel == "sms"
    assert why in {"NoAnswer", "Refused"}
    assert 1 <= len(gateway.got) <= actions.BEFORE_NEXT
    assert len({one["reference"] for one in sent_sms(gateway)}) == 1


def test_a_gateway_that_says_no_for_good_is_not_asked_again(resident, gateway):
    gateway.answers = [(400, b"", 0)]
    assert run(tell(resident("sms", "email"))).channel == "email"
    assert len(gateway.got) == 1


def test_a_gateway_that_took_it_and_answered_late_is_asked_again_with_the_same_key(resident, gateway):
    """It has taken the first; the key tells it that the second is the same."""
    good = b'{"status": "created"}'
    gateway.answers = [(200, good, 3.3), (200, good, 0)]
    assert run(tell(resident("sms"))).state == "sent"
    first, second = sent_sms(gateway)
    assert first == second


def test_an_address_the_mail_server_refuses_becomes_a_letter(resident, monkeypatch, someone):
    def refuse(self):
        raise SMTPRecipientsRefused({"karin@example.se": (550, b"no such user karin@example.se")})

    monkeypatch.setattr(EmailMessage, "send", refuse)
    message = run(tell(resident("email")))
    assert (message.channel, message.state) == ("letter", "queued")
    letter = letters.waiting().get()
    assert (letter.title, letter.text, letter.address) == (NEWS["subject"], NEWS["body"] + "\n", "")
    letters.mark_printed(someone(Role.REGISTRAR), [letter.pk])
    message.refresh_from_db()
    assert message.state == "sent"
    assert message.tried[0][:2] == ["email", "SMTPRecipientsRefused"]


def test_when_nothing_is_left_the_message_has_failed_and_staff_see_it(resident, monkeypatch, someone, client, caplog):
    def lost(self):
        raise SMTPServerDisconnected("karin@example.se")

    monkeypatch.setattr(EmailMessage, "send", lost)
    with caplog.at_level(logging.DEBUG):
        message = run(tell(resident(address="")))
    assert (message.state, message.error, message.attempts) == ("failed", "SMTPServerDisconnected", actions.ATTEMPTS)
    assert "karin@" not in caplog.text
    client.force_login(someone(Role.ADMINISTRATOR))
    listed = client.get("/arbetsplats/meddelanden/").content.decode()
    assert "Kom inte fram" in listed
    page = client.get(f"/arbetsplats/meddelanden/{message.pk}/").content.decode()
    assert "SMTPServerDisconnected" in page
    assert "Rabarber" not in page
    assert "karin@" not in page


def test_nobody_is_silently_unreachable(resident):
    message = tell(resident(email="", phone="", address=""))
    assert (message.state, message.error) == ("failed", "NoWay")


def test_several_about_the_same_case_become_one(resident):
    karin = resident()
    first, second = tell(karin, key="a", about="cases.case:7"), tell(karin, key="b", about="cases.case:7")
    other = tell(karin, key="c", about="cases.case:8")
    for message in (first, second, other):
        run(message)
    assert [one.subject for one in mail.outbox] == ["Du har 2 nyheter om ett ärende", NEWS["subject"]]
    assert mail.outbox[0].body.count("Rabarber") == 2
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert tell(karin, key="d", about="cases.case:7").within is None


def test_what_comes_when_the_first_has_gone_wrong_is_a_message_of_its_own(resident):
    karin = resident()
    first = tell(karin, key="a", about="cases.case:7")
    actions.failed(first.pk, "TimeoutError")
    assert tell(karin, key="b", about="cases.case:7").within is None


def test_two_residents_in_one_case_never_get_each_others_messages(resident):
    karin, bo = resident(), resident(email="bo@example.se")
    tell(karin, key="a", about="cases.case:7")
    assert tell(bo, key="b", about="cases.case:7").within is None


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_protected_person_is_told_that_there_is_a_message_and_no_more(resident, gateway, channel):
    run(tell(resident(channel, protection="marking")))
    said = (only(mail.outbox).subject + only(mail.outbox).body) if channel == "email" else sent_sms(gateway)[0]["message"]
    assert "Du har ett meddelande" in said
    assert "2026" not in said
    assert "Rabarber" not in said


def test_a_protected_persons_letter_has_the_words_and_no_address(resident):
    run(tell(resident("letter", protection="protected_registration")))
    letter = letters.waiting().get()
    assert (letter.mediated, letter.name, letter.address) == (True, "", "")
    assert "Rabarber" in letter.text


def test_one_who_is_no_registered_person_is_reached_where_they_said(gateway):
    run(tell(Recipient(name="Hamncaféet AB", email="info@example.se"), key="a"))
    assert only(mail.outbox).to == ["info@example.se"]
    run(tell(Recipient(phone="070-765 43 21"), key="b"))
    assert sent_sms(gateway)[0]["to"] == "+46707654321"
    run(tell(Recipient(name="Bo Ek", address="Hamngatan 2"), key="c"))
    letter = letters.waiting().get()
    assert (letter.name, letter.address) == ("Bo Ek", "Hamngatan 2")


def test_a_person_gets_the_language_they_chose(resident, monkeypatch):
    from django.utils.translation import get_language

    spoken = []
    monkeypatch.setattr(actions, "render_to_string", lambda *_: spoken.append(get_language()) or "S\n\nB")
    karin = resident("email")
    karin.contact_choice.language = "en"
    karin.contact_choice.save()
    tell(karin, key="a", language="sv")
    tell(resident(), key="b", language="en")
    tell(resident(), key="c")
    assert spoken == ["en", "en", "sv"]


def test_addresses_and_words_are_erased_in_time_and_with_the_person(resident, at):
    at("2026-11-24T09:00+01:00")
    run(tell(Recipient(name="Bo Ek", email="bo@example.se"), key="a"))
    at("2026-12-26T09:00+01:00")
    assert actions.erase_outdated() == 1
    karin = resident("letter")
    run(tell(karin, key="b"))
    erasure.destroy_person(None, karin.pk)
    assert not traces("bo@example.se", "Rabarber", "Bo Ek")
    assert not Person.objects.exists()
    assert Message.objects.count() == 2
