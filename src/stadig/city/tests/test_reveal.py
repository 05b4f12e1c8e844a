"""A protected person's data come out for a reason, and the reason reaches the one who answers for it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from stadig.city import actions
from stadig.city.models import AuditEntry, AuditReason, Organisation, RoleAssignment
from stadig.city.roles import Role

NUMBER = "193809189149"


@pytest.fixture
def karin(db):
    return actions.register_person(
        None, given_name="Karin", family_name="Ek", personnummer=NUMBER, address="Storgatan 1", protection="marking"
    )


@pytest.fixture
def unit(db):
    committee = Organisation.objects.create(name="Socialnämnden", kind="committee")
    return Organisation.objects.create(name="Enheten för stöd", kind="unit", parent=committee)


@pytest.fixture
def clerk(client, someone, unit):
    user = someone(Role.CASE_WORKER, organisation=unit, first_name="Sam", last_name="Sund")
    client.force_login(user)
    return user


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_a_protected_person_is_found_and_shown_without_a_name(client, clerk, karin):
    page = client.post(reverse("city:people"), {"personnummer": NUMBER}, follow=True)
    assert NUMBER not in page.request["PATH_INFO"] + page.request["QUERY_STRING"]
    shown = text(page)
    assert "Skyddad person" in shown
    assert "Karin" not in shown
    assert "Storgatan" not in shown
    assert list(AuditEntry.objects.filter(what="city.person").order_by("position").values_list("did", flat=True))[-2:] == [
        "looked_up",
        "read",
    ]


def test_with_a_reason_the_data_are_shown_once_and_the_reason_is_logged(client, clerk, karin):
    address = reverse("city:person", args=[karin.pk])
    answer = client.post(address, {"reason": "Beslutet ska skickas"})
    shown = text(answer)
    assert "Karin Ek" in shown
    assert "Storgatan 1" in shown
    assert "no-store" in answer["Cache-Control"]
    entry = AuditEntry.objects.get(did="revealed")
    assert entry.actor == f"user:{clerk.pk}"
    assert AuditReason.objects.get(position=entry.position).text == "Beslutet ska skickas"
    assert "Karin" not in text(client.get(address))


@pytest.mark.parametrize("reason", ["", "   ", "ja"])
def test_without_a_real_reason_nothing_is_shown(client, clerk, karin, reason):
    shown = text(client.post(reverse("city:person", args=[karin.pk]), {"reason": reason}))
    assert "<title>Fel:" in shown
    assert "Karin" not in shown
    assert not AuditEntry.objects.filter(did="revealed").exists()


def test_an_unprotected_person_is_shown_at_once(client, clerk, db):
    person = actions.register_person(None, given_name="Nils", family_name="Holm", address="Hamngatan 2")
    shown = text(client.get(reverse("city:person", args=[person.pk])))
    assert "Nils Holm" in shown
    assert "Visa uppgifterna" not in shown


@pytest.mark.parametrize("number", ["", "x", "190001010000", "197610042389"])
def test_a_number_that_is_wrong_or_unknown_is_said_at_the_field(client, clerk, number):
    assert "<title>Fel:" in text(client.post(reverse("city:people"), {"personnummer": number}))


def test_the_manager_of_the_unit_and_the_auditor_read_who_and_why(client, someone, clerk, unit, karin):
    client.post(reverse("city:person", args=[karin.pk]), {"reason": "Beslutet ska skickas"})
    for user in (someone(Role.MANAGER, organisation=unit.parent), someone(Role.AUDITOR)):
        client.force_login(user)
        assert "Skyddade uppgifter har visats en gång" in text(client.get(reverse("city:desk")))
        page = text(client.get(reverse("city:reveals")))
        assert "Sam Sund" in page
        assert "Beslutet ska skickas" in page
        assert "Karin" not in page
        assert AuditEntry.objects.filter(did="read_reveals", actor=f"user:{user.pk}").exists()


def test_the_manager_of_another_unit_sees_nothing_of_it(client, someone, clerk, karin):
    client.post(reverse("city:person", args=[karin.pk]), {"reason": "Beslutet ska skickas"})
    elsewhere = Organisation.objects.create(name="Gatunämnden", kind="committee")
    client.force_login(someone(Role.MANAGER, organisation=elsewhere))
    assert "Sam Sund" not in text(client.get(reverse("city:reveals")))
    assert "har visats" not in text(client.get(reverse("city:desk")))


@pytest.mark.parametrize("name", ["people", "person", "reveals"])
def test_the_pages_ask_at_most_twelve_questions(client, clerk, karin, name, django_assert_max_num_queries):
    user = clerk
    RoleAssignment.objects.create(user=user, role=Role.MANAGER, organisation=user.organisation)
    actions.reveal_person(user, karin.pk, "Beslutet ska skickas")
    address = reverse(f"city:{name}", args=[karin.pk] if name == "person" else [])
    client.get(address)
    with django_assert_max_num_queries(14):  # two of them begin and end the audit row's savepoint
        text(client.get(address))
