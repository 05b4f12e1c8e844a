"""What happened in a case and what must happen, in words for staff."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from stadig.cases import terms
from stadig.cases.models import Channel, Document

EVENTS: Final[dict[str, Any]] = {
    "registered": _("Kom in"),
    "claimed": _("Den sökande hämtade ärendet till Mina sidor"),
    "assigned": _("Fick handläggare"),
    "handed_back": _("Lämnades tillbaka"),
    "moved": _("Flyttades till en annan enhet"),
    "message": _("Vi skrev till den sökande"),
    "message_in": _("Den sökande skrev till oss"),
    "completion_asked": _("Vi bad om komplettering"),
    "completion_taken_back": _("Vi tog tillbaka frågan om komplettering"),
    "completed": _("Den sökande kompletterade"),
    "undone": _("Ändringen ångrades"),
    "withdrawn": _("Den sökande tog tillbaka ärendet"),
    "rated": _("Den sökande svarade på hur lätt det var"),
    "sign_asked": _("En person till ombads skriva under"),
    "sign_reminded": _("Den som ska skriva under fick en påminnelse"),
    "signed": _("En person till skrev under"),
    "declined": _("En person ville inte skriva under"),
    "review_asked": _("Skickades på granskning"),
    "reviewed": _("Granskades"),
    "decided": _("Beslut fattades"),
    "decision_asked": _("Den sökande bad oss avgöra ärendet"),
    "letter": _("Vi skickade ett brev"),
    "document": _("En handling lades till"),
}
DEADLINES: Final[dict[str, Any]] = {terms.DECISION_ASKED: _("Avgöra eller avslå begäran (12 § förvaltningslagen)")}

DECISIONS: Final[dict[str, Any]] = {terms.DECISION_ASKED: _("Avslå begäran att avgöra ärendet nu")}


DIRECTIONS: Final[dict[str, Any]] = dict(Document.Direction.choices)
CHANNELS: Final[dict[str, Any]] = dict(Channel.choices)
_TABLES: Final = {"event": EVENTS, "deadline": DEADLINES, "decision": DECISIONS, "direction": DIRECTIONS, "channel": CHANNELS}


@lru_cache(maxsize=512)
def _word(table: str, key: str, language: str) -> str:
    """The word in a language; empty for one that the table has not."""
    with translation.override(language):
        return str(_TABLES[table].get(key, ""))


def event(kind: str, status: str, language: str) -> str:
    """A step of the timeline; a change of status is told by its name."""
    return status if kind == "status" else _word("event", kind, language) or kind


def deadline(name: str, language: str) -> str:
    """The name of a clock that the law sets; empty for one of the case type's own."""
    return _word("deadline", name, language)


def decision(type_id: str, language: str) -> str:
    """The name of a decision that the law provides for in every case; empty for the case type's own."""
    return _word("decision", type_id, language)


def direction(value: str, language: str) -> str:
    """Whether a document came in, went out or was drawn up."""
    return _word("direction", value, language)


def channel(value: str, language: str) -> str:
    """How a case came in."""
    return _word("channel", value, language) or value
