"""CSN: study support, applied for, granted and paid, in an XML document of its own inside base64 (``http://schema.csn.se/v4.0/…``).

Elements are read by their names whatever the version, since an answer in v3.0 may come in a v4.0 contract. What such an answer cannot
speak of is then a part of its own that was not answered. Codes and fields: the schema's own enumerations (csntyper.xsd).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final

from stadig.exchange.contracts.errors import Reason, WrongPerson
from stadig.exchange.contracts.trees import Node
from stadig.exchange.contracts.values import Values, safe, same_person
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import CSN, Block, Fact, Kind, Source

ALL_WELL: Final = "0"
NO_HIT: Final = "Ej träff"
KINDS: Final = ("Studiemedel", "Studiehjalp", "HemutrustningsLan", "Studiestartsstod", "Omstallningsstudiestod")
APPLIED: Final = frozenset({"INITIERAD", "INITIERAT"})
DECIDED: Final = frozenset({"BESLUTAD", "BESLUTAT", "AVSLUTAD", "AVSLUTAT", ""})
FORMS: Final = frozenset(
    "GRUND GRUNDU MLÅN MLÅNU TLÅN TILB SH SHU SB SBU EXTRA EXTRAU INACK INACKU LÄRLE HUT SSSTÖD OSS".split()  # noqa: SIM905
)
"""Forms of support (*stodform*): study grants and loans at home and abroad, extra allowances, home equipment loan and the newer kinds."""
SECRET: Final = frozenset({"J", "JA", "1"})
"""Marks of secrecy (*sekretess*) that say yes in plain words. The schema has two characters and no list, and two blanks are all that has been seen:
any other mark is not known to mean that the data are protected, nor that they are not, so nothing of such an answer is kept."""
PAID: Final = frozenset({"Utbetald", "UTBETALAD"})
PLANNED: Final = "Planerad"


def read(document: Node, person: str) -> tuple[Block, ...]:
    """What CSN says. ``document`` is *CSNSvar*. Raises WrongPerson."""
    people = document.one("Personer")
    found = list(people.each("Person")) if people else []
    for one in found:
        if not same_person(person, _number(one)):
            raise WrongPerson("Person")
    code = document.down("GemensamtSvarEkbistand", "Resultat")
    values = Values()
    said = code.text("ResultatKod") if code else ""
    if said != ALL_WELL:
        values.odd("ResultatKod", said)
        return (
            Block(
                CSN,
                Outcome.UNKNOWN_CODE,
                unknown=tuple(values.unknown),
                error_source=Source.AGENCY,
                error_code=safe(said),
                error_text=(code.text("ResultatText") if code else "")[:400],
            ),
        )
    if person and found and not _number(found[0]):
        values.odd("personnummer", "")
    if len(found) != 1:
        return (Block(CSN, Outcome.UNKNOWN_CODE, error_source=Source.SELF, error_code=Reason.EMPTY_ANSWER),)
    return _person(found[0], values)


def _number(one: Node) -> str:
    """The person's number: ten digits with the century beside it, or what stands there."""
    number = one.attribute("personnummer")
    return one.attribute("sekel") + number if len(number) == 10 else number


def _marked(secret: str, values: Values) -> Block:
    """The block of an answer with a mark of secrecy: nothing of it is kept, whatever the mark means."""
    if secret.upper() in SECRET:
        return Block(CSN, Outcome.PROTECTED)
    values.odd("sekretess", secret)
    return Block(CSN, Outcome.UNKNOWN_CODE, unknown=tuple(values.unknown))


def _person(one: Node, values: Values) -> tuple[Block, ...]:
    secret = one.attribute("sekretess")
    if secret:
        return (_marked(secret, values),)
    status = one.attribute("Status") or one.attribute("status")
    if status == NO_HIT:
        return (Block(CSN, Outcome.NO_MATCH),)
    if status:
        values.odd("Status", status)
    counts = one.one("Studiestodstypforteckning")
    for name in one.strangers("Studiestodstypforteckning", *KINDS):
        values.odd("Person", name)
    for name in counts.strangers(*(kind.lower() for kind in KINDS)) if counts else ():
        if counts and counts.text(name) != "0":
            values.odd("Studiestodstypforteckning", name)
    facts: list[Fact] = []
    silent: list[Block] = []
    for kind in KINDS:
        held = one.one(kind)
        cases = held.one("Arenden") if held else None
        several = list(cases.each("Arende")) if cases else []
        for name in [*(held.strangers("Arenden") if held else ()), *(cases.strangers("Arende") if cases else ())]:
            values.odd(kind, name)
        for case in several:
            facts += _case(case, values)
        count = counts.text(kind.lower()) if counts else ""
        if held is None and not count:
            silent.append(
                Block(CSN, Outcome.UNKNOWN_CODE, part=kind.lower(), error_source=Source.SELF, error_code=Reason.NOT_ANSWERED)
            )
        elif not several and count != "0":
            values.odd(kind.lower(), count)
    outcome = values.outcome(nothing=not facts)
    if len(silent) == len(KINDS):
        return (Block(CSN, Outcome.UNKNOWN_CODE, error_source=Source.SELF, error_code=Reason.EMPTY_ANSWER),)
    return (Block(CSN, outcome, facts=tuple(facts), unknown=tuple(values.unknown)), *silent)


