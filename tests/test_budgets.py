"""What each page of the demo town may cost."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stadig.config.visits import visits

MOST_QUERIES = 12
PEOPLE = ["karin", "leila", "jonas", "eva", "ove", "mirja"]


@pytest.fixture
def client_of(demo_town):
    from stadig.city.models import User

    known: dict[str, Client] = {}

    def client(who: str) -> Client:
        if who not in known:
            known[who] = Client()
            if who:
                known[who].force_login(User.objects.get(username=who), backend="django.contrib.auth.backends.ModelBackend")
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
