"""Where a case stands in one sentence or two, as it is read aloud on the phone and written in a letter."""

from __future__ import annotations

from django.utils.translation import gettext as _

from stadig.cases import definitions, mine
from stadig.cases.models import Case
from stadig.ui import formatting


def sentence(case: Case, language: str = "sv") -> str:
    """What it is, when it came in, where it stands and what happens next, from the texts of the case type."""
    definition = definitions.of(case)
    status = definition.text(f"status.{case.status}.resident", language) or definition.text(
        f"status.{case.status}.name", language
    )
    begun = _("Ärendet %(what)s kom in %(day)s och har nummer %(number)s.") % {
        "what": definition.text("title", language) or case.title,
        "day": formatting.day(case.registered_at, weekday=False),
        "number": case.number,
    }
    parts = [begun, _ended(status), mine.next_words(definition, case.status, case.group, case.due_at, language)]
    return " ".join(one for one in parts if one)


def _ended(text: str) -> str:
    """With a full stop."""
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
