"""What each page of the demo town may cost."""

from __future__ import annotations

import sys
from collections import Counter

import pytest
from django.db import connection
from django.template import Template
from django.test import Client
from django.test.utils import CaptureQueriesContext, _TestState

from stadig.config.visits import PEOPLE, visits

MOST_QUERIES = 12


@pytest.fixture
def client_of(demo_town):
    from stadig.city.models import User

    known: dict[str, Client] = {}

    def client(who: str) -> Client:
        if who not in known:
            known[who] = Client()
            if who:
                known[who].force_login(User.objects.get(username=who), backend="stadig.city.login.PasswordBackend")
        return known[who]

    return client


def asked(client: Client, path: str) -> list[str]:
    """The statements that a page sends, but for those that begin and end a transaction."""
    with CaptureQueriesContext(connection) as caught:
        client.get(path)
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    return [one["sql"] for one in caught.captured_queries if not one["sql"].startswith(control)]


def test_no_page_asks_the_database_more_than_twelve_times(client_of):
    found, _ = visits(client_of, PEOPLE)
    assert len(found) >= 30, "the walk found hardly any pages"
    costly = {}
    for visit in found:
        client_of(visit.who).get(visit.path)
        statements = asked(client_of(visit.who), visit.path)
        if len(statements) > MOST_QUERIES:
            most, times = Counter(sql[:110] for sql in statements).most_common(1)[0]
            costly[f"{visit.name} {visit.path} as {visit.who or 'no one'}"] = f"{len(statements)} queries; {times} × {most}"
    assert not costly, "\n".join(f"{page}: {why}" for page, why in costly.items())


MOST_CALLS = 24_000
"""Python calls for one page: a bound against growth that no other program on the machine can change. It is looser than the
eight milliseconds that ``stadig bench pages`` measures: a page with this many calls and ten questions takes 10–15."""


def calls_for(client: Client, path: str) -> int:
    """How many functions, Python's and C's, a page calls once its parts are known."""
    made = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal made
        made += event in {"call", "c_call"}

    client.get(path)
    client.get(path)
    sys.setprofile(count)
    try:
        client.get(path)
    finally:
        sys.setprofile(None)
    return made


def test_no_page_makes_more_calls_than_it_may(client_of, monkeypatch):
    monkeypatch.setattr(Template, "_render", _TestState.saved_data.template_render)  # as it is outside a test run
    found, _ = visits(client_of, PEOPLE)
    cost = {visit: calls_for(client_of(visit.who), visit.path) for visit in found if visit.is_page}
    costly = {visit: calls for visit, calls in cost.items() if calls > MOST_CALLS}
    assert not costly, "\n".join(
        f"{visit.name} {visit.path} as {visit.who or 'no one'}: {calls}"
        for visit, calls in sorted(costly.items(), key=lambda one: -one[1])
    )
