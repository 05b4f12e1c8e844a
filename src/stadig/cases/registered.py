"""What was registered at the diary desk lately, as the one at the desk may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stadig.cases import access, registering
from stadig.cases.models import Case, Document

MOST = 12


@dataclass(frozen=True, slots=True)
class Row:
    """A document in the list. ``title`` and ``case`` (its id) are empty for one who may register in the case but not read it."""

    number: str
    document: int
    title: str
    kind: str
    direction: str
    at: datetime
    case: int | None


def latest(user: Any) -> list[Row]:
    """The latest that the user registered. Two queries."""
    found = list(
        Document.objects.filter(by=user)
        .order_by("-pk")
        .values_list("case_id", "case__number", "number", "title", "kind", "direction", "at")[:MOST]
    )
    seen = access.seen_at_work(user)
    open_ones = set(Case.objects.filter(seen, pk__in={row[0] for row in found}).values_list("pk", flat=True)) if found else set()
    return [
        Row(
            number=number,
            document=document,
            title=title if case in open_ones else "",
            kind=registering.kind_words(kind),
            direction=str(Document.Direction(direction).label),
            at=at,
            case=case if case in open_ones else None,
        )
        for case, number, document, title, kind, direction, at in found
    ]
