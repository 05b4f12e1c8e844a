"""A Monday morning in a real browser: open the inbox, take a case, ask for what is missing, decide, and read the document."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from stadig.cases import actions, writing
from stadig.cases.models import Case, CaseType, Decision
from stadig.cases.tests.conftest import PARKING
from stadig.city.models import Organisation, User
from stadig.ui.testing import axe, log_in, sound, walk

pytestmark = pytest.mark.browser
WHY = "Du kan bara gå 40 meter utan att vila. Läkaren skriver att det inte blir bättre."


@pytest.fixture
def case(demo_town: None) -> Case:
    """Karin's application, in Lindhamn."""
    committee = Organisation.objects.get(name="Gatu- och parknämnden")
    unit = Organisation.objects.get(name="Tillstånd")
    kind: CaseType = actions.define(None, "monday", "m" * 64, PARKING, committee=committee, unit=unit, series="GPN")
    karin = User.objects.get(username="karin").person
    answers: dict[str, Any] = {"metres": 40, "kind": "self"}
    return actions.register(
        None, kind, title="Ansökan om parkeringstillstånd", answers=answers, parties=[actions.NewParty("applicant", karin)]
    )


def look(page: Any) -> None:
    """Sound and free from faults as it stands, on a phone and at a desk."""
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        sound(page)
        axe(page)


def press(page: Any, name: str, role: str = "button") -> None:
    """With the keyboard alone: go to it, press Enter, and wait for the page that comes."""
    page.get_by_role(role, name=name, exact=True).first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_monday_morning_by_keyboard(case, page):
    log_in(page, User.objects.get(username="amina"))
    walk(page, reverse("cases:inbox"))
    page.goto(reverse("cases:inbox") + "?sok=" + case.number)
    press(page, case.title, "link")
    walk(page, page.url)
    press(page, "Ta ärendet")
    page.get_by_text("Ärendet är ditt.").wait_for()
    press(page, "Be om komplettering", "link")
    look(page)
    press(page, "Skicka frågan")
    assert "Fel:" in page.title()
    look(page)
    page.get_by_label("Läkarintyg").check()
    page.get_by_label("Vad behöver ni, och varför?").fill("Vi behöver ett intyg från din läkare.")
    press(page, "Skicka frågan")
    page.get_by_role("heading", name="Vi väntar på den sökande").wait_for()
    look(page)
    writing.complete(User.objects.get(username="karin"), case.pk, {"certificate": ["1"]})
    page.reload()
    press(page, "Skriv beslut", "link")
    look(page)
    page.get_by_label("Bevilja tillstånd").check()
    page.get_by_label("Varför?").fill(WHY)
    press(page, "Läs igenom")
    page.get_by_role("heading", name="Vem du kan ringa").wait_for()
    look(page)
    press(page, "Fatta beslutet")
    page.get_by_text("Beslutet är fattat.").wait_for()
    look(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="beslut-").first.click()
    assert waiting.value.suggested_filename.endswith(".pdf")
    assert Decision.objects.get(case=case).valid_from == dt.date(2026, 11, 24)


def test_the_inbox_and_a_case_work_without_javascript(case, new_page):
    page = new_page(javascript=False)
    log_in(page, User.objects.get(username="amina"))
    page.goto(reverse("cases:inbox"))
    page.get_by_label(f"Välj {case.number}").check()
    page.get_by_role("button", name="Ta", exact=True).click()
    page.get_by_role("button", name="Ångra").click()
    assert Case.objects.get(pk=case.pk).assignee is None
    page.get_by_role("link", name=case.title).first.click()
    page.get_by_role("button", name="Ta ärendet").click()
    page.get_by_text("Skriv till den sökande").click()
    page.locator("#write-text").fill("Hej! Vi läser din ansökan.")
    page.get_by_role("button", name="Skicka", exact=True).click()
    page.get_by_text("Hej! Vi läser din ansökan.").wait_for()
