"""A page without JavaScript waits for a lookup at the outer door: no thread is held, and news end the wait."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from stadig.city import clock, live
from stadig.config.tests.test_serving import Running, database_url, read_until, web
from stadig.exchange import telling, waiting
from stadig.exchange.models import Lookup, Permit


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with web(tmp_path_factory.mktemp("web"), database_url()) as running:
        yield running


@pytest.fixture
def lookup(transactional_db: None, someone: Callable[..., Any]) -> Lookup:
    """One that began just now and has six seconds left."""
    from stadig.city.models import Organisation, Person
    from stadig.city.roles import Role

    worker = someone(Role.CASE_WORKER)
    now, day = clock.real_now(), dt.date(2026, 11, 1)
    unit = Organisation.objects.create(name="Ekonomiskt bistånd")
    person = Person.objects.create(given_name="Prov", family_name="Person")
    permit = Permit.objects.create(
        purpose="x", case=1, case_number="1", person=person, role="applicant", by=worker, unit=unit, laws={}, period_from=day,
        period_to=day, issued_at=now,
    )  # fmt: skip
    return Lookup.objects.create(
        permit=permit, kind="person", case=1, person=person, by=worker, unit=unit, period_from=day, period_to=day, asked_at=now,
        begun_at=now, deadline_at=now + dt.timedelta(seconds=6),
    )  # fmt: skip


def session_of(user: Any) -> str:
    client = Client()
    client.force_login(user, backend="stadig.city.login.PasswordBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def waited(server: Running, path: str, cookie: str) -> tuple[int, str, float]:
    """(status, where to, seconds)."""
    begun = time.monotonic()
    status, headers, _ = server.get(path, Cookie=cookie)
    return status, headers.get("location", ""), time.monotonic() - begun


def test_the_wait_ends_when_the_lookup_is_finished(server: Running, lookup: Lookup) -> None:
    import threading

    cookie = session_of(lookup.by)
    path = waiting.address(lookup.by, lookup.pk, lookup.deadline_at, "/arenden/1/")
    timer = threading.Timer(1.0, _finish, [lookup.pk])
    timer.start()
    status, then, seconds = waited(server, path, cookie)
    timer.join()
    assert (status, then) == (303, "/arenden/1/")
    assert 0.8 < seconds < 4


def _finish(pk: int) -> None:
    from django.db import connection

    Lookup.objects.filter(pk=pk).update(finished_at=clock.real_now())
    live.publish(telling.done_topic(pk), pk, 1)
    connection.close()


def test_a_lookup_that_is_finished_is_not_waited_for(server: Running, lookup: Lookup) -> None:
    Lookup.objects.filter(pk=lookup.pk).update(finished_at=clock.real_now())
    status, then, seconds = waited(
        server, waiting.address(lookup.by, lookup.pk, lookup.deadline_at, "/arenden/1/"), session_of(lookup.by)
    )
    assert (status, then) == (303, "/arenden/1/")
    assert seconds < 3


def test_the_wait_ends_at_the_deadline_whatever_happens(server: Running, lookup: Lookup) -> None:
    soon = clock.real_now() + dt.timedelta(seconds=1)
    status, _, seconds = waited(server, waiting.address(lookup.by, lookup.pk, soon, "/x/"), session_of(lookup.by))
    assert status == 303
    assert 0.7 < seconds < 3


def test_no_one_waits_with_anothers_token_or_without_one(server: Running, lookup: Lookup, someone: Callable[..., Any]) -> None:
    path = waiting.address(lookup.by, lookup.pk, lookup.deadline_at, "/x/")
    assert server.get("/wait")[0] == 403
    assert server.get(path)[0] == 403
    assert server.get(path, Cookie=session_of(someone()))[0] == 403
    assert server.get(path[:-3] + "abc", Cookie=session_of(lookup.by))[0] == 403


def test_a_wait_never_leads_elsewhere(lookup: Lookup) -> None:
    for elsewhere in ("https://example.org/", "//example.org/", "/\\example.org", "x"):
        with pytest.raises(ValueError, match="path of ours"):
            waiting.address(lookup.by, lookup.pk, lookup.deadline_at, elsewhere)


def test_a_lookups_news_are_told_within_a_fifth_of_a_second_and_others_gather_as_before(
    server: Running, transactional_db: None
) -> None:
    import http.client
    from urllib.parse import quote

    quick, slow = telling.topic(7), "test.slow"
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    tokens = "&".join(f"token={quote(live.token(None, topic))}" for topic in (quick, slow))
    line.request("GET", f"/events?{tokens}", headers={"Accept": "text/event-stream"})
    stream = line.getresponse()
    read_until(stream, b"listening")
    live.publish(slow, 1, 1)
    live.publish(quick, 7, 1)
    read_until(stream, b'"version": 1}')
    begun = time.monotonic()
    for version in (2, 3):
        live.publish(quick, 7, version)
        live.publish(slow, 1, version)
        time.sleep(0.4)
    told = read_until(stream, b'"topic": "test.slow", "id": 1, "version": 3}')
    assert time.monotonic() - begun > 1.0
    assert told.index(b'lookup:7", "id": 7, "version": 3') < told.index(b'test.slow", "id": 1, "version": 3')
    assert b'test.slow", "id": 1, "version": 2' not in told
    line.close()
