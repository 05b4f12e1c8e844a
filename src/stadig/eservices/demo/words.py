"""What was said and decided in the demo town, in Swedish as case workers wrote it. Texts of people are no catalogue texts."""

from __future__ import annotations

from typing import Final

ASKED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "parking-permit": (
        (
            "certificate",
            "Intyget slutar efter sidan 1. Skicka sidan 2, där läkaren beskriver hur långt du kan gå. Ett foto räcker bra.",
        ),
        ("photo", "Fotot är för mörkt. Skicka ett nytt där ansiktet syns tydligt."),
    ),
    "preschool-place": (
        ("times", "Vi behöver veta vilka tider ni behöver plats. Skriv dem på ett ungefär."),
        ("start", "Dagen ni har skrivit ligger för nära. Skriv en senare dag som passar er."),
    ),
    "financial-assistance": (
        ("rent_paper", "Vi behöver se hyresavin för månaden. Ett foto räcker."),
        ("job_search", "Vi behöver listan över de arbeten du har sökt den senaste månaden."),
    ),
    "association-grant": (
        ("report", "Vi behöver den senaste verksamhetsberättelsen och bokslutet."),
        ("costs", "Vi behöver veta vad kostnaderna består av. Dela upp dem på några rader till."),
    ),
    "access-rights": (("until", "Skriv en sista dag för behörigheten."),),
    "food-registration": (
        ("drawing", "Skicka en enkel skiss över köket, så att vi ser var disk och kyl står."),
        ("portions_a_day", "Hur många portioner räknar ni med en vanlig dag?"),
    ),
}
"""Service → question that was opened for completion, and why."""

REASONS: Final[dict[str, dict[str, str]]] = {
    "parking-permit": {
        "approved": "Läkarintyget visar att du bara kan gå en kort sträcka och att svårigheterna väntas finnas kvar. Du har därför mycket svårt att förflytta dig på egen hand.",
        "refused": "Läkarintyget visar att du kan gå mer än 300 meter med pauser. Det räcker inte för att få tillstånd.",
        "dismissed": "Vi har bett om ett läkarintyg två gånger. Utan det kan vi inte pröva ansökan.",
    },
    "preschool-place": {
        "placed": "Det finns en ledig plats i den förskola ni valde i första hand.",
        "other_place": "Det är fullt i de förskolor ni valde. Det finns en ledig plats nära ert hem.",
        "refused": "Barnet är inte folkbokfört i kommunen och har inte särskilda skäl att få plats här.",
    },
    "financial-assistance": {
        "granted": "Dina inkomster räcker inte till riksnormen och de skäliga kostnaderna den här månaden.",
        "partly": "Dina inkomster räcker inte till riksnormen och hyran. Vi ger inte bistånd till kostnaden som redan är betald.",
        "refused": "Dina inkomster är högre än riksnormen och de skäliga kostnaderna den här månaden.",
        "dismissed": "Vi har bett om fler uppgifter två gånger. Utan dem kan vi inte pröva ansökan.",
    },
    "association-grant": {
        "granted": "Föreningen vänder sig till många unga och är öppen för alla. Budgeten är rimlig.",
        "partly": "Föreningen följer reglerna, men pengarna räcker inte till alla som söker. Vi ger därför en del.",
        "refused": "Evenemanget är bara öppet för medlemmar. Enligt reglerna ger vi inte bidrag till sådant.",
        "dismissed": "Vi har bett om bokslutet två gånger. Utan det kan vi inte pröva ansökan.",
    },
    "food-registration": {
        "registered": "Anmälan är komplett och visar vilken mat som hanteras och hur.",
        "refused": "Verksamheten hanterar inte livsmedel på det sätt som lagen menar.",
        "dismissed": "Vi har bett om fler uppgifter två gånger. Utan dem kan vi inte registrera verksamheten.",
    },
}
"""Service → type of decision → why."""

SAID: Final[tuple[tuple[str, str], ...]] = (
    (
        "Hej! Hur lång tid tar det ungefär?",
        "Hej! Vi är färdiga inom den tid som står på din sida. Du behöver inte göra något nu.",
    ),
    (
        "Jag har bytt telefonnummer. Ska jag skriva det någonstans?",
        "Tack, jag har skrivit in det. Du kan också ändra det på Mina sidor.",
    ),
    ("Kan jag ringa någon och fråga?", "Ja, ring kontaktcenter på 0340-120 00 och säg numret på ärendet."),
    ("Jag glömde skriva en sak. Går det att lägga till?", "Ja, skriv den här så lägger jag den till ditt ärende."),
    ("Tack för snabb hjälp!", "Tack själv! Hör av dig om det är något mer."),
)
"""What a party asked, and the answer."""
NOTES: Final = (
    "Ringde och fick svar på frågan om boendet.",
    "Jämförde med förra ansökan. Inget nytt.",
    "Bad en kollega läsa igenom.",
    "Allt finns med. Kan beslutas.",
)
CLOSED_BY_CREW: Final = ("Lagat.", "Bytt.", "Lagat tillfälligt, görs om i vår.", "Sandat och klart.", "Hittade inget fel.")
