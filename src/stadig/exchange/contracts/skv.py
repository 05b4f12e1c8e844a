"""Skatteverket. v10: capital income in an XML document inside a CDATA string. v11: base64 JSON for each part, each with its own error.

The shape of *individuppgifter* (what employers have reported) is not published. It is read by the names that Skatteverket's own technical
description of the employer's declaration uses; an empty list under the part's own name is its word that nothing is reported, and an answer
in which nothing is recognised is no evidence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Final, cast

from stadig.exchange.contracts import trees
from stadig.exchange.contracts.errors import Reason, WrongPerson
from stadig.exchange.contracts.trees import Json, Node
from stadig.exchange.contracts.values import Values, same_person
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import SKV, Block, Deduction, Fact, Kind, Source

PARTS: Final = ("foretagsinformation", "individuppgifter", "skattekonto", "skatteuppgifter")
STATED: Final = frozenset({"999"})
"""*StatusPersonuppgiftKod* seen together with data. The list of codes is not published."""
FAULT_CODES: Final = range(9071000, 9072000)


def read_capital(document: Node, person: str) -> tuple[Block, ...]:
    """What the v10 document says. Raises WrongPerson."""
    fault = document if document.says("MeddelandeKod") is not None else document.one("Exception")
    if fault is not None:
        return (_fault(fault),)
    held = document.one("PersonuppgiftLista")
    people = list(held.each("Personuppgift")) if held else []
    for one in people:
        if not same_person(person, one.says("IdentitetsbeteckningFysiskPerson")):
            raise WrongPerson("IdentitetsbeteckningFysiskPerson")
    values = Values()
    facts: list[Fact] = []
    for one in people:
        status = one.text("StatusPersonuppgiftKod")
        if status not in STATED:
            values.odd("StatusPersonuppgiftKod", status)
        facts += [_capital(year, values) for year in one.each("Kapitaluppgift")]
    if values.unknown:
        return (Block(SKV, Outcome.UNKNOWN_CODE, facts=tuple(facts), unknown=tuple(values.unknown)),)
    if not facts:
        return (Block(SKV, Outcome.UNKNOWN_CODE, error_source=Source.SELF, error_code=Reason.EMPTY_ANSWER),)
    return (Block(SKV, Outcome.DATA, facts=tuple(facts)),)


def _fault(fault: Node) -> Block:
    code = fault.text("MeddelandeKod")
    known = code.isascii() and code.isdigit() and int(code[:9]) in FAULT_CODES
    return Block(
        SKV,
        Outcome.ERROR,
        error_source=Source.AGENCY,
        error_code=code if known else Reason.UNEXPECTED_SHAPE.value,
        error_text=fault.text("MeddelandeText")[:400],
    )


def _capital(year: Node, values: Values) -> Fact:
    of = year.text("Taxeringsar")
    surplus = values.amount("OverskottPaKapital", year.text("OverskottPaKapital"))
    total = values.amount("SummaIntakterPaKapital", year.text("SummaIntakterPaKapital"))
    if total is None and surplus is None:
        values.odd("Kapitaluppgift")
    pairs = (("year", of), ("surplus", "" if surplus is None else str(surplus)))
    return Fact(Kind.INCOME, "KAPITAL", "", year.path, gross=total, values=tuple(pair for pair in pairs if pair[1]))


def read_part(part: str, document: object, path: str, person: str) -> Block:
    """What one v11 part says. ``path`` is that of the element that held the JSON, and ``#``. Raises WrongPerson."""
    values = Values()
    facts, nothing = READERS[part](document, path, person, values)
    if values.unknown:
        return Block(SKV, Outcome.UNKNOWN_CODE, part=part, facts=tuple(facts), unknown=tuple(values.unknown))
    if facts:
        return Block(SKV, Outcome.DATA, part=part, facts=tuple(facts))
    if nothing:
        return Block(SKV, Outcome.NOTHING_STATED, part=part)
    return Block(SKV, Outcome.UNKNOWN_CODE, part=part, error_source=Source.SELF, error_code=Reason.EMPTY_ANSWER)


Found = tuple[list[Fact], bool]
"""The facts, and whether the agency said in a way we know that it has nothing."""


def _same(person: str, name: str, said: object) -> None:
    if not same_person(person, said):
        raise WrongPerson(name)


def _business(document: object, path: str, person: str, values: Values) -> Found:
    company = trees.thing(trees.thing(document).get("foretag"))
    _same(person, "foretagId", company.get("foretagId"))
    flags = [(name, value) for name, value in company.items() if isinstance(value, bool)]
    said = tuple((name, str(value).lower()) for name, value in flags)
    return ([Fact(Kind.STATUS, "FORETAG", "", f"{path}/foretag", values=said)] if said else []), False


