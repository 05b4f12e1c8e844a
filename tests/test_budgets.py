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


def test_no_page_asks_the_database_more_than_twelve_times(client_of):
    found, _ = visits(client_of, PEOPLE)
    assert len(found) >= 30, "the walk found hardly any pages"
    costly = {}
    for visit in found:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client_of(visit.who).get(visit.path)
        if len(asked) > MOST_QUERIES:
            most, times = Counter(one["sql"][:110] for one in asked.captured_queries).most_common(1)[0]
            costly[f"{visit.path} as {visit.who or 'no one'}"] = f"{len(asked)} queries; {times} × {most}"
    assert not costly, "\n".join(f"{page}: {why}" for page, why in costly.items())
