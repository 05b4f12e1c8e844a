"""What the linter finds, in plain words with the way out: questions, steps and statuses by what they are called, never by a path.

The command line has its own words in :mod:`stadig.eservices.findings`; every kind there has words here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy

from stadig.eservices.findings import Finding
from stadig.eservices.package import Package
from stadig.eservices.problem_words import of_error
from stadig.ui import formatting

__all__ = ["WORDS", "named", "of_error", "words_of"]

WORDS: Final[Mapping[str, Any]] = {
    # the package
    "unreadable": gettext_lazy("Filen går inte att läsa. %(text)s"),
    "unknown_value": gettext_lazy("”%(value)s” går inte att använda här. Välj något av: %(known)s."),
    "no_such_day": gettext_lazy("”%(value)s” är ingen dag. Skriv den som 2026-11-22."),
    "never_open": gettext_lazy("Tjänsten stänger %(until)s, innan den öppnar %(opens)s. Ändra en av dagarna."),
    # rules
    "rule": gettext_lazy("Villkoret går inte att förstå. Gör om det i tabellen."),
    "unknown_reference": gettext_lazy("Villkoret läser %(path)s, som inte finns. Välj en annan fråga."),
    "never_answered": gettext_lazy("Villkoret läser %(path)s, som ingen får svara på. Välj en annan fråga."),
    "cycle": gettext_lazy("De här väntar på varandra: %(way)s. Ta bort villkoret på en av dem."),
    "not_an_option": gettext_lazy("Villkoret jämför %(path)s med ”%(value)s”, som inte är något av svaren. Välj ett svar som finns."),
    "never_equal": gettext_lazy("Villkoret jämför två olika sorters svar och blir aldrig sant. Välj en annan fråga eller ett annat svar."),
    "not_ordered": gettext_lazy("Villkoret frågar vad som är störst av två saker som inte går att jämföra. Välj ett annat sätt att jämföra."),
    "wrong_type": gettext_lazy("Villkoret räknar med ett svar av fel sort. Välj en fråga som besvaras på ett annat sätt."),
    "unknown_unit": gettext_lazy("”%(unit)s” är ingen enhet för tid. Välj en av: %(known)s."),
    "computes_wrong_type": gettext_lazy("Uträkningen ger en annan sorts värde än den ska. Ändra uträkningen i filen."),
    "constant_rule": gettext_lazy("Villkoret läser inget svar, så det ändrar ingenting. Ta bort det, eller välj en fråga."),
    # the flow
    "asked_twice": gettext_lazy("%(path)s ställs två gånger. Ta bort den ena."),
    "same_id": gettext_lazy("Två steg eller texter har samma namn i filen. Ändra det ena där."),
    "empty_step": gettext_lazy("Steget har inga frågor. Lägg till en, eller ta bort steget."),
    "computes_answer": gettext_lazy("%(path)s både räknas ut och ställs som fråga. Ta bort den ena."),
    "computed_not_described": gettext_lazy("%(path)s räknas ut men har ingen beskrivning i filen data.schema.json. Lägg till den där."),
    "never_shown": gettext_lazy("%(path)s visas aldrig, hur man än svarar. Ändra villkoret."),
    "seems_never_shown": gettext_lazy("%(path)s verkar aldrig visas. Kontrollera villkoret i förhandsvisningen."),
    "always_shown": gettext_lazy("%(path)s verkar alltid visas. Behövs villkoret?"),
    # the schema
    "schema": gettext_lazy("Beskrivningen av svaren är fel skriven. Rätta den i filen data.schema.json: %(text)s"),
    "schema_open": gettext_lazy("Svar som ingen har frågat om skulle tas emot. Sätt additionalProperties till false i filen."),
    "unknown_keyword": gettext_lazy("Ordet %(keyword)s i filen data.schema.json betyder inget. Ta bort det."),
    "unknown_format": gettext_lazy("Formatet %(format)s i filen data.schema.json kontrolleras inte. Välj ett av: %(known)s."),
    "not_asked": gettext_lazy("%(path)s beskrivs i filen data.schema.json men ställs aldrig. Ta bort beskrivningen eller ställ frågan."),
    "required_not_asked": gettext_lazy("%(path)s måste besvaras men ställs aldrig. Lägg till frågan, eller gör den frivillig i filen."),
    # how cases are handled
    "unknown_status": gettext_lazy("Statusen %(status)s finns inte. Välj en som finns."),
    "unknown_path": gettext_lazy("Frågan %(path)s finns inte. Välj en som finns."),
    "no_way_out": gettext_lazy("Ett ärende som är %(status)s kommer ingenstans. Lägg till en väg därifrån."),
    "never_closed": gettext_lazy("Ett ärende som är %(status)s kan aldrig avslutas. Lägg till en väg till en status som är klar."),
    "never_reached": gettext_lazy("Inget ärende får någonsin statusen %(status)s. Lägg till en väg dit, eller ta bort den."),
    "same_way": gettext_lazy("Vägen från %(start)s till %(end)s finns två gånger. Ta bort den ena."),
    "deadline_unmet": gettext_lazy("Tiden ska vara klar vid något som inte finns. Välj en status."),
    "no_statute": gettext_lazy("Beslutet kan överklagas men säger inget lagrum. Skriv vilket."),
    "unknown_decision": gettext_lazy("Beslutet %(decision)s finns inte. Välj ett som finns."),
    "missing_template": gettext_lazy("Mallen för %(decision)s finns på %(other)s men inte på %(language)s. Skriv den där också."),
    "unknown_answer": gettext_lazy("Mallen nämner %(path)s, som inte är något svar i formuläret. Rätta mallen i filen."),
    # texts
    "missing_language": gettext_lazy("Alla texter på %(language)s saknas. Skriv dem, eller ta bort språket."),
    "missing_text": gettext_lazy("En text saknas. Skriv den."),
    "missing_translation": gettext_lazy("Texten finns på %(other)s men inte här. Översätt den."),
    "unknown_text": gettext_lazy("Texten visas aldrig. Ta bort den i filen."),
    "unlisted_language": gettext_lazy("Det finns texter på %(language)s, men språket är inte valt för tjänsten. Välj det, eller ta bort texterna."),
    "long_sentence": gettext_lazy("En mening har %(words)s ord: ”%(begins)s …”. Dela den. Högst %(limit)s ord är lätt att läsa."),
    "markup": gettext_lazy("Texten innehåller kod som visas som den står: %(found)s. Ta bort den."),
    # scenarios
    "no_scenario": gettext_lazy("Tjänsten har inget prov. Den som vill vara säker låter en utvecklare skriva ett."),
    "scenario_unknown": gettext_lazy("Ett prov nämner %(path)s, som inte finns längre. Låt proven följa formuläret."),
    "scenario_failed": gettext_lazy("Ett prov stämmer inte: %(path)s blev %(got)s i stället för %(wanted)s. Ändra tjänsten, eller låt proven följa formuläret."),
    "rule_never": gettext_lazy("Inget prov visar vad som händer när villkoret för %(path)s är tvärtom. Prova det i förhandsvisningen."),
}  # fmt: skip
"""Kind → what is wrong and what to do."""
LANGUAGES: Final[Mapping[str, Any]] = {"sv": gettext_lazy("svenska"), "en": gettext_lazy("engelska")}
_ROW: Final = re.compile(r"\[\d*\]")


def words_of(finding: Finding, package: Package, language: str) -> str:
    """A finding as the one who edits reads it."""
    values = {name: _said(name, value, package, language) for name, value in finding.values.items()}
    return str(WORDS[finding.kind]) % _Forgiving(values)


class _Forgiving(dict[str, str]):
    """A value that a finding lacks is nothing, never a fault on the page."""

    def __missing__(self, key: str) -> str:
        return ""


def _said(name: str, value: Any, package: Package, language: str) -> str:
    """A value in the words of the service."""
    if name == "path":
        return named(package, str(value), language)
    if name == "way":
        return " → ".join(named(package, one, language) for one in str(value).split(" → "))
    if name in ("status", "start", "end"):
        return f"”{package.text(f'status.{value}.name', language) or value}”"
    if name == "decision":
        return f"”{package.text(f'decision.{value}.name', language) or value}”"
    if name in ("language", "other"):
        return str(LANGUAGES.get(str(value), value))
    return formatting.list_of([str(one) for one in value]) if isinstance(value, list | tuple) else str(value)


def named(package: Package, path: str, language: str) -> str:
    """What a question, step, text or computed value is called, in quotes; its path for what has no words."""
    key = _ROW.sub("", path)
    if path.startswith("step."):
        found = package.text(f"{key}.title", language)
    elif path.startswith("info."):
        found = package.text(key, language)
    else:
        found = package.text(f"question.{key}.label", language) or package.text(f"computed.{key}.label", language)
    return f"”{found}”" if found else f"”{path}”"
