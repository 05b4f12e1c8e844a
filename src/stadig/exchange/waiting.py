"""The address where a page without JavaScript waits for a lookup (config/waiting.py serves it), and the token in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db import connection

PATH = "/wait"
TOKEN_SECONDS = 120
_SALT = "stadig.exchange.waiting"


class BadToken(Exception):
    """The token is not ours, or older than two minutes. Load the page again."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who waits for which lookup until when, and where they go then."""

    user: int
    lookup: int
    until: dt.datetime
    then: str


def address(user: Any, lookup_id: int, deadline_at: dt.datetime, then: str) -> str:
    """Where a browser waits until the lookup is finished or its deadline has passed, and is sent on to ``then``, a path of ours.

    Raises ``ValueError`` for a ``then`` that leads elsewhere.
    """
    if not then.startswith("/") or then.startswith(("//", "/\\")):
        raise ValueError("A wait ends at a path of ours.")
    token = signing.dumps([user.pk, lookup_id, deadline_at.timestamp(), then], salt=_SALT)
    return f"{PATH}?{urlencode({'token': token})}"


def read(token: str) -> Waiting:
    """What a token says. Raises BadToken."""
    try:
        user, lookup, until, then = signing.loads(token, salt=_SALT, max_age=TOKEN_SECONDS)
    except (signing.BadSignature, ValueError, TypeError) as fault:
        raise BadToken from fault
    return Waiting(int(user), int(lookup), dt.datetime.fromtimestamp(until, dt.UTC), str(then))


def is_finished(lookup_id: int) -> bool:
    """Whether every agency has answered or is overdue; also of a lookup that is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT finished_at IS NULL FROM exchange_lookup WHERE id = %s", [lookup_id])
        row = cursor.fetchone()
    return row is None or not row[0]
