"""The stops of ``/rundtur``, in the order they are walked. A service adds its own here, with the person it is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from stadig.city import clock
from stadig.waste import planning


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop: ``url_name`` is the page to open, ``as_user`` the person to open it as ("" is someone who has not logged in)."""

    title: Any
    text: Any
    """What there is to see, on the tour's own page."""
    try_this: Any
    """What to do, shown above the page itself."""
    url_name: str
    as_user: str = ""
    url_args: Callable[[], tuple[Any, ...]] = tuple


def _next_round() -> tuple[Any, ...]:
    return (planning.next_round(clock.today()),)


STOPS = (
    Stop(
        _("Fråga med dina egna ord"),
        _("Startsidan börjar med vad du vill göra. Sökningen förstår vanliga ord, också sådana som inte står i rubriken."),
        _("Sök på soptunna. Tjänsten heter något annat, men du hittar den ändå."),
        "home",
    ),
    Stop(
        _("Säg till om en full papperskorg"),
        _("Karin ser korgarna nära sig och säger till. Hon behöver inte logga in, och hon får veta när det blir gjort."),
        _("Välj en korg och säg till att den är full. Spara sidan med svaret, så ser du vad som händer."),
        "waste:near",
        "karin",
    ),
    Stop(
        _("Planera nästa dags tömningar"),
        _("Leila ser vilka korgar som behöver tömmas, i vilken ordning och varför. Planen är räknad på stadens egna gator."),
        _("Läs varför varje korg är med. Lås och skicka planen till lagen när du är nöjd. Du kan ångra dig."),
        "waste:plan-day",
        "leila",
        _next_round,
    ),
    Stop(
        _("Töm korgarna från mobilen"),
        _("Jonas kör Bil 1. Han ser nästa stopp stort, och trycker en gång när korgen är tömd. Det går också utan täckning."),
        _("Tryck på Tömd. Nästa stopp kommer fram, och tömningen syns hos alla andra."),
        "waste:crew",
        "jonas",
    ),
    Stop(
        _("En korg som larmar"),
        _("Sensorerna hör av sig varje halvtimme. När en korg är full, tyst eller har svagt batteri får rätt person veta det."),
        _("Se vilka larm som är öppna. Ett larm stängs av sig självt när korgen är tömd."),
        "sensing:alarms",
        "leila",
    ),
    Stop(
        _("Arbetsorder på ett ställe"),
        _("Det som invånare och förare säger till om blir arbete i en enda lista, vad det än gäller."),
        _("Öppna en arbetsorder och se varifrån den kom."),
        "work:orders",
        "leila",
    ),
    Stop(
        _("Anmäl ett fel på gatan"),
        _("En e-tjänst är en mapp med filer som en kommun kan ge till en annan. Den här kräver ingen inloggning."),
        _("Anmäl en lampa som inte lyser. Ärendet får ett nummer, och felet hamnar i lagens lista av sig självt."),
        "eservices:service",
        "",
        lambda: ("street-fault",),
    ),
    Stop(
        _("Följ ditt ärende"),
        _("Karin har sökt parkeringstillstånd. Hon ser vad som väntar på henne, vad som händer sedan och när."),
        _("Öppna ärendet som väntar och komplettera det. Läs också vem som har läst uppgifterna."),
        "cases:mine",
        "karin",
    ),
    Stop(
        _("Handlägg ett ärende"),
        _("Amina ser enhetens ärenden, det mest brådskande först. Andra enheters ärenden ser hon inte."),
        _("Ta ett ärende, läs ansökan och fatta beslut. Den som sökte får veta det direkt."),
        "cases:inbox",
        "amina",
    ),
    Stop(
        _("Pröva i liten skala"),
        _(
            "Tre stadsdelar fick papperskorgar som säger till. Lotten avgjorde vilka, och regeln skrevs innan någon visste svaret."
        ),
        _("Läs regeln och titta på kurvan. Här står också vad som inte fungerade, och försöken som drogs tillbaka."),
        "pilots:library",
        "",
    ),
    Stop(
        _("Vad tjänsten gav"),
        _(
            "Allt som görs lämnar ett spår: tömningar, kilometer, tid till svar. Varje siffra säger om den är mätt eller uppskattad."
        ),
        _("Jämför månaderna. Längst ned står hur vi räknar."),
        "city:effects",
        "eva",
    ),
    Stop(
        _("Pausa en tjänst"),
        _("Ove kan pausa en tjänst och säga varför. Invånarna ser då de andra vägarna in, aldrig en trasig sida."),
        _("Välj Papperskorgar och skriv ett driftmeddelande. Starta den igen efteråt."),
        "city:services-admin",
        "ove",
    ),
    Stop(
        _("Vem gjorde vad?"),
        _("Mirja granskar. Varje handling och läsning står i en logg som inte går att ändra utan att det märks."),
        _("Leta upp det du själv gjorde på de andra stoppen."),
        "city:audit",
        "mirja",
    ),
)
"""Stops whose page does not exist in this installation are left out."""
