"""Fault in the street, from the one who reports it to the crew and back."""

from __future__ import annotations

import pytest

from stadig.cases import actions as cases
from stadig.cases.models import Case
from stadig.city.models import Effect
from stadig.city.roles import Role
from stadig.eservices import actions
from stadig.eservices.actions import street
from stadig.eservices.tests.conftest import LAMP
from stadig.post.models import Message
from stadig.work import actions as work
from stadig.work.models import State, WorkOrder

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew(someone):
    return someone(Role.CREW)


def test_a_report_becomes_work_and_its_closing_an_answer(drafted, deliver, crew, unit):
    case = actions.submit(None, drafted().pk).case
    deliver()
    order = WorkOrder.objects.get()
    case.refresh_from_db()
    assert (order.kind, order.title, order.place_name) == ("street", "Fel på gata: Lampa som inte lyser", "Storgatan 12")
    assert (order.lon, order.lat, order.due) == (12.1, 57.2, case.due_at)
    assert (case.status, case.group) == ("ordered", "others")
    work.close_order(crew, order.pk, outcome="Bytte lampan.")
    deliver()
    case.refresh_from_db()
    assert (case.status, case.group) == ("mended", "closed")
    message = Message.objects.get()
    assert (message.channel, message.contact["email"]) == ("email", "berit@example.se")
    assert "Felet är lagat" in message.subject
    assert case.number in message.body
    assert "Bytte lampan" not in message.body
    assert set(Effect.objects.filter(service="street-fault").values_list("metric_id", flat=True)) == {
        "cases_registered",
        "faults_mended",
        "case_days",
    }


def test_events_that_come_twice_change_nothing(drafted, deliver, crew):
    case = actions.submit(None, drafted().pk).case
    deliver()
    order = street.open_work(case.pk)
    work.close_order(crew, order.pk)
    deliver()
    street.follow_work(order.pk)
    assert WorkOrder.objects.count() == Message.objects.count() == 1
    assert Effect.objects.filter(metric_id="faults_mended").count() == 1


def test_work_that_was_not_possible_says_why(drafted, deliver, crew):
    case = actions.submit(None, drafted().pk).case
    deliver()
    work.close_order(crew, WorkOrder.objects.get().pk, state=State.NOT_POSSIBLE, outcome="Stolpen är privat.")
    deliver()
    case.refresh_from_db()
    assert case.status == "nothing"
    assert "Stolpen är privat." in Message.objects.get().body
    assert not Effect.objects.filter(metric_id="faults_mended").exists()


def test_who_wants_no_answer_gets_none(drafted, deliver, crew):
    actions.submit(None, drafted(LAMP | {"answer_me": False}).pk)
    deliver()
    work.close_order(crew, WorkOrder.objects.get().pk)
    deliver()
    assert not Message.objects.exists()
    assert Case.objects.get().status == "mended"


def test_who_reported_gets_the_answer_by_the_channels_they_chose(drafted, deliver, crew, someone, settings):
    from stadig.post import contact

    settings.SMS_GATEWAY = "declared.yaml"
    karin = someone(Role.RESIDENT)
    contact.choose_contact(karin, karin.person, channels=["sms"], phone="070-123 45 67")
    actions.submit(karin, drafted(by=karin).pk)
    deliver()
    work.close_order(crew, WorkOrder.objects.get().pk)
    deliver()
    message = Message.objects.get()
    assert (message.person, message.channel, message.left) == (karin.person, "sms", [])
    assert "Felet är lagat" in message.subject and "/mina/" in message.body


def test_a_case_closed_by_hand_meanwhile_stands(drafted, deliver, crew):
    case = actions.submit(None, drafted().pk).case
    deliver()
    cases.set_status(None, case.pk, "nothing")
    work.close_order(crew, WorkOrder.objects.get().pk)
    deliver()
    case.refresh_from_db()
    assert case.status == "nothing"
    assert not Message.objects.exists()


def test_a_place_in_words_is_looked_for_among_the_streets(drafted, deliver):
    from stadig.city import clock
    from stadig.geo.models import Street, StreetNetwork

    net = StreetNetwork.objects.create(
        name="n", source="s", licence="l", imported_at=clock.now(), version="1", nodes=0, edges=0,
        west=12.0, south=57.0, east=12.2, north=57.2, data=b"",
    )  # fmt: skip
    Street.objects.create(
        network=net, name="Storgatan", street_class="street", length_m=1,
        geometry={"type": "MultiLineString", "coordinates": [[[12.01, 57.01], [12.02, 57.02], [12.03, 57.03]]]},
    )  # fmt: skip
    for text, place in (("Storgatan 12", (12.02, 57.02)), ("vid den gamla eken", (12.1, 57.1))):
        case = actions.submit(None, drafted(LAMP | {"where": {"text": text}}).pk).case
        order = street.open_work(case.pk)
        assert (order.lon, order.lat, order.place_name) == (pytest.approx(place[0]), pytest.approx(place[1]), text)