def _case(case: Node, values: Values) -> list[Fact]:
    if case.text("stodform") not in FORMS:
        values.odd("stodform", case.text("stodform"))
    status = case.text("status")
    if status not in APPLIED and status not in DECIDED:
        values.odd("status", status)
    facts = _applications(case, values) if status in APPLIED else _grants(case, status, values)
    plan = case.one("UtbetalningsPlan") or case.one("Utbetalningsplan")
    return facts + [_payment(case, paid, values) for paid in (plan.each("Utbetalning") if plan else ())]


def _applications(case: Node, values: Values) -> list[Fact]:
    times = case.one("soktaTider")
    several = list(times.each("soktTid")) if times else []
    facts: list[Fact] = []
    for time in several or [case]:
        pairs = (("status", case.text("status")), ("extent", time.text("soktomfattning")), ("loan", time.text("soktlan")))
        facts.append(
            Fact(
                Kind.APPLICATION,
                case.text("stodform"),
                case.text("klartext"),
                time.path,
                period_from=values.day("soktfrom", time.text("soktfrom")),
                period_to=values.day("sokttom", time.text("sokttom")),
                values=tuple(pair for pair in pairs if pair[1]),
            )
        )
    return facts


def _grants(case: Node, status: str, values: Values) -> list[Fact]:
    """What was granted, a fact for each time; a decided case without any is a fact of its own, since it says that there is a decision."""
    times = case.one("BeviljadeTider")
    several = list(times.each("BeviljadTid")) if times else []
    facts: list[Fact] = []
    for time in several or [case]:
        pairs = (("status", status), ("extent", time.text("takt")), ("compulsory_level", time.text("gr_takt")))
        facts.append(
            Fact(
                Kind.DECISION,
                case.text("stodform"),
                case.text("klartext"),
                time.path,
                gross=values.amount("totbelopp", time.text("totbelopp")),
                period_from=values.week("starttid", time.text("starttid"), last=False),
                period_to=values.week("sluttid", time.text("sluttid"), last=True),
                values=tuple(pair for pair in pairs if pair[1]) + tuple(_rows([time], values)),
            )
        )
    return facts


def _payment(case: Node, paid: Node, values: Values) -> Fact:
    """One payment. Its net is its own *totbelopp*, never the sum of its rows; the rows say how it falls on forms of support."""
    status = paid.text("utbetstatus")
    if status not in PAID and status != PLANNED:
        values.odd("utbetstatus", status)
    net = values.amount("totbelopp", paid.text("totbelopp"))
    if net is None:
        values.odd("totbelopp")
    held = paid.one("Utbetaldatider")
    times = list(held.each("Utbetaldtid")) if held else [paid]
    first: list[dt.date | None] = [values.week("startvecka", time.text("startvecka"), last=False) for time in times]
    last: list[dt.date | None] = [values.week("slutvecka", time.text("slutvecka"), last=True) for time in times]
    return Fact(
        Kind.PAYMENT,
        case.text("stodform"),
        case.text("klartext"),
        paid.path,
        net=net,
        pay_date=values.day("utbetdatum", paid.text("utbetdatum")),
        period_from=min((day for day in first if day), default=None),
        period_to=max((day for day in last if day), default=None),
        planned=status == PLANNED,
        values=tuple(_rows(times, values)),
    )


def _rows(times: list[Node], values: Values) -> list[tuple[str, str]]:
    """Kind of amount → its sum over the times."""
    sums: dict[str, Decimal] = {}
    for time in times:
        held = time.one("Beloppen")
        for row in held.each("Belopp") if held else ():
            amount = values.amount("belopp", row.text("totbelopp") or row.text("belopp"))
            if amount is not None:
                kind = row.text("beloppstyp")
                sums[kind] = sums.get(kind, Decimal(0)) + amount
    return [(kind, str(total)) for kind, total in sums.items()]
