"""LEFI's codes: what may be asked for, under which names the answers stand, and which amounts are deductions (LEFI OpenAPI, version 9)."""

from __future__ import annotations

from typing import Final

from stadig.exchange.terms import FK, PM

BENEFITS: Final = {
    FK: [
        "FK:ABB",
        "FK:AP",
        "FK:AS",
        "FK:BOB",
        "FK:BST",
        "FK:BTI",
        "FK:DPE",
        "FK:EJO",
        "FK:ET",
        "FK:FP",
        "FK:FSJP",
        "FK:GP",
        "FK:HE",
        "FK:MABB",
        "FK:MEK",
        "FK:NP",
        "FK:OMV",
        "FK:PJOB",
        "FK:PROG",
        "FK:RBE",
        "FK:SA",
        "FK:SBP",
        "FK:SJP",
        "FK:TFP",
        "FK:US",
        "FK:VB",
        "FK:YL",
    ],
    PM: ["PM:AP", "PM:BTI", "PM:EF"],
}
"""Groups of benefits, per agency that gives them out. Payments and preliminary payments may be asked of both, the rest as below."""
PERSON: Final = "FK:GEPI"
"""General information about the person: asked for so that a wrong person and a protected identity are seen. Nothing else of it is kept."""

DECISIONS: Final = "formansinformation"
CLAIMS: Final = "ansprak"
RULINGS: Final = "beslut"
COMING: Final = "preliminaraUtbetalningar"
PAID: Final = "utbetalningar"
OTHER: Final = "ovrigInformation"
SECTIONS: Final = {FK: (DECISIONS, PAID, COMING), PM: (CLAIMS, RULINGS, PAID, COMING)}
"""Agency → the sections of a question that concern it. They are the names of our blocks' parts too."""

KEYS: Final = {
    "aktivitetsstodsarende": "FK:AS",
    "allmanpensionsarende": "FK:AP",
    "arbetsskadeefterlevandearende": "FK:YL",
    "arbetsskadeegenlivrantearende": "FK:YL",
    "barnbidragsarende": "FK:ABB",
    "bostadsbidragsarende": "FK:BOB",
    "bostadstillaggsarende": "FK:BTI",
    "efterlevandepensionsarende": "",
    "mottagareavbarnbidrag": "FK:MABB",
    "foraldrapenningarende": "FK:FP",
    "forebyggandeSjukpenningsarende": "FK:FSJP",
    "handikappersattningsarende": "FK:HE",
    "graviditetspenningsarende": "FK:GP",
    "merkostnadsersattningsarende": "FK:MEK",
    "narstaendepenningarende": "FK:NP",
    "omvardnadsbidragsarende": "FK:OMV",
    "programersattningsarende": "FK:PROG",
    "rehabersattningsarende": "FK:RBE",
    "sjukOchAktivitetsersattningsarende": "FK:SA",
    "sjukpenningarende": "FK:SJP",
    "smittbararersattningsarende": "FK:SBP",
    "tillfalligForaldrapenningarende": "FK:TFP",
    "totalforsvarspliktsarende": "FK:DPE",
    "underhallsstodskrav": "FK:US",
    "underhallsstodsmottag": "FK:US",
    "vardbidragsarende": "FK:VB",
    "yrkesskadeefterlevandearende": "FK:YL",
    "yrkesskadeegenlivrantearende": "FK:YL",
}
"""Name in the answer → the code it answers. Empty: the specification does not say which code it belongs to."""
READ_PAST: Final = frozenset(
    [
        "intjanandebehallning",
        "intjanandeuppgift",
        "levnadsintygsuppgift",
        "programanvisning",
        "programjobdagar",
        "sjukOchAktivitetsersattningSteglosAvrakningHistorik",
        "sjukOchAktivitetsersattningSteglosAvrakningNulage",
        "sjukpenninggrundandeInkomstuppgift",
        "skatteuppgift",
        "studiemedelsavisering",
        "underhallsskuld",
    ]
)
"""Names whose content is no benefit, no payment and no application: named as dropped, never kept."""
PERSON_KEY: Final = "generellPersoninformation"
IDENTITY: Final = frozenset(["personnummer", "foddes", "namn", "skyddad"])
"""What is said there of who the person is, and that they are protected; the day of birth is a part of the personnummer."""
PAID_KEY: Final = "utbetalningsuppgift"
COMING_KEY: Final = "preliminarautbetalningar"

DEDUCTIONS: Final = frozenset(
    [
        "AFR",
        "ALA",
        "ART",
        "AVB",
        "AVR",
        "FMF",
        "FUM",
        "INC",
        "INF",
        "INM",
        "INU",
        "KOA",
        "KVI",
        "OAV",
        "PF",
        "PS",
        "PST",
        "SAV",
        "SKV",
        "SOC",
        "SS",
        "SST",
        "UMG",
        "UTF",
        "ÅFA",
        "ÖVA",
    ]
)
"""Kinds of amount in a payment's rows that are taken away; all others are kinds of compensation."""
