"""Which kinds of files a question takes."""

from __future__ import annotations

from typing import Final

from stadig.eservices.package import Question
from stadig.files.purposes import ACCEPT, ALL

FAMILIES: Final = {"image/*": "picture", "application/pdf": "pdf"}
"""``contentMediaType`` of a question's schema → what may be sent in; without one, all that a draft may hold."""


def families_of(question: Question) -> tuple[str, ...]:
    """What may be sent in as the answer to a question."""
    described = question.schema.get("items") or question.schema
    said = str(described.get("contentMediaType") or "")
    found = tuple(FAMILIES[one] for one in (part.strip() for part in said.split(",")) if one in FAMILIES)
    return found or ALL


def accept_of(question: Question) -> str:
    """The same for the browser's file chooser."""
    return ",".join(ACCEPT[one] for one in families_of(question))
