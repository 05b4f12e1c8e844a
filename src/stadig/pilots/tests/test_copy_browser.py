"""One municipality copies another's trial in the browser, and each sees what the other got."""

from __future__ import annotations

from typing import Any

import pytest

from stadig.city import municipality
from stadig.city.models import Municipality, Service
from stadig.city.permissions import Role
from stadig.city.testing import someone
from stadig.pilots import card as cards
from stadig.pilots.models import CardVersion, Pilot
from stadig.pilots.tests import examples, stored
from stadig.ui import testing

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def town(transactional_db, at):
    at("2026-11-24 09:00")
    Service.objects.get_or_create(slug="papperskorgar", defaults={"title": "Papperskorgar nära dig"})
    here("Lindhamn", "1399")
    stored.trial(state=Pilot.State.CLOSED, outcome=Pilot.Outcome.SCALED_UP)
    yield
    municipality.forget()


def here(name: str, code: str) -> None:
    """From now on the town is this municipality."""
    Municipality.objects.update_or_create(pk=1, defaults={"name": name, "code": code})
    municipality.forget()


def fetched(page: Any, link: str, path: Any) -> Any:
    """The file behind a link of the page one is on."""
    with page.expect_download() as waited:
        page.get_by_role("link", name=link).click()
    waited.value.save_as(path)
    return path


def take_in(page: Any, path: Any) -> None:
    page.goto("/arbetsplats/forsok/")
    page.get_by_role("link", name="Hämta in").click()
    testing.sound(page)
    testing.axe(page)
    page.get_by_label("Fil").set_input_files(path)
    page.get_by_role("button", name="Hämta in").click()


def tried(effect: float) -> Pilot:
    """What was copied has been started here, and looked at."""
    pilot = Pilot.objects.exclude(copied_from={}).get()
    version = CardVersion.objects.get(pilot=pilot)
    _card, plan, _result, _figures = examples.analysed(effect)
    CardVersion.objects.filter(pk=version.pk).update(
        card=cards.plain(examples.card()), rule=cards.msgspec.to_builtins(plan), digest="c" * 64, frozen_at=pilot.created_at
    )
    Pilot.objects.filter(pk=pilot.pk).update(state="running", started_at=pilot.created_at, last_day=examples.ENDS)
    stored.look(version, effect=effect)
    return pilot


def test_a_trial_is_copied_and_both_municipalities_see_both_results(site, new_page, tmp_path):
    visitor = new_page(width=testing.DESK)
    visitor.goto("/forsok/paminnelse/")
    package = fetched(visitor, "Hämta försöket som paket", tmp_path / "paket.zip")

    here("Vikhamn", "1398")
    leila = new_page(width=testing.DESK)
    testing.log_in(leila, someone(Role.PLANNER))
    take_in(leila, package)
    leila.get_by_role("heading", name="Påminnelse före sista dag", level=1).wait_for()
    testing.sound(leila)
    testing.axe(leila)
    said = leila.locator("#kort").inner_text()
    assert "Försöket är hämtat från Lindhamn." in said
    assert "Lindhamn skalade upp." in said
    leila.get_by_text("Det här fungerade inte i Lindhamn").click()
    leila.get_by_text("Var tredje påminnelse öppnades inte.").wait_for()
    assert leila.locator("[name=hypothesis]").input_value() == examples.card().hypothesis
    assert leila.locator("[name=begins]").input_value() == ""

    second = tried(0.75)
    leila.goto(f"/forsok/{second.slug}/")
    assert "Försöket är hämtat från Lindhamn." in leila.locator("main").inner_text()
    together = leila.locator("section", has=leila.get_by_role("heading", name="Kommuner som har provat samma"))
    assert "Lindhamn skalade upp" in together.inner_text()
    leila.get_by_role("heading", name="Samma försök i flera kommuner").wait_for()
    assert together.get_by_role("row", name="Lindhamn", include_hidden=True).count() == 1
    assert together.get_by_role("row", name="Tillsammans", include_hidden=True).count() == 1
    testing.sound(leila)
    testing.axe(leila)

    leila.goto(f"/arbetsplats/forsok/{second.pk}/")
    assert "Skicka filen till Lindhamn" in leila.locator("main").inner_text()
    result = fetched(leila, "Hämta data och resultat", tmp_path / "resultat.zip")

    here("Lindhamn", "1399")
    take_in(leila, result)
    leila.get_by_text("Resultatet från Vikhamn står nu på försökets sida.").wait_for()
    together = leila.locator("section", has=leila.get_by_role("heading", name="Kommuner som har provat samma"))
    assert "Vikhamn provar just nu" in together.inner_text()
    assert together.get_by_role("row", name="Vikhamn", include_hidden=True).count() == 1
    testing.sound(leila)
    testing.axe(leila)
    visitor.goto("/forsok/")
    assert "1 kommun har provat samma." in visitor.locator("main").inner_text()
