"""A page that is open follows the town: the whole program behind a port, a browser, and someone who empties a bin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse

from stadig.city import clock, live
from stadig.city.permissions import Role
from stadig.config.tests.test_serving import database_url, web
from stadig.sensing import storage
from stadig.ui.testing import log_in
from stadig.waste import sensors
from stadig.waste.actions import stops
from stadig.waste.models import Bin, BinForecast
from stadig.waste.tests.test_crew import a_locked_route, first_of

pytestmark = pytest.mark.browser


def hear(thing: Bin, value: float, *, minutes_ago: int) -> None:
    now = clock.now()
    rows = storage.batch(thing.fill_datastream or 0, [now - timedelta(minutes=minutes_ago)], [value])
    with transaction.atomic():
        storage.write_batch(connection, rows, now=now)


@pytest.fixture
def route(transactional_db: None) -> Any:
    """Two bins with sensors on a crew's route, both nearly full."""
    made = a_locked_route("Kajen", "Torget")
    for thing in Bin.objects.all():
        sensors.connect([thing])
        BinForecast.objects.create(
            bin=thing, rate_percent_per_hour=2, rate_low=1, rate_high=4, sure="high", days_of_data=30, computed_at=clock.now()
        )
        hear(thing, 88.0, minutes_ago=50)
    return made


@pytest.fixture
def address(route, tmp_path) -> Any:
    with web(tmp_path, database_url()) as server:
        yield f"http://127.0.0.1:{server.port}"


def test_the_open_list_of_bins_follows_what_happens(address, route, browser, someone):
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}, locale="sv-SE")
    context.stadig_address = address
    page = context.new_page()
    log_in(page, someone(Role.PLANNER))
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if request.headers.get("hx-request") else None)
    with page.expect_response("**/events?**"):
        page.goto(reverse("waste:bins"))
    page.wait_for_function("() => document.querySelector('#korgar')['htmx-internal-data']?.sseEventSource?.readyState === 1")
    stop = first_of(route)
    row = page.locator(f"#korg-{stop.bin_id}")
    assert "88" in row.inner_text()
    page.get_by_label("Sök").fill("halvskriv")
    row.get_by_role("link").focus()

    # a crew empties the bin: the row says so, what is typed and focused stays, and the page fetched itself once
    stops.empty_bin(someone(Role.CREW, organisation=route.vehicle.crew), stop.pk)
    row.get_by_text("Tömd i dag").wait_for(timeout=8000)
    assert "Gott om plats" in row.inner_text()
    assert page.get_by_label("Sök").input_value() == "halvskriv"
    assert page.evaluate("document.activeElement.id") == f"till-{stop.bin_id}"
    assert len(fetched) == 1

    # another reading of the same class is no news; one that makes the bin full is
    other = Bin.objects.exclude(pk=stop.bin_id).get()
    hear(other, 90.0, minutes_ago=10)
    page.wait_for_timeout(3000)
    assert len(fetched) == 1
    hear(other, 98.0, minutes_ago=5)
    page.locator(f"#korg-{other.pk}").get_by_text("98").wait_for(timeout=8000)
    assert page.get_by_role("heading", level=1).inner_text().startswith("En av 2 korgar är full")

    # many news in a moment are one or two fetches
    page.wait_for_timeout(2500)
    before = len(fetched)
    for version in range(30):
        live.publish("waste.bins", version % 3, version)
    page.wait_for_timeout(5000)
    assert 1 <= len(fetched) - before <= 2
    context.close()
