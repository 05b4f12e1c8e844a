"""Every step of every shipped package in a browser: free from faults in axe, on a phone and at 320 px, with and without JavaScript."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from stadig.city import assurance, clock
from stadig.city.roles import Role
from stadig.city.testing import someone
from stadig.eservices import access, drafts, flow, published
from stadig.eservices.models import Draft, EService
from stadig.eservices.tests.conftest import NAMES
from stadig.ui import testing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def log_in(page):
    """A resident with an e-identification at level 3."""
    user = someone(Role.RESIDENT)
    client = Client()
    client.force_login(user, backend="stadig.city.login.PasswordBackend")
    session = client.session
    session[assurance.LEVEL] = 3
    session.save()
    base = page.context.stadig_address
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value, "url": base}]
    )
    return user


def draft_of(user, service: EService, answers) -> Draft:
    draft = drafts.start(user, service, person=user.person)
    acting = drafts.Acting("Lindhamns IF", "802002-4280", "Du är firmatecknare")
    change = lambda contents: replace(contents, answers=dict(answers), acting=acting)  # noqa: E731
    return drafts.save(user, access.may_fill_in(user), draft.pk, change)


def look(page, url: str) -> None:
    """The page as it is, once on a phone and once at 320 px."""
    with testing.watched(page):
        answer = page.goto(url)
        assert answer.status in (200, 422), f"{url} answered {answer.status}"
        for width in (testing.PHONE, 320):
            page.set_viewport_size({"width": width, "height": 844})
            testing.sound(page)
        testing.axe(page)
        page.set_viewport_size({"width": testing.PHONE, "height": 844})


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
@pytest.mark.parametrize("name", NAMES)
def test_every_step_is_sound(new_page, installed, name, javascript):
    service = installed(name)
    page = new_page(javascript=javascript)
    user = log_in(page)
    package = published.of(service.current)
    scenario = next((one for one in package.scenarios if not one.errors), package.scenarios[0])
    draft = draft_of(user, service, scenario.answers)
    look_at = look if javascript else plain
    look_at(page, reverse("eservices:service", args=[name]))
    for step in flow.evaluate(package, scenario.answers, today=clock.today()).steps:
        url = reverse("eservices:step", args=[draft.pk, step])
        look_at(page, url)
        empty = draft_of(user, service, {})
        page.goto(reverse("eservices:step", args=[empty.pk, step]))
        if "utkast" in page.url and page.locator("#steg").count():
            page.locator("#steg .ds-button.big").first.click()
            page.wait_for_load_state()
            if javascript and page.locator(".ds-error-summary").count():
                testing.sound(page)
                testing.axe(page)
                assert page.evaluate("() => document.activeElement.className") == "ds-error-summary"
    look_at(page, reverse("eservices:summary", args=[draft.pk]))


def plain(page, url: str) -> None:
    """The page without JavaScript has one heading and does not scroll sideways on the narrowest phone."""
    answer = page.goto(url)
    assert answer.status == 200, url
    assert page.locator("h1").count() == 1
    for width in (testing.PHONE, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.locator("main").bounding_box()["width"] <= width


def test_questions_come_and_go_and_the_field_one_is_in_is_left_alone(new_page, installed):
    installed("street-fault")
    page = new_page()
    page.goto("/e/street-fault/")
    page.get_by_role("button", name="Börja").click()
    page.get_by_label("Berätta mer").fill("Den blinkar")
    page.get_by_label("Lampa som inte lyser").check()
    page.get_by_label("Lampans nummer").wait_for()
    assert page.get_by_label("Berätta mer").input_value() == "Den blinkar"
    number = page.get_by_label("Lampans nummer")
    number.click()
    page.keyboard.type("47", delay=40)
    with page.expect_response("**/spara/"):
        page.keyboard.type("11", delay=40)
    page.get_by_text("Utkastet sparades").wait_for()
    assert number.input_value() == "4711"
    assert page.evaluate("() => document.activeElement.name") == "lamp_number"
    page.get_by_label("Hål eller ojämn väg").check()
    number.wait_for(state="detached")
    page.reload()
    assert page.get_by_label("Hål eller ojämn väg").is_checked()
    assert page.get_by_label("Berätta mer").input_value() == "Den blinkar"


def test_someone_without_javascript_applies_from_beginning_to_receipt(new_page, installed):
    installed("street-fault")
    page = new_page(javascript=False)
    page.goto("/e/street-fault/")
    page.get_by_role("button", name="Börja").click()
    page.get_by_label("Lampa som inte lyser").check()
    go_on = page.locator("#steg .ds-button.big").first
    go_on.click()
    page.get_by_label("Lampans nummer").fill("4711")
    go_on.click()
    page.get_by_label("Beskriv platsen").fill("Storgatan 12")
    go_on.click()
    go_on.click()
    page.get_by_role("link", name="Ändra Var är det?").click()
    page.get_by_label("Beskriv platsen").fill("Kajen 2")
    page.get_by_role("button", name="Spara och läs igenom").click()
    assert page.get_by_text("Kajen 2").is_visible()
    page.get_by_role("button", name="Skicka in").click()
    assert page.get_by_role("heading", name="Tack, vi har tagit emot det").is_visible()


def test_a_sum_is_shown_as_one_types(new_page, installed):
    service = installed("association-grant")
    page = new_page()
    user = log_in(page)
    draft = draft_of(user, service, {"costs": [{}, {}]})
    page.goto(reverse("eservices:step", args=[draft.pk, "budget"]))
    page.locator('[name="costs[0].amount"]').fill("1200")
    page.locator('[name="costs[1].amount"]').fill("300,50")
    page.keyboard.press("Tab")
    page.wait_for_function("() => document.querySelector('#sums').innerText.includes('1\\u00a0500,50')")


def test_a_place_is_pointed_out_with_the_keyboard_and_kept(new_page, installed):
    installed("street-fault")
    page = new_page()
    page.goto("/e/street-fault/")
    page.get_by_role("button", name="Börja").click()
    page.goto(page.url.replace("/what/", "/where/"))
    with page.expect_response("**/spara/"):
        page.get_by_role("button", name="Välj kartans mitt").press("Enter")
    page.get_by_text("Platsen är utpekad.").wait_for()
    assert page.get_by_label("Beskriv platsen").input_value() == "Utpekad på kartan"
    kept = drafts.answers_of(Draft.objects.get())["where"]
    assert kept["text"] == "Utpekad på kartan" and 10 < kept["lon"] < 25
    testing.axe(page)


def test_a_place_that_an_answer_made_appear_gets_its_map_at_once(new_page, installed):
    service = installed("association-grant")
    page = new_page()
    user = log_in(page)
    draft = draft_of(user, service, {})
    page.goto(reverse("eservices:step", args=[draft.pk, "what"]))
    assert page.locator("[data-map]").count() == 0
    with testing.watched(page):
        page.locator('[name="kind"][value="event"]').check()
        page.locator("[data-map][data-ready]").wait_for()
        with page.expect_response("**/spara/"):
            page.get_by_role("button", name="Välj kartans mitt").press("Enter")
        page.get_by_text("Platsen är utpekad.").wait_for()
        testing.sound(page)
        testing.axe(page)
    page.locator('[name="kind"]:not([value="event"]):not([value="premises"])').first.check()
    page.locator("[data-map]").wait_for(state="detached")
