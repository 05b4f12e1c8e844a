"""What the law lets each agency tell us, as groups of fields; the one list by which what came beyond it is dropped on arrival.

The groups follow the numbered points of förordning (2008:975) om uppgiftsskyldighet i vissa fall på socialtjänstens område: 2 § CSN,
3 § Försäkringskassan, 4 § the unemployment funds, 5 § Arbetsförmedlingen, 6 § Skatteverket, 7 § Pensionsmyndigheten, as worded up to SFS
2025:488. What an employer has reported to Skatteverket is given by 15 kap. 12 § socialtjänstlagen (2025:400, wording 2025:942), which the
regulation's 6 § has not caught up with. Groups that neither gives are named too (:data:`WITHOUT_GROUND`), so that a municipality with
another legal basis can say so: Transportstyrelsen and Migrationsverket are not in the regulation at all.

A field is written ``kind`` (that such a fact is there at all), ``kind.attribute`` or ``kind.name`` of one of a fact's values, and for one
benefit alone ``kind:BENEFIT`` and ``kind:BENEFIT.attribute``. A benefit's code and label, and the path, follow the fact.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from stadig.exchange.terms import AF, CSN, FK, MIV, PM, SKV, SO, TNS, Fact


class Group(NamedTuple):
    """What it holds, in Swedish as the law says it, and its fields."""

    description: str
    fields: frozenset[str]


def _group(description: str, fields: str) -> Group:
    return Group(description, frozenset(fields.split()))


_BENEFITS: Final[Mapping[str, Group]] = {
    "identity": _group("namn, personnummer och samordningsnummer", "status:PERSON"),
    "application": _group("att en anmälan eller ansökan har lämnats in", "application application.period application.applied"),
    "granted": _group(
        "vilken förmån, ersättning eller annat stöd som har beviljats",
        "decision decision.final decision.decided decision.refused decision.sub decision.status",
    ),
    "period_and_extent": _group(
        "under vilken tid och i vilken omfattning det ges",
        "decision.period decision.days decision.extent decision.gross decision.frequency payment.period payment.days",
    ),
    "amount_paid": _group(
        "vilket belopp som har betalats ut",
        "payment payment.net payment.gross payment.deductions payment.planned payment.payer payment.*",
    ),
    "pay_date": _group("datum för utbetalning", "payment.pay_date"),
}

GROUPS: Final[Mapping[str, Mapping[str, Group]]] = {
    AF: {
        "identity": _group("namn, personnummer och samordningsnummer", "status:PERSON"),
        "registered": _group(
            "från och med vilken dag någon är anmäld eller inte längre anmäld som arbetssökande",
            "status:ARBETSSOKANDE status:ARBETSSOKANDE.period status:ARBETSSOKANDE.registered",
        ),
        "fund": _group("tillhörighet till arbetslöshetskassa enligt registrering", "status:AKASSA status:AKASSA.fund"),
        "category": _group(
            "öppet arbetslös, arbetssökande med förhinder eller annan sökandekategori", "status:ARBETSSOKANDE.category"
        ),
        "programme": _group(
            "deltagande i arbetsmarknadspolitiskt program och under vilken tid", "decision decision.period decision.final"
        ),
        "activity_report": _group(
            "när den senaste aktivitetsrapporten kom in",
            "status:AKTIVITETSRAPPORT status:AKTIVITETSRAPPORT.report status:AKTIVITETSRAPPORT.latest",
        ),
        "extent": _group("omfattning av det sökta arbetet och av programmet", "status:ARBETSSOKANDE.extent decision.extent"),
    },
    CSN: {
        "identity": _group("namn, personnummer och samordningsnummer", "status:PERSON"),
        "application": _group("att en ansökan om studiestöd har lämnats in", "application application.status"),
        "form": _group(
            "vilken form av studiestöd som har sökts, beviljats eller betalats ut", "decision decision.status decision.final"
        ),
        "period": _group("för vilken tid", "application.period decision.period payment.period"),
        "extent": _group("omfattningen av studiestödet", "application.extent decision.extent application.loan"),
        "amount": _group(
            "med vilket belopp, fördelat på form av stöd",
            "payment payment.net payment.planned payment.* decision.gross decision.*",
        ),
        "home_equipment_loan": _group("lån till hemutrustning", "payment:HUT payment:HUT.net payment:HUT.planned decision:HUT"),
        "pay_date": _group("datum för utbetalning", "payment.pay_date"),
        "compulsory_level": _group("att studiemedel avser studier på grundskolenivå", "decision.compulsory_level"),
    },
    FK: _BENEFITS,
    PM: _BENEFITS,
    SO: {
        "identity": _group("namn, personnummer och samordningsnummer", "status:PERSON"),
        "application": _group(
            "att en ansökan har lämnats in och vilken månad den avser", "application application.payment_applied"
        ),
        "right": _group(
            "beslut om rätt till arbetslöshetsersättning", "application.right_decided decision decision.period decision.days"
        ),
        "amount": _group(
            "med vilket belopp ersättning har betalats ut eller ska betalas ut",
            "payment payment.net payment.planned payment.after_tax",
        ),
        "month_and_days": _group("vilken tid utbetalningen avser och hur många ersättningsdagar", "payment.period payment.days"),
        "pay_date": _group("datum för utbetalning", "payment.pay_date"),
        "suspension": _group("beslut om avstängning eller frånkännande", "status:AVSTANGD status:AVSTANGD.period"),
    },
    SKV: {
        "identity": _group("namn, personnummer och samordningsnummer", "status:PERSON"),
        "capital": _group(
            "sammanlagda intäkter och överskott i inkomstslaget kapital",
            "income:KAPITAL income:KAPITAL.gross income:KAPITAL.net income:KAPITAL.period income:KAPITAL.year income:KAPITAL.surplus",
        ),
        "tax_refund": _group(
            "belopp och datum för återbetalning av skatt",
            "payment:SKATTEKONTO payment:SKATTEKONTO.net payment:SKATTEKONTO.pay_date payment:SKATTEKONTO.planned",
        ),
        "employer_declaration": _group(
            "uppgifter i en arbetsgivardeklaration",
            "income:AGI income:AGI.gross income:AGI.net income:AGI.deductions income:AGI.period income:AGI.employer income:AGI.pay_date",
        ),
        "tax_account": _group("skattekontots saldo och ränta", "status:SKATTEKONTO status:SKATTEKONTO.*"),
        "tax_assessment": _group("beslutad skatt och inkomst av tjänst", "status:SKATT status:SKATT.* status:SKATT.period"),
        "business": _group("om personen driver företag", "status:FORETAG status:FORETAG.*"),
    },
    TNS: {"vehicles": _group("fordon som personen innehar", "vehicle vehicle.*")},
    MIV: {
        "permits": _group(
            "beslut och ansökningar om uppehålls- och arbetstillstånd", "permit permit.period permit.final permit.*"
        ),
        "entry": _group("hemland och inresedatum", "status:INRESA status:INRESA.*"),
    },
}
WITHOUT_GROUND: Final = frozenset(
    {
        (AF, "extent"),
        (SKV, "tax_account"),
        (SKV, "tax_assessment"),
        (SKV, "business"),
        (TNS, "vehicles"),
        (MIV, "permits"),
        (MIV, "entry"),
    }
)
"""Groups that neither förordning 2008:975 nor 15 kap. 10–12 §§ socialtjänstlagen gives: kept only on another legal basis, written down."""
ACCOMPANIES: Final = frozenset({"status:SKATTEKONTO"})
"""What Skatteverket cannot help sending along: the reader has seen that the tax account speaks of refunds, so that this alone, dropped, leaves
that there were none. Anything else that was all dropped means that we had no right to what there was."""
_EMPTY: Final[Mapping[str, object]] = {
    "net": None,
    "gross": None,
    "deductions": (),
    "pay_date": None,
    "days": None,
    "planned": False,
    "final": None,
}


def by_law(agency: str) -> tuple[str, ...]:
    """The names of the groups that the regulation and the act give for an agency, in the order of the law."""
    return tuple(name for name in GROUPS.get(agency, {}) if (agency, name) not in WITHOUT_GROUND)


def unknown(agency: str, groups: Iterable[str] | None) -> tuple[str, ...]:
    """Names of groups that do not exist: a ground that holds one cannot be applied, and what is read by it is no evidence."""
    if groups is None or agency not in GROUPS:
        return ()
    return tuple(sorted(name for name in groups if name not in GROUPS[agency]))


def keep(agency: str, groups: Iterable[str] | None, facts: Iterable[Fact]) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
    """The facts with only what the groups give, and the names of what was dropped. ``None``: all is kept.

    That a payment is planned is never dropped while the payment is kept: without it, it would read as paid.
    """
    if groups is None or agency not in GROUPS:
        return tuple(facts), ()
    given = _given(agency, frozenset(groups))
    kept: list[Fact] = []
    dropped: dict[str, None] = {}
    for fact in facts:
        known = _allowed(given, fact.kind.value, fact.benefit)
        if "" not in known:
            dropped[f"{fact.kind.value}:{fact.benefit}"] = None
            continue
        kept.append(_less(fact, known, dropped))
    return tuple(kept), tuple(dropped)


def _less(fact: Fact, known: frozenset[str], dropped: dict[str, None]) -> Fact:
    """The fact without the fields that are not known; their names are added to ``dropped``."""
    gone: dict[str, object] = {
        name: empty for name, empty in _EMPTY.items() if name != "planned" and name not in known and getattr(fact, name) != empty
    }
    if "period" not in known and (fact.period_from or fact.period_to):
        gone |= {"period_from": None, "period_to": None}
    values = fact.values if "*" in known else tuple(pair for pair in fact.values if pair[0] in known)
    lost = [name for name, _value in fact.values if "*" not in known and name not in known]
    if not gone and not lost:
        return fact
    for name in [*gone, *lost]:
        dropped[f"{fact.kind.value}:{fact.benefit}.{name.removesuffix('_from').removesuffix('_to')}"] = None
    return dataclasses.replace(fact, values=values, **gone)  # pyright: ignore[reportArgumentType]


@functools.lru_cache(maxsize=256)
def _given(agency: str, groups: frozenset[str]) -> frozenset[str]:
    return frozenset(field for name, group in GROUPS[agency].items() if name in groups for field in group.fields)


@functools.lru_cache(maxsize=2048)
def _allowed(given: frozenset[str], kind: str, benefit: str) -> frozenset[str]:
    """The attributes and values of such a fact that are given; the empty name stands for the fact itself."""
    found: set[str] = set()
    for field in given:
        what, _dot, name = field.partition(".")
        if what in {kind, f"{kind}:{benefit}"}:
            found.add(name)
    return frozenset(found)
