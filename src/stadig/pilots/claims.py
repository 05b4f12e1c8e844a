"""What the sources promised: figures that the field quotes, each with where it comes from and what it really says.

Told in our own words. A figure without a source does not stand here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure that is quoted: ``figure`` as it is said, ``really`` what the source says when it is read."""

    slug: str
    title: Any
    figure: Any
    source: Any
    year: str
    really: Any
    services: tuple[str, ...]
    """Slugs of the services here whose trials measure the same thing."""
    units: tuple[str, ...] = ()
    """In which units the same thing is measured: a trial whose primary outcome has another is about something else."""
    url: str = ""


CLAIMS: tuple[Claim, ...] = (
    Claim(
        slug="sju-sekunder",
        title=_("Svar från alla myndigheter"),
        figure=_("sju sekunder"),
        source=_("Tidningsartikel om kommuners gemensamma fråga till myndigheterna (SSBTEK)"),
        year=_("odaterad"),
        really=_(
            "En kommun säger att handläggaren får samma uppgifter på sju sekunder i stället för i telefonkö. Artikeln visar ingen mätning, "
            "och säger inte hur ofta en myndighet inte hinner svara."
        ),
        services=(),
    ),
    Claim(
        slug="norrmalm",
        title=_("Papperskorgar som säger till när de är fulla"),
        figure=_("118 000 → 2 731 tömningar om året"),
        source=_("Leverantörens sida som citerar Norrmalms stadsdelsförvaltning"),
        year="2013–2017",
        really=_(
            "124 korgar som pressar ihop skräpet och rymmer fem till åtta gånger mer. Det mesta av minskningen är rymd, inte larm. "
            "Inga jämförelseområden."
        ),
        services=("papperskorgar",),
        units=("km", "tömningar", "emptyings"),
        url="https://ewfeco.com/en/referens/bigbelly/sdf-norrmalm",
    ),
    Claim(
        slug="uppsala",
        title=_("Mindre skräp på marken"),
        figure="−20 %",
        source=_("Leverantörens sida om Uppsala"),
        year="2017",
        really=_("Synligt skräp där över 400 korgar byttes. Före och efter, utan något att jämföra med."),
        services=("papperskorgar",),
        units=("skräp",),
        url="https://ewfeco.com",
    ),
    Claim(
        slug="philadelphia",
        title=_("Färre tömningar i veckan"),
        figure=_("17 → 3 tömningar i veckan"),
        source=_("Leverantörens sida om Philadelphia; stadens revisor enligt Waste360"),
        year="2017",
        really=_("Samma år skrev stadens revisor att ingen besparing gick att belägga."),
        services=("papperskorgar",),
        units=("tömningar", "emptyings"),
        url="https://www.waste360.com",
    ),
    Claim(
        slug="groningen",
        title=_("Kortare rutter för sopbilen"),
        figure=_("251 → 146 km om dagen"),
        source=_("Wouda m.fl., arXiv 2409.13386"),
        year="2024",
        really=_(
            "Minus 42 procent i en simulering på stadens egna data, med öppen kod. Bättre val av korgar gav nästan allt. "
            "Perfekta givare gav bara två procent till."
        ),
        services=("papperskorgar",),
        units=("km",),
        url="https://arxiv.org/abs/2409.13386",
    ),
    Claim(
        slug="kungsholms-strand",
        title=_("Ljus som tänds när någon kommer"),
        figure="−40 %",
        source=_("Armaturleverantörens sida om Kungsholms strand i Stockholm"),
        year="2012",
        really=_(
            "Uppmätt på 34 stolpar längs 750 meter, med halvt ljus när ingen går där. Mot en lampa som redan är sparsam "
            "är det några tiotals kilowattimmar per lampa och år."
        ),
        services=(),
        url="https://www.fagerhult.com",
    ),
    Claim(
        slug="upp-till-80",
        title=_("Ljus som följer den som går"),
        figure=_("upp till 80 %"),
        source=_("Leverantören Tvilight, om ett försök vid TU Delft"),
        year="2011",
        really=_("”Upp till” är det bästa fallet. Ingen siffra för ett vanligt år, och jämfört med fullt ljus hela natten."),
        services=(),
        url="https://tvilight.com",
    ),
    Claim(
        slug="trettio-procent",
        title=_("Skolor som blir bättre på det digitala"),
        figure="+30 %",
        source=_("Tidningsartikel om självskattning i skolor"),
        year=_("odaterad"),
        really=_(
            "Det framgår inte om det är procent av indexet eller procentenheter. Med sju svar per skola stiger sex skolor av hundra "
            "så mycket av slump."
        ),
        services=(),
    ),
)
