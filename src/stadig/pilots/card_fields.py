"""The card as a form: each field with its question, its hint and what may be answered. One table for drawing and for reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
Choices = tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``name`` is where a problem with it is said to be: ``equal.reason``."""

    name: str
    label: Text
    hint: Text = ""
    kind: str = "text"
    """``text``, ``area``, ``number``, ``whole``, ``effect`` (percent or the outcome's unit), ``date``, ``choice``, ``select``, ``check``,
    ``measure`` (of the registers)."""
    choices: Choices = ()
    unit: Text = ""
    longest: int = 300
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the card."""

    slug: str
    title: Text
    hint: Text
    fields: tuple[Field, ...]


DIRECTIONS: Final[Choices] = (("less", _("Mindre är bättre")), ("more", _("Mer är bättre")))
SOURCES: Final[Choices] = (
    ("upload", _("En fil som vi laddar upp")),
    ("effects", _("Tjänstens egna effekter")),
    ("cases", _("Ärendena")),
    ("ratings", _("Svaren på Hur lätt var det?")),
    ("observations", _("Sensorerna")),
)
FIGURES_HINT: Final = _("Välj bland det som redan mäts, eller en fil.")
UNIT_HINT: Final = _("Till exempel: km, dagar, av 100. Lämna tomt, så tas den från det ni valde.")
EACH_LABEL: Final = _("Delas summan med något?")
EACH_HINT: Final = _("Bara för tjänstens effekter, när ni jämför områden.")
EACH: Final[Choices] = (
    ("", _("Nej")),
    ("subjects", _("Ja, med antalet som den räknas hos, till exempel korgar")),
    ("residents", _("Ja, med tusental invånare")),
)
EVERY: Final[Choices] = (("week", _("En vecka")), ("day", _("En dag")))
UNITS: Final[Choices] = (
    ("", _("Välj")),
    ("person", _("Personer")),
    ("household", _("Hushåll")),
    ("case", _("Ärenden")),
    ("school", _("Skolor")),
    ("district", _("Stadsdelar")),
    ("bin", _("Papperskorgar")),
    ("lamp", _("Lampor")),
    ("home", _("Boenden")),
)
LEVERS: Final[Choices] = (
    ("channel", _("Vägen in: nätet, telefon, besök, brev")),
    ("order", _("Ordningen: vem som får den först")),
    ("reminder", _("En påminnelse")),
    ("equipment", _("Utrustning")),
    ("area", _("Området där den finns")),
)
DESIGNS: Final[Choices] = (
    ("persons", _("Lotta person för person")),
    ("areas", _("Lotta hela områden")),
    ("comparison-areas", _("Valda områden bredvid andra")),
    ("before-after", _("Bara före och efter. Kan beskrivas men aldrig skalas upp")),
)
SCALES: Final[Choices] = (("relative", _("I procent av jämförelsen")), ("absolute", _("I måttets egen enhet")))
BOUNDS: Final[Choices] = (
    ("level", _("Nivån där tjänsten finns")),
    ("difference", _("Skillnaden mot dem som inte har den")),
)
WAYS: Final[Choices] = (
    ("", _("Välj")),
    ("own_work", _("Vi gör den själva")),
    ("framework", _("Avrop på ramavtal")),
    ("direct", _("Direktupphandling")),
    ("tender", _("Annonserad upphandling")),
)
AT_END: Final[Choices] = (("withdraw", _("Dra tillbaka den")), ("keep", _("Behålla den som den är")))
SPENDING: Final[Choices] = (
    ("obf", _("Sent: de första svaren kräver mycket, de sista nästan inget extra")),
    ("linear", _("Jämnt: lika mycket varje gång")),
)

WHAT: Final = Section(
    "vad",
    _("Vad och var"),
    _("Skriv så att en granne förstår."),
    (
        Field("title", _("Vad heter försöket?"), _("Till exempel: Papperskorgar som säger till."), longest=160),
        Field("service", _("Vilken tjänst gäller det?"), kind="select"),
        Field("hypothesis", _("Vad tror ni händer?"), _("En mening: om vi gör så, då händer det."), "area", longest=600),
        Field("unit", _("Vad jämför ni?"), _("Det som får tjänsten eller inte får den."), "select", UNITS),
        Field(
            "lever",
            _("Vad får skilja mellan dem?"),
            _("Beslut, avgifter, bidrag och rättigheter i lag lottas aldrig."),
            "choice",
            LEVERS,
        ),
    ),
)
DESIGN: Final = Section(
    "upplagg",
    _("Upplägg"),
    _("Så att ni vet att det var tjänsten som gjorde skillnad."),
    (
        Field("design", _("Hur jämför ni?"), kind="choice", choices=DESIGNS),
        Field(
            "chosen_because_worst",
            _("Området valdes för att det var sämst"),
            _("Då blir det ofta bättre av sig självt. Vi räknar med det."),
            "check",
            optional=True,
        ),
        Field("every_days", _("Hur ofta tittar ni på siffrorna?"), kind="whole", unit=_("dagar")),
        Field(
            "baseline_days",
            _("Hur lång tid före starten jämför ni med?"),
            _("Helst ett helt år, så att årstiderna tar ut varandra."),
            "whole",
            unit=_("dagar"),
        ),
        Field("planned_n", _("Hur många räknar ni med, om ni lottar personer?"), kind="whole", unit=_("personer")),
        Field("spending", _("Hur stränga är de första svaren, om ni lottar områden?"), kind="select", choices=SPENDING),
    ),
)
PRIMARY: Final = Section(
    "matt",
    _("Det ni mäter"),
    _("Ett enda mått avgör. Andra nyttor skriver ni längre ner."),
    (
        Field("primary.figures", _("Varifrån kommer siffrorna?"), FIGURES_HINT, "measure"),
        Field("primary.title", _("Vad mäter ni?"), _("Till exempel: Körda kilometer per korg."), longest=120),
        Field("primary.unit", _("I vilken enhet?"), UNIT_HINT, longest=40),
        Field("primary.each", EACH_LABEL, EACH_HINT, "select", EACH, optional=True),
        Field("primary.per", _("Per vad?"), _("Till exempel: korg och vecka."), longest=60, optional=True),
        Field("primary.every", _("Vad är en rad i siffrorna?"), kind="select", choices=EVERY),
        Field("primary.direction", _("Åt vilket håll är bättre?"), kind="choice", choices=DIRECTIONS),
        Field("scale", _("Hur säger ni skillnaden?"), kind="choice", choices=SCALES),
        Field(
            "worthwhile",
            _("Hur stor skillnad är värd pengarna?"),
            _("Minsta skillnaden, åt rätt håll. Är den mindre skalar ni inte upp."),
            "effect",
        ),
        Field(
            "harm",
            _("Hur mycket sämre får det bli?"),
            _("Blir det sämre än så drar ni tillbaka."),
            "effect",
            optional=True,
        ),
    ),
)
MONEY: Final = Section(
    "tid",
    _("Pengar, tid och ansvar"),
    _("Inget försök varar för evigt."),
    (
        Field("cost_ceiling_kr", _("Hur mycket får det kosta?"), kind="number", unit=_("kr")),
        Field(
            "cost_per_unit_ceiling_kr",
            _("Hur mycket får varje sparad enhet kosta?"),
            _("Till exempel kronor per kilometer som inte körs."),
            "number",
            unit=_("kr"),
            optional=True,
        ),
        Field("owner", _("Vem svarar för försöket?"), _("Skriv titeln, inte namnet: Driftchefen."), longest=120),
        Field("begins", _("Första dagen"), kind="date"),
        Field("ends", _("Sista dagen"), _("Då ska ni besluta. Annars står försöket på listan över försenade beslut."), "date"),
        Field("at_end", _("Vad gör ni om siffrorna inte ger svar till dess?"), kind="choice", choices=AT_END),
        Field(
            "exit_plan",
            _("Hur tar ni tillbaka den?"),
            _("Vad plockas ner, hur lång tid tar det, vad händer med det som är påbörjat?"),
            "area",
            longest=1000,
        ),
    ),
)
EQUAL: Final = Section(
    "lika",
    _("Lika behandling"),
    _("Kommunen ska behandla alla lika om det inte finns sakliga skäl för något annat (2 kap. 3 § kommunallagen)."),
    (
        Field("equal.differs", _("Vad blir olika för människor?"), kind="area", longest=600),
        Field("equal.reason", _("Vad är det sakliga skälet?"), kind="area", longest=600),
        Field("equal.decided_by", _("Vem beslutade det?"), _("Nämnd eller chef, med paragraf om det finns."), longest=160),
        Field("equal.decided_on", _("Vilken dag beslutades det?"), kind="date"),
        Field("equal.until", _("Hur länge får det vara olika?"), _("Till och med den dagen."), "date"),
    ),
)
PRIVACY: Final = Section(
    "uppgifter",
    _("Personuppgifter"),
    _("Skriv också när inga behövs, så att alla vet det."),
    (
        Field("privacy.personal_data", _("Vilka uppgifter om människor används?"), kind="area", longest=600),
        Field(
            "privacy.legal_basis",
            _("Vilken rättslig grund finns?"),
            _("Till exempel: artikel 6.1 e i dataskyddsförordningen."),
        ),
        Field("privacy.children", _("Barn berörs"), kind="check", optional=True),
        Field(
            "privacy.decline",
            _("Hur säger man nej utan att förlora något?"),
            _("Till exempel: Ring oss, så får du brev som förut."),
            "area",
            longest=600,
        ),
    ),
)
PURCHASE: Final = Section(
    "kop",
    _("Så köps den"),
    _("Ett försök som lyckas ska inte stanna för att upphandlingen aldrig började."),
    (
        Field("purchase.way", _("Hur köper ni?"), kind="select", choices=WAYS),
        Field("purchase.value_kr", _("Vad är köpet värt?"), kind="number", unit=_("kr"), optional=True),
        Field(
            "purchase.limit_kr",
            _("Gränsen för direktupphandling"),
            _("Fyll i om ni direktupphandlar. Gränsen ändras, så slå upp den."),
            "number",
            unit=_("kr"),
            optional=True,
        ),
        Field("purchase.limit_on", _("Vilken dag slog ni upp gränsen?"), kind="date", optional=True),
        Field("purchase.scale_up", _("När ska den kunna finnas för alla?"), kind="date", optional=True),
        Field("purchase.months", _("Hur lång tid tar upphandlingen?"), kind="whole", unit=_("månader")),
    ),
)

SECTIONS: Final = (WHAT, DESIGN, PRIMARY, MONEY, EQUAL, PRIVACY, PURCHASE)
"""Those with fixed fields, in the card's order; harm limits and other benefits stand after the measure."""

