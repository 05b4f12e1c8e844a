"""What is handed over to other systems, and the keys those systems have."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import connection

from stadig.city.sorting import sort_key
from stadig.eservices import published
from stadig.eservices.models import HandOver

AROUND: Final = """
SELECT (SELECT count(*) FROM eservices_handover), (
    SELECT json_agg(json_build_array(s.name, v.digest) ORDER BY s.id)
    FROM eservices_eservice s JOIN eservices_packageversion v ON v.id = s.current_id
), (SELECT json_agg(json_build_array(id, name, service, revoked_at IS NOT NULL) ORDER BY revoked_at, id) FROM eservices_systemkey)
"""
HANDED: Final = """
SELECT h.id, c.number, h.service, h.state, h.number, h.theirs, h.error, coalesce(h.handed_at, h.created_at)
FROM eservices_handover h JOIN cases_case c ON c.id = h.case_id
ORDER BY (h.state <> 'failed'), h.created_at DESC, h.id DESC LIMIT %s OFFSET %s
"""


class Key(NamedTuple):
    """A key with which a system says where the cases of a service stand."""

    pk: int
    name: str
    service: str
    revoked: bool


class Around(NamedTuple):
    """How many cases were handed over, the services as (name, title) A to Ö, and the keys: the revoked first."""

    total: int
    services: tuple[tuple[str, str], ...]
    keys: tuple[Key, ...]


class Row(NamedTuple):
    """One hand-over as the list shows it."""

    id: int
    case: str
    service: str
    state: str
    label: str
    number: str
    theirs: str
    error: str
    at: datetime


def around(language: str) -> Around:
    """What the page says beside the list. One query."""
    with connection.cursor() as cursor:
        cursor.execute(AROUND)
        found: Any = cursor.fetchone()
    total, services, keys = found
    titles = {name: published.by_digest(digest).text("service.title", language) or name for name, digest in services or ()}
    named = tuple(sorted(titles.items(), key=lambda one: sort_key(one[1])))
    return Around(total, named, tuple(Key(pk, name, titles.get(of, of), revoked) for pk, name, of, revoked in keys or ()))


def handed(which: range, titles: dict[str, str]) -> tuple[Row, ...]:
    """The hand-overs at these places of the list, the failed first. One query, and none for an empty list."""
    if not which:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(HANDED, [len(which), which.start])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return tuple(
        Row(pk, case, titles.get(service) or service, state, str(HandOver.State(state).label), *rest)
        for pk, case, service, state, *rest in rows
    )