def _account(document: object, path: str, person: str, values: Values) -> Found:
    """The tax account: the latest refund is a payment; the balance and its interest are a status of their own."""
    account = trees.thing(document)
    _same(person, "kontohavare", account.get("kontohavare"))
    facts: list[Fact] = []
    refund = values.amount("utbetaltBelopp", account.get("utbetaltBelopp"))
    day = values.day("bokforingsdag", account.get("bokforingsdag"))
    if refund is not None:
        facts.append(Fact(Kind.PAYMENT, "SKATTEKONTO", "utbetaltBelopp", f"{path}/utbetaltBelopp", net=refund, pay_date=day))
    if refund is not None and day is None:
        values.odd("bokforingsdag", "")
    pairs = [(name, trees.text(account.get(name))) for name in ("saldo", "preliminarRanta", "senastUppdaterad")]
    said = tuple(pair for pair in pairs if pair[1])
    if said:
        facts.append(Fact(Kind.STATUS, "SKATTEKONTO", "saldo", f"{path}/saldo", values=said))
    return facts, False


def _assessments(document: object, path: str, person: str, values: Values) -> Found:
    """Decided tax, year by year: what concerns capital is an income; the rest a status that few legal bases give."""
    answer = trees.thing(document)
    _same(person, "identitet", answer.get("identitet"))
    decided = answer.get("beslutadeSkatteuppgifter")
    facts: list[Fact] = []
    for number, one in enumerate(trees.things(decided)):
        here = f"{path}/beslutadeSkatteuppgifter/{number}"
        stated = trees.thing(one.get("uppgifter"))
        year = trees.text(one.get("beskattningsar")) or trees.text(stated.get("inkomstar"))
        capital = values.amount("sumKapital", stated.get("sumKapital"))
        if capital is not None:
            facts.append(
                Fact(
                    Kind.INCOME, "KAPITAL", "sumKapital", f"{here}/uppgifter/sumKapital", gross=capital, values=(("year", year),)
                )
            )
        others = [
            (name, trees.text(value))
            for name, value in stated.items()
            if name not in {"sumKapital", "inkomstar"} and trees.text(value)
        ]
        if others:
            facts.append(Fact(Kind.STATUS, "SKATT", "", f"{here}/uppgifter", values=(("year", year), *others)))
        if not stated:
            values.odd("uppgifter", "")
    return facts, decided == []


PAY: Final = ("kontantersattningulagag", "kontantersattning", "kontantbruttolon", "bruttolon", "kontantersattningejulagsa")
TAX: Final = ("avdrprelskatt", "avdragenpreliminarskatt", "avdragenskatt")
MONTH: Final = ("redovisningsperiod", "period")
EMPLOYER: Final = ("arbetsgivare", "agregistreradnamn", "uppgiftslamnarenamn", "arbetsgivarenamn")
PAYEE: Final = ("betalningsmottagarid", "betalningsmottagare", "personnummer", "identitet", "identitetsbeteckning")
DEEPEST: Final = 6


def _employers(document: object, path: str, person: str, values: Values) -> Found:
    """What employers have reported, month by month. The shape is not published: each object that holds a pay we know is one statement."""
    facts: list[Fact] = []
    nothing = trees.thing(document).get("individuppgifter") == []
    for found, here in _objects(document, path, 0):
        small = {name.lower(): value for name, value in found.items()}
        for name in PAYEE:
            if not isinstance(small.get(name), (dict, list)):
                _same(person, name, small.get(name))
        pay = next((name for name in PAY if name in small), None)
        if pay is None:
            continue
        gross = values.amount(pay, small[pay])
        if gross is None:
            values.odd(pay)
        month = next((trees.text(small[name]) for name in MONTH if name in small), "")
        tax = next((values.amount(name, small[name]) for name in TAX if name in small), None)
        employer = next((trees.text(small[name]) for name in EMPLOYER if trees.text(small.get(name))), "")
        facts.append(
            Fact(
                Kind.INCOME,
                "AGI",
                employer,
                here,
                gross=gross,
                deductions=(Deduction("PS", "preliminär skatt", tax),) if tax else (),
                net=gross - tax if gross is not None and tax is not None else None,
                period_from=_month(values, month, last=False),
                period_to=_month(values, month, last=True),
                values=(("employer", employer),) if employer else (),
            )
        )
    return facts, nothing


def _month(values: Values, month: str, *, last: bool) -> dt.date | None:
    if not month:
        values.odd("redovisningsperiod", "")
    return values.last_day("redovisningsperiod", month) if last else values.first_day("redovisningsperiod", month)


def _objects(value: object, path: str, depth: int) -> Iterator[tuple[Json, str]]:
    """Every object in a document, with its path."""
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        found = trees.thing(cast("object", value))
        yield found, path
        for name, inner in found.items():
            if isinstance(inner, (dict, list)):
                yield from _objects(cast("object", inner), f"{path}/{trees.step(name)}", depth + 1)
    elif isinstance(value, list):
        for number, inner in enumerate(cast("list[object]", value)):
            yield from _objects(inner, f"{path}/{number}", depth + 1)


READERS: Final[dict[str, Callable[[object, str, str, Values], Found]]] = {
    "foretagsinformation": _business,
    "individuppgifter": _employers,
    "skattekonto": _account,
    "skatteuppgifter": _assessments,
}
