"""A person without a computer, from the first call to an appeal on paper, driven as pages in a browser. No e-mail address anywhere."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from django.core import mail
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from stadig.cases import following
from stadig.cases.models import Case, Document
from stadig.city.models import AuditEntry, Organisation, Person, User
from stadig.city.roles import Role
from stadig.city.testing import deliver, someone
from stadig.post.models import Letter, Message
from stadig.ui import testing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ANSWERS = {
    "who": {"for_whom": "me", "application": "first"},
    "travel": {"travels_as": "driver"},
    "needs": {"aids": "crutches", "can_walk": "yes", "distance_m": "60", "ordinary_day": "Handlar.", "lasts": "over_two_years"},
    "certificate": {"certificate": "intyg.pdf"},
    "photo": {"photo": "foto.jpg", "can_sign": "yes", "true_and_complete": "yes"},
}


@pytest.fixture
def town(installed):
    """Nadia in the contact centre, Amina who decides on permits, Lars at the diary desk. Vera Larsson is in no register."""
    service = installed("parking-permit")
    kind = service.current.case_type
    nadia = someone(
        Role.CONTACT_CENTRE, organisation=Organisation.objects.create(name="Kontaktcenter", kind="unit"), first_name="Nadia"
    )
    nadia.assignments.update(organisation=None)
    amina = someone(Role.CASE_WORKER, organisation=kind.unit, first_name="Amina")
    lars = someone(Role.REGISTRAR, organisation=kind.committee, first_name="Lars")
    return SimpleNamespace(nadia=nadia, amina=amina, lars=lars)


@pytest.fixture
def scans(tmp_path):
    """What came from Vera by post, scanned: the certificate and a photo."""
    (tmp_path / "intyg.pdf").write_bytes(b"%PDF-1.7 intyg\n%%EOF")
    Image.new("RGB", (300, 400), "gray").save(tmp_path / "foto.jpg")
    return tmp_path


def sit_down(page, user: User) -> None:
    """Someone else sits down at the desk."""
    page.context.clear_cookies()
    testing.log_in(page, user)


def fill(page, answers, scans) -> None:
    """One step of the form, answered as she says it on the phone."""
    testing.sound(page)
    for name, value in answers.items():
        field = page.locator(f'#steg [name="{name}"]')
        if not field.count():  # an answer above it brings it, with the next page
            continue
        kind = field.first.get_attribute("type") or "text"
        if kind in {"radio", "checkbox"}:
            page.locator(f'#steg [name="{name}"][value="{value}"]').check()
        elif kind == "file":
            field.set_input_files(scans / value)
        else:
            field.fill(value)


def press(page, name: str) -> None:
    """Press a button and wait for the page that comes."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()


