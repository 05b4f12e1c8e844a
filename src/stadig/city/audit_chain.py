"""Heads of the audit chain outside the database, and the proof that nothing before the last one was touched."""

from __future__ import annotations

import hmac
import itertools
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from stadig.city import audit, clock
from stadig.city.models import AuditEntry, AuditHead

MAX_FAULTS = 20
Check = Callable[[], Iterator[str]]
_checks: list[Check] = []


def proves(check: Check) -> None:
    """Register ``check()`` in ``apps.ready()``: it holds what the room stores against what the log says of it, and gives a sentence for each
    fault. It runs in the same transaction, after the chain itself."""
    if check not in _checks:
        _checks.append(check)


@dataclass(slots=True)
class Verification:
    """What was checked. ``faults`` are sentences; none means that the log is whole up to ``proven``."""

    entries: int = 0
    heads: int = 0
    proven: int = 0
    """The position of the last head in the file: up to here nothing can have been changed unseen."""
    faults: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.faults


def head_file() -> Path:
    """Where heads are kept; put this file on write-once storage or send it to another machine."""
    return Path(settings.HOME) / "audit" / "heads"


def append_head() -> int | None:
    """Add the chain's head to the file, when it has moved; returns its position. Called each minute by a job."""
    head = AuditHead.objects.filter(pk=1).first()
    if head is None or head.position == 0:
        return None
    path = head_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    last = None
    for last in read_heads(path):  # noqa: B007 – the last one is wanted
        pass
    if last and last["position"] >= head.position:
        return None
    line = {"position": head.position, "link": head.link, "at": clock.real_now().isoformat(timespec="seconds")}
    line["mac"] = _head_mac(line)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return head.position


def read_heads(path: Path) -> Iterator[dict[str, Any]]:
    """The heads in the file, oldest first; a line that cannot be read comes out as a fault."""
    if not path.exists():
        return
    with path.open() as file:
        for number, line in enumerate(file, 1):
            try:
                head = json.loads(line)
                yield {
                    "position": int(head["position"]),
                    "link": str(head["link"]),
                    "at": str(head["at"]),
                    "mac": str(head["mac"]),
                }
            except (ValueError, KeyError, TypeError):
                yield {"position": -1, "link": "", "at": "", "mac": "", "line": number}


def verify(path: Path | None = None) -> Verification:
    """Walk the whole chain and hold it against the heads outside.

    Finds rows edited, removed, added in between or reordered, a chain cut short, a chain rebuilt without the
    key, and a changed reason; and, as rooms have registered, what they store that is not as the log says. Rows are streamed.
    """
    found = Verification()
    heads: dict[int, str] = {}
    for head in read_heads(path or head_file()):
        found.heads += 1
        if head["position"] < 0 or not hmac.compare_digest(head["mac"], _head_mac(head)):
            found.faults.append(f"Huvud {found.heads} i filen går inte att lita på.")
        else:
            heads[head["position"]] = head["link"]
    found.proven = max(heads, default=0)
    with transaction.atomic():
        _walk(found, heads)
        for check in _checks:
            found.faults += itertools.islice(check(), MAX_FAULTS)
    return found


def _walk(found: Verification, heads: dict[int, str]) -> None:
    key = settings.AUDIT_KEY.encode()
    before, expected = "", 1
    fields = ("position", "at", "actor", "did", "what", "what_id", "ids", "reason_mac", "link")
    for row in AuditEntry.objects.order_by("position").values_list(*fields).iterator(chunk_size=2000):
        position, at, actor, did, what, what_id, ids, reason_mac, link = row
        if len(found.faults) >= MAX_FAULTS:
            return
        if position != expected:
            found.faults.append(f"Rad {expected} saknas: nästa är {position}.")
        computed = audit.entry_link(key, before, position, at.isoformat(), actor, did, what, what_id, ids, reason_mac)
        if not hmac.compare_digest(computed, link):
            found.faults.append(f"Rad {position} stämmer inte med raden före.")
        if position in heads and not hmac.compare_digest(heads[position], link):
            found.faults.append(f"Rad {position} är inte den som huvudet utanför databasen såg.")
        found.entries += 1
        before, expected = link, position + 1
    if expected - 1 < found.proven:
        found.faults.append(f"Loggen slutar vid {expected - 1}, men ett huvud såg rad {found.proven}.")
    _check_reasons(found, key)


def _check_reasons(found: Verification, key: bytes) -> None:
    """A reason may be erased by law, never changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT position, e.reason_mac, r.text FROM city_auditentry e JOIN city_auditreason r USING (position) ORDER BY 1"
        )
        for position, mac, text in cursor.fetchall():
            if not hmac.compare_digest(mac, audit.reason_mac(key, position, text)):
                found.faults.append(f"Skälet till rad {position} är ändrat.")


def _head_mac(head: dict[str, Any]) -> str:
    return audit.entry_link(settings.AUDIT_KEY.encode(), "head", head["position"], head["link"], head["at"])
