"""Mina sidor, signing, completing and statistics in a real browser, on a phone and a wide screen, with and without JavaScript."""

from __future__ import annotations

import datetime as dt
import os
import re
from pathlib import Path

import pytest

from stadig.cases import actions as cases
from stadig.cases import following, writing
from stadig.city import audit, clock
from stadig.city.roles import Role
from stadig.eservices import actions, drafts, published, tallies
from stadig.eservices.actions.receipts import make_receipt
from stadig.eservices.models import Draft, Signature
from stadig.eservices.tests.conftest import LAMP
from stadig.post.models import Message
from stadig.ui.testing import log_in, walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("STADIG_PICTURES")


def picture(page, name: str) -> None:
    """Kept only when someone wants to look: ``STADIG_PICTURES=folder``."""
    for width in (390, 1440) if PICTURES else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=str(Path(PICTURES or "") / f"{name}-{width}.png"), full_page=True)


@pytest.fixture
def karin(someone):
    return someone(Role.RESIDENT, first_name="Karin", last_name="Ek")


@pytest.fixture
def amina(someone, unit):
    return someone(Role.CASE_WORKER, organisation=unit, first_name="Amina", last_name="Berg")


@pytest.fixture
def case(drafted, karin, amina):
    submission = actions.submit(karin, drafted(by=karin).pk)
    make_receipt(submission.pk)
    audit.record(amina, "read", submission.case)
    drafted(by=karin)
    writing.write(amina, submission.case.pk, "Hej! Vilken stolpe menar du?")
    return submission.case


@pytest.mark.parametrize("javascript", [True, False])
def test_a_resident_follows_a_case_writes_and_completes(case, karin, amina, new_page, javascript):
    page = new_page(javascript=javascript)
    log_in(page, karin)
    visit = walk if javascript else (lambda page, url: page.goto(url))
    visit(page, "/mina/")
    picture(page, "mine")
    page.get_by_role("link", name=re.compile("Ett nytt meddelande")).click()
    visit(page, f"/mina/{case.pk}/")
    picture(page, "my-case")
    page.get_by_label("Skriv till oss").fill("Den vid porten.")
    page.get_by_role("button", name="Skicka meddelandet").click()
    assert page.get_by_text("Den vid porten.").is_visible()
    writing.ask_completion(amina, case.pk, ["description"], "Berätta vad som hände.", clock.today() + dt.timedelta(days=9))
    visit(page, f"/mina/{case.pk}/")
    picture(page, "my-case-asked")
    page.get_by_role("link", name="Komplettera").click()
    page.get_by_role("button", name="Skicka kompletteringen").click()
    assert "Fel:" in page.title()
    if javascript:
        visit(page, f"/e/komplettera/{case.pk}/")
    picture(page, "complete")
    page.get_by_label("Berätta mer").fill("Den blinkar.")
    page.get_by_role("button", name="Skicka kompletteringen").click()
    assert page.get_by_text("Tack, vi har fått din komplettering.").is_visible()


def test_the_pages_around_are_whole(case, karin, page):
    log_in(page, karin)
    for address in (f"/mina/{case.pk}/begar-beslut/", "/mina/kontakt/"):
        walk(page, address)
    picture(page, "contact")
    cases.set_status(None, case.pk, "nothing")
    walk(page, f"/mina/{case.pk}/")
    picture(page, "my-case-closed")
    page.get_by_label("Mycket lätt").check()
    page.get_by_role("button", name="Svara").click()
    assert page.get_by_text("Tack för svaret.").is_visible()


def test_a_case_is_followed_with_number_and_code(drafted, page):
    case = actions.submit(None, drafted(LAMP).pk).case
    walk(page, "/mina/folj/")
    page.get_by_label("Ärendets nummer").fill(case.number)
    page.get_by_label("Kod").fill("fel kod")
    page.get_by_role("button", name="Visa ärendet").click()
    assert "Fel:" in page.title()
    picture(page, "follow-error")
    page.get_by_label("Kod").fill(following.code_of(case))
    page.get_by_role("button", name="Visa ärendet").click()
    walk(page, f"/mina/folj/{case.pk}/")
    picture(page, "followed")


def test_a_signer_reads_and_signs(installed, karin, page):
    service = installed("association-grant")
    package = published.of(service.current)
    scenario = next(one for one in package.scenarios if one.answers.get("two_sign") is True and not one.errors)
    now = clock.now()
    draft = Draft.objects.create(
        version=service.current, person=karin.person, answers=drafts.sealed(scenario.answers), started_at=now, saved_at=now, erase_at=now
    )  # fmt: skip
    case = actions.submit(karin, draft.pk).case
    address = re.findall(r"/e/underskrift/\w+/", Message.objects.latest("pk").body)[0]
    walk(page, address)
    picture(page, "sign")
    page.get_by_role("button", name="Skriv under").click()
    page.get_by_role("heading", name="Du har skrivit under").wait_for()
    walk(page, address)
    assert Signature.objects.get().state == "signed"
    page.goto("/e/underskrift/nothing/")
    assert page.get_by_role("heading", name="Länken fungerar inte längre").is_visible()
    case.refresh_from_db()
    assert case.status == "received"


def test_statistics_are_open_and_whole(street_fault, page):
    for kind, count in (("started", 40), ("submitted", 25)):
        for _ in range(count):
            tallies.count("street-fault", kind, "web")
    for step, count in (("what", 36), ("where", 30), ("answer", 26)):
        for _ in range(count):
            tallies.count("street-fault", "reached", "web", step)
    for value in (2, 3, 4, 4, 5, 5, 5, 5, 4, 3, 5):
        tallies.count("street-fault", "rated", "web", value=value, band="30-49")
    walk(page, "/e/statistik/")
    picture(page, "statistics")
    walk(page, "/e/street-fault/statistik/")
    picture(page, "service-statistics")