def test_from_a_phone_call_to_an_appeal_on_paper(new_page, town, scans, at):
    at("2026-11-02T09:00+01:00")
    page = new_page(javascript=False, width=testing.DESK)

    # Vera calls. Nadia begins the form for her from the contact centre's page, and reads the questions aloud.
    sit_down(page, town.nadia)
    page.goto(reverse("cases:calls"))
    page.get_by_role("link", name="Fyll i en ansökan åt någon").click()
    page.locator('[name="service"]').select_option("parking-permit")
    page.get_by_label("I telefon").check()
    page.locator('[name="name"]').fill("Vera Larsson")
    page.locator('[name="address"]').fill("Kajen 4\n432 80 Lindhamn")
    page.locator("main form button[type=submit]").first.click()
    for answers in ANSWERS.values():
        assert page.get_by_text("Du fyller i åt någon annan. Det loggas.").is_visible()
        assert page.get_by_text("Vera Larsson").first.is_visible()
        fill(page, answers, scans)
        go_on = page.locator("#steg .ds-button.big").first
        go_on.click()
        if page.locator(f'#steg [name="{list(answers)[-1]}"]').count():  # a question came, or a file was taken: on from here
            fill(page, {name: value for name, value in answers.items() if not value.endswith((".pdf", ".jpg"))}, scans)
            page.locator("#steg .ds-button.big").first.click()
    press(page, "Skicka in")
    case = Case.objects.get()
    code = following.code_of(case)
    assert page.get_by_text(case.number).first.is_visible()
    assert page.get_by_text(code).is_visible(), "Nadia reads the code aloud"
    assert (case.channel, case.parties.get().name, case.parties.get().email) == ("phone", "Vera Larsson", "")
    assert not Person.objects.filter(family_name="Larsson").exists()
    assert AuditEntry.objects.filter(did="filled in for").exists()

    # The case is confidential: Nadia puts the call through. Amina writes the letter with the code and the slip.
    sit_down(page, town.amina)
    page.goto(reverse("cases:case", args=[case.pk]))
    press(page, "Ta ärendet")
    page.get_by_role("link", name="Skicka ett brev").first.click()
    page.locator('[name="title"]').fill("Vi har fått din ansökan")
    page.locator('[name="text"]').fill("Vi läser den nu. Du behöver inte göra något.")
    press(page, "Lägg i kön")
    letter = Letter.objects.get()
    words = read(letter)
    for expected in ("Vera Larsson", "Kajen 4", code, f"{case.number}-"):
        assert expected in words
    slip = f"{case.number}-{case.documents.get(kind='letter').number}"

    # Someone who has the letter follows the case without logging in.
    page.context.clear_cookies()
    page.goto(reverse("cases:follow"))
    page.locator('[name="number"]').fill(case.number.lower())
    page.locator('[name="code"]').fill(code.lower())
    page.locator("main form button[type=submit]").first.click()
    assert page.get_by_text(case.number).first.is_visible()

    # Her slip comes by post. Lars scans its code, and the answer finds its letter.
    sit_down(page, town.lars)
    register(page, number=slip, text="Jag har fått en ny telefon: 0340-12 34 56.")
    assert case.documents.latest("number").kind == "reply"

    # Amina decides on the page; the decision goes by post by itself, since nothing else reaches her.
    at("2026-11-16T09:00+01:00")
    sit_down(page, town.amina)
    page.goto(reverse("cases:decide", args=[case.pk]))
    page.locator('[name="type"][value="refused"]').check()
    page.locator('[name="reasoning"]').fill("Du kan gå mer än hundra meter utan att vila, och intyget säger detsamma.")
    page.locator('button[name="step"][value="preview"]').last.click()
    assert page.get_by_text("Vera Larsson").first.is_visible(), "the decision as she will read it"
    press(page, "Fatta beslutet")
    deliver()
    decided = Letter.objects.latest("pk")
    words = read(decided)
    assert words.index("Vera Larsson") < words.index("Här är vårt beslut")
    assert "överklagar" in words

    # Lars prints what waits, and says that it is printed.
    sit_down(page, town.lars)
    page.goto(reverse("cases:letters"))
    testing.sound(page)
    assert page.get_by_text("Vera Larsson").first.is_visible()

    # Her appeal comes on paper and is registered in the case, which is closed. The public diary names nobody.
    at("2026-12-01T09:00+01:00")
    register(
        page,
        number=case.number,
        what="Överklagande av beslut",
        who="Vera Larsson",
        text="Jag kan inte gå så långt.",
        kind="appeal",
    )
    appeal = Document.objects.latest("pk")
    assert (appeal.case, appeal.kind, appeal.direction) == (case, "appeal", "received")
    page.context.clear_cookies()
    page.goto("/diarium/gatu-och-parknamnden/")
    assert case.number in page.content()
    assert "Vera" not in page.content()

    assert mail.outbox == []
    assert not Message.objects.exists()
    assert "@" not in str(list(case.parties.values())) + str(list(case.documents.values("data", "text", "counterpart")))


def register(page, *, kind: str = "", **fields: str) -> None:
    """Register something at the diary desk."""
    page.goto(reverse("cases:desk"))
    for name, value in fields.items():
        page.locator(f'[name="{name}"]').fill(value)
    page.locator('[name="direction"][value="received"]').check()
    if kind:
        page.locator("summary").filter(has_text="Slag, dag och sekretess").click()
        page.locator('[name="kind"]').select_option(kind)
    press(page, "Registrera")
    assert page.get_by_text("Registrerat:").first.is_visible()


def read(letter: Letter) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(letter.pdf or b""))).pages)
