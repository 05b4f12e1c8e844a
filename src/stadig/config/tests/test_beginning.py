"""An empty city for any of Sweden's municipalities."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from stadig.city import actions, municipalities, municipality
from stadig.city.access import USERS
from stadig.city.models import AuditEntry, Municipality, Organisation, RoleAssignment, User
from stadig.config import beginning

pytestmark = pytest.mark.django_db


def test_a_city_begins_with_its_border_an_organisation_and_one_administrator() -> None:
    made = beginning.begin(municipalities.find("Västerås"), username="anna")
    assert (municipality.current().name, municipality.current().code) == ("Västerås", "1980")
    assert municipality.current().border["type"] == "MultiPolygon"
    assert Organisation.objects.count() == made.organisations > 30
    committees = set(Organisation.objects.filter(kind="committee").values_list("name", flat=True))
    assert {"Kommunstyrelsen", "Valnämnden", "Överförmyndarnämnden", "Tekniska nämnden"} <= committees
    assert all(node.parent is not None for node in Organisation.objects.exclude(kind="committee").select_related("parent"))
    assert USERS.held_by(User.objects.get(username="anna"))
    assert not made.administrator.has_usable_password()
    assert AuditEntry.objects.filter(did="set_municipality").exists()


def test_every_municipality_can_be_the_one() -> None:
    for name in municipalities.names().values():
        found = municipalities.find(name)
        actions.set_municipality(None, name=found.name, code=found.code, border=found.border)
        assert Municipality.objects.get().name == name
        assert municipality.current().code == found.code


def test_a_city_begins_once() -> None:
    beginning.begin(municipalities.find("Ystad"), username="anna")
    with pytest.raises(beginning.AlreadyBegun, match="Ystad already"):
        beginning.begin(municipalities.find("Lund"), username="bo")
    assert Municipality.objects.get().name == "Ystad"


def test_a_weak_password_makes_nothing() -> None:
    with pytest.raises(ValidationError):
        beginning.begin(municipalities.find("Ystad"), username="anna", password="sommar")
    assert not Municipality.objects.exists()
    assert not RoleAssignment.objects.exists()


def test_the_one_time_link_works_once(client) -> None:
    made = beginning.begin(municipalities.find("Kiruna"), username="anna")
    link = beginning.password_link(made.administrator, "http://testserver/")
    page = client.get(link, follow=True)
    assert page.status_code == 200
    word = "en lång mening om renar"
    client.post(page.redirect_chain[-1][0], {"password1": word, "password2": word})
    made.administrator.refresh_from_db()
    assert made.administrator.check_password(word)
    again = client.get(link, follow=True)
    assert "password1" not in again.content.decode()
