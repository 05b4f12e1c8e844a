"""The page fills in while agencies answer: the whole program behind a port, the stand-in for the agencies, and two that hang."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from stadig.assistance.tests.people import Town, law
from stadig.config.tests.test_serving import database_url, web
from stadig.ui import testing

pytestmark = pytest.mark.browser
ASKED = ("FK", "AF", "SKV", "PM", "CSN", "SO")


@pytest.fixture
def town(transactional_db: None) -> Town:
    law(*ASKED)
    return Town()


@pytest.fixture
def address(town: Town, agencies: Any, tmp_path: Path) -> Iterator[str]:
    agencies.turn(every={"median_s": 0.4, "fixed_s": 0.4}, SO={"hang": 1}, CSN={"hang": 1})
    with web(tmp_path, database_url(), STADIG_EXCHANGE=str(agencies.exchange_file)) as server:
        yield f"http://127.0.0.1:{server.port}"


def opened(browser: Any, address: str, town: Town, *, javascript: bool = True, width: int = testing.DESK) -> Any:
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": 900}, locale="sv-SE", java_script_enabled=javascript
    )
    context.stadig_address = address
    page = context.new_page()
    testing.log_in(page, town.petra)
    page.goto(reverse("assistance:person", args=[town.couple.pk, town.yusuf.pk]))
    return page


def test_what_has_answered_stands_there_before_what_hangs_and_the_reader_is_not_moved(browser, address, town):
    page = opened(browser, address, town)
    button = page.get_by_role("button", name="Fråga myndigheterna")
    button.focus()
    page.keyboard.press("Enter")  # by keyboard alone
    begun = time.monotonic()
    page.locator("#svar-AF .prov a", has_text="Visa svaret").wait_for(timeout=4500)
    assert time.monotonic() - begun < 4.5
    assert page.locator("#svar-SO").get_by_text("Väntar på svar").is_visible()
    page.locator("#las-AF").focus()
    page.locator("#svar-SO").get_by_text("Inget svar i tid").wait_for(timeout=9000)
    page.get_by_role("heading", name="Klart efter 5,").wait_for(timeout=4000)
    assert page.evaluate("document.activeElement.id") == "las-AF"
    assert page.locator("#svar-SO").get_by_text("Vi vet inte om det finns a-kassa.").is_visible()
    assert page.locator("#svar-SO").get_by_text("Räknas inte som underlag").is_visible()
    assert page.get_by_role("button", name="Fråga igen om det som saknas").is_visible()
    for width in (320, testing.PHONE, testing.TABLET, testing.DESK):
        page.set_viewport_size({"width": width, "height": 900})
        testing.sound(page)
        testing.axe(page)


def test_asking_again_asks_the_two_that_hung_and_no_one_else(browser, address, town, agencies):
    page = opened(browser, address, town)
    page.get_by_role("button", name="Fråga myndigheterna").click()
    page.get_by_role("heading", name="Klart efter 5,").wait_for(timeout=12000)
    agencies.forget()
    agencies.calm()
    page.get_by_role("button", name="Fråga igen om det som saknas").click()
    page.locator("#las-SO").wait_for(timeout=9000)
    assert {code for one in agencies.journal() for code in one["agencies"]} == {"SO", "CSN"}


def test_without_javascript_the_page_waits_to_the_deadline_and_shows_what_there_is(browser, address, town):
    page = opened(browser, address, town, javascript=False)
    page.get_by_role("button", name="Fråga myndigheterna").click()
    page.get_by_role("heading", name="Klart efter 5,").wait_for(timeout=15000)
    assert page.locator("#svar-SO").get_by_text("Inget svar i tid").is_visible()
    assert page.locator("#las-AF").is_visible()
    testing.sound(page)
