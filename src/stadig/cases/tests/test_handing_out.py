"""A case goes to another unit of its committee; a colleague gets something to do in it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from stadig.cases import handling
from stadig.cases.models import Case, Clock, Event, Note
from stadig.city.models import Organisation
from stadig.city.roles import Role
from stadig.post.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(open_case, amina, at, client) -> Case:
    at("2026-11-23T08:00+01:00")
    client.force_login(amina)
    return handling.take(amina, open_case().pk)


@pytest.fixture
def parks(committee) -> Organisation:
    return Organisation.objects.create(name="Gata och park", kind="unit", parent=committee)


def test_a_case_moves_to_another_unit_of_the_committee_where_nobody_has_it_yet(case, client, parks, someone):
    clocks = list(Clock.objects.order_by("pk").values_list("name", "due_at"))
    address = reverse("cases:move", args=[case.pk])
    assert "Gata och park" in client.get(address).content.decode()
    answer = client.post(address, {"unit": str(parks.pk), "note": "Gäller en park."}, follow=True)
    assert f"{case.number} ligger hos Gata och park." in answer.content.decode()
    case.refresh_from_db()
    assert (case.unit, case.assignee, case.status) == (parks, None, "assessing")
    assert Event.objects.latest("pk").note == "Gata och park. Gäller en park."
    assert list(Clock.objects.order_by("pk").values_list("name", "due_at")) == clocks
    assert client.get(reverse("cases:case", args=[case.pk])).status_code == 404
    assert handling.take(someone(Role.CASE_WORKER, organisation=parks), case.pk).assignee_id


def test_another_committee_is_another_authority_and_gets_no_case_this_way(case, client, amina, parks):
    theirs = Organisation.objects.create(name="Socialnämnden", kind="committee")
    other = Organisation.objects.create(name="Ekonomiskt bistånd", kind="unit", parent=theirs)
    assert client.post(reverse("cases:move", args=[case.pk]), {"unit": str(other.pk)}).status_code == 422
    with pytest.raises(handling.CannotHandle, match="annan nämnd"):
        handling.move(amina, case.pk, other)


def test_a_colleague_gets_something_to_do_and_is_told(case, client, colleague, karin):
    address = reverse("cases:task", args=[case.pk])
    said = {"text": "Ring läkaren", "due_on": "2026-11-27"}
    assert client.post(address, said | {"colleague": str(karin.pk)}).status_code == 422
    client.post(address, said | {"colleague": str(colleague.pk)})
    note = Note.objects.get()
    assert (note.for_user, note.due_on) == (colleague, dt.date(2026, 11, 27))
    assert Notice.objects.get(user=colleague).text == f"Något att göra senast 2026-11-27: {case.number}"
    assert "Ring läkaren" in client.get(reverse("cases:case", args=[case.pk])).content.decode()
