"""Every code of a finding and of a verdict's reason in plain language, with the way out. A test holds it to ``statistics.codes``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from stadig.pilots import sentences, words
from stadig.pilots.card import Card, Outcome
from stadig.pilots.statistics.terms import Direction, Estimate, Finding, Scale
from stadig.ui import formatting

VERDICT: dict[str, Any] = {
    "shown": _("Skillnaden är %(value)s och kravet var %(worthwhile)s. Den är säkert skild från noll, och ingen gräns är nådd."),
    "cannot_be_worthwhile": _("Skillnaden är som bäst %(best)s. Kravet %(worthwhile)s går inte längre att nå."),
    "harm": _("Det har blivit sämre: %(value)s. Gränsen var %(harm)s."),
    "limit_broken": _("Gränsen är nådd: %(value)s, och den var %(bound)s."),
    "limit_unknown": _("Vi vet inte om gränsen %(bound)s håller. Det kommer för få siffror."),
    "no_estimate_yet": _("Det finns för lite att räkna på än. Svaret kommer när siffrorna räcker."),
    "not_shown_yet": _("Skillnaden är ännu inte säkert skild från noll: %(low)s till %(high)s."),
    "smaller_than_worthwhile": _("Skillnaden är %(value)s. Kravet är %(worthwhile)s."),
    "effect_changes": _(
        "Skillnaden ändras med tiden: den var %(before)s till och med %(day)s och är %(value)s i dag, räknat från starten. Regeln gäller bara en skillnad som håller i sig. Se kurvan, ta reda på varför och besluta själva."
    ),
    "before_after": _("Det finns inget att jämföra med, bara hur det var förut. Därför säger regeln aldrig skala upp."),
    "rule_changed_late": _(
        "Regeln ändrades %(day)s, när %(looks)s svar redan fanns. Den ger svar igen %(until)s, när lika lång tid har gått efter ändringen som före."
    ),
    "withheld": _("Siffrorna bär inget svar. Läs vad som är fel med dem och rätta det."),
    "at_end": _("Sista dagen %(ends)s kom utan svar. Det som var bestämt gäller: %(at_end)s."),
}
"""Why a verdict is what it is."""

METHOD: dict[str, Any] = {
    "too_few_yet": _(
        "Det är %(pilot)s i försöket och %(comparison)s i jämförelsen. Vi räknar när det är minst %(needed)s i varje."
    ),
    "comparison_near_zero": _(
        "Jämförelsen ligger så nära noll att en andel inte säger något. Mät skillnaden i måttets egen enhet."
    ),
    "allocation_missing": _("Det är inte bestämt vilka som får tjänsten. Lotta, eller välj områden."),
    "not_drawn": _("Områdena är valda, inte lottade: %(units)s. Välj jämförelseområden som sätt att jämföra."),
    "draw_impossible": _("Lottningen går inte att göra om som den är beskriven. Kontrollera par, bakgrundsmått och startord."),
    "not_admissible": _("Den lottning som gäller hör inte till de %(draws)s som var möjliga: %(units)s. Kontrollera startordet."),
    "draws_possible": _("%(draws)s lottningar var möjliga. Minsta möjliga slumpvärde är %(smallest_p)s."),
    "areas_too_few": _(
        "Områdena är för få för att någonsin visa något: minsta möjliga slumpvärde är %(smallest_p)s och gränsen %(alpha)s. Ta med fler områden."
    ),
    "lot_assumed": _(
        "Vi räknar som om områdena hade lottats. Valdes de på annat sätt gäller inte svaret: räkna mot jämförelseområden i stället."
    ),
    "seed_differs": _("Startordet ”%(seed)s” ger en annan lottning än den som gäller. Förklara varför, eller lotta om."),
    "unit_unknown": _("Det kom siffror för områden som inte är med: %(units)s. De räknas inte."),
    "unit_silent": _("Inga siffror har kommit för %(units)s. Ta reda på varför."),
    "areas_alike": _("Alla områden har samma värde, %(value)s. Då finns inget att jämföra. Kontrollera mätningen."),
    "no_baseline": _("Det finns inga siffror från tiden före. Svaret blir osäkrare. Ladda upp äldre siffror om de finns."),
    "baseline_missing": _("Siffror från tiden före saknas för %(units)s. De jämförs utan."),
    "began_later": _(
        "%(units)s fick tjänsten senare än de andra. De räknas ändå från första dagen, så effekten kan vara större."
    ),
    "zero_in_relative": _("Några områden har noll. Varje område jämförs därför med sin egen nivå före start."),
    "cluster_t": _("Ett vanligt test av områdenas medelvärden ger %(value)s (%(low)s till %(high)s)."),
    "placebos": _(
        "Vi har gjort samma jämförelse %(placebos)s gånger där inget hände. Minsta möjliga slumpvärde är %(smallest_p)s."
    ),
    "comparison_too_few": _(
        "Det är %(comparison)s jämförelseområden. Det behövs minst %(needed)s för att kunna visa något. Ta med fler."
    ),
    "baseline_short": _("Det finns %(months)s månader före start. Det behövs %(needed)s. Ladda upp äldre siffror."),
    "pre_trend": _("Före start gick områdena isär med %(per_month)s i månaden. En del av skillnaden kan vara det."),
    "negative_in_relative": _(
        "Några områden har negativa tal. En andel går inte att räkna. Mät skillnaden i måttets egen enhet."
    ),
    "derived": _("Räknat ur ett annat mått: %(factor)s, %(value)s %(unit)s, %(year)s (%(source)s). Inte en egen mätning."),
}
"""About the way of comparing."""

CHOICE: dict[str, Any] = {
    "never_by_lot": _(
        "Det här får aldrig lottas: beslut, avgifter, bidrag och rättigheter är lika för alla. "
        "Lotta i stället kanal, ordning, påminnelse, utrustning eller område."
    ),
    "persons_too_few": _("Det blir %(persons)s i försöket. Det behövs minst %(needed)s. Låt det pågå längre eller ta med fler."),
    "persons_not_chosen": _("Välj inte vilka personer som får tjänsten. De som väljs skiljer sig från de andra. Lotta dem."),
    "method_errs": _("Den här metoden räknar områden som om de vore personer, och tar fel för ofta. Lotta hela områden."),
    "variation_unknown": _(
        "Vi vet inte hur mycket måttet varierar. Ladda upp äldre siffror, så räknar vi ut vad försöket kan visa."
    ),
    "power_low": _(
        "Risken är stor att inget syns: en effekt som lönar sig visas bara i %(power)s av sådana försök. "
        "Ta med fler, eller låt försöket pågå längre."
    ),
    "worst_chosen": _(
        "Det som är sämst just nu blir ofta bättre av sig självt. Bland %(units)s områden kan det vara %(by_itself_sd)s gånger "
        "den vanliga skillnaden mellan områden. Lotta bland flera, så blir jämförelsen rättvis."
    ),
}
"""About the choice of a way to compare, before the start."""

DATA: dict[str, Any] = {
    "no_series": _("Inga siffror har kommit. Kontrollera källan eller ladda upp en fil."),
    "outside_period": _("%(rows)s rader ligger utanför tiden (%(first)s till %(last)s). De räknas inte."),
    "missing_values": _("%(rows)s rader saknar värde. De räknas inte."),
    "without_weight": _("%(rows)s rader gäller ingen alls. De räknas inte."),
    "without_arm": _("%(rows)s rader hör varken till försöket eller jämförelsen (%(units)s enheter). De räknas inte."),
    "exposed_twice": _("%(units)s finns både i försöket och i jämförelsen, %(share)s. De räknas inte."),
    "sample_ratio": _(
        "Det är %(pilot)s i försöket och %(comparison)s i jämförelsen. Lotten ska ge %(share)s. "
        "Någon saknas, och det kan vara just de som det gick dåligt för. Ta reda på vilka."
    ),
    "missing_by_arm": _(
        "Fler saknar siffror på ena sidan: %(pilot)s i försöket och %(comparison)s i jämförelsen. Ta reda på varför."
    ),
    "missing_by_group": _("Fler saknar siffror i %(label)s: %(share)s mot %(others)s bland andra."),
    "gaps": _("%(rows)s mätningar saknas för %(units)s. Längsta luckan är %(longest)s dagar (%(unit)s). Inget är ifyllt."),
    "zeros_assumed": _(
        "Inget har kommit från %(units)s %(periods)s perioder i rad, från %(first)s, medan andra områden har siffror. Det räknas som noll. "
        "Kontrollera att de som rapporterar där kan göra det."
    ),
    "nothing_came": _(
        "Inget kom från källan %(first)s till %(last)s. I allt saknas %(share)s av tiden. Inget är ifyllt. Kontrollera källan."
    ),
    "unit_moved": _("%(units)s bytte tillhörighet under försöket: %(names)s. Varje rad räknas där den säger att den hör hemma."),
    "one_arm": _("Det finns siffror bara från den ena sidan. Då finns inget att jämföra med."),
    "constant": _("Alla %(rows)s rader har samma värde, %(value)s. Kontrollera att mätaren går."),
    "ends_early": _(
        "De senaste dagarna saknas: %(pilot)s i försöket och %(comparison)s i jämförelsen. Vänta in dem eller kontrollera källan."
    ),
    "late": _("Siffror som vi redan hade tittat på har ändrats: %(came)s kom till, %(gone)s försvann, %(changed)s ändrades."),
    "changed_meter": _(
        "%(unit)s visar plötsligt %(factor)s gånger så mycket från %(day)s. Är mätaren bytt eller enheten ändrad?"
    ),
    "level_shift": _("%(unit)s ändrade nivå %(day)s, %(factor)s gånger. Ta reda på vad som hände."),
    "spill_over": _(
        "%(units)s gränsar till försöket och ändrades också: %(beside)s mot %(others)s i övriga områden utan tjänsten. "
        "Skillnaden kan därför vara underskattad."
    ),
}
"""About the figures."""

FILE: dict[str, Any] = {
    "not_numbers": _("%(rows)s rader har inget tal i ”%(column)s”. Först rad %(at)s: ”%(written)s”. Skriv ett tal."),
    "not_dates": _("%(rows)s rader har ingen dag i ”%(column)s”. Först rad %(at)s: ”%(written)s”. Skriv som 2026-11-22."),
    "future_dates": _("%(rows)s rader har en dag som inte har varit än. Först rad %(at)s: ”%(written)s”."),
    "early_dates": _("%(rows)s rader har en dag som är för länge sedan. Först rad %(at)s: ”%(written)s”."),
    "empty_cells": _("%(rows)s rader är tomma i ”%(column)s”. Först rad %(at)s. Fyll i eller ta bort dem."),
    "unreadable_rows": _("%(rows)s rader går inte att läsa. Först rad %(at)s i ”%(column)s”: ”%(written)s”."),
    "read_as": _("Filen lästes som %(encoding)s. Kontrollera att å, ä och ö stämmer. Spara annars som UTF-8."),
    "column_not_used": _("Kolumnen används inte: den har %(labels)s olika värden, och en grupp har högst femtio."),
    "column_not_kept": _("Kolumnen ”%(column)s” sparas inte. Grupper får bara vara ålder, område, kön, språk och kanal."),
    "personal_data": _(
        "Kolumnen ”%(column)s” visar vem någon är på %(rows)s rader: personnummer, telefon eller e-post. Ta bort den och ladda upp igen. Ingenting är sparat."
    ),
    "mixed_units": _("Filen blandar måttenheter: %(units)s. Räkna om till en enda."),
    "duplicates_differ": _("%(times)s gånger står samma enhet och tid med olika värden, %(rows)s rader. Behåll den som är rätt."),
    "duplicates_same": _("%(times)s gånger står samma rad flera gånger. Den räknas en gång."),
    "no_table": _("Filen går inte att läsa som en tabell. Den behöver kolumnerna enhet, dag och värde, och minst en rad."),
    "no_such_outcome": _("Filen har inga siffror för ”%(wanted)s”, bara för %(held)s. Välj ett annat mått eller en annan fil."),
    "other_unit": _("Filen räknar i %(given)s, försöket i %(wanted)s. Räkna om filen."),
    "several_a_day": _("%(units)s har flera rader samma dag: %(names)s. Slå ihop dem till en rad om dagen."),
}
"""About a file that someone sent."""

FINDINGS: dict[str, Any] = {**VERDICT, **METHOD, **CHOICE, **DATA, **FILE}
SHARES = ("share", "others", "smallest_p", "alpha", "p", "power")
AT_END: dict[str, Any] = {"withdraw": _("drar tillbaka"), "keep": _("behåller som det är")}


def finding(found: Finding, card: Card | None = None, names: Mapping[str, str] | None = None) -> str:
    """A finding as sentences; with the card its figures get their units and it names the outcome it is about.

    ``names``: what the figures call a unit → what people call it.
    """
    if found.code not in FINDINGS:
        return found.code
    values = _named(found.values, names or {})
    outcome = _outcome(card, found.where)
    if found.code == "cannot_be_worthwhile":
        less = outcome is not None and outcome.direction is Direction.LESS
        values["best"] = values.get("low") if less else values.get("high")
    text = str(FINDINGS[found.code]) % {name: _said(name, one, found, card, outcome) for name, one in values.items()}
    named = outcome is not None and card is not None and (card.primary is None or outcome.slug != card.primary.slug)
    return f"{outcome.title}: {text}" if named and outcome is not None else text


def _named(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A finding's values with the units' names; some findings name their units, others count them."""
    told = dict(values)
    for field in ("units", "names"):
        if isinstance(told.get(field), list | tuple):
            told[field] = [names.get(str(ref), ref) for ref in told[field]]
    if "unit" in told:
        told["unit"] = names.get(str(told["unit"]), told["unit"])
    return told


