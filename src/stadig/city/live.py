"""News to open pages: a topic, an id and a version. The page fetches what it may see through Django."""

from __future__ import annotations

import json
import re
from typing import Any

from django.core import signing
from django.db import connection

CHANNEL = "stadig_live"
TOKEN_SECONDS = 300
_SALT = "stadig.city.live"
_TOPIC = re.compile(r"[a-z0-9_.:-]{1,80}")


_quick: set[str] = set()


def tell_quickly(prefix: str) -> None:
    """News of topics that begin so are told within a fifth of a second: someone watches what fills in. All others gather for a while."""
    _quick.add(prefix)


def is_quick(topic: str) -> bool:
    """Whether a topic's news are told at once."""
    return topic.startswith(tuple(_quick))


class BadToken(Exception):
    """The token is not ours, or older than five minutes. Load the page again."""


def publish(topic: str, id: int, version: int) -> None:  # noqa: A002
    """Tell listeners when the transaction commits. PostgreSQL folds equal news in a transaction into one."""
    if not _TOPIC.fullmatch(topic):
        raise ValueError(f"A topic is lower-case letters, digits and . : _ -, not {topic!r}.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps({"topic": topic, "id": id, "version": version})])


def token(user: Any, topic: str) -> str:
    """A signed token, good for five minutes, bound to the user (0: no one logged in) and the topic."""
    if not _TOPIC.fullmatch(topic):
        raise ValueError(f"A topic is lower-case letters, digits and . : _ -, not {topic!r}.")
    return signing.dumps([getattr(user, "pk", None) or 0, topic], salt=_SALT)


def read_token(value: str) -> tuple[int, str]:
    """(user id or 0, topic). Raises BadToken."""
    try:
        user_id, topic = signing.loads(value, salt=_SALT, max_age=TOKEN_SECONDS)
    except (signing.BadSignature, ValueError, TypeError) as fault:
        raise BadToken from fault
    return int(user_id), str(topic)
