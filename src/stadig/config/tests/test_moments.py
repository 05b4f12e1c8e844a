"""Moments as they come out of the database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection

pytestmark = pytest.mark.django_db


def read(text: str) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        return cursor.fetchall()[0][0]


@pytest.mark.parametrize("text", ["2026-11-19 06:03:06+00", "2026-11-19 07:03:06.1+01", "1900-01-01 00:00:00.000001+00"])
def test_a_moment_is_aware_and_exact(text):
    moment = read(text)
    assert moment == datetime.fromisoformat(text)
    assert moment.tzinfo is UTC


def test_what_is_no_moment_is_said():
    with pytest.raises(DataError):
        read("infinity")
