"""The town's pages as its people meet them: on a phone, free from faults in axe, and the errands without JavaScript."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from operator import itemgetter

import pytest
from django.test import Client
from django.urls import reverse

from stadig.city.roles import Role
from stadig.city.testing import someone
from stadig.config.visits import visits
from stadig.ui import testing

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = {
    "": ["/", "/papperskorgar/", "/papperskorgar/{bin}/", "/papperskorgar/{bin}/sag-till/", "/tjanster/"],
    "leila": ["/laget/", "/arbetsplats/korgar/", "/arbetsplats/korgar/{bin}/", "/arbetsplats/plan/", "/arbetsplats/arbetsorder/"],
    "jonas": ["/bil/", "/bil/stopp/"],
    "ove": ["/laget/anvandare/", "/laget/tjanster/", "/larm", "/sensorer"],
}

STAFF = ["karin", "leila", "jonas", "eva", "ove", "mirja", "vera"]
"""Who is tried for each page. *Vera* is made by the test: the town has no one who may see protected persons."""
ACCOUNT = [
    ("account_login", ""),
    ("account_inactive", ""),
    ("account_reset_password", ""),
    ("account_reset_password_done", ""),
    ("account_reset_password_from_key_done", ""),
    ("account_logout", "ove"),
    ("account_reauthenticate", "ove"),
    ("account_change_password", "ove"),
    ("account_sessions", "ove"),
    ("mfa_index", "ove"),
]


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


@pytest.mark.skipif(not testing.FULL, reason="part of make test-all")
@pytest.mark.parametrize("room", ["roof", "city", "account", "post", "waste", "work", "sensing", "pilots"])
def test_every_page_in_every_width_language_and_theme(site, demo_town, page, room):
    """Each address once, as the first person who is let in; faults are told together."""
    clients: dict[str, Client] = {}

    def client(who: str) -> Client:
        if who not in clients:
            clients[who] = Client()
            if who:
                clients[who].force_login(person(who), backend="stadig.city.login.PasswordBackend")
        return clients[who]

    someone(Role.CASE_WORKER, Role.MANAGER, username="vera")
    page.route("**/events?**", lambda _: None)  # the outer door has the streams, not this server
    faults: list[str] = []
    pages = sorted(pages_of(room, client))
    assert pages, f"no page of {room} was found"
    for who, paths in itertools.groupby(pages, itemgetter(0)):
        page.context.clear_cookies()
        if who:
            testing.log_in(page, person(who))
        for _, path in paths:
            try:
                testing.walk(page, path)
            except AssertionError as fault:
                faults.append(str(fault))
    assert not faults, "\n\n".join(faults)


def pages_of(room: str, client: Callable[[str], Client]) -> Iterator[tuple[str, str]]:
    """(who, path) of each whole page of a room; *roof* is what belongs to no room, *account* is log-in and one's own account."""
    if room == "account":
        for name, who in ACCOUNT:
            yield who, reverse(name)
        return
    for visit in visits(client, STAFF)[0]:
        space, _, name = visit.name.rpartition(":")
        if (space or "roof") != room or not visit.is_page or not name:
            continue
        if b"<html" in client(visit.who).get(visit.path).content[:400]:
            yield visit.who, visit.path


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
