"""Two trials in the browser, from an idea to the end: one is scaled up, one is withdrawn by someone without JavaScript."""

from __future__ import annotations

import pytest

from stadig.city.models import District, Service
from stadig.city.permissions import Role
from stadig.city.testing import someone
from stadig.pilots.models import Lesson, Pilot, Unit
from stadig.ui import testing

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SQUARE = {"type": "Polygon", "coordinates": [[[12.0, 57.0], [12.1, 57.0], [12.1, 57.1], [12.0, 57.1], [12.0, 57.0]]]}
TEXTS = {
    "hypothesis": "Om korgarna säger till kör bilarna kortare.",
    "primary.title": "Körda kilometer per korg",
    "primary.unit": "km",
    "worthwhile": "20",
    "guardrails.0.bound": "2",
    "cost_ceiling_kr": "400 000",
    "owner": "Driftchefen",
    "begins": "2026-11-24",
    "ends": "2027-03-31",
    "exit_plan": "Sensorerna tas ner på två veckor.",
    "equal.differs": "Några områden får sensorer.",
    "equal.reason": "Pengarna räcker inte till alla.",
    "equal.decided_by": "Gatu- och parknämnden § 12",
    "equal.decided_on": "2026-10-20",
    "equal.until": "2027-03-31",
    "privacy.personal_data": "Inga.",
    "privacy.legal_basis": "Behövs inte.",
    "privacy.decline": "Behövs inte.",
}


@pytest.fixture(autouse=True)
def town(transactional_db, at):
    at("2026-11-24 09:00")
    Service.objects.get_or_create(slug="papperskorgar", defaults={"title": "Papperskorgar nära dig"})
    for number in range(1, 9):
        District.objects.create(code=f"D{number}", name=f"Område {number}", geometry=SQUARE)


def look(page) -> None:
    """The page one is on is sound and free from faults in axe."""
    testing.sound(page)
    testing.axe(page)


def begin(page, title: str, *, see=lambda _page: None) -> None:
    page.goto("/arbetsplats/forsok/")
    see(page)
    page.get_by_role("link", name="Planera ett försök").click()
    see(page)
    page.get_by_label("Vad heter försöket?").fill(title)
    page.get_by_label("Vilken tjänst gäller det?").select_option("papperskorgar")
    page.get_by_role("button", name="Till kortet").click()


def fill_in(page, unit: str, design: str) -> None:
    page.locator("[name=unit]").select_option(unit)
    page.locator("#lever-equipment").check()
    page.locator(f"#design-{design}").check()
    page.locator("#primary-direction-less").check()
    for name, text in TEXTS.items():
        page.locator(f"[name='{name}']").fill(text)
    page.locator("[name='purchase.way']").select_option("own_work")


def decide(page, which: str, reason: str) -> None:
    page.get_by_role("radio", name=which).check()
    page.get_by_label("Vem beslutar?").fill("Gatu- och parknämnden § 40")
    page.get_by_label("Vilken dag?").first.fill("2026-11-24")
    page.locator("[name=reason]").fill(reason)
    page.get_by_role("button", name="Spara beslutet").click()


def learn(page, title: str, text: str) -> None:
    if not page.get_by_label("Vad lärde ni er?").is_visible():
        page.get_by_text("Skriv en lärdom").click()
    page.get_by_label("Vad lärde ni er?").fill(title)
    page.get_by_label("Berätta").fill(text)
    page.get_by_role("button", name="Spara lärdomen").click()


