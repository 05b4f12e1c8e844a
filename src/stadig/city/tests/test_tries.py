"""Tries are counted for as long as the page says, say nothing of whose they are, and cannot be crowded out."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from stadig.city import tries

pytestmark = pytest.mark.django_db
HOUR = 3600


@pytest.fixture(autouse=True)
def empty(db):
    cache.clear()


def entries() -> list[tuple[str, dt.datetime]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, expires FROM city_cache")
        return cursor.fetchall()


def test_every_try_is_kept_for_the_whole_time_and_none_names_whose_it_is():
    begun = dt.datetime.now(dt.UTC)
    assert [tries.count("follow", "GPN 2026/00001", HOUR) for _ in range(3)] == [1, 2, 3]
    assert (tries.counted("follow", "GPN 2026/00001"), tries.counted("follow", "GPN 2026/00002")) == (3, 0)
    ((key, expires),) = entries()
    assert "2026" not in key
    assert expires.replace(tzinfo=expires.tzinfo or dt.UTC) - begun > dt.timedelta(minutes=59)


def test_others_cannot_crowd_them_out():
    assert settings.CACHES["default"]["OPTIONS"]["MAX_ENTRIES"] >= 20_000
    tries.count("follow", "mine", HOUR)
    for n in range(400):
        tries.count("follow", f"another {n}", HOUR)
    assert tries.counted("follow", "mine") == 1
