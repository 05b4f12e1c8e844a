"""Letters to print, as one document: each begins on a sheet of its own, so that none is printed on the back of another's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from stadig.city import municipality
from stadig.files import documents
from stadig.post import access
from stadig.post.models import Letter
from stadig.ui import formatting

TEMPLATE: Final = Path(__file__).parent / "typst" / "plain.typ"
MOST: Final = 200
"""Letters in one document: what a printer takes and a person can put in envelopes before lunch."""


def may_print(user: Any) -> Q:
    """Letters that ``user`` may print: those of their organisations, and those that belong to none."""
    reach = access.PRINT.organisations(user)
    return Q() if reach is None else Q(organisation=None) | Q(organisation__in=reach)


def receiver(letter: Letter, user: Any) -> tuple[str, tuple[str, ...]]:
    """(name, address as lines), as the one who prints may see them. A protected person's letter goes through Skatteverket."""
    if letter.mediated:
        return _("Skyddad person"), (_("Skickas genom Skatteverket"),)
    if letter.person:
        shown = letter.person.shown_to(user)
        return shown.name, tuple(part for part in shown.address.split(", ") if part)
    return letter.name, tuple(line for line in letter.address.splitlines() if line.strip())


def pdf(letters: Iterable[Letter], user: Any) -> bytes:
    """All of them in one PDF, in their order."""
    return documents.joined((bytes(one.pdf) if one.pdf else _drawn(one, user) for one in letters), sheets=True)


def _drawn(letter: Letter, user: Any) -> bytes:
    with translation.override(letter.language):
        town = municipality.current()
        name, address = receiver(letter, user)
        return documents.pdf(
            TEMPLATE,
            {
                "language": letter.language,
                "title": letter.title,
                "sender": town.name,
                "day": formatting.day(letter.created_at, weekday=False, year=True),
                "to": [name, *address],
                "call": _("Frågor? Ring oss:"),
                "phone": town.phone,
                "paragraphs": [" ".join(part.split()) for part in letter.text.replace("\r", "").split("\n\n") if part.strip()],
                "foot": [part for part in (town.name, town.address.replace("\n", ", "), town.phone) if part],
            },
        )
