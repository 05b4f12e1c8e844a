"""Who did or read what: rows of ids, each linked to the one before by a keyed hash.

The key lies outside the database, and so does the file to which the chain's head is added each minute:
whoever can write to the database alone cannot edit, remove or reorder what stands before the last head.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, models, transaction

from stadig.city import attested, clock

if TYPE_CHECKING:
    from stadig.city.models import Person, User

WRITE = """
WITH head AS (UPDATE city_audithead SET position = %s, link = %s WHERE id = 1)
INSERT INTO city_auditentry (position, at, actor, did, what, what_id, ids, reason_mac, link)
SELECT * FROM unnest(
  %s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::text[], %s::text[])
"""
CHAIN = 7_201_001
"""The advisory lock before the head of the chain."""
What = models.Model | tuple[str, int | str]
_local = threading.local()


@dataclass(slots=True)
class Pending:
    """What a verb has done so far; linked just before its transaction commits."""

    rows: list[tuple[str, str, str, str, dict[str, Any], str]] = field(default_factory=list)


def record(by: User | None, did: str, what: What, *, reason: str = "", **ids: Any) -> None:
    """Note that ``by`` (None: the system) ``did`` something to ``what``.

    ``ids`` are further ids, never names or free text. A :class:`Person`, as ``what`` or among ``ids``, is noted
    by pseudonym. The reason is stored apart, so that it can be erased. Inside a verb the row is written as its
    last statement; elsewhere at once. About a row of a table that is held (:mod:`stadig.city.attested`) its hash is noted too.
    """
    label, key = _name(what)
    row = (_actor(by), did, label, key, {name: _id(value) for name, value in ids.items()}, reason.strip()[:500])
    pending: Pending | None = getattr(_local, "pending", None)
    if pending is not None:
        pending.rows.append(row)
        return
    with transaction.atomic():
        link(Pending([row]))


def begin() -> Pending:
    """Collect the rows of a verb from here on (used by :mod:`stadig.city.verbs` alone)."""
    _local.pending = Pending()
    return _local.pending


def length() -> int:
    """How many rows the verb under way has collected."""
    pending: Pending | None = getattr(_local, "pending", None)
    return len(pending.rows) if pending else 0


def take_back(to: int) -> None:
    """Forget the rows after the first ``to``: the inner verb that wrote them was rolled back."""
    pending: Pending | None = getattr(_local, "pending", None)
    if pending:
        del pending.rows[to:]


def end() -> None:
    """Stop collecting."""
    _local.pending = None


def link(pending: Pending) -> None:
    """Write the rows at the end of the chain. Holds the head's row lock until the transaction ends."""
    if not pending.rows:
        return
    rows, pending.rows = pending.rows, []
    key = settings.AUDIT_KEY.encode()
    with connection.cursor() as cursor:
        position, last = _head(cursor)
        written: list[tuple[Any, ...]] = []
        for actor, did, what, what_id, said, reason in rows:
            position += 1
            ids = said | {"digest": attested.digest(what, what_id)} if attested.holds(what) else said
            at = clock.real_now()
            mac = reason_mac(key, position, reason) if reason else ""
            last = entry_link(key, last, position, at.isoformat(), actor, did, what, what_id, ids, mac)
            if reason:
                cursor.execute("INSERT INTO city_auditreason (position, text) VALUES (%s, %s)", [position, reason])
            written.append((position, at, actor, did, what, what_id, json.dumps(ids), mac, last))
        cursor.execute(WRITE, [position, last, *(list(column) for column in zip(*written, strict=True))])


def entry_link(key: bytes, before: str, *parts: object) -> str:
    """HMAC-SHA256 over the link before and the row, as canonical JSON."""
    return _mac(key, json.dumps([before, *parts], sort_keys=True, ensure_ascii=False, separators=(",", ":")))


def reason_mac(key: bytes, position: int, reason: str) -> str:
    """The keyed hash that stands in the chain for a reason."""
    return _mac(key, f"reason {position} {reason}")


def _mac(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _head(cursor: Any) -> tuple[int, str]:
    """The last position and link, held until the transaction ends.

    The line before the row is an advisory lock: those who wait come in the order they asked, and one alone is woken at each commit.
    A row's own lock wakes all who wait for it each time it changes.
    """
    for _ in range(2):
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s); SELECT position, link FROM city_audithead WHERE id = 1 FOR UPDATE", [CHAIN]
        )
        cursor.nextset()
        found = cursor.fetchone()
        if found:
            return found
        cursor.execute("INSERT INTO city_audithead (id, position, link) VALUES (1, 0, '') ON CONFLICT DO NOTHING")
    raise RuntimeError("The audit log has no head.")


def _actor(by: User | None) -> str:
    if by is None or by.pk is None:
        return ""
    return f"person:{_pseudonym_of(by.person_id)}" if by.person_id else f"user:{by.pk}"


def _name(what: What) -> tuple[str, str]:
    if isinstance(what, tuple):
        label, key = what
        if label == "city.person" and str(key).isdigit():
            return label, _pseudonym_of(int(key))
        return label, str(key)
    return what._meta.label_lower, str(_id(what))


def _id(value: Any) -> Any:
    from stadig.city.models import Person

    if isinstance(value, Person):
        return str(pseudonym(value))
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, (str, int, bool, type(None))):
        return value
    if isinstance(value, Mapping):
        return {str(name): _id(part) for name, part in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_id(part) for part in value]
    return str(value)


def pseudonym(person: Person) -> uuid.UUID:
    """The name the log knows a person by; made the first time."""
    return uuid.UUID(_pseudonym_of(person.pk))


def _pseudonym_of(person_id: int) -> str:
    from stadig.city.models import Pseudonym

    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM city_pseudonym WHERE person_id = %s", [person_id])
        found = cursor.fetchone()
    if found:
        return str(found[0])
    made, _ = Pseudonym.objects.get_or_create(person_id=person_id, defaults={"value": uuid.uuid4()})
    return str(made.value)
