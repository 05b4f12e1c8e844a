"""What the demo town's trials said beforehand: their cards. Everything is made up; what they found is not in here."""

from __future__ import annotations

import datetime as dt
from typing import Final

from stadig.cases import reminding
from stadig.eservices.demo import reminded
from stadig.pilots.card import Card, EqualTreatment, Guardrail, Outcome, Privacy, Purchase, Wording
from stadig.pilots.statistics.terms import Design, Direction, Scale
from stadig.waste.registration import SERVICE as WASTE

KIOSK: Final = "sok-pa-biblioteket"
BINS, REMINDER, SCREEN = "Korgar som säger till", "Påminnelse före sista dag", "Skärm på biblioteket"
ORDER: Final = "Felen i vägens ordning"
LIMIT_KR = 700_000.0
"""Made up for the demo town: a direct award's limit and the day someone looked it up. A real city writes its own."""


def bins(begins: dt.date, ends: dt.date, *, small: bool) -> Card:
    """Emptying when the sensor says so, in three districts drawn among twelve."""
    every = "day" if small else "week"
    emptyings = Outcome(
        "tomningar", "Tömningar per korg och vecka", "tömningar", Direction.LESS, "effects", "emptyings",
        per="korg och vecka", every=every, each="subjects",
        wording={"sv": Wording("korgarna töms *{} färre* gånger", "korgarna töms {} fler gånger"),
                 "en": Wording("bins are emptied *{} less* often", "bins are emptied {} more often")},
    )  # fmt: skip
    rings = Outcome(
        "ringer", "Andel som behöver ringa för att säga till", "%", Direction.LESS, "effects", "assisted_reports",
        per="100 som säger till", every="day", each="reports",
        wording={"sv": Wording("", "fler än {} behöver ringa"), "en": Wording("", "more than {} need to ring")},
    )  # fmt: skip
    said = Outcome(
        "sager-till", "Invånare som säger att en korg är full", "anmälningar", Direction.LESS, "effects", "reports",
        per="1 000 invånare och vecka", every=every, each="residents",
        wording={"sv": Wording("", "det blir {} fler per 1 000 invånare och vecka"), "en": Wording("", "there are {} more per 1,000 residents and week")},
    )  # fmt: skip
    return Card(
        title=BINS,
        service=WASTE,
        hypothesis="Bilarna slipper köra till korgar som är halvtomma, utan att fler korgar blir överfulla.",
        unit="district",
        lever="equipment",
        design=Design.AREAS,
        primary=emptyings,
        scale=Scale.RELATIVE,
        worthwhile=0.20,
        harm=0.10,
        guardrails=(Guardrail(rings, 35.0, inclusion=True), Guardrail(said, 0.5, "difference")),
        benefits=(
            Outcome("km", "Körning", "km", Direction.LESS, "derived", factor="km_per_emptying", of="tomningar", every=every),
            Outcome(
                "co2", "Utsläpp", "kg CO2e", Direction.LESS, "derived", factor="co2e_per_emptying", of="tomningar", every=every
            ),
        ),
        cost_ceiling_kr=250_000,
        cost_per_unit_ceiling_kr=40,
        owner="Enhetschef, gata och park",
        begins=begins,
        ends=ends,
        every_days=2 if small else 14,
        baseline_days=6 if small else 365,
        at_end="withdraw",
        exit_plan="Korgarna går tillbaka till sina fasta veckodagar nästa morgon. Sensorerna sitter kvar och mäter.",
        equal=EqualTreatment(
            "I tre stadsdelar töms papperskorgar när de behöver det, i nio på fasta veckodagar.",
            "Utan jämförelse vet vi inte om det är sensorerna eller något annat som gör skillnaden. Lotten avgör, ingen väljs.",
            "Gatu- och parknämnden",
            begins - dt.timedelta(days=34),
            ends,
        ),
        privacy=Privacy(
            "Inga. Sensorn mäter hur full korgen är.",
            "Inga personuppgifter behandlas.",
            False,
            "Den som hellre ringer gör det: 0340-120 00.",
        ),
        purchase=Purchase("direct", 190_000, LIMIT_KR, begins - dt.timedelta(days=50), ends + dt.timedelta(days=300), 9),
    )