def test_a_trial_goes_from_idea_to_scaled_up(site, page):
    testing.log_in(page, someone(Role.MANAGER))
    with testing.watched(page):
        begin(page, "Papperskorgar som säger till", see=look)
        look(page)
        fill_in(page, "district", "areas")
        page.keyboard.press("Tab")
        page.locator("#bredvid .quote").get_by_text("skalar vi upp").wait_for()
        page.get_by_role("button", name="Spara", exact=True).click()
        page.get_by_text("En sak kvar före starten").wait_for()
        look(page)
        page.get_by_role("link", name="Välj upplägg").click()
        page.get_by_label("Hur många kan vara med?").fill("8")
        page.get_by_role("button", name="Räkna ut").click()
        page.get_by_text("Möjligt").or_(page.get_by_text("Rekommenderas")).first.wait_for()
        look(page)
        page.get_by_role("link", name="Områden och lottning").click()
        for choice in page.locator("select[name^=d-]").all():
            choice.select_option("in")
        page.get_by_role("button", name="Spara områdena").click()
        page.get_by_label("Offentlig text").fill("Gatu- och parknämnden 2026-11-24 § 12")
        page.get_by_role("button", name="Dra lotten").click()
        page.get_by_role("heading", name="Lotten är dragen", level=1).wait_for()
        look(page)
        page.get_by_role("link", name="Starta", exact=True).click()
        look(page)
        page.get_by_role("button", name="Starta försöket").click()
        page.get_by_role("heading", name="Papperskorgar som säger till", level=1).wait_for()
        look(page)
        page.get_by_role("link", name="Siffror", exact=True).click()
        look(page)
        page.get_by_role("link", name="Beslut och lärdomar").click()
        look(page)
    decide(page, "Skala upp", "")
    page.locator("#id_reason-error").wait_for()
    look(page)
    decide(page, "Skala upp", "Leverantören slutar med de gamla korgarna.")
    page.get_by_role("heading", name="Skriv minst en sak som inte fungerade").wait_for()
    learn(page, "Sensorerna tystnade i kyla", "Sex av 36 slutade svara under −4 grader.")
    look(page)
    page.get_by_role("button", name="Avsluta försöket").click()
    page.get_by_role("heading", name="Försöket är avslutat", level=1).wait_for()
    page.goto("/arbetsplats/forsok/")
    page.get_by_text("Skalades upp").or_(page.get_by_text("Skalas upp")).first.wait_for()
    assert Unit.objects.filter(arm="pilot").count() == 4
    assert Pilot.objects.get().outcome == Pilot.Outcome.SCALED_UP


def test_a_trial_is_withdrawn_without_javascript_and_with_the_keyboard(site, new_page):
    page = new_page(javascript=False, width=testing.DESK)
    testing.log_in(page, someone(Role.MANAGER))
    begin(page, "Kiosk på biblioteket")
    fill_in(page, "person", "persons")
    page.locator("[name=worthwhile]").fill("ganska mycket")
    page.get_by_role("button", name="Spara", exact=True).focus()
    with page.expect_navigation():  # without JavaScript a page that is being left answers nothing, ever
        page.keyboard.press("Enter")
    assert page.title().startswith("Fel:")
    assert page.locator("[name=exit_plan]").input_value() == TEXTS["exit_plan"]
    page.locator("[name=worthwhile]").fill("20")
    with page.expect_navigation():
        page.locator("[name=worthwhile]").press("Enter")
    assert "skalar vi upp" in page.locator("#bredvid .quote").inner_text()
    page.get_by_role("link", name="Läs igenom och starta").click()
    page.get_by_role("button", name="Starta försöket").click()
    page.get_by_role("link", name="Beslut och lärdomar").click()
    decide(page, "Dra tillbaka", "Kiosken stod oanvänd.")
    page.get_by_role("button", name="Avsluta försöket").click()
    assert "Skriv minst en sak som inte fungerade" in page.locator("main").inner_text()
    learn(page, "Ingen hittade dit", "Kiosken stod bakom en pelare.")
    page.get_by_role("button", name="Avsluta försöket").click()
    assert page.locator("h1").inner_text() == "Försöket är avslutat"
    assert Pilot.objects.get().outcome == Pilot.Outcome.WITHDRAWN
    assert Lesson.objects.get().worked is False
