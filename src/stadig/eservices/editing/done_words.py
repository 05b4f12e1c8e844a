"""What was done to an edition, in words: said after each change, with a way back, and in its history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _

What = Literal[
    "begun", "taken_in", "version", "undone", "service", "local", "texts", "language_added", "step_added", "step_changed", "step_moved",
    "step_removed", "question_added", "question_changed", "question_moved", "question_removed", "options", "rule", "case",
    "status_added", "status_changed", "status_removed", "ways", "deadlines", "decision_added", "decision_changed",
    "decision_removed", "scenarios",
]  # fmt: skip
"""What can be done to an edition."""

DONE: Final[Mapping[str, Any]] = {
    "begun": _("Ändringen påbörjades."),
    "taken_in": _("Filerna lästes in."),
    "version": _("Tjänsten fick ett nytt versionsnummer."),
    "undone": _("Den senaste ändringen ångrades."),
    "service": _("Uppgifterna om tjänsten ändrades."),
    "local": _("Kommunens egna uppgifter ändrades."),
    "texts": _("Texterna ändrades."),
    "language_added": _("Ett språk lades till."),
    "step_added": _("Ett steg lades till."),
    "step_changed": _("Steget ändrades."),
    "step_moved": _("Steget flyttades."),
    "step_removed": _("Steget togs bort."),
    "question_added": _("En fråga lades till."),
    "question_changed": _("Frågan ändrades."),
    "question_moved": _("Frågan flyttades."),
    "question_removed": _("Frågan togs bort."),
    "options": _("Svaren att välja mellan ändrades."),
    "rule": _("Villkoret ändrades."),
    "case": _("Handläggningen ändrades."),
    "status_added": _("En status lades till."),
    "status_changed": _("Statusen ändrades."),
    "status_removed": _("Statusen togs bort."),
    "ways": _("Vägarna mellan statusarna ändrades."),
    "deadlines": _("Tiderna ändrades."),
    "decision_added": _("Ett beslut lades till."),
    "decision_changed": _("Beslutet ändrades."),
    "decision_removed": _("Beslutet togs bort."),
    "scenarios": _("Proven följer nu formuläret."),
}


def said(what: str) -> str:
    """The words for what was done."""
    return str(DONE.get(what, _("Tjänsten ändrades.")))
