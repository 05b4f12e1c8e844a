"""Counting how far people come, at the moment they come there: a day, a service, a channel. No person in it."""

from __future__ import annotations

from django.db import connection

from stadig.city import clock
from stadig.eservices.models import Tally

COUNT = """
INSERT INTO eservices_tally (service, day, channel, kind, step, value, band, count) VALUES (%s, %s, %s, %s, %s, %s, %s, 1)
ON CONFLICT (service, day, channel, kind, step, value, band) DO UPDATE SET count = eservices_tally.count + 1
"""


def count(service: str, kind: str, channel: str, step: str = "", *, value: int = 0, band: str = "") -> None:
    """One more person who started, reached ``step``, submitted or said how easy it was (``value`` 1–5) today."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [service, clock.today().isoformat(), channel, Tally.Kind(kind).value, step, value, band])