def reminder(begins: dt.date, ends: dt.date, *, small: bool) -> Card:
    """A reminder three days before the last day to complete an application, for half of those who apply."""
    share = Outcome(
        "i-tid", "Kompletterade i tid", "%", Direction.MORE, "cases", "completed_in_time", per="100 som ska komplettera",
        wording={"sv": Wording("*{} fler* kompletterar i tid", "{} färre kompletterar i tid"),
                 "en": Wording("*{} more* complete in time", "{} fewer complete in time")},
    )  # fmt: skip
    helped = Outcome(
        "behover-hjalp", "Andel som behöver hjälp eller papper", "%", Direction.LESS, "cases", "assisted", per="100 som ansöker",
        wording={"sv": Wording("", "fler än {} behöver hjälp eller papper"), "en": Wording("", "more than {} need help or paper")},
    )  # fmt: skip
    return Card(
        title=REMINDER,
        service=reminded.SERVICE,
        hypothesis="Den som får veta att sista dagen närmar sig skickar det som saknas, och slipper vänta en månad till.",
        unit="person",
        lever="reminder",
        design=Design.PERSONS,
        primary=share,
        scale=Scale.ABSOLUTE,
        worthwhile=5.0,
        harm=5.0,
        guardrails=(Guardrail(helped, 60.0, inclusion=True),),
        benefits=(Outcome("dagar", "Dagar till beslut", "dagar", Direction.LESS, "cases", "days", per="ärende"),),
        cost_ceiling_kr=60_000,
        cost_per_unit_ceiling_kr=200,
        owner="Enhetschef, ekonomiskt bistånd",
        begins=begins,
        ends=ends,
        every_days=28,
        planned_n=60 if small else reminded.CASES[False],
        at_end="withdraw",
        exit_plan="Påminnelserna slutar samma dag. Ingen ansökan påverkas, och den som redan fått en kan fortfarande svara.",
        equal=EqualTreatment(
            f"Hälften får en påminnelse {reminding.DAYS_BEFORE} dagar före sista dagen. Rätten till bistånd är densamma för alla.",
            "Vi vet inte om påminnelsen hjälper eller stör. Lotten avgör, och beslutet om bistånd rörs inte.",
            "Socialnämnden",
            begins - dt.timedelta(days=20),
            ends,
        ),
        privacy=Privacy(
            "E-postadress eller telefonnummer som redan finns i ärendet, och om svaret kom i tid.",
            "Uppgift av allmänt intresse (artikel 6.1 e i dataskyddsförordningen). Ingen enskild visas i resultatet.",
            False,
            "Välj bort meddelanden på Mina sidor, eller säg till din handläggare. Ansökan prövas likadant.",
        ),
        purchase=Purchase("own_work"),
    )


def kiosk(begins: dt.date, ends: dt.date, *, small: bool) -> Card:
    """A screen at two libraries where one applies without a computer of one's own."""
    desk = Outcome(
        "besok", "Besök på kontaktcenter för att få hjälp att ansöka", "besök", Direction.LESS, "effects", "desk_visits",
        per="1 000 invånare och vecka", each="residents",
        wording={"sv": Wording("*{} färre* behöver gå till kontaktcenter", "{} fler behöver gå till kontaktcenter"),
                 "en": Wording("*{} fewer* need to visit the contact centre", "{} more need to visit the contact centre")},
    )  # fmt: skip
    helped = Outcome(
        "hjalp-vid-skarmen", "Andel som behövde hjälp av personal vid skärmen", "%", Direction.LESS, "effects", "kiosk_helped",
        per="100 besök vid skärmen", every="day", each="kiosk_visits",
        wording={"sv": Wording("", "fler än {} behöver hjälp av personal vid skärmen"),
                 "en": Wording("", "more than {} need help from staff at the screen")},
    )  # fmt: skip
    return Card(
        title=SCREEN,
        service=KIOSK,
        hypothesis="Den som saknar dator kan ansöka på biblioteket, på tider när kontaktcenter är stängt.",
        unit="district",
        lever="channel",
        design=Design.BEFORE_AFTER,
        primary=desk,
        scale=Scale.RELATIVE,
        worthwhile=0.15,
        guardrails=(Guardrail(helped, 40.0, inclusion=True),),
        cost_ceiling_kr=180_000,
        cost_per_unit_ceiling_kr=150,
        owner="Chef, kontaktcenter",
        begins=begins,
        ends=ends,
        every_days=28,
        baseline_days=30 if small else 365,
        at_end="withdraw",
        exit_plan="Skärmarna lämnas tillbaka till leverantören. Datorerna och personalen på biblioteket finns kvar som förut.",
        equal=EqualTreatment(
            "Två bibliotek får en skärm, de andra inte.",
            "Biblioteken valdes för att de har öppet på kvällar. Hjälp finns kvar på alla bibliotek.",
            "Kommunstyrelsen",
            begins - dt.timedelta(days=40),
            ends,
        ),
        privacy=Privacy(
            "Samma uppgifter som i e-tjänsten. Skärmen sparar inget.",
            "Uppgift av allmänt intresse (artikel 6.1 e i dataskyddsförordningen).",
            False,
            "Ansök hemma, på papper eller med hjälp av personalen som förut.",
        ),
        purchase=Purchase("direct", 168_000, LIMIT_KR, begins - dt.timedelta(days=50), None, 9),
    )


