"""Completing: the answers we asked for are open, and no other."""

from __future__ import annotations

import datetime as dt

import pytest

from stadig.cases import writing
from stadig.city import clock
from stadig.city.roles import Role
from stadig.eservices import actions

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
