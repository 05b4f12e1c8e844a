"""Arbetsförmedlingen: whether and how the person is registered as a job-seeker (namespace ``…/ersattningsstod/v2``).

What AF may give: 5 § of förordning 2008:975. A status code that we do not know makes the answer no evidence.
"""

from __future__ import annotations

from typing import Final

from stadig.exchange.contracts.errors import Reason, WrongPerson
from stadig.exchange.contracts.trees import Node
from stadig.exchange.contracts.values import Values, safe, same_person
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import AF, Block, Fact, Kind, Source

ANSWERED: Final = "0"
"""*StatusSokandeinformationKod* when the question was treated as it should and the answer is valid."""
REPORT_IN: Final = "200"
REPORTS: Final = {
    REPORT_IN: "in",
    "500": "not_in_programme",
    "501": "not_handed_in",
}
"""Codes in *AktivitetsRapportMeddelande* that state something. 500: the person is not in AF's register for reports."""
REPORT_FAULT: Final = "502"
REPORT: Final = "aktivitetsrapport"
"""The part of its own that the activity report becomes when it alone could not be had."""

ANSWER: Final = (
    "Schemaversion",
    "Referensnummer",
    "LagParagraf",
    "IdentitetsbeteckningFysiskPerson",
    "Fornamn",
    "Efternamn",
    "Sekretessmarkering",
    "ArbetssokandeInfo",
    "BeslutInfo",
    "Akassetillhorighet",
    "StatusSokandeinformationKod",
    "StatusSokandeinformationKodText",
)
INFO: Final = (
    "Arbetssokande",
    "ArbetssokandeSKAT",
    "ArbetssokandeRegistrerad",
    "ArbetssokandeOmfattning",
    "ArbetssokandeAvaktualiserad",
    "AktivetetsRapportDatum",
    "AktivitetsRapport",
)
"""What the schema lets an answer hold, and what of it says how one is registered."""


def read(data: Node, person: str) -> tuple[Block, ...]:
    """What AF says. ``data`` is the element that holds *Svar*. Raises WrongPerson."""
    for name in ("Fraga", "Svar"):
        part = data.one(name)
        if part is not None and not same_person(person, part.says("IdentitetsbeteckningFysiskPerson")):
            raise WrongPerson(name)
    answer = data.one("Svar")
    if answer is None:
        return (Block(AF, Outcome.UNKNOWN_CODE, error_source=Source.SELF, error_code=Reason.EMPTY_ANSWER),)
    values = Values()
    if values.flag("Sekretessmarkering", answer.text("Sekretessmarkering")) is not False and answer.text("Sekretessmarkering"):
        return (Block(AF, Outcome.PROTECTED),)
    if person and not answer.text("IdentitetsbeteckningFysiskPerson"):
        values.odd("IdentitetsbeteckningFysiskPerson", "")
    status = answer.text("StatusSokandeinformationKod")
    facts = [*_registration(answer, values), *_decisions(answer, values)]
    more = _report(answer)
    for name in answer.strangers(*ANSWER):
        values.odd("Svar", name)
    if status != ANSWERED:
        values.odd("StatusSokandeinformationKod", status)
        text = answer.text("StatusSokandeinformationKodText")
        seen = tuple(fact for block in more for fact in block.facts)
        return (
            Block(
                AF,
                Outcome.UNKNOWN_CODE,
                facts=(*facts, *seen),
                unknown=tuple(values.unknown),
                error_source=Source.AGENCY,
                error_code=safe(status),
                error_text=text[:400],
            ),
        )
    if values.unknown:
        return (Block(AF, Outcome.UNKNOWN_CODE, facts=tuple(facts), unknown=tuple(values.unknown)), *more)
    if not facts:
        return (Block(AF, Outcome.UNKNOWN_CODE, error_source=Source.SELF, error_code=Reason.EMPTY_ANSWER), *more)
    return (Block(AF, Outcome.DATA, facts=tuple(facts)), *more)


def _registration(answer: Node, values: Values) -> list[Fact]:
    """Registered or not, since when, in which category; the unemployment fund."""
    facts: list[Fact] = []
    info = answer.one("ArbetssokandeInfo")
    for name in info.strangers(*INFO) if info else ():
        values.odd("ArbetssokandeInfo", name)
    registered = values.flag("Arbetssokande", info.text("Arbetssokande")) if info else None
    if info and registered is not None:
        pairs = (
            ("registered", "true" if registered else "false"),
            ("category", info.text("ArbetssokandeSKAT")),
            ("extent", info.text("ArbetssokandeOmfattning")),
        )
        facts.append(
            Fact(
                Kind.STATUS,
                "ARBETSSOKANDE",
                info.text("ArbetssokandeSKAT"),
                info.path,
                period_from=values.day("ArbetssokandeRegistrerad", info.text("ArbetssokandeRegistrerad")),
                period_to=values.day("ArbetssokandeAvaktualiserad", info.text("ArbetssokandeAvaktualiserad")),
                values=tuple((name, value) for name, value in pairs if value),
            )
        )
    fund = answer.text("Akassetillhorighet")
    if fund:
        facts.append(Fact(Kind.STATUS, "AKASSA", fund, f"{answer.path}/Akassetillhorighet", values=(("fund", fund),)))
    return facts


def _decisions(answer: Node, values: Values) -> list[Fact]:
    """Programmes with economic support, each with its period."""
    held = answer.down("BeslutInfo", "EkonomiskaBeslut")
    facts: list[Fact] = []
    for decision in held.each("Beslut") if held else ():
        kind = decision.text("ErsattningTyp")
        extent = decision.text("Omfattning")
        facts.append(
            Fact(
                Kind.DECISION,
                kind,
                kind,
                decision.path,
                period_from=values.day("BeslutFrom", decision.text("BeslutFrom")),
                period_to=values.day("BeslutTom", decision.text("BeslutTom")),
                values=(("extent", extent),) if extent else (),
            )
        )
    return facts


def _report(answer: Node) -> tuple[Block, ...]:
    """The latest activity report, a part of its own: AF may fail to say it and yet answer the rest.

    The schema names the element *AktivetetsRapportDatum* (as it is spelt there); *AktivitetsRapport* is read too.
    """
    info = answer.one("ArbetssokandeInfo")
    report = (info.one("AktivetetsRapportDatum") or info.one("AktivitetsRapport")) if info else None
    if report is None:
        return ()
    said = report.text("AktivitetsRapportMeddelande") or report.text("Meddelande")
    date = report.text("SenasteAktivitetsRapportDatum") or report.text("SenasteDatum")
    if not said and not date:
        return ()
    code = said.split()[0].strip(".:–-") if said else ""
    if code == REPORT_FAULT:
        return (Block(AF, Outcome.ERROR, part=REPORT, error_source=Source.AGENCY, error_code=code),)
    values = Values()
    day = values.day("SenasteAktivitetsRapportDatum", date)
    if code not in REPORTS:
        values.odd("AktivitetsRapportMeddelande", code or "?")
    pairs = (("report", REPORTS.get(code, "")), ("latest", day.isoformat() if day else ""))
    fact = Fact(Kind.STATUS, "AKTIVITETSRAPPORT", said, report.path, values=tuple(pair for pair in pairs if pair[1]))
    return (Block(AF, values.outcome(nothing=False), part=REPORT, facts=(fact,), unknown=tuple(values.unknown)),)
