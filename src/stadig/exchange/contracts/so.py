"""The unemployment funds (a-kassorna): one block for each fund that answered (namespace ``http://INT014.UBPService.Schemas``).

The funds' status is free text without a list of codes. Only words that we have seen mean that all is well count; the rest is no evidence.
"""

from __future__ import annotations

from typing import Final

from stadig.exchange.contracts.errors import Reason, WrongPerson
from stadig.exchange.contracts.trees import Node
from stadig.exchange.contracts.values import Values, safe, same_person
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import SO, Block, Fact, Kind, Source

ALL_WELL: Final = frozenset({"all clear"})
"""Statuses known to mean that the fund answered in full, in small letters. The list of codes is not published."""
BENEFIT: Final = "AKASSA"
FIELDS: Final = ("SvarandeOrganisation", "StatusSvarandeOrganisation", "Utbetalningar", "Avstangningar", "AnsoktOmErsattning")

PAID: Final = ("Utbetalningsdatum", "NettoEfterSkatt", "NettoEfterAvdrag", "Ersattningsdagar", "AvserFrom", "AvserTom")


def read(data: Node, person: str) -> tuple[Block, ...]:
    """What each fund says. Raises WrongPerson."""
    if not same_person(person, data.says("IdentificationNumber")):
        raise WrongPerson("IdentificationNumber")
    held = data.one("ArbetsloshetsersattningLista")
    named = not person or bool(data.text("IdentificationNumber"))
    blocks = (
        [_fund(fund, number, named=named) for number, fund in enumerate(held.each("Arbetsloshetsersattning"), 1)] if held else []
    )
    for name in held.strangers("Arbetsloshetsersattning") if held else ():
        values = Values()
        values.odd("ArbetsloshetsersattningLista", name)
        blocks.append(Block(SO, Outcome.UNKNOWN_CODE, part=safe(name), unknown=tuple(values.unknown)))
    return tuple(blocks) or (Block(SO, Outcome.UNKNOWN_CODE, error_source=Source.SELF, error_code=Reason.EMPTY_ANSWER),)


def _fund(fund: Node, number: int, *, named: bool) -> Block:
    values = Values()
    if not named:
        values.odd("IdentificationNumber", "")
    facts = [*_payments(fund, values), *_suspensions(fund, values), *_application(fund, values)]
    status = fund.text("StatusSvarandeOrganisation")
    if status.casefold() not in ALL_WELL:
        values.odd("StatusSvarandeOrganisation", status)
    for name in fund.strangers(*FIELDS):
        values.odd("Arbetsloshetsersattning", name)
    outcome = values.outcome(nothing=not facts)
    part = safe(fund.text("SvarandeOrganisation")) or f"a-kassa {number}"
    return Block(SO, outcome, part=part, facts=tuple(facts), unknown=tuple(values.unknown))


def _payments(fund: Node, values: Values) -> list[Fact]:
    """Payments. Net is what is left after deductions; where a fund states only what is left after tax, that is it."""
    facts: list[Fact] = []
    for paid in fund.each("Utbetalningar"):
        for name in paid.strangers(*PAID):
            values.odd("Utbetalningar", name)
        after_tax = values.amount("NettoEfterSkatt", paid.text("NettoEfterSkatt"))
        after_all = values.amount("NettoEfterAvdrag", paid.text("NettoEfterAvdrag"))
        net = after_tax if after_all is None else after_all
        if net is None:
            values.odd("NettoEfterAvdrag")
        facts.append(
            Fact(
                Kind.PAYMENT,
                BENEFIT,
                fund.text("SvarandeOrganisation"),
                paid.path,
                net=net,
                pay_date=values.day("Utbetalningsdatum", paid.text("Utbetalningsdatum")),
                period_from=values.day("AvserFrom", paid.text("AvserFrom")),
                period_to=values.day("AvserTom", paid.text("AvserTom")),
                days=values.amount("Ersattningsdagar", paid.text("Ersattningsdagar")),
                values=() if after_tax is None or after_tax == net else (("after_tax", str(after_tax)),),
            )
        )
    return facts


def _suspensions(fund: Node, values: Values) -> list[Fact]:
    return [
        Fact(
            Kind.STATUS,
            "AVSTANGD",
            fund.text("SvarandeOrganisation"),
            shut.path,
            period_from=values.day("AvstangdFrom", shut.text("AvstangdFrom")),
            period_to=values.day("AvstangdTom", shut.text("AvstangdTom")),
        )
        for shut in fund.each("Avstangningar")
    ]


def _application(fund: Node, values: Values) -> list[Fact]:
    asked = fund.one("AnsoktOmErsattning")
    if asked is None:
        return []
    decided = values.day("BeslutOmRattTillErsattning", asked.text("BeslutOmRattTillErsattning"))
    handed_in = values.flag("AnsokanOmUtbetalningInlamnad", asked.text("AnsokanOmUtbetalningInlamnad"))
    pairs = (
        ("right_decided", decided.isoformat() if decided else ""),
        ("payment_applied", "" if handed_in is None else str(handed_in).lower()),
    )
    return [
        Fact(
            Kind.APPLICATION,
            BENEFIT,
            fund.text("SvarandeOrganisation"),
            asked.path,
            values=tuple(pair for pair in pairs if pair[1]),
        )
    ]
