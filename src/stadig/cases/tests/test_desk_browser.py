"""The diary, the board, the desk, calls and letters in a real browser: accessible, on a phone and at a desk, and without JavaScript."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse

from stadig.cases import bulletin, letters, numbers, registering
from stadig.cases.models import Document
from stadig.cases.registering import NewDocument
from stadig.city.models import Municipality, Organisation, Person
from stadig.city.roles import Role
from stadig.ui import testing

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("STADIG_PICTURES")


def look(page, path: str, name: str = "") -> None:
    """The page is sound and free from faults at both widths."""
    for width in (testing.PHONE, testing.DESK):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(path)
        testing.sound(page)
        testing.axe(page)
        if PICTURES and name:
            page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}.png"), full_page=True)


@pytest.fixture
def town(site, committee, someone, open_case, at):
    """A registrar, someone who answers calls, a case from Vera, and something in the diary and on the board."""
    at("2026-11-24T09:00+01:00")
    Municipality.objects.create(name="Lindhamn", code="0000", phone="0340-120 00", email="k@example.org", address="Hamngatan 2")
    lars = someone(Role.REGISTRAR, organisation=committee, first_name="Lars", last_name="Öberg")
    nadia = someone(Role.CONTACT_CENTRE, organisation=Organisation.objects.create(name="Kontaktcenter", kind="unit"))
    nadia.assignments.update(organisation=None)
    vera = Person.objects.create(given_name="Vera", family_name="Larsson", address="Kajen 4", postcode="432 80", place="Lindhamn")
    case = open_case(vera)
    registering.begin_case(lars, committee, NewDocument("received", "Klagomål på snöröjning", counterpart="Britta Berg"))
    secret = NewDocument("received", "Oro", counterpart="Skolan", confidentiality="26 kap. 1 § offentlighets- och sekretesslagen")
    registering.begin_case(lars, committee, secret)
    notice = bulletin.post_notice(
        lars,
        bulletin.NewNotice(
            "minutes", committee, "Protokoll 19 november", "Paragraf 80–96.", date(2026, 12, 16),
            approved_on=date(2026, 11, 23), kept_at="Stadshuset", appeal="Skriv till förvaltningsrätten.",
        ),
    )  # fmt: skip
    letters.write(nadia, case.pk, title="Vi har fått din ansökan", text="Hej Vera.")
    return {"lars": lars, "nadia": nadia, "case": case, "notice": notice}


def test_everyone_reads_the_diary_and_the_board(town, page):
    look(page, "/diarium/", "diary")
    look(page, "/diarium/gatu-och-parknamnden/", "diary-committee")
    look(page, f"/diarium/gatu-och-parknamnden/{numbers.address(town['case'].number)}/", "diary-case")
    look(page, "/anslagstavla/", "board")
    look(page, f"/anslagstavla/{town['notice'].pk}/", "board-notice")
    page.emulate_media(media="print")
    assert page.get_by_text("Skriv till förvaltningsrätten").is_visible()


def test_the_registrar_works_at_the_desk_and_posts(town, page):
    testing.log_in(page, town["lars"])
    look(page, reverse("cases:desk"), "desk")
    look(page, reverse("cases:notices"), "notices")
    look(page, reverse("cases:notice-new"), "notice-new")
    look(page, reverse("cases:letters"), "letters")


def test_someone_answers_a_call(town, page):
    testing.log_in(page, town["nadia"])
    look(page, reverse("cases:calls"), "calls")
    page.get_by_label("Ärendets nummer").fill(town["case"].number)
    page.get_by_label("Vilken adress har du?").check()
    page.get_by_label("svaret stämde").check()
    page.get_by_role("button", name="Visa läget").click()
    testing.axe(page)
    page.get_by_role("link", name="Öppna").click()
    look(page, page.url, "call")
    look(page, reverse("cases:calls-letter", args=[town["case"].pk]), "call-letter")


def test_it_all_works_without_javascript(town, new_page):
    page = new_page(javascript=False)
    testing.log_in(page, town["lars"])
    page.goto(reverse("cases:desk"))
    page.get_by_label("Vad är det?").fill("Svar från sökanden")
    page.get_by_label("Från eller till vem?").fill("Vera Larsson")
    page.get_by_label("Ärendets nummer").fill("GPN 1999/00001")
    page.get_by_role("button", name="Registrera").click()
    assert page.get_by_role("heading", name="behöver rättas").is_visible()
    testing.sound(page)
    page.get_by_label("Text").fill("Jag har flyttat.")
    page.get_by_label("Ärendets nummer").fill(town["case"].number)
    page.get_by_role("button", name="Registrera").click()
    assert page.get_by_text("Registrerat:").is_visible()
    assert Document.objects.latest("pk").case == town["case"]
    page.goto(reverse("cases:notice-new"))
    page.get_by_label("Rubrik").fill("Protokoll 24 november")
    page.get_by_label("Dag när protokollet justerades").fill("2026-11-24")
    page.get_by_label("Var finns protokollet").fill("Stadshuset")
    page.get_by_role("button", name="Titta på anslaget").click()
    page.get_by_role("button", name="Anslå nu").click()
    assert page.get_by_role("heading", name="Protokoll 24 november").is_visible()
    page.goto(reverse("cases:letters"))
    page.get_by_role("button", name="De är utskrivna").click()
    page.get_by_role("button", name="Ångra").click()
    assert page.get_by_text("Ett brev väntar igen.").is_visible()


def test_the_registrar_searches_by_sender_with_the_keyboard_alone(town, page):
    testing.log_in(page, town["lars"])
    look(page, reverse("cases:senders"), "senders")
    page.get_by_role("link", name="Diarium").first.focus()
    for _ in range(30):  # Tab leads to the field, whatever stands before it
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.name") == "who":
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="behöver rättas").wait_for()
    assert page.title().startswith("Fel:")
    page.get_by_label("Från eller till vem?").focus()
    page.keyboard.type("britta")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="En handling").wait_for()
    assert "britta" not in page.url
    for width in (320, testing.PHONE, testing.DESK):
        page.set_viewport_size({"width": width, "height": 900})
        testing.sound(page)
        testing.axe(page)
    page.get_by_role("link", name="/").first.focus()
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") != "none"
