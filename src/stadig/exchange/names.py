"""What agencies and outcomes are called in plain words, once for every page."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from stadig.exchange import terms
from stadig.exchange.outcomes import Outcome

AGENCIES: Final[dict[str, Any]] = {
    terms.FK: _("Försäkringskassan"),
    terms.AF: _("Arbetsförmedlingen"),
    terms.SKV: _("Skatteverket"),
    terms.PM: _("Pensionsmyndigheten"),
    terms.CSN: _("CSN"),
    terms.SO: _("A-kassorna"),
    terms.MIV: _("Migrationsverket"),
    terms.TNS: _("Transportstyrelsen"),
}
TOLD: Final[dict[Outcome, Any]] = {
    Outcome.DATA: _("Lämnade uppgifter"),
    Outcome.NOTHING_STATED: _("Svarade att det inte finns något om perioden"),
    Outcome.PARTIAL: _("Lämnade en del av uppgifterna"),
    Outcome.NOT_ENTITLED: _("Lämnade inte ut, eftersom vi inte får ta del av det"),
    Outcome.NO_MATCH: _("Hittade inte personen"),
    Outcome.PROTECTED: _("Lämnade inte ut, eftersom uppgifterna är skyddade där"),
    Outcome.ERROR: _("Svaret gick fel"),
    Outcome.TIMEOUT: _("Svarade inte i tid"),
    Outcome.BREAKER_OPEN: _("Frågades inte, eftersom den inte svarade just då"),
    Outcome.CLOSED: _("Frågades inte, eftersom den hade stängt"),
    Outcome.NOT_ASKED: _("Frågades inte"),
    Outcome.UNKNOWN_CODE: _("Svarade med en kod som vi inte känner"),
    Outcome.MANUAL: _("Svarade per telefon eller på papper"),
}
"""What an agency did, as it is told to the person the question was about."""


def agency(code: str) -> str:
    """An agency by name; one that a declaration has added is called by its code."""
    return str(AGENCIES.get(code, code))