INCLUSION_TITLE: Final = _("Andelen som behöver hjälp på ett annat sätt")


WORDED: Final[dict[tuple[str, str], Text]] = {
    ("sv", "better"): _("På svenska, när det blir bättre"),
    ("sv", "worse"): _("På svenska, när det blir sämre"),
    ("en", "better"): _("På engelska, när det blir bättre"),
    ("en", "worse"): _("På engelska, när det blir sämre"),
}


def wording_fields(at: str, which: tuple[str, ...]) -> tuple[Field, ...]:
    """The clauses of an outcome that the rule is written with; empty ones are generated."""
    return tuple(
        Field(f"{at}.wording.{language}.{one}", label, longest=160, optional=True)
        for (language, one), label in WORDED.items()
        if one in which
    )


PRIMARY_WORDING: Final = wording_fields("primary", ("better", "worse"))
PRIMARY_FIELDS: Final = (*PRIMARY.fields, *PRIMARY_WORDING)


def limit_fields(number: int, *, inclusion: bool) -> tuple[Field, ...]:
    """The fields of a harm limit. The first limit is always the one for inclusion."""
    at = f"guardrails.{number}"
    what = (
        Field(f"{at}.title", _("Vad mäter ni?"), longest=120)
        if inclusion
        else Field(
            f"{at}.title", _("Vad får inte bli sämre?"), _("Töm fältet för att ta bort gränsen."), longest=120, optional=True
        )
    )
    return (
        what,
        Field(f"{at}.figures", _("Varifrån kommer siffrorna?"), kind="measure"),
        Field(f"{at}.unit", _("I vilken enhet?"), longest=40, optional=True),
        Field(f"{at}.each", EACH_LABEL, EACH_HINT, "select", EACH, optional=True),
        Field(f"{at}.direction", _("Åt vilket håll är bättre?"), kind="select", choices=DIRECTIONS),
        Field(f"{at}.bound", _("Var går gränsen?"), kind="number", optional=not inclusion),
        Field(f"{at}.kind", _("Vad gäller gränsen?"), kind="select", choices=BOUNDS),
        *wording_fields(at, ("worse",)),
    )


def benefit_fields(number: int, others: Choices) -> tuple[Field, ...]:
    """The fields of another benefit. ``others`` are the outcomes that it may be computed from."""
    at = f"benefits.{number}"
    return (
        Field(f"{at}.title", _("Vilken nytta?"), _("Töm fältet för att ta bort nyttan."), longest=120, optional=True),
        Field(f"{at}.figures", _("Varifrån kommer siffrorna?"), kind="measure"),
        Field(f"{at}.unit", _("I vilken enhet?"), longest=40, optional=True),
        Field(f"{at}.each", EACH_LABEL, EACH_HINT, "select", EACH, optional=True),
        Field(f"{at}.direction", _("Åt vilket håll är bättre?"), kind="select", choices=DIRECTIONS),
        Field(f"{at}.of", _("Räknas från vilket mått?"), kind="select", choices=(("", _("Inget annat")), *others), optional=True),
        Field(f"{at}.factor", _("Med vilken faktor?"), kind="select", optional=True),
    )
