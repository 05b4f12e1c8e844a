"""Where, when and in which ways a service is open: on the web, with someone's help and on paper. What has begun goes on."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse

from stadig.cases.models import Case
from stadig.city import clock
from stadig.city.models import District, Rollout, Service
from stadig.city.roles import Role
from stadig.eservices import actions, offers, reading
from stadig.eservices.models import Draft
from stadig.eservices.tests.conftest import PACKAGES
from stadig.eservices.tests.test_filling import begun, send, url

pytestmark = pytest.mark.django_db
PHONE = {"service": "street-fault", "channel": "phone", "name": "Vera Larsson"}
PAPER = PHONE | {"channel": "paper"}


@pytest.fixture
def changed(installed):
    """``changed(channels=…)`` → fault in the street in a version where service.yaml says so."""

    def make(**said):
        installed("street-fault")
        files = dict(reading.load(PACKAGES / "street-fault").files)
        text = re.sub(r"version: \S+", "version: 99.0.0", files["service.yaml"].decode(), count=1)
        for name, value in said.items():
            text = re.sub(rf"^{name}: .*\n", "", text, flags=re.M) + f"\n{name}: {value}\n"
        files["service.yaml"] = text.encode()
        return actions.install(None, files)

    return make


@pytest.fixture
def registrar(someone, client):
    """A registrar, logged in."""
    user = someone(Role.REGISTRAR)
    client.force_login(user)
    return user


def assisted(client, **said):
    return client.post(reverse("eservices:assist"), said)


@pytest.mark.parametrize("said", [PHONE, PAPER], ids=["phone", "paper"])
def test_a_paused_service_is_not_begun_by_staff_either_and_they_see_the_other_ways(client, installed, registrar, said):
    installed("street-fault")
    Service.objects.filter(slug="street-fault").update(
        paused=True, operating_message="Vi byter system i dag.", phone="0340-881 00", other_ways="Kom till biblioteket."
    )
    answer = assisted(client, **said)
    page = answer.content.decode()
    assert answer.status_code == 422 and not Draft.objects.exists()
    assert "Tjänsten är pausad. Vi byter system i dag." in page
    assert "0340-881 00" in page and "Kom till biblioteket." in page and "Till registreringen" in page
    assert 'value="Vera Larsson"' in page, "nothing typed is lost"


@pytest.mark.usefixtures("registrar")
@pytest.mark.parametrize(
    ("limit", "days", "words"), [("from", 3, "Tjänsten öppnar"), ("until", -3, "Sista dagen var")], ids=["before", "after"]
)
def test_before_and_after_its_time_a_service_says_which_day(client, changed, limit, days, words):
    day = clock.today() + dt.timedelta(days=days)
    changed(open=f'{{{limit}: "{day.isoformat()}"}}')
    for said in (PHONE, PAPER):
        page = assisted(client, **said).content.decode()
        assert words in page and str(day.year) in page and "Skriv ut blanketten" not in page
    assert words in client.get("/e/street-fault/").content.decode()
    assert client.get("/e/street-fault/blankett.pdf").status_code == 404
    assert client.post("/e/street-fault/ny/")["Location"] == "/e/street-fault/"
    assert not Draft.objects.exists()


@pytest.mark.usefixtures("registrar")
@pytest.mark.parametrize(
    ("channels", "phone", "paper"),
    [("[web]", False, False), ("[web, assisted]", True, False), ("[web, paper]", False, True), ("[paper]", False, True)],
)
def test_staff_begin_in_the_ways_the_package_allows(client, changed, channels, phone, paper):
    changed(channels=channels)
    for said, allowed in ((PHONE, phone), (PAPER, paper)):
        answer = assisted(client, **said)
        assert (answer.status_code == 302) is allowed
        if not allowed and channels != "[web]":
            assert "tar inte emot ansökningar på det här sättet" in answer.content.decode()
    assert Draft.objects.count() == phone + paper
    page = client.get("/e/street-fault/").content.decode()
    assert ("Skriv ut blanketten" in page) is paper
    assert ("fylls inte i på webben" in page) is ("web" not in channels)


def test_a_service_that_is_only_on_paper_is_not_begun_on_the_web(client, changed):
    changed(channels="[paper]")
    assert client.post("/e/street-fault/ny/")["Location"] == "/e/street-fault/"
    assert not Draft.objects.exists()


def test_a_service_on_in_some_districts_is_begun_by_those_who_live_there(client, installed, someone):
    installed("street-fault")
    here, there = (District.objects.create(name=name, code=name, geometry={}) for name in ("Hamnen", "Skogen"))
    setting = Rollout.objects.create(service="street-fault")
    setting.districts.add(here)
    karin, yusuf = someone(Role.RESIDENT), someone(Role.RESIDENT)
    for user, district in ((karin, here), (yusuf, there)):
        user.person.district = district
        user.person.save()
    client.force_login(karin)
    begun(client, "street-fault")
    client.force_login(yusuf)
    page = client.get("/e/street-fault/").content.decode()
    assert "Tjänsten är inte på för dig" in page and "Andra vägar" in page and "Börja</button>" not in page
    assert client.post("/e/street-fault/ny/")["Location"] == "/e/street-fault/"
    assert "/e/street-fault/" not in client.get("/e/").content.decode()
    assert Draft.objects.count() == 1
    assert (
        offers.of("street-fault", yusuf.person, "phone").closed == offers.of("street-fault", None, "paper").closed == "not_here"
    )


def test_what_has_begun_goes_on_when_the_service_is_turned_off(client, installed, registrar):
    installed("street-fault")
    assisted(client, **PHONE)
    helped = Draft.objects.get()
    client.logout()
    own = begun(client, "street-fault")
    setting = Rollout.objects.create(service="street-fault", stopped=True)
    assert client.post("/e/street-fault/ny/")["Location"] == "/e/street-fault/"
    send(client, own, "what", what="hole")
    send(client, own, "where", where__text="Storgatan 12")
    client.post(reverse("eservices:summary", args=[own.pk]))
    assert Case.objects.count() == 1
    client.force_login(registrar)
    assert client.get(url(helped, "what")).status_code == 200
    assert assisted(client, **PHONE).status_code == 422
    setting.delete()
    assert assisted(client, **PHONE).status_code == 302
