"""Someone who has never seen YAML builds a service of three steps with one condition; a second person publishes; a resident sends it in."""

from __future__ import annotations

import re

import pytest

from stadig.cases.models import Case
from stadig.city.models import Organisation
from stadig.city.permissions import Role
from stadig.city.testing import someone
from stadig.eservices.models import Draft, Edition
from stadig.ui import testing

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def committee(db) -> Organisation:
    committee = Organisation.objects.create(name="Kultur- och fritidsnämnden", kind="committee")
    Organisation.objects.create(name="Fritid", kind="unit", parent=committee)
    return committee


def look(page) -> None:
    """The page one is on: sound, free from faults in axe, and readable on the narrowest phone."""
    testing.sound(page)
    testing.axe(page)
    wide = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 844})
    testing.sound(page)
    page.set_viewport_size(wide)


def begin(page, name: str) -> None:
    """From the menu to the first page of a new service."""
    page.goto("/arbetsplats/tjanster/")
    page.get_by_role("link", name="Ny e-tjänst").click()
    page.get_by_label("Vad heter e-tjänsten?").fill(name)
    page.get_by_label("Vilken nämnd svarar för den?").select_option(label="Kultur- och fritidsnämnden")
    page.get_by_label("Vilken enhet tar hand om ärendena?").select_option(label="Fritid")


def ask(page, question: str, answered: str, *options: str) -> None:
    """Add a question last in the last step: one field and one choice."""
    page.get_by_role("link", name="Lägg till en fråga").last.click()
    page.get_by_label("Vad vill du fråga?").fill(question)
    page.get_by_role("radio", name=re.compile(f"^{answered}")).check()
    if options:
        page.get_by_label("Svaren att välja mellan").fill("\n".join(options))


def add(page) -> None:
    page.get_by_role("button", name="Lägg till", exact=True).click()


def to_outline(page) -> None:
    page.get_by_role("navigation", name="Delar av tjänsten").get_by_role("link", name="Frågor").click()


def step(page, title: str) -> None:
    """Add a step last."""
    to_outline(page)
    page.get_by_label("Vad ska nästa steg heta?").fill(title)
    page.get_by_role("button", name="Lägg till steget").click()
    page.get_by_role("heading", name=title).wait_for()


def shown_when(page, question: str) -> None:
    """Begin a condition: it reads the first answer of this question."""
    page.get_by_label("Vilken fråga avgör?").first.select_option(label=question)
    page.get_by_role("button", name="Lägg till ett villkor").first.click()


def name_first_step(page, title: str) -> None:
    page.locator(".outline-h a").first.click()
    page.get_by_label("Rubrik, Svenska").fill(title)
    page.get_by_role("button", name="Spara", exact=True).click()
    page.get_by_role("heading", name=title, level=1).wait_for()


def test_someone_who_has_never_seen_yaml_builds_a_service_and_a_resident_uses_it(new_page, committee):
    page = new_page(width=testing.DESK)
    testing.log_in(page, someone(Role.MANAGER, username="henrik"))
    with testing.watched(page):
        build(page)
    page = new_page()
    testing.log_in(page, someone(Role.ADMINISTRATOR, username="ove"))
    with testing.watched(page):
        publish(page)
    page = new_page()
    fill_in(page)
    case = Case.objects.get()
    assert case.title and case.type.committee == committee
    assert Edition.objects.get().state == Edition.State.PUBLISHED


def build(page) -> None:
    begin(page, "Sök pengar till ett läger")
    look(page)
    page.get_by_role("button", name="Skapa e-tjänsten").click()
    page.get_by_role("heading", name="Sök pengar till ett läger", level=1).wait_for()
    look(page)
    name_first_step(page, "Vad gäller det?")
    look(page)
    to_outline(page)
    ask(page, "Vad vill ni göra?", "Välj ett svar", "Åka på läger", "Köpa material")
    look(page)
    add(page)
    page.get_by_role("heading", name="Vad vill ni göra?", level=1).wait_for()
    look(page)
    step(page, "Om lägret")
    ask(page, "Hur många barn följer med?", "Antal")
    add(page)
    shown_when(page, "Vad vill ni göra?")
    page.get_by_label("Vilket svar?").wait_for()
    assert page.get_by_label("Vilket svar?").locator("option:checked").inner_text() == "Åka på läger"
    look(page)
    step(page, "Vem är du?")
    ask(page, "Vilken e-postadress har du?", "E-postadress")
    add(page)
    page.get_by_label("Ledtext under frågan, Svenska").fill("Dit skriver vi när vi har bestämt.")
    page.get_by_role("button", name="Spara", exact=True).click()
    page.get_by_text("Frågan ändrades.").wait_for()
    preview = page.frame_locator("iframe.phone")
    preview.get_by_text("Dit skriver vi när vi har bestämt.").wait_for()
    try_it(page)
    undo(page)
    for room in ("Om tjänsten", "Handläggning", "Texter", "Filer", "Granska"):
        page.get_by_role("navigation", name="Delar av tjänsten").get_by_role("link", name=room).click()
        page.get_by_role("heading", name=room, level=1).wait_for()
        look(page)
    page.get_by_role("button", name="Be om publicering").click()
    page.get_by_text("Du har bett om att den publiceras").wait_for()
    look(page)


