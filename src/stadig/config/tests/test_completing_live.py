"""What a case worker asks for from the calculation, answered with a file on Mina sidor, lies in the case: the whole program behind a port."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from stadig.assistance.tests import people
from stadig.assistance.tests.building import paid
from stadig.assistance.tests.stored import connected
from stadig.assistance.tests.world import World
from stadig.cases.models import Completion, Document
from stadig.city import clock
from stadig.city.models import ClockSetting, User
from stadig.config.tests.test_serving import database_url, web
from stadig.eservices import actions, reading
from stadig.eservices.models import Submission
from stadig.exchange.outcomes import Outcome
from stadig.ui import testing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PACKAGE = Path(reading.__file__).parent / "packages" / "financial-assistance"
SLIP = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
NOW = dt.datetime.fromisoformat("2026-12-14T12:00+01:00")


class Applied(World):
    """Yusuf's application as he sent it with the e-service itself."""

    def define(self, slug: str) -> Any:
        """The case type of the shipped package, whose questions a request may open."""
        self.version = actions.install(None, dict(reading.load(PACKAGE).files)).current
        return self.version.case_type


@pytest.fixture
def world(transactional_db: None, settings: Any, tmp_path: Path) -> World:
    """Everyone has answered but the unemployment funds."""
    agencies = ("FK", "AF", "SKV", "PM", "CSN", "SO")
    people.law(*agencies)
    settings.EXCHANGE_FILE = connected(tmp_path, *agencies)
    ClockSetting.objects.create(pk=1, real_anchor=clock.real_now(), domain_anchor=NOW, speed=0)
    with clock.frozen(NOW):
        made = Applied()
        sent = {"id": "9a3b2c1d-0000-4000-8000-000000000004", "channel": "web", "digest": "x", "submitted_at": NOW}
        Submission.objects.create(version=made.version, case=made.case, **sent)
        made.answered(FK=[paid("FK:BOB", 1900, 11, label="Bostadsbidrag")], SO=Outcome.TIMEOUT)
    return made


def test_what_is_asked_for_from_the_calculation_comes_as_a_file_and_lies_in_the_case(browser, world, settings, tmp_path):
    yusuf = User.objects.create_user("eid-yusuf", person=world.yusuf, first_name="Yusuf")
    with web(tmp_path, database_url(), STADIG_EXCHANGE=str(settings.EXCHANGE_FILE), STADIG_DEMO="1") as server:
        address = f"http://127.0.0.1:{server.port}"

        def of(user: User, width: int) -> Any:
            context = browser.new_context(base_url=address, locale="sv-SE", viewport={"width": width, "height": 900})
            context.stadig_address = address
            page = context.new_page()
            testing.log_in(page, user)
            return page

        petra, at_home = of(world.petra, testing.DESK), of(yusuf, testing.PHONE)
        petra.goto(reverse("assistance:proposal", args=[world.case.pk]))
        petra.get_by_role("link", name="Läs begäran").click()
        assert "Besked från a-kassan för november" in petra.locator("textarea").first.input_value()
        petra.get_by_role("button", name="Skicka begäran").click()
        petra.get_by_text("Skickat. Klockan står still tills svaret kommer.").wait_for()

        at_home.goto(reverse("cases:my-case", args=[world.case.pk]))
        at_home.get_by_role("link", name="Komplettera").click()
        at_home.get_by_text("Besked från a-kassan för november").wait_for()
        testing.sound(at_home)
        at_home.get_by_role("button", name="Skicka kompletteringen").click()
        at_home.get_by_role("alert").wait_for()  # neither a paper nor a word is no answer
        slip = {"name": "besked från a-kassan.pdf", "mimeType": "application/pdf", "buffer": SLIP}
        at_home.locator("input[type=file]").set_input_files(slip)
        at_home.get_by_role("button", name="Skicka kompletteringen").click()
        at_home.get_by_text("Tack, vi har fått din komplettering.").wait_for()
        testing.axe(at_home)

        petra.goto(reverse("cases:case", args=[world.case.pk]))
        papers = petra.locator("ul.notes li", has_text="Komplettering")
        papers.get_by_text("En fil kontrolleras.").wait_for()  # it opens when it has been scanned
        petra.context.close()
        at_home.context.close()
    document = Document.objects.get(case=world.case, kind="completion")
    assert [file.content_type for file in document.files.all()] == ["application/pdf"]
    assert Completion.objects.get().answered_at
