"""The town's pages as its people meet them: on a phone, free from faults in axe, and the errands without JavaScript."""

from __future__ import annotations

import pytest

from stadig.ui import testing

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = {
    "": ["/", "/papperskorgar/", "/papperskorgar/{bin}/", "/papperskorgar/{bin}/sag-till/", "/tjanster/"],
    "leila": ["/laget/", "/arbetsplats/korgar/", "/arbetsplats/korgar/{bin}/", "/arbetsplats/plan/", "/arbetsplats/arbetsorder/"],
    "jonas": ["/bil/", "/bil/stopp/"],
    "ove": ["/laget/anvandare/", "/laget/tjanster/", "/larm", "/sensorer"],
}


def person(name: str):
    from stadig.city.models import User

    return User.objects.get(username=name)


@pytest.mark.parametrize("who", PAGES)
def test_each_persons_pages_are_sound(site, demo_town, page, who):
    from stadig.waste.models import Bin

    some_bin = Bin.objects.get(name="Kajen, vid glasskiosken").pk
    if who:
        testing.log_in(page, person(who))
    for url in PAGES[who]:
        testing.walk(page, url.format(bin=some_bin))


def test_a_resident_without_javascript_reports_a_full_bin_and_the_crew_sees_it(site, demo_town, new_page):
    resident = new_page(javascript=False)
    resident.goto("/papperskorgar/")
    resident.locator("#korgar a").first.click()
    resident.get_by_role("link", name="Säg till").first.click()
    resident.get_by_label("Korgen är full").check()
    resident.locator("main form button.ds-button").last.click()
    assert "/papperskorgar/svar/" in resident.url
    planner = new_page(javascript=False, width=testing.DESK)
    testing.log_in(planner, person("leila"))
    planner.goto("/arbetsplats/arbetsorder/")
    assert planner.locator("#order tbody tr").count() >= 1


def test_a_crew_without_javascript_empties_a_bin(site, demo_town, new_page):
    crew = new_page(javascript=False)
    testing.log_in(crew, person("jonas"))
    crew.goto("/bil/")
    before = crew.locator(".bar-top b").inner_text()
    crew.locator(".act button.ds-button").first.click()
    assert testing.path_of(crew) == "/bil/"
    assert crew.locator(".bar-top b").inner_text() != before
