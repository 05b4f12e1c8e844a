"""In a real browser: two people enter a riksnorm and rules, and a proposal goes from incomplete to kept, without a script where that matters."""

from __future__ import annotations

import pytest
from django.urls import reverse

from stadig.assistance.models import Norm, Proposal, Rules
from stadig.assistance.tests.building import paid
from stadig.assistance.tests.test_norm import TOML
from stadig.assistance.tests.world import World
from stadig.city.roles import Role
from stadig.exchange.outcomes import Outcome
from stadig.ui import testing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(site, at):
    at("2026-12-14T12:00+01:00")
    return World()


def look(page, path):
    """The page is sound and accessible on a phone and at a desk."""
    for width in (testing.PHONE, testing.DESK):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(path)
        testing.sound(page)
        testing.axe(page)


def test_two_people_enter_next_years_norm(world, new_page, someone):
    henrik, ove = someone(Role.MANAGER, first_name="Henrik"), someone(Role.ADMINISTRATOR, first_name="Ove")
    first, second = new_page(javascript=False), new_page(width=testing.DESK)
    testing.log_in(first, henrik)
    first.goto(reverse("assistance:norms"))
    assert "Riksnormen för 2027 är inte inskriven." in first.content()
    first.get_by_role("link", name="Skriv in en riksnorm").click()
    first.set_input_files("input[type=file]", {"name": "riksnorm.toml", "mimeType": "text/plain", "buffer": TOML.encode()})
    first.get_by_role("button", name="Läs filen").click()
    assert "Be en kollega bekräfta" in first.content()
    assert first.get_by_role("button", name="Bekräfta").count() == 0
    made = Norm.objects.latest("pk")
    testing.log_in(second, ove)
    look(second, reverse("assistance:norm", args=[made.pk]))
    assert "+0,7 %" in second.content()
    second.get_by_role("button", name="Jag har läst den mot källan").click()
    assert "Gäller senare" in second.content()
    look(second, reverse("assistance:norms"))
    look(second, reverse("assistance:norm-new"))


def test_two_people_enter_next_years_rules(world, new_page, someone):
    henrik, ove = someone(Role.MANAGER, first_name="Henrik"), someone(Role.ADMINISTRATOR, first_name="Ove")
    first, second = new_page(javascript=False, width=testing.DESK), new_page(width=testing.DESK)
    testing.log_in(first, henrik)
    first.goto(reverse("assistance:rules"))
    assert "Beräkningsreglerna för 2027 är inte inskrivna." in first.content()
    first.get_by_role("link", name="Skriv in regler").click()
    first.fill("[name=source]", "Nämndens beslut § 84")
    first.fill("[name=price_base_amount_value]", "60 300")
    first.get_by_role("button", name="Spara och be om bekräftelse").click()
    assert "Skriv vilken paragraf eller vilket beslut" in first.content()
    first.fill("[name=price_base_amount_source]", "SFS 2026:998")
    first.get_by_role("button", name="Spara och be om bekräftelse").click()
    assert "Be en kollega bekräfta" in first.content()
    testing.log_in(second, ove)
    look(second, reverse("assistance:rules-one", args=[Rules.objects.latest("pk").pk]))
    assert "+1,9" in second.content()
    second.get_by_role("button", name="Jag har läst dem mot källorna").click()
    assert "Gäller senare" in second.content()
    look(second, reverse("assistance:rules"))
    look(second, reverse("assistance:rules-new"))


def test_a_norm_is_typed_amount_by_amount_and_a_fault_keeps_what_was_typed(world, new_page, someone):
    page = new_page(javascript=False, width=testing.DESK)
    testing.log_in(page, someone(Role.MANAGER))
    page.goto(reverse("assistance:norm-new"))
    for name in page.eval_on_selector_all(
        "form.form input[name^=child_], form.form input[name^=lunch_]", "all => all.map(one => one.name)"
    ):
        page.fill(f"[name='{name}']", "2 000" if name.startswith("lunch") else "3 000")
    page.fill("[name=adult_single]", "4 000")
    page.fill("[name=adult_couple]", "7 200")
    for n in range(1, 8):
        page.fill(f"[name=common_{n}]", "1 000" if n == 4 else str(1000 + 100 * n))
    page.fill("[name=source]", "SFS 2026:999")
    page.get_by_role("button", name="Spara och be om bekräftelse").click()
    assert "lägre än för en person färre" in page.content()
    assert page.input_value("[name=adult_single]") in {"4 000", "4000"}
    page.fill("[name=common_4]", "1 400")
    page.get_by_role("button", name="Spara och be om bekräftelse").click()
    assert "Väntar på bekräftelse" in page.content()
    assert Norm.objects.latest("pk").table["common"]["4"] == 1400


def test_a_proposal_from_incomplete_to_kept(world, new_page):
    world.answered(FK=[paid("FK:BOB", 1900, 11)], SO=Outcome.TIMEOUT)
    page = new_page(width=testing.DESK)
    testing.log_in(page, world.petra)
    address = reverse("assistance:proposal", args=[world.case.pk])
    look(page, address)
    assert "Inte komplett: 1 underlag saknas" in page.content()
    assert page.get_by_role("button", name="Avslå").count() == 0
    page.locator("tr.missing").get_by_role("link", name="Ta ställning").click()
    testing.axe(page)
    page.fill("[name=amount]", "0")
    page.fill("[name=why]", "A-kassan svarar per brev att hon inte är medlem.")
    page.get_by_role("button", name="Spara").click()
    assert "Inte komplett" not in page.content()
    assert "Alla underlag finns" in page.content()
    page.get_by_role("button", name="Spara förslaget").click()
    assert "Samma underlag ger samma resultat." in page.content()
    testing.axe(page)
    assert Proposal.objects.get().complete
    for name in ("household", "add-income", "add-cost", "accept-costs", "stimulus", "entries", "before-decision"):
        look(page, reverse(f"assistance:{name}", args=[world.case.pk]))


def test_where_a_figure_stands_is_a_click_away_without_a_script(world, new_page):
    world.answered(FK=[paid("FK:BOB", 1900, 11)])
    page = new_page(javascript=False, width=testing.DESK)
    testing.log_in(page, world.petra)
    page.goto(reverse("assistance:proposal", args=[world.case.pk]))
    page.locator("tr", has_text="Bostadsbidrag").get_by_role("link", name="Försäkringskassan").click()
    said = page.content()
    assert "SSBTEK v11" in said
    assert "/svar/FK:BOB/11" in said
    assert "ab" * 32 in said
