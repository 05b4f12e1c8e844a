"""Resident, crew and planner do their work in a real browser; also without JavaScript and without coverage."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.urls import reverse

from stadig.city.models import User
from stadig.ui.testing import log_in, path_of, walk
from stadig.waste.actions import plans as planning
from stadig.waste.models import Bin, Plan, Report, Stop
from stadig.work.models import WorkOrder

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("STADIG_PICTURES")


def picture(page, name: str, *sizes: tuple[int, int]) -> None:
    """Kept only when someone wants to look: ``STADIG_PICTURES=folder``."""
    if PICTURES:
        for width, height in sizes or ((390, 844), (820, 1100), (1440, 1000)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(700)
            page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}.png"), full_page=True)


def test_a_resident_finds_a_bin_and_says_that_it_is_full(demo_town, page, deliver_in_town):
    walk(page, reverse("waste:near"))
    picture(page, "near")
    page.locator("#korgar a").first.click()
    walk(page, page.url)
    picture(page, "bin-public", (390, 844), (1440, 1000))
    page.get_by_role("link", name="Säg till om korgen").click()
    walk(page, page.url)
    page.get_by_role("button", name="Skicka").click()
    assert "Fel:" in page.title()
    picture(page, "report-error", (390, 844))
    page.get_by_label("Korgen är full").check()
    page.get_by_label("E-post, om du vill ha svar").fill("kim@example.org")
    page.get_by_role("button", name="Skicka").click()
    page.get_by_role("heading", name="Tack, vi tar hand om det").wait_for()
    walk(page, page.url)
    picture(page, "report-status", (390, 844))
    said = Report.objects.latest("pk")
    deliver_in_town()
    order = WorkOrder.objects.get(source_label="waste.report", source_id=said.pk)
    assert order.title.startswith("Korgen är full")


def test_a_crew_empties_the_next_bin_on_a_phone(demo_town, page):
    jonas = User.objects.get(username="jonas")
    log_in(page, jonas)
    walk(page, reverse("waste:crew"))
    picture(page, "crew", (390, 844))
    before = Stop.objects.filter(route__plan__state="locked", outcome="emptied").count()
    name = page.locator("h1").inner_text()
    page.get_by_role("button", name="Tömd").click()
    page.wait_for_function("name => document.querySelector('h1').innerText != name", arg=name)
    assert Stop.objects.filter(route__plan__state="locked", outcome="emptied").count() == before + 1
    walk(page, reverse("waste:crew-stops"))
    picture(page, "crew-stops", (390, 844))
    page.goto(reverse("waste:crew"))
    page.get_by_role("link", name="Hoppa över").click()
    walk(page, page.url)
    page.get_by_label("Något står i vägen").check()
    picture(page, "crew-skip", (390, 844))
    page.get_by_role("button", name="Hoppa över").click()
    page.wait_for_url("**/bil/")
    assert Stop.objects.filter(skip_reason="blocked").count() == 1


def test_what_a_crew_does_without_coverage_is_sent_once_when_it_is_back(demo_town, page):
    log_in(page, User.objects.get(username="jonas"))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(reverse("waste:crew"))
    before = Stop.objects.filter(route__plan__state="locked", outcome="emptied").count()
    page.context.set_offline(True)
    page.get_by_role("button", name="Tömd").click()
    page.get_by_text("Ingen täckning. 1 stopp är sparat.").wait_for()
    picture(page, "crew-offline", (390, 844))
    assert Stop.objects.filter(route__plan__state="locked", outcome="emptied").count() == before
    page.context.set_offline(False)
    page.wait_for_url("**/bil/")
    page.locator("[data-queue]").wait_for(state="hidden")
    page.wait_for_function("() => !JSON.parse(localStorage.getItem('stadig.crew.queue') ?? '[]').length")
    assert Stop.objects.filter(route__plan__state="locked", outcome="emptied").count() == before + 1


def test_a_planner_reads_the_plan_locks_a_bin_out_and_sends_it(demo_town, page):
    log_in(page, User.objects.get(username="leila"))
    plan = Plan.objects.latest("day")
    address = reverse("waste:plan-day", args=[plan.day])
    walk(page, address)
    picture(page, "plan")
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.get_by_role("button", name="Låt den vänta").first.click()
    page.get_by_text("Du har ändrat en korg").wait_for()
    page.get_by_role("button", name="Ta med ändå").first.click()
    page.get_by_role("button", name="Lås och skicka till lagen").click()
    page.get_by_text("Skickad till lagen").first.wait_for()
    plan.refresh_from_db()
    assert plan.state == "locked"
    page.get_by_role("button", name="Ångra låsningen").click()
    page.get_by_role("button", name="Lås och skicka till lagen").wait_for()
    walk(page, reverse("waste:plan-waiting", args=[plan.day]))


def test_a_planner_looks_after_bins_vehicles_and_work(demo_town, page):
    page.route("**/events?**", lambda _: None)  # news never come: the outer door has them, not this server
    log_in(page, User.objects.get(username="leila"))
    for name in ("waste:bins", "waste:vehicles", "work:orders"):
        walk(page, reverse(name))
        picture(page, name.replace(":", "-"))
    thing = Bin.objects.order_by("pk").first()
    walk(page, reverse("waste:bin", args=[thing.pk]))
    picture(page, "bin")
    walk(page, reverse("waste:bin-edit", args=[thing.pk]))
    walk(page, reverse("work:order", args=[WorkOrder.objects.order_by("pk").first().pk]))
    picture(page, "order", (1440, 1000))


def test_it_all_works_without_javascript(demo_town, new_page):
    page = new_page(javascript=False)
    page.goto(reverse("waste:near"))
    page.locator("#korgar a").first.click()
    page.get_by_role("link", name="Säg till om korgen").click()
    page.get_by_label("Skräp bredvid korgen").check()
    page.get_by_role("button", name="Skicka").click()
    assert page.get_by_role("heading", name="Tack, vi tar hand om det").is_visible()
    log_in(page, User.objects.get(username="jonas"))
    page.goto(reverse("waste:crew"))
    page.get_by_role("button", name="Tömd").click()
    assert path_of(page) == "/bil/"
    assert page.get_by_text("är tömd.").is_visible()


def test_a_planner_changes_the_service_level_and_gets_a_new_plan(demo_town, page, run_plans):
    log_in(page, User.objects.get(username="leila"))
    plan = Plan.objects.latest("day")
    address = reverse("waste:plan-day", args=[plan.day])
    page.goto(address)
    page.get_by_role("slider", name="Servicenivå").fill("99.9")
    assert page.locator("output[for=sl]").inner_text() == "99,9 %"
    page.get_by_role("button", name="Räkna om", exact=True).click()
    page.get_by_role("heading", name="planen räknas").wait_for()
    page.locator("#plan-progress").wait_for()
    assert page.get_by_role("button", name="Räkna om", exact=True).count() == 0
    plan.refresh_from_db()
    assert plan.state == "running"
    planning.progress(plan.pk, plan.computation, 40, "Söker kortaste vägen")
    page.get_by_text("Söker kortaste vägen").wait_for()
    walk(page, address)
    assert run_plans() == 1
    page.get_by_role("heading", name="töm").wait_for()
    before, plan = plan, Plan.objects.get(pk=plan.pk)
    assert plan.service_level == pytest.approx(0.999)
    assert plan.bins_chosen > before.bins_chosen
    assert page.get_by_role("heading", name=f"töm {plan.bins_chosen} av").count() == 1
    assert page.locator("tr[aria-current=true] th").inner_text().startswith("99,9")
    walk(page, address)
    picture(page, "plan-again")


def test_a_planner_chooses_a_level_without_javascript(demo_town, new_page, run_plans):
    page = new_page(javascript=False)
    log_in(page, User.objects.get(username="leila"))
    plan = Plan.objects.latest("day")
    page.goto(reverse("waste:plan-day", args=[plan.day]))
    assert page.locator("svg.map.day").is_visible()
    page.get_by_role("button", name="Räkna med 90,0 %").click()
    assert page.get_by_role("heading", name="planen räknas").is_visible()
    assert page.locator("#plan-progress").is_visible()
    assert page.locator('noscript meta[http-equiv="refresh"], meta[http-equiv="refresh"]').count() == 1
    assert run_plans() == 1
    plan.refresh_from_db()
    assert plan.service_level == pytest.approx(0.9)
    page.get_by_role("heading", name=f"töm {plan.bins_chosen} av").wait_for()  # the page reads itself again


def test_the_plans_map_lives_and_leads_to_the_list(demo_town, page):
    log_in(page, User.objects.get(username="leila"))
    plan = Plan.objects.latest("day")
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto(reverse("waste:plan-day", args=[plan.day]))
    page.locator("[data-map][data-ready=true]").wait_for(timeout=30_000)
    assert page.locator("svg.map.day").is_hidden()
    drawn = page.evaluate("""() => {
        const map = document.querySelector("[data-map]").stadigMap;
        return Object.fromEntries(["route-1", "stops", "skip", "bases"].map((id) => [id, map.queryRenderedFeatures({ layers: [id] }).length]));
    }""")
    assert all(drawn.values()), drawn
    page.emulate_media(media="print")
    assert page.locator("svg.map.day").is_visible()