def order(begins: dt.date, ends: dt.date, *, small: bool) -> Card:
    """Half of the faults in the street put on the crew's list in the order of the way, the others as they came in."""
    days = Outcome(
        "dagar", "Dagar tills felet är lagat", "dagar", Direction.LESS, "cases", "days", per="fel",
        wording={"sv": Wording("felen lagas *{} fortare*", "felen lagas {} senare"),
                 "en": Wording("faults are mended *{} sooner*", "faults are mended {} later")},
    )  # fmt: skip
    helped = Outcome(
        "ringer-om-fel", "Andel som ringer eller får hjälp att anmäla", "%", Direction.LESS, "cases", "assisted", per="100 som anmäler",
        wording={"sv": Wording("", "fler än {} ringer eller behöver hjälp"), "en": Wording("", "more than {} ring or need help")},
    )  # fmt: skip
    return Card(
        title=ORDER,
        service="street-fault",
        hypothesis="Laget kör mindre fram och tillbaka när felen ligger i vägens ordning, och hinner laga dem fortare.",
        unit="case",
        lever="order",
        design=Design.PERSONS,
        primary=days,
        scale=Scale.ABSOLUTE,
        worthwhile=2.0,
        harm=2.0,
        guardrails=(Guardrail(helped, 45.0, inclusion=True),),
        cost_ceiling_kr=20_000,
        cost_per_unit_ceiling_kr=100,
        owner="Enhetschef, gata och park",
        begins=begins,
        ends=ends,
        every_days=28,
        planned_n=60 if small else 240,
        at_end="withdraw",
        exit_plan="Listan ordnas efter när felet anmäldes, som förut. Inget fel tas bort ur den.",
        equal=EqualTreatment(
            "Hälften av felen får plats på listan efter vägen, hälften efter när de anmäldes. Farliga fel lagas först i båda.",
            "Vi vet inte om vägens ordning går fortare. Lotten avgör, och ingen anmälan läggs åt sidan.",
            "Gatu- och parknämnden",
            begins - dt.timedelta(days=14),
            ends,
        ),
        privacy=Privacy(
            "Inga. Vi räknar dagar för varje fel, inte vem som anmälde det.",
            "Inga personuppgifter behandlas.",
            False,
            "Ring 0340-120 00. Ett fel som är bråttom lagas först, vad lotten än säger.",
        ),
        purchase=Purchase("own_work"),
    )


def idea(begins: dt.date) -> Card:
    """One that is being planned: what is still missing is named on its page."""
    return Card(
        title="Bild först när du anmäler ett fel",
        service="street-fault",
        hypothesis="Den som börjar med en bild skriver färre fel plats, så att laget hittar direkt.",
        unit="person",
        lever="order",
        design=Design.PERSONS,
        owner="Enhetschef, gata och park",
        begins=begins,
        ends=begins + dt.timedelta(days=90),
        exit_plan="Frågorna kommer i samma ordning som förut.",
    )
