"""What was registered at the diary desk lately, as the one at the desk may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from stadig.cases import access, registering
from stadig.cases.models import Document
from stadig.ui import formatting

MOST = 12
LATEST = f"""
SELECT c.id, c.number, d.number, d.title, d.kind, d.direction, d.at, {access.SEEN_AT_WORK}
FROM cases_document d JOIN cases_case c ON c.id = d.case_id
WHERE d.by_id = %(user)s AND d.kind <> 'decision' ORDER BY d.id DESC LIMIT {MOST}
"""  # noqa: S608 - only what stands above


@dataclass(frozen=True, slots=True)
class Row:
    """A document in the list. ``title`` and ``case`` (its id) are empty for one who may register in the case but not read it."""

    number: str
    document: int
    title: str
    kind: str
    direction: str
    when: str
    case: int | None


def latest(user: Any) -> tuple[Row, ...]:
    """The latest that the user registered. One query."""
    with connection.cursor() as cursor:
        cursor.execute(LATEST, access.reach(user) | {"user": user.pk})  # pyright: ignore[reportArgumentType]
        found: list[tuple[Any, ...]] = cursor.fetchall()
    kinds = {kind: registering.kind_words(kind) for kind in {row[4] for row in found}}
    directions = {value: str(Document.Direction(value).label) for value in {row[5] for row in found}}
    return tuple(
        Row(
            number=number,
            document=document,
            title=title if seen else "",
            kind=kinds[kind],
            direction=directions[direction],
            when=formatting.moment(at),
            case=case if seen else None,
        )
        for case, number, document, title, kind, direction, at, seen in found
    )