def try_it(page) -> None:
    """The preview is the real form: the condition hides and shows its step, and nothing is stored."""
    to_outline(page)
    preview = page.frame_locator("iframe.phone")
    preview.get_by_label("Köpa material").check()
    preview.get_by_role("button", name="Fortsätt").last.click()
    preview.get_by_role("heading", name="Vem är du?").wait_for()
    preview.get_by_role("button", name="Tillbaka").click()
    preview.get_by_label("Åka på läger").check()
    preview.get_by_role("button", name="Fortsätt").last.click()
    preview.get_by_label("Hur många barn följer med?").wait_for()
    assert Draft.objects.count() == 0


def undo(page) -> None:
    """A question that is moved goes back to where it was."""
    last = page.locator(".outline").last
    last.get_by_role("button", name="Flytta upp: Vilken e-postadress har du?").click()
    page.get_by_text("Frågan flyttades.").wait_for()
    page.get_by_role("button", name="Ångra").click()
    page.locator(".outline").last.get_by_role("link", name="Vilken e-postadress har du?").wait_for()


def publish(page) -> None:
    page.goto("/arbetsplats/tjanster/")
    look(page)
    page.get_by_role("link", name="Sök pengar till ett läger").click()
    look(page)
    page.get_by_role("button", name="Publicera").click()
    page.get_by_text("E-tjänsten är publicerad").wait_for()


def go_on(page, heading: str) -> None:
    page.locator("#steg .ds-button.big").first.click()
    page.get_by_role("heading", name=heading, level=1).wait_for()


def fill_in(page) -> None:
    page.goto("/e/")
    page.get_by_role("link", name="Sök pengar till ett läger").click()
    page.get_by_role("button", name="Börja").click()
    page.get_by_label("Åka på läger").check()
    go_on(page, "Om lägret")
    page.get_by_label("Hur många barn följer med?").fill("14")
    go_on(page, "Vem är du?")
    page.get_by_label("Vilken e-postadress har du?").fill("berit@example.se")
    go_on(page, "Läs igenom och skicka")
    assert "14" in page.locator("main").inner_text()
    page.get_by_role("button", name="Skicka in").click()
    page.get_by_role("heading", name="Tack, vi har tagit emot det").wait_for()


def test_a_service_is_built_without_javascript(new_page, committee):
    page = new_page(javascript=False)
    testing.log_in(page, someone(Role.MANAGER, username="henrik"))
    begin(page, "Låna en lokal")
    page.get_by_role("button", name="Skapa e-tjänsten").click()
    ask(page, "Behöver du nyckel?", "Ja eller nej")
    add(page)
    to_outline(page)
    ask(page, "Vart ska vi skicka nyckeln?", "Kort text")
    add(page)
    shown_when(page, "Behöver du nyckel?")
    page.get_by_label("Vilket svar?").select_option(label="Nej")
    page.get_by_role("button", name="Spara villkoret").first.click()
    to_outline(page)
    assert page.get_by_text("Visas när ”Behöver du nyckel?” är Nej.").is_visible()
    preview = page.frame_locator("iframe.phone")
    preview.get_by_label("Nej").check()
    preview.get_by_role("button", name="Fortsätt").last.click()
    preview.get_by_label("Vart ska vi skicka nyckeln?").wait_for()
    page.get_by_role("link", name="Granska").first.click()
    page.get_by_role("button", name="Be om publicering").click()
    assert page.get_by_role("heading", name="Du har bett om att den publiceras").is_visible()
