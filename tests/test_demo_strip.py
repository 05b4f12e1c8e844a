"""The strip *Titta som …* and the tour: there in a demo town, out of reach everywhere else."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.test import Client, RequestFactory

from stadig.city.demo import PEOPLE
from stadig.config import tour


@pytest.fixture
def in_demo(settings, demo_town):
    from stadig.config import demo_views
    from stadig.ui import context

    settings.DEMO = True
    settings.ROOT_URLCONF = "stadig.config.demo_urls"
    context.provide(demo_views.strip)
    yield
    context._providers.remove(demo_views.strip)


@pytest.mark.parametrize("one", PEOPLE, ids=lambda one: one.username)
def test_one_click_makes_the_visitor_one_of_the_eight(in_demo, client, one):
    answer = client.post("/titta-som/", {"username": one.username})
    assert answer.status_code == 302
    page = client.get("/hjalp")
    assert page.wsgi_request.user.username == one.username
    assert one.last_name in page.content.decode()


def test_one_click_back_to_being_nobody(in_demo, client):
    client.post("/titta-som/", {"username": "leila"})
    client.post("/titta-som/", {"username": ""})
    assert not client.get("/hjalp").wsgi_request.user.is_authenticated


def test_nobody_becomes_someone_who_is_not_of_the_eight(in_demo, client):
    from stadig.city.models import User

    User.objects.create_user("root")
    assert client.post("/titta-som/", {"username": "root"}).status_code == 404


def test_the_switch_needs_the_forms_token(in_demo):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/titta-som/", {"username": "ove"}).status_code == 403


@pytest.mark.parametrize("path", ["/titta-som/", "/rundtur/1/", "/rundtur/slut/", "/rundtur/"])
def test_the_addresses_do_not_exist_in_a_real_city(db, client, path):
    assert client.post(path, {"username": "ove"}).status_code == 404
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("demo", [True, False])
def test_the_view_refuses_a_forged_call_in_a_real_city(db, settings, demo):
    from stadig.city.models import Municipality, User
    from stadig.config import demo_views

    Municipality.objects.create(name="Västerås", code="1980")
    User.objects.create_user("ove")
    settings.DEMO = demo
    forged = RequestFactory().post("/titta-som/", {"username": "ove"})
    with pytest.raises(Http404):
        demo_views.look_as(forged)
    with pytest.raises(Http404):
        demo_views.tour_stop(forged, 1)


def test_a_page_of_a_real_city_shows_no_strip(db, client):
    assert "titta-som" not in client.get("/hjalp").content.decode()


def test_the_tour_walks_from_stop_to_stop_as_the_right_person(in_demo, client, monkeypatch):
    stops = (
        tour.Stop("Hjälp", "Här finns hjälp.", "Läs.", "help"),
        tour.Stop("Uppgifter", "Så används uppgifterna.", "Läs.", "privacy", "leila"),
        tour.Stop("Inte här", "Finns inte.", "–", "no-such-page"),
    )
    monkeypatch.setattr(tour, "STOPS", stops)
    page = client.get("/rundtur/").content.decode()
    assert page.index("Hjälp") < page.index("Uppgifter")
    assert client.post("/rundtur/1/").headers["Location"] == "/hjalp"
    assert "Stopp 1 av 2" in client.get("/hjalp").content.decode()
    assert client.post("/rundtur/2/").headers["Location"] == "/dina-uppgifter"
    shown = client.get("/dina-uppgifter")
    assert shown.wsgi_request.user.username == "leila"
    assert "Stopp 2 av 2" in shown.content.decode()
    assert client.get("/rundtur/").content.decode().count("Sett") == 2
    client.post("/rundtur/slut/")
    assert "Stopp 2" not in client.get("/hjalp").content.decode()
    assert client.post("/rundtur/3/").status_code == 404