def _outcome(card: Card | None, slug: str) -> Outcome | None:
    if card is None:
        return None
    every = [card.primary, *(one.outcome for one in card.guardrails), *card.benefits]
    return next((one for one in every if one is not None and one.slug == slug), None)


def _said(name: str, value: Any, found: Finding, card: Card | None, outcome: Outcome | None) -> str:
    if found.code == "at_end" and name == "at_end":
        return str(AT_END.get(value, value))
    if isinstance(value, str) and name in ("day", "first", "last", "through", "looked", "ends", "until"):
        return formatting.day(dt.date.fromisoformat(value[:10]), weekday=False)
    if name == "year" or isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value) if name == "year" else words.said(value)
    if found.code in VERDICT and outcome is not None and card is not None:
        return _figure(name, float(value), card, outcome)
    if name in SHARES or (found.code in ("missing_by_arm", "ends_early") and name in ("pilot", "comparison")):
        return formatting.percent(value * 100, 0 if value >= 0.1 or value == 0 else 1)
    return words.said(value)


def _figure(name: str, value: float, card: Card, outcome: Outcome) -> str:
    """A figure of a verdict in its outcome's unit: with its sign where it is a difference."""
    if card.primary is None or outcome.slug != card.primary.slug:
        level = all(one.kind == "level" for one in card.guardrails if one.outcome.slug == outcome.slug)
        return sentences.amount(value, outcome.unit, Scale.ABSOLUTE, level=level)
    if name in ("worthwhile", "harm"):
        return sentences.amount(value, outcome.unit, card.scale)
    return sentences.signed(value, outcome.unit, card.scale)


def because(findings: tuple[Finding, ...], card: Card) -> str:
    """Why the verdict is what it is: the first reason, which is the gravest; what is shown is told as *minst 31 % kortare*."""
    if not findings:
        return ""
    first = findings[0]
    if first.code == "shown" and card.primary is not None and first.where == card.primary.slug:
        return sentences.least(card, Estimate(first.values["value"], first.values["low"], first.values["high"]))
    return finding(first, card)
