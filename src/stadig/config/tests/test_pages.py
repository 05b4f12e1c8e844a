"""The pages that belong to no service, the start page and the error pages."""

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.test import Client, RequestFactory

from stadig.config import errors, frame
from stadig.ui import testing

PAGES = ["/", "/sok", "/sok?q=xyzzy", "/hjalp", "/tillganglighet", "/dina-uppgifter"]


@pytest.mark.parametrize(
    ("name", "said"),
    [("Lindhamn", "Lindhamns kommun"), ("Växjö", "Växjö kommun"), ("Borås", "Borås kommun"), ("Stadig", "Stadig")],
)
def test_a_municipality_has_its_name_in_the_genitive(name, said):
    assert frame.full_name(name) == said


@pytest.mark.django_db
@pytest.mark.parametrize("url", PAGES)
def test_a_visitor_gets_no_cookie_before_choosing_anything(client, url):
    response = client.get(url)
    assert response.status_code == 200
    assert not response.cookies
    assert "style=" not in response.content.decode()
    assert "<style" not in response.content.decode()


@pytest.mark.django_db
def test_language_and_colours_are_chosen_without_javascript(client):
    response = client.post("/visning", {"language": "en", "next": "/hjalp"})
    assert response["Location"] == "/hjalp"
    client.post("/visning", {"scheme": "dark", "next": "/hjalp"})
    html = client.get("/hjalp").content.decode()
    assert '<html lang="en" data-color-scheme="dark"' in html


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["https://ont.se/", "//ont.se/", "javascript:alert(1)"])
def test_a_choice_never_leads_away_from_the_site(client, target):
    assert client.post("/visning", {"scheme": "dark", "next": target})["Location"] == "/"


@pytest.mark.django_db
def test_another_site_cannot_choose_for_the_reader(client):
    assert client.post("/visning", {"scheme": "dark"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.django_db
def test_the_style_page_is_not_there_in_a_real_city(client, settings):
    settings.DEMO = settings.DEBUG = False
    assert client.get("/stil/").status_code == 404


@pytest.mark.django_db
def test_a_page_that_is_not_there_offers_the_search(client):
    response = client.get("/finns-inte")
    assert response.status_code == 404
    assert "Sidan finns inte" in response.content.decode()
    assert 'name="q"' in response.content.decode()


@pytest.mark.django_db
def test_an_old_form_says_what_to_do():
    response = Client(enforce_csrf_checks=True).post("/hjalp", {"a": "b"})
    assert response.status_code == 403
    assert "Ladda om sidan" in response.content.decode()


@pytest.mark.parametrize("status", [400, 413, 429, 500, 503])
def test_faults_are_told_without_a_database(status):
    """No ``db`` mark: a query would fail this test."""
    response = errors.plain(status)
    assert response.status_code == status
    assert "<h1" in response.content.decode()


def test_too_large_a_body_is_told_as_such():
    assert errors.bad_request(RequestFactory().get("/"), RequestDataTooBig()).status_code == 413


def test_a_database_that_is_away_is_told_as_something_that_passes():
    try:
        try:
            raise OperationalError("gone")
        except OperationalError as error:
            raise RuntimeError("the page failed") from error
    except RuntimeError:
        response = errors.broken(RequestFactory().get("/"))
    assert response.status_code == 503
    assert response["Retry-After"] == "30"


@pytest.mark.browser
@pytest.mark.parametrize("url", PAGES)
def test_pages_for_everyone_are_sound(page, url):
    testing.walk(page, url)


@pytest.mark.browser
def test_the_missing_page_is_sound(page):
    page.goto("/finns-inte")
    testing.sound(page)
    testing.axe(page)


@pytest.mark.browser
def test_a_reader_without_javascript_searches_changes_language_and_opens_the_menu(plain_page):
    page = plain_page
    page.goto("/")
    page.get_by_role("searchbox").fill("papperskorg")
    page.get_by_role("button", name="Sök").click()
    assert testing.path_of(page) == "/sok"
    page.locator("summary[aria-label=Meny]").click()
    page.locator(".menu-in").get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("searchbox").input_value() == "papperskorg"


@pytest.mark.browser
def test_the_style_page_shows_every_component(page, settings):
    settings.DEMO = True
    testing.walk(page, "/stil/")
