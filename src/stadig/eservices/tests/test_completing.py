"""Completing: the answers we asked for are open, and no other."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from stadig.cases import actions as cases
from stadig.cases import writing
from stadig.cases.actions import NewParty
from stadig.cases.models import Document
from stadig.city import clock
from stadig.city.roles import Role
from stadig.eservices import actions, published
from stadig.eservices.models import Submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def karin(someone):
    return someone(Role.RESIDENT)


@pytest.fixture
def asked(drafted, karin, unit, someone, at):
    """A case of Karin's where we ask for her description again."""
    at("2026-11-24T09:00+01:00")
    amina = someone(Role.CASE_WORKER, organisation=unit)
    case = actions.submit(karin, drafted(by=karin).pk).case
    writing.ask_completion(amina, case.pk, ["description"], "Berätta vad som hände.", clock.today() + dt.timedelta(days=10))
    return case


def test_only_what_was_asked_for_is_open(asked, karin, client):
    client.force_login(karin)
    assert f"/e/komplettera/{asked.pk}/" in client.get(f"/mina/{asked.pk}/").content.decode()
    page = client.get(f"/e/komplettera/{asked.pk}/").content.decode()
    assert "Berätta vad som hände." in page
    assert 'name="description"' in page
    assert 'name="what"' not in page
    assert 'name="lamp_number"' not in page
    answer = client.post(f"/e/komplettera/{asked.pk}/", {"_q": "description", "description": "Den blinkar.", "what": "hole"})
    assert answer.status_code == 302
    data = writing.came_in(asked)
    assert (data["description"], data["what"]) == ("Den blinkar.", "lamp")
    assert client.get(f"/e/komplettera/{asked.pk}/").status_code == 302


def test_what_is_missing_is_said_and_nothing_is_lost(asked, karin, client):
    client.force_login(karin)
    empty = client.post(f"/e/komplettera/{asked.pk}/", {"_q": "description", "description": ""})
    assert empty.status_code == 422
    assert "Fel:" in empty.content.decode()
    long = client.post(f"/e/komplettera/{asked.pk}/", {"_q": "description", "description": "x" * 3000})
    assert long.status_code == 422
    assert "x" * 3000 in long.content.decode()


def test_nobody_else_completes_it(asked, someone, client):
    client.force_login(someone(Role.RESIDENT))
    assert client.get(f"/e/komplettera/{asked.pk}/").status_code == 404


@pytest.fixture
def permit(installed, karin, someone, at):
    """A case about a parking permit of Karin's, where we ask for the certificate again."""
    at("2026-11-24T09:00+01:00")
    version = installed("parking-permit").current
    scenario = next(one for one in published.of(version).scenarios if not one.errors and "certificate" in one.answers)
    karins = [NewParty("applicant", karin.person)]
    case = cases.register(None, version.case_type, title="x", answers=scenario.answers, parties=karins)
    Submission.objects.create(
        id="9a3b2c1d-0000-4000-8000-000000000002", version=version, case=case, channel="web", digest="x", submitted_at=clock.now()
    )
    amina = someone(Role.CASE_WORKER, organisation=version.case_type.unit)
    writing.ask_completion(amina, case.pk, ["certificate"], "Sidan 2 saknas.", clock.today() + dt.timedelta(days=10))
    return case


def test_a_completion_may_be_a_document_and_waits_in_quarantine(permit, karin, client, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    client.force_login(karin)
    page = f"/e/komplettera/{permit.pk}/"
    pdf = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
    assert 'type="file"' in client.get(page).content.decode()
    answer = client.post(page, {"_q": "certificate", "certificate": SimpleUploadedFile("intyg.pdf", pdf)})
    assert answer.status_code == 302
    file = Document.objects.get(case=permit, kind="completion").files.get()
    assert (file.content_type, file.state) == ("application/pdf", "quarantined")


@pytest.fixture
def assistance(installed, karin, someone, at):
    """Karin's application for financial assistance, where we ask for a paper on an income, or a word about it."""
    at("2026-12-14T09:00+01:00")
    version = installed("financial-assistance").current
    scenario = next(one for one in published.of(version).scenarios if not one.errors and one.answers.get("household") == "single")
    answers = {path: value for path, value in scenario.answers.items() if path not in ("income_paper", "more")}
    case = cases.register(None, version.case_type, title="x", answers=answers, parties=[NewParty("applicant", karin.person)])
    Submission.objects.create(
        id="9a3b2c1d-0000-4000-8000-000000000003", version=version, case=case, channel="web", digest="x", submitted_at=clock.now()
    )
    petra = someone(Role.CASE_WORKER, organisation=version.case_type.unit)
    due = clock.today() + dt.timedelta(days=10)
    writing.ask_completion(petra, case.pk, ["income_paper", "more"], "Lönespecifikation för november.", due)
    return case


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def test_a_paper_alone_answers_a_request_for_a_paper_or_a_word(assistance, karin, client, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    client.force_login(karin)
    page = f"/e/komplettera/{assistance.pk}/"
    assert 'name="income_paper"' in client.get(page).content.decode()
    slip = SimpleUploadedFile("lon.pdf", PDF)
    answer = client.post(page, {"_q": ["income_paper", "more"], "income_paper": slip, "more": ""})
    assert answer.status_code == 302
    assert Document.objects.get(case=assistance, kind="completion").files.count() == 1


def test_one_who_has_no_paper_says_so_in_words(assistance, karin, client):
    client.force_login(karin)
    said = {"_q": ["income_paper", "more"], "more": "Jag fick ingen lön i november."}
    assert client.post(f"/e/komplettera/{assistance.pk}/", said).status_code == 302
    assert writing.came_in(assistance)["more"] == "Jag fick ingen lön i november."


def test_neither_a_paper_nor_a_word_is_no_answer(assistance, karin, client):
    client.force_login(karin)
    empty = client.post(f"/e/komplettera/{assistance.pk}/", {"_q": ["income_paper", "more"], "more": ""})
    assert empty.status_code == 422
