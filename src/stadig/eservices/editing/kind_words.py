"""The words by which the editor names what can be asked, who a service is for, and how its cases go. A little example of each."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Word(NamedTuple):
    """A value, what it is called, and an example."""

    value: str
    label: Any
    example: Any = ""


KINDS: Final = (
    Word("text", _("Kort text"), _("Vad heter föreningen?")),
    Word("long_text", _("Lång text"), _("Berätta vad som har hänt")),
    Word("choice", _("Välj ett svar"), _("Gäller det ett hål, en lampa eller en skylt?")),
    Word("choices", _("Välj flera svar"), _("Vilka dagar behöver du hjälp?")),
    Word("yes_no", _("Ja eller nej"), _("Är det farligt just nu?")),
    Word("integer", _("Antal"), _("Hur många deltar?")),
    Word("number", _("Tal med decimaler"), _("Hur stor är ytan?")),
    Word("money", _("Belopp i kronor"), _("Vad kostar det?")),
    Word("date", _("Datum"), _("När ska det börja?")),
    Word("time", _("Klockslag"), _("Vilken tid passar?")),
    Word("month", _("Månad"), _("Vilken månad gäller det?")),
    Word("email", _("E-postadress"), _("Vart ska vi skriva?")),
    Word("phone", _("Telefonnummer"), _("Vart kan vi ringa?")),
    Word("address", _("Adress"), _("Vart ska vi skicka det?")),
    Word("place", _("Plats på kartan"), _("Var är felet?")),
    Word("file", _("Fil eller bild"), _("Lägg till ett intyg")),
    Word("personnummer", _("Personnummer"), _("Vilket personnummer har barnet?")),
    Word("organisation_number", _("Organisationsnummer"), _("Vilket nummer har företaget?")),
    Word("property", _("Fastighet"), _("Vilken fastighet gäller det?")),
    Word("consent", _("Ruta att kryssa i"), _("Jag intygar att uppgifterna stämmer")),
)
"""The kinds of question, the commonest first."""
INFO: Final = Word("info", _("Text utan svar"), _("Är det fara för någons liv, ring 112"))
GROUP: Final = Word("group", _("Frågor som upprepas"), _("Namn och ålder, ett barn i taget"))
LABELS: Final[dict[str, Any]] = {one.value: one.label for one in (*KINDS, INFO, GROUP)}

AUDIENCES: Final = (
    Word("resident", pgettext_lazy("målgrupp", "Invånare")),
    Word("company", _("Företag")),
    Word("association", _("Föreningar")),
    Word("visitor", pgettext_lazy("målgrupp", "Besökare")),
    Word("employee", _("Anställda i kommunen")),
)
LOGINS: Final = (
    Word("", _("Ingen inloggning"), _("Alla kan fylla i, även utan att säga vilka de är.")),
    Word("loa2", _("Inloggning"), _("Den som fyller i loggar in, med lägre krav på säkerhet.")),
    Word("loa3", _("E-legitimation"), _("Freja eller BankID. Vi vet säkert vem det är.")),
)
HANDLED: Final = (
    Word("stadig", _("Här"), _("Handläggarna arbetar i Stadig.")),
    Word("external", _("I ett annat system"), _("Ärendet lämnas över när det har kommit in.")),
)
CHANNELS: Final = (
    Word("web", _("På webben")),
    Word("assisted", _("Med hjälp av personal")),
    Word("paper", _("På papper")),
    Word("phone", _("På telefon")),
    Word("email", _("Med e-post")),
    Word("visit", _("På besök")),
)
GROUPS: Final = (
    Word("new", _("Nytt"), _("Ingen har börjat.")),
    Word("open", _("Pågår"), _("Vi arbetar med ärendet.")),
    Word("applicant", _("Väntar på den sökande"), _("Klockan står still.")),
    Word("others", _("Väntar på andra"), _("Någon utanför enheten gör något.")),
    Word("closed", _("Klart"), _("Ärendet är avslutat.")),
)
ACTORS: Final = (
    Word("case_worker", _("Handläggaren")),
    Word("applicant", _("Den sökande")),
    Word("manager", _("Chefen")),
    Word("registrar", _("Registratorn")),
    Word("system", _("Sker av sig självt")),
)
OUTCOMES: Final = (
    Word("approved", _("Bifall")),
    Word("partly", _("Delvis bifall")),
    Word("refused", _("Avslag")),
    Word("dismissed", _("Avvisas")),
)
APPEALS: Final = (
    Word("administrative", _("Förvaltningsbesvär"), _("Den som beslutet gäller kan överklaga till förvaltningsrätten.")),
    Word("legality", _("Laglighetsprövning"), _("Varje medlem i kommunen kan begära att domstol prövar det.")),
    Word("none", _("Går inte att överklaga")),
)
FILES: Final = (Word("case", _("Vanligt ärende")), Word("personakt", _("Personakt"), _("Syns aldrig i det öppna diariet.")))

FRAMES: Final = {
    "show_if": pgettext_lazy("villkor", "Visa frågan när"),
    "require_if": pgettext_lazy("villkor", "Frågan måste besvaras när"),
    "step": pgettext_lazy("villkor", "Visa steget när"),
    "info": pgettext_lazy("villkor", "Visa texten när"),
    "group": pgettext_lazy("villkor", "Visa frågorna när"),
}
"""How the sentence of a condition begins."""
