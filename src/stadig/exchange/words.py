"""Our own codes for why there is no answer, in plain words: what happened, never anything about the person."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from stadig.exchange.contracts.errors import Reason

REASONS: Final[dict[str, Any]] = {
    Reason.EMPTY: _("Svaret var helt tomt."),
    Reason.TOO_LARGE: _("Svaret var större än något riktigt svar och lästes inte."),
    Reason.TOO_DEEP: _("Svaret var byggt på ett sätt som inget riktigt svar är och lästes inte."),
    Reason.HAS_DOCTYPE: _("Svaret innehöll en dokumenttyp. Det gör aldrig ett riktigt svar, så det lästes inte."),
    Reason.WRONG_CHARSET: _("Svaret var inte skrivet med den teckenkodning som det uppgav."),
    Reason.NOT_XML: _("Svaret var inte giltig XML."),
    Reason.NOT_SOAP: _("Svaret var inget giltigt meddelande."),
    Reason.FAULTY_HEADER: _("Svarets huvud sade samma sak två gånger."),
    Reason.NO_BODY: _("Svaret saknade innehåll."),
    Reason.EMPTY_BODY: _("Svarets innehåll var tomt."),
    Reason.SOAP_FAULT: _("Tjänsten svarade att något gick fel."),
    Reason.TRUNCATED_MIME: _("Svaret tog slut innan det var helt."),
    Reason.FAULTY_MIME: _("Svarets delar gick inte att skilja åt."),
    Reason.NO_SOAP_PART: _("Svarets första del var inget meddelande."),
    Reason.NOT_JSON: _("Svaret var inte giltig JSON."),
    Reason.NOT_BASE64: _("En del av svaret var inte kodad som den skulle."),
    Reason.WRONG_PERSON: _("Svaret handlade om någon annan. Inget av det har sparats."),
    Reason.WRONG_CONTRACT: _("Svaret följde ett annat avtal, eller en annan version, än frågan."),
    Reason.WRONG_ANSWER: _("Svaret hörde till en annan fråga. Inget av det har sparats."),
    Reason.NO_CORRELATION_ID: _("Svaret bär inte frågans nummer, fast kontraktet säger att det ska."),
    Reason.NOT_TIED: _("Svaret nämner ingen person och bär inte frågans nummer. Inget visar att det gäller den du frågade om."),
    Reason.NO_ANSWER: _("Svaret sade ingenting om den myndigheten."),
    Reason.NOT_ANSWERED: _("Det vi frågade om finns inte i svaret. Det kan vara uteslutet för att vi inte har rätt till det."),
    Reason.SILENT: _("Det finns inte med i svaret. Myndigheten har sagt att det då inte finns något."),
    Reason.EMPTY_ANSWER: _("Svaret var tomt, utan ett ord om att inget finns."),
    Reason.BEYOND_LAW: _("Det som kom får vi inte ta del av enligt lagen. Inget av det har sparats."),
    Reason.UNEXPECTED_SHAPE: _("Svaret såg inte ut som avtalet säger."),
    Reason.HTTP_REFUSED: _("Vår fråga godtogs inte."),
    Reason.HTTP_UNAUTHORISED: _("Vi släpptes inte in."),
    Reason.HTTP_NOT_FOUND: _("Adressen som vi frågade på finns inte."),
    Reason.HTTP_TOO_MANY: _("För många frågor ställdes på en gång."),
    Reason.HTTP_UNAVAILABLE: _("Tjänsten är inte tillgänglig just nu."),
    Reason.HTTP_FAILED: _("Något gick fel i tjänsten."),
}


def reason(code: str) -> str:
    """What one of our codes means, in the reader's language; empty for an agency's own code."""
    return str(REASONS.get(code, ""))
