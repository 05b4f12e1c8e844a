"""News in a real browser: an alarm that is raised by an observation over HTTP stands on the open page without a reload."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from datetime import timedelta
from urllib.parse import quote

import pytest

from stadig.city import clock, live
from stadig.city.permissions import Role
from stadig.config.tests.test_serving import database_url, open_stream, read_until, web
from stadig.sensing import actions
from stadig.sensing.models import AlarmRule, Kind
from stadig.sensing.tests.conftest import make_datastream
from stadig.sensing.tests.test_alarms import work
from stadig.ui import testing

pytestmark = pytest.mark.browser


@pytest.fixture
def server(transactional_db, tmp_path):
    with web(tmp_path, database_url()) as running:
        yield running


@pytest.fixture
def open_page(browser, server):
    """``open_page(user, path)`` → the page as that user sees it, from the real server, when it has begun to listen for news."""
    contexts = []

    def visit(user, path):
        address = f"http://127.0.0.1:{server.port}"
        context = browser.new_context(base_url=address, locale="sv-SE", viewport={"width": testing.DESK, "height": 900})
        context.stadig_address = address
        contexts.append(context)
        page = context.new_page()
        testing.log_in(page, user)
        with page.expect_response("**/events?token=*") as news:
            page.goto(path)
        assert news.value.status == 200
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture
def bin_by_the_square(transactional_db):
    stream = make_datastream("Nivå")
    stream.thing.name = "Korgen vid torget"
    stream.thing.save()
    AlarmRule.objects.create(
        name="Full korg",
        kind=Kind.THRESHOLD,
        observed_property=stream.observed_property,
        level=80,
        clear_level=60,
        created_at=clock.now() - timedelta(days=1),
    )
    return stream


def observe(server, stream, value: float) -> None:
    """A supplier sends an observation; the alarm's job is done, as the worker would."""
    token = actions.create_token(f"supplier {value}", ["read", "create"])
    place = {"type": "Point", "coordinates": [12.2, 57.1]}
    feature = {"name": "x", "description": "x", "encodingType": "application/geo+json", "feature": place}
    body = {"result": value, "phenomenonTime": clock.now().isoformat(), "FeatureOfInterest": feature}
    answer = server.request(
        "POST",
        f"/sta/v1.1/Datastreams({stream.pk})/Observations",
        json.dumps(body).encode(),
        Authorization=f"Bearer {token}",
        Content_Type="application/json",
    )
    assert answer[0] == 201, answer
    work()


def test_an_alarm_appears_on_an_open_page_without_a_reload(server, open_page, someone, bin_by_the_square):
    page = open_page(someone(Role.TECHNICIAN), "/larm")
    page.get_by_text("Inget larmar just nu.").wait_for()
    page.evaluate("window.neverLoadedAnew = true")
    observe(server, bin_by_the_square, 91.0)
    page.get_by_role("heading", name="Full korg: Korgen vid torget").wait_for()
    assert page.evaluate("window.neverLoadedAnew") is True
    page.get_by_role("button", name="Sett").click()
    page.get_by_role("button", name="Ångra").wait_for()
    testing.axe(page)


def test_the_token_of_a_page_helps_no_one_else_and_tells_of_nothing_else(server, open_page, someone, client, bin_by_the_square):
    technician, driver = someone(Role.TECHNICIAN), someone(Role.CREW)
    page = open_page(technician, "/larm")
    token = page.locator("#alarms").get_attribute("sse-connect").partition("token=")[2]
    client.force_login(driver, backend="stadig.city.login.PasswordBackend")
    other = f"stadig_session={client.cookies['stadig_session'].value}"
    assert open_stream(server, token, other).status == 403, "another's session"
    assert open_stream(server, token).status == 403, "no session"
    assert server.get(f"/events?token={quote(token.replace('alarms', 'messages'))}x", Cookie=other)[0] == 403, "another topic"
    assert server.get("/larm", Cookie=other, HX_Request="true")[0] == 403, "and what is told of is refused as ever"

    own = next(f"{one['name']}={one['value']}" for one in page.context.cookies() if one["name"] == "stadig_session")
    stream = open_stream(server, token, own)
    assert stream.status == 200
    read_until(stream, b"retry")
    live.publish("messages", 1, 1)
    observe(server, bin_by_the_square, 95.0)
    said = [json.loads(line) for line in read_until(stream, b"data:").decode().split("data: ")[1:]]
    assert [sorted(one) for one in said] == [["id", "topic", "version"]]
    assert said[0]["topic"] == "alarms"
    stream.close()


def test_figures_count_what_came_in_whoever_is_asked(server, bin_by_the_square):
    from django.db import connection

    from stadig.sensing.mqtt import inbox

    before = figures(server)
    observe(server, bin_by_the_square, 20.0)
    connection.ensure_connection()
    unknown = inbox.Arrived("devices/no-one/observations", b"{}")
    inbox.store(connection.connection, [unknown, unknown], clock.now())
    deadline = time.monotonic() + 10
    stored = 'stadig_http_observations_total{result="stored"}'
    while figures(server)[stored] == before[stored] and time.monotonic() < deadline:
        time.sleep(0.2)
    now = figures(server)
    assert now[stored] == before[stored] + 1
    assert now["stadig_observations_stored_total"] >= 1
    assert now['stadig_mqtt_refused_total{reason="unknown_device"}'] == 2
    assert now["stadig_mqtt_messages_total"] == 0
    assert "# TYPE stadig_mqtt_refused_total counter" in server.get("/metrics")[2].decode()


def figures(server) -> dict[str, float]:
    """What /metrics says, the workers taken together."""
    found: dict[str, float] = defaultdict(float)
    for line in server.get("/metrics")[2].decode().splitlines():
        if not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            found[re.sub(r'worker="\d+",?', "", name)] += float(value)
    return found
