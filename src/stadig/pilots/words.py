"""What a code is called: every problem of a card and every error, in plain language with the way out. Findings: ``finding_words``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from stadig.pilots.card import Problem
from stadig.ui import formatting

DECISIONS: dict[str, Any] = {
    "withdraw": _("dra tillbaka"),
    "continue": _("fortsätta"),
    "keep": _("behålla som det är"),
    "scale_up": _("skala upp"),
    "withheld": _("inget än"),
}
"""What a rule says and what one may decide, as the verb of a sentence."""

MISSING: dict[str, Any] = {
    "title": _("Skriv vad försöket ska heta."),
    "service": _("Välj vilken tjänst försöket gäller."),
    "hypothesis": _("Skriv vad ni tror ska hända, och varför."),
    "unit": _("Välj vad som jämförs: personer, områden, skolor, papperskorgar …"),
    "lever": _("Välj vad som skiljer: kanal, ordning, påminnelse, utrustning eller område."),
    "owner": _("Skriv vem som ansvarar för försöket."),
    "exit_plan": _("Skriv hur ni drar tillbaka försöket om det inte blir bra."),
    "design": _("Välj hur ni jämför."),
    "primary": _("Välj det viktigaste att mäta."),
    "worthwhile": _("Skriv hur stor skillnaden minst ska vara för att löna sig."),
    "begins": _("Välj första dagen."),
    "ends": _("Välj sista dagen. Ett försök utan slut är inget försök."),
    "cost_ceiling_kr": _("Skriv hur mycket försöket får kosta."),
    "allocation": _("Lotta vilka som får tjänsten, eller välj dem."),
    "equal.differs": _("Skriv vad som blir olika för olika personer. Blir inget olika, skriv det."),
    "equal.reason": _("Skriv det sakliga skälet till att det blir olika (kommunallagen 2 kap. 3 §)."),
    "equal.decided_by": _("Skriv vem som har beslutat att det får bli olika."),
    "equal.decided_on": _("Skriv vilken dag det beslutades."),
    "equal.until": _("Skriv till vilken dag det får vara olika."),
    "privacy.personal_data": _("Skriv vilka personuppgifter som behandlas. Behandlas inga, skriv det."),
    "privacy.legal_basis": _("Skriv den rättsliga grunden för personuppgifterna."),
    "privacy.decline": _("Skriv hur man tackar nej utan att förlora något."),
    "purchase.way": _("Välj hur det köps: ramavtal, direktupphandling, egen regi eller upphandling."),
}
"""Field → what to write there."""

PROBLEMS: dict[str, Any] = {
    "unknown": _("Det går inte att jämföra så. Välj något i listan."),
    "never_by_lot": _(
        "Beslut, avgifter, bidrag och lagstadgade rättigheter får aldrig lottas. "
        "Bara kanal, ordning, påminnelse, utrustning och område får skilja."
    ),
    "not_positive": _("Skillnaden skrivs som ett tal större än noll, åt det goda hållet."),
    "before_begins": _("Sista dagen är före den första. Ändra en av dem."),
    "number_out": _("Skriv ett tal från %(least)s till %(most)s."),
    "not_listed": _("Välj ett av svaren i listan."),
    "too_long": _("Skriv kortare: högst %(most)s tecken."),
    "more_than_all": _("Måttet kan inte minska med 100 procent eller mer. Skriv en mindre skillnad."),
    "begins_past": _("Första dagen har redan varit. En regel ska sägas i förväg: välj %(today)s eller senare."),
    "harm_negative": _("Skriv hur mycket sämre det får bli som ett tal från noll och uppåt."),
    "amount_not_positive": _("Skriv ett belopp som är större än noll."),
    "decided_after_begins": _("Att det blir olika beslutades efter första dagen. Ändra dagen, eller börja senare."),
    "until_before_begins": _(
        "Det får bara vara olika till en dag före starten. Ändra den dagen, eller besluta om en längre tid."
    ),
    "scale_up_before_end": _("Den ska finnas för alla innan försöket är slut. Välj sista dagen eller senare."),
    "no_value": _("Skriv vad köpet är värt, så att det syns om det ryms under gränsen för direktupphandling."),
    "limit_future": _("Dagen då ni slog upp gränsen har inte varit än. Skriv vilken dag ni gjorde det."),
    "limit_old": _("Gränsen slogs upp mer än ett år före starten. Slå upp den igen och skriv den nya dagen."),
    "no_inclusion": _("Lägg till en gräns för dem som behöver hjälp: hur stor andel får behöva det som mest?"),
    "twice": _("”%(slug)s” mäts två gånger. Ta bort den ena."),
    "unknown_source": _("”%(slug)s” har ingen källa. Välj var siffrorna kommer ifrån."),
    "derived_of_nothing": _("”%(slug)s” räknas ur något som inte mäts. Välj ett annat mått och en faktor."),
    "primary_derived": _("Det viktigaste måttet måste vara uppmätt. Det får inte räknas ur ett annat mått."),
    "undated_limit": _("Skriv gränsen för direktupphandling och vilken dag ni kontrollerade den."),
    "over_limit": _("Köpet är över gränsen för direktupphandling, %(limit)s kronor. Välj ett annat sätt att köpa."),
    "unknown_service": _("Tjänsten ”%(service)s” finns inte i registret. Välj en som finns."),
    "unknown_measure": _("”%(slug)s” har en källa som inte finns. Välj ett mått som staden mäter."),
    "unknown_factor": _("”%(slug)s” räknas med en faktor som inte finns för det året. Välj en annan, eller lägg in den."),
    "no_seed": _("Lottningen saknar startord. Lotta igen med ett som alla kan läsa."),
}
"""Code → what is wrong and the way out."""

ERRORS: dict[str, Any] = {
    "failed": _("Det gick inte. Försök igen."),
    "gone_file": _("Filen finns inte kvar: den är redan inne, eller har väntat mer än ett dygn. Välj den igen."),
    "bad_file": _(
        "Filen togs inte emot. Den är inget försök som vi kan läsa. "
        "Be om paketet igen från den som skickade det. Tekniskt fel: %(why)s"
    ),
    "only_result": _("Filen håller bara ett resultat. Ta in den som resultat, eller be om hela paketet."),
    "no_result": _("Filen har inget resultat än. Be om den igen när försöket har gett ett svar."),
    "no_interval": _("Resultatet i filen saknar osäkerhet, så det kan inte vägas samman."),
    "not_comparable": _(
        "Resultatet i filen mäter något annat, eller på ett annat sätt, än försöket här: %(there)s i stället för %(here)s. Det kan inte vägas samman."
    ),
    "not_reproduced": _(
        "Resultatet i filen stämmer inte med sina egna siffror: %(first)s. Det är gjort med %(made)s, och här räknar %(here)s. "
        "Be om filen igen, gjord med samma version som här."
    ),
    "not_ours": _("Försöket i filen är inte hämtat härifrån. Skicka filen till den kommun som det är hämtat från: %(who)s."),
    "not_allowed": _("Du får inte göra det här. Be någon som får: %(what)s."),
    "unknown_pilot": _("Försöket finns inte. Gå tillbaka till listan."),
    "not_named": _("Skriv vad försöket ska heta."),
    "unknown_service": _("Tjänsten ”%(service)s” finns inte i registret. Välj en som finns."),
    "not_idea_but_running": _("”%(title)s” har startat. Gör en ändring med skäl i stället."),
    "not_idea_but_decided": _("”%(title)s” är beslutat. Ta tillbaka beslutet om något ska ändras."),
    "not_idea_but_closed": _("”%(title)s” är avslutat och ändras inte mer. Gör ett nytt försök."),
    "not_running_but_idea": _("”%(title)s” har inte startat. Starta det först."),
    "not_running_but_decided": _("”%(title)s” är redan beslutat. Ta tillbaka beslutet om det ska fortsätta."),
    "not_running_but_closed": _("”%(title)s” är avslutat och ändras inte mer. Gör ett nytt försök."),
    "not_decided_but_idea": _("”%(title)s” har inte startat. Det går att avsluta när det är beslutat."),
    "not_decided_but_running": _("”%(title)s” är inte beslutat. Besluta först vad som ska hända."),
    "not_decided_but_closed": _("”%(title)s” är redan avslutat."),
    "changed_meanwhile": _(
        "Någon annan ändrade samma fält (%(count)s) medan du skrev. Välj vilken text som ska gälla. Inget är borta."
    ),
    "not_ready": _("Försöket kan inte starta än. Rätta det här först: %(count)s."),
    "already_drawn": _("Lottningen är gjord och gäller. Ska den göras om måste du skriva varför. Skälet blir offentligt."),
    "cannot_draw": _(
        "Det går inte att lotta så bland %(count)s. Kontrollera att ni är minst två, att varje par är helt och att kraven på likhet går att uppfylla."
    ),
    "bad_units": _("Varje område behöver en egen beteckning. De här står två gånger: %(twice)s."),
    "bad_figures": _("Filen ”%(name)s” togs inte emot: %(count)s fel. Inget har ändrats. Rätta filen och ladda upp den igen."),
    "unknown_outcome": _("”%(outcome)s” hämtas inte från filer i det här försöket. Välj ett mått som gör det."),
    "bad_amount": _("Skriv summan i kronor, större än noll, och vad den gick till."),
    "nothing_to_look_at": _("Det finns inget att titta på än. Försöket börjar %(begins)s."),
    "change_needs_reason": _("Skriv varför försöket ändras. Skälet blir offentligt."),
    "decision_day_out": _("Beslutet fattas mellan försökets start och i dag: från %(first)s till %(last)s."),
    "reason_too_short": _("Skriv skälet med några ord, så att andra förstår varför."),
    "decision_needs_body": _("Skriv vem som beslutade: nämnden eller chefen."),
    "other_way_needs_reason": _(
        "Regeln säger %(said)s. Skriv varför ni beslutar något annat: %(decided)s. Skälet blir offentligt."
    ),
    "continue_needs_a_new_last_day": _("Sista dagen var %(last)s. Ändra sista dagen med ett skäl, eller besluta något annat."),
    "reopen_needs_reason": _("Skriv varför beslutet inte gäller längre. Skälet blir offentligt."),
    "needs_reason": _("Skriv varför. Skälet blir offentligt."),
    "cannot_scale_up": _(
        "Försöket jämför bara med hur det var förut. Det visar inte att det var försöket som gjorde skillnad. "
        "Gör ett försök med jämförelse, eller behåll det som det är."
    ),
    "unknown_decision": _("Välj om ni ska dra tillbaka, fortsätta, behålla som det är eller skala upp."),
    "nothing_learnt": _("Skriv minst en sak som inte fungerade. Då slipper nästa kommun göra om den."),
    "no_words": _("Skriv en rubrik och en text."),
}
"""Code of a :class:`~stadig.pilots.errors.PilotError` → what happened and the way out."""


def problem(found: Problem) -> str:
    """What keeps a card from being started, as a sentence with the way out."""
    if found.code == "missing":
        return str(MISSING[found.where])
    return filled(PROBLEMS[found.code], found.values)


def error(code: str, values: Mapping[str, Any]) -> str:
    """The text of an error."""
    return filled(ERRORS.get(code, ERRORS["failed"]), values)


def decision(code: str) -> str:
    """*skala upp*."""
    return str(DECISIONS.get(code, code))


def filled(words: Any, values: Mapping[str, Any]) -> str:
    """The words with values as they are written for the reader."""
    return str(words) % {name: said(value) for name, value in values.items()}


def said(value: Any) -> str:
    """A value as it is read: numbers, days and lists in the reader's language; a decision's code as its verb."""
    from stadig.pilots import sentences

    if isinstance(value, bool) or value is None:
        return formatting.DASH if value is None else str(value)
    if isinstance(value, (int, float)):
        return sentences.figure(float(value))
    if isinstance(value, dt.date):
        return formatting.day(value, weekday=False)
    if isinstance(value, dict):
        value = list(cast("dict[str, Any]", value))
    if isinstance(value, (list, tuple)):
        return formatting.list_of([said(one) for one in cast("Iterable[Any]", value)])
    return str(DECISIONS.get(value, value)) if isinstance(value, str) else str(value)
