"""Filling in through the pages, as a browser without JavaScript does."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.urls import reverse

from stadig.cases.models import Case
from stadig.city import assurance, services
from stadig.city.models import Service
from stadig.city.roles import Role
from stadig.eservices import access, drafts
from stadig.eservices.models import Draft, Submission

pytestmark = pytest.mark.django_db


def begun(client, name: str) -> Draft:
    answer = client.post(reverse("eservices:begin", args=[name]), {})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return Draft.objects.latest("started_at")


def url(draft: Draft, step: str) -> str:
    return reverse("eservices:step", args=[draft.pk, step])


def asked(answer) -> list[str]:
    return re.findall(r'name="_q" value="([^"]+)"', answer.content.decode())


def send(client, draft: Draft, step: str, **values):
    page = client.get(url(draft, step))
    return client.post(
        url(draft, step), {"_q": asked(page), "_do": "next"} | {k.replace("__", "."): v for k, v in values.items()}
    )


def log_in_surely(client, user) -> None:
    """With an e-identification at level 3."""
    client.force_login(user, backend="stadig.city.login.PasswordBackend")
    session = client.session
    session[assurance.LEVEL] = 3
    session.save()


def test_a_fault_in_the_street_from_first_page_to_receipt(client, installed):
    installed("street-fault")
    assert "Anmäl ett fel" in client.get("/e/").content.decode()
    page = client.get("/e/street-fault/").content.decode()
    assert "Börja" in page and "6 § förvaltningslagen" in page
    draft = begun(client, "street-fault")
    assert reverse("eservices:blank", args=["street-fault"]) in client.get(url(draft, "what")).content.decode()
    again = send(client, draft, "what", what="lamp")
    assert again.status_code == 302 and again["Location"].endswith("?fler=1#q-lamp_number")
    page = client.get(url(draft, "what")).content.decode()
    assert "Varför frågar vi?" in page and page.index("Varför frågar vi?") > page.index("lamp_number")
    assert send(client, draft, "what", what="lamp", lamp_number="4711")["Location"] == url(draft, "where")
    assert send(client, draft, "where", where__text="Storgatan 12")["Location"] == url(draft, "answer")
    assert send(client, draft, "answer")["Location"] == reverse("eservices:summary", args=[draft.pk])
    summary = client.get(reverse("eservices:summary", args=[draft.pk])).content.decode()
    assert "Lampa som inte lyser" in summary and "4711" in summary
    for _ in range(2):
        sent = client.post(reverse("eservices:summary", args=[draft.pk]))
        assert sent["Location"] == reverse("eservices:receipt", args=[draft.pk])
    case = Case.objects.get()
    assert case.number in client.get(sent["Location"]).content.decode()
    assert Submission.objects.get().case == case


def test_what_is_wrong_is_told_at_the_top_and_at_the_field_and_nothing_typed_is_lost(client, installed):
    installed("street-fault")
    draft = begun(client, "street-fault")
    answer = send(client, draft, "where", where__text="S")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Fel:" in text and 'href="#q-where"' in text
    assert 'id="q-where-error"' in text and 'value="S"' in text and 'aria-invalid="true"' in text


def test_a_hidden_answer_is_kept_for_the_person_and_absent_from_what_is_sent(client, installed):
    installed("street-fault")
    draft = begun(client, "street-fault")
    send(client, draft, "what", what="lamp")
    send(client, draft, "what", what="lamp", lamp_number="4711")
    send(client, draft, "what", what="hole", lamp_number="4711")
    assert drafts.answers_of(Draft.objects.get())["lamp_number"] == "4711"
    send(client, draft, "where", where__text="Storgatan 12")
    client.post(reverse("eservices:summary", args=[draft.pk]))
    assert "lamp_number" not in Case.objects.get().documents.get(number=1).data


def test_autosave_answers_with_what_changed_alone(client, installed):
    installed("street-fault")
    draft = begun(client, "street-fault")
    page = client.get(url(draft, "what")).content.decode()
    told = re.findall(r'name="_slots" value="([^"]+)"', page)
    saved = client.post(
        reverse("eservices:save", args=[draft.pk, "what"]),
        {"_q": ["what", "description"], "_slots": told, "what": "lamp", "description": "blink"},
    ).content.decode()
    assert 'id="sq-lamp_number" hx-swap-oob="true"' in saved
    assert "sq-what" not in saved and "sq-description" not in saved and "Utkastet sparades" in saved
    assert drafts.answers_of(Draft.objects.get())["description"] == "blink"


def test_what_a_rule_made_appear_says_why_also_when_it_comes_while_one_fills_in(client, installed, someone):
    installed("financial-assistance")
    log_in_surely(client, someone(Role.RESIDENT))
    draft = begun(client, "financial-assistance")
    assert "Varför frågar vi?" not in client.get(url(draft, "household")).content.decode()
    answers = {"_q": ["household", "has_children"], "household": "couple", "has_children": "yes"}
    saved = client.post(reverse("eservices:save", args=[draft.pk, "household"]), answers).content.decode()
    page = client.get(url(draft, "household")).content.decode()
    for html in (saved, page):
        assert html.count("Varför frågar vi?") == 4, "three questions about the partner, and the group of children"
        assert html.count("Varför visas det här?") == 1, "the text about signing"
        assert "Vi frågar eftersom du svarade ja på frågan ”" in html
    client.cookies["stadig_language"] = "en"
    page = client.get(url(draft, "household")).content.decode()
    assert "We ask because you answered yes to “" in page and "Why is this shown?" in page and "eftersom" not in page


def test_a_step_that_a_rule_made_appear_says_why_once(client, installed, someone):
    installed("parking-permit")
    log_in_surely(client, someone(Role.RESIDENT))
    draft = begun(client, "parking-permit")
    scope = access.may_fill_in(None, [draft.pk]) | access.may_fill_in(Draft.objects.get().person.user)
    answers = {"application": "first", "lasts": "for_life"}
    drafts.save(None, scope, draft.pk, lambda contents: replace(contents, answers=answers))
    page = client.get(url(draft, "certificate")).content.decode()
    assert page.count("Steget finns med eftersom du svarade") == 1 and "Varför frågar vi?" not in page
    assert "Steget finns med" not in client.get(url(draft, "photo")).content.decode()


def test_another_browser_needs_the_code_and_what_it_sent_is_kept(client, installed):
    installed("street-fault")
    draft = begun(client, "street-fault")
    client.cookies.clear()
    assert client.get(url(draft, "what")).status_code == 404
    away = client.post(url(draft, "what"), {"_q": ["what"], "what": "hole", "_do": "next"})
    assert away.status_code == 404 and "Det du skrev är sparat" in away.content.decode()
    wrong = client.post(reverse("eservices:resume"), {"code": "ABCD ABCD"})
    assert wrong.status_code == 422
    right = client.post(reverse("eservices:resume"), {"code": drafts.code_of(draft.pk).lower()})
    assert right.status_code == 302
    client.get(url(draft, "what"), follow=True)
    assert drafts.answers_of(Draft.objects.get()) == {"what": "hole"}


def test_codes_cannot_be_guessed_at_length(client, db):
    for _ in range(10):
        assert client.post(reverse("eservices:resume"), {"code": "ABCD ABCD"}).status_code == 422
    assert client.post(reverse("eservices:resume"), {"code": "ABCD ABCD"}).status_code == 429


def test_rows_are_added_and_taken_away_without_javascript(client, installed, someone):
    installed("association-grant")
    log_in_surely(client, someone(Role.RESIDENT))
    draft = begun(client, "association-grant")
    whom = {"whom": "organisation", "name": "Lindhamns IF", "number": "802002-4280", "mandate": "signatory"}
    client.post(reverse("eservices:whom", args=[draft.pk]), whom)
    page = client.get(url(draft, "budget"))
    count = page.content.decode().count('class="rowset"')
    client.post(
        url(draft, "budget"), {"_q": asked(page), "costs[0].what": "Hyra", "costs[0].amount": "1 200,50", "_do": "add:costs"}
    )
    page = client.get(url(draft, "budget")).content.decode()
    assert page.count('class="rowset"') == count + 1
    assert 'value="Hyra"' in page and 'value="1200,5"' in page and "1\N{NO-BREAK SPACE}200,50" in page
    client.post(url(draft, "budget"), {"_do": "remove:costs:0"})
    assert 'value="Hyra"' not in client.get(url(draft, "budget")).content.decode()


def test_a_service_that_needs_a_log_in_says_so_and_shows_the_other_ways(client, installed, someone):
    installed("parking-permit")
    page = client.post(reverse("eservices:begin", args=["parking-permit"])).content.decode()
    assert "Logga in för att börja" in page and "Andra vägar" in page
    client.force_login(someone(Role.RESIDENT), backend="stadig.city.login.PasswordBackend")
    assert "säkrare e-legitimation" in client.post(reverse("eservices:begin", args=["parking-permit"])).content.decode()
    assert not Draft.objects.exists()


def test_the_register_of_services_knows_e_services_in_every_language(client, installed):
    installed("street-fault")
    services.sync()
    found = client.get("/sok?q=potthål").content.decode()
    assert "Anmäl ett fel på gata eller park" in found and "/e/street-fault/" in found
    client.cookies["stadig_language"] = "en"
    assert "Report a fault" in client.get("/tjanster/").content.decode()
    assert "Report a fault" in client.get("/").content.decode()
    Service.objects.filter(slug="street-fault").update(paused=True, operating_message="Storm.")
    assert "Storm." in client.get("/e/street-fault/").content.decode()
    assert client.post(reverse("eservices:begin", args=["street-fault"]))["Location"] == "/e/street-fault/"


def test_the_grounds_are_said_in_the_readers_language_or_marked_as_swedish(client, installed):
    installed("parking-permit")
    installed("street-fault")
    client.cookies["stadig_language"] = "en"
    page = client.get("/e/parking-permit/").content.decode()
    assert "2 years after the permit has expired" in page and "trafikförordningen" not in page
    assert '<dd lang="sv">1 år efter att felet är lagat</dd>' in client.get("/e/street-fault/").content.decode()
    client.cookies["stadig_language"] = "sv"
    page = client.get("/e/parking-permit/").content.decode()
    assert "13 kap. 8 § trafikförordningen (1998:1276)" in page and '<dd lang="sv">' not in page
