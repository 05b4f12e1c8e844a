"""Skatteverket. v10: capital income in an XML document inside a CDATA string. v11: base64 JSON for each part, each with its own error.

The shape of *individuppgifter* (what employers have reported) is not published. It is read by the names that Skatteverket's own technical
description of the employer's declaration uses; an empty list under the part's own name is its word that nothing is reported, and an answer
in which nothing is recognised is no evidence.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

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
        if person and not one.text("IdentitetsbeteckningFysiskPerson"):
            values.odd("IdentitetsbeteckningFysiskPerson", "")
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


def _about(person: str, name: str, said: object, values: Values) -> None:
    """Raises WrongPerson. An answer that names no one is no evidence about anyone."""
    if not same_person(person, said):
        raise WrongPerson(name)
    if person and not trees.text(said):
        values.odd(name, "")


def _others(document: Json, known: frozenset[str], values: Values) -> None:
    """Names that are none of those known and hold something: an answer with one says more than can be read."""
    for name, held in document.items():
        if name not in known and held not in (None, "", False, [], {}):
            values.odd("svar", name)


def _business(document: object, path: str, person: str, values: Values) -> Found:
    company = trees.thing(trees.thing(document).get("foretag"))
    _about(person, "foretagId", company.get("foretagId"), values)
    flags = [(name, value) for name, value in company.items() if isinstance(value, bool)]
    said = tuple((name, str(value).lower()) for name, value in flags)
    return ([Fact(Kind.STATUS, "FORETAG", "", f"{path}/foretag", values=said)] if said else []), False


ACCOUNT: Final = frozenset(
    {"kontohavare", "utbetaltBelopp", "bokforingsdag", "saldo", "preliminarRanta", "utbetalningskonto", "senastUppdaterad"}
)


def _account(document: object, path: str, person: str, values: Values) -> Found:
    """The tax account: the latest refund is a payment; the balance and its interest are a status of their own.

    A refund of nought is the agency's word that there is none; an account in which no refund is spoken of says nothing of refunds.
    """
    account = trees.thing(document)
    _about(person, "kontohavare", account.get("kontohavare"), values)
    _others(account, ACCOUNT, values)
    facts: list[Fact] = []
    refund = values.amount("utbetaltBelopp", account.get("utbetaltBelopp"))
    day = values.day("bokforingsdag", account.get("bokforingsdag"))
    if refund is None:
        values.odd("utbetaltBelopp", "")
    elif refund:
        if day is None:
            values.odd("bokforingsdag", "")
        facts.append(Fact(Kind.PAYMENT, "SKATTEKONTO", "utbetaltBelopp", f"{path}/utbetaltBelopp", net=refund, pay_date=day))
    pairs = [(name, trees.text(account.get(name))) for name in ("saldo", "preliminarRanta", "senastUppdaterad")]
    said = tuple(pair for pair in pairs if pair[1])
    if said:
        facts.append(Fact(Kind.STATUS, "SKATTEKONTO", "saldo", f"{path}/saldo", values=said))
    return facts, refund == 0


def _assessments(document: object, path: str, person: str, values: Values) -> Found:
    """Decided tax, year by year: what concerns capital is an income; the rest a status that few legal bases give."""
    answer = trees.thing(document)
    _about(person, "identitet", answer.get("identitet"), values)
    _others(answer, frozenset({"identitet", "beslutadeSkatteuppgifter"}), values)
    decided = answer.get("beslutadeSkatteuppgifter")
    facts: list[Fact] = []
    for number, one in enumerate(trees.things(decided)):
        here = f"{path}/beslutadeSkatteuppgifter/{number}"
        stated = trees.thing(one.get("uppgifter"))
        year = trees.text(one.get("beskattningsar")) or trees.text(stated.get("inkomstar"))
        capital = values.amount("sumKapital", stated.get("sumKapital"))
        if capital is None:
            values.odd("sumKapital", "")
        else:
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
    return facts, decided == []


PAY: Final = frozenset(
    "kontantersattningulagag kontantersattningejulagsa kontantersattningejulagsj kontantersattning kontantbruttolon bruttolon".split()  # noqa: SIM905
)
"""Cash pay, by whether the employer pays contributions on it (fields 011, 131 and 132 of the employer's declaration)."""
TAX: Final = frozenset({"avdrprelskatt", "avdragenpreliminarskatt", "avdragenskatt"})
MONTH: Final = ("redovisningsperiod", "period")
EMPLOYER: Final = ("arbetsgivare", "agregistreradnamn", "uppgiftslamnarenamn", "arbetsgivarenamn")
PAYEE: Final = ("betalningsmottagarid", "betalningsmottagare", "personnummer", "identitet", "identitetsbeteckning")
PLAIN: Final = frozenset({"agregistreradid", "specifikationsnummer", "namn", "fornamn", "efternamn"})
"""Fields that say nothing of money."""


def _employers(document: object, path: str, person: str, values: Values) -> Found:
    """What employers have reported, a fact for each statement. A statement that holds anything we do not know is no evidence."""
    answer = trees.thing(document)
    held = answer.get("individuppgifter")
    statements = trees.things(held)
    named = [answer.get("identitet"), *(_first(_small(one), PAYEE) for one in statements)]
    for said in named:
        if not same_person(person, said):
            raise WrongPerson("betalningsmottagarId")
    if person and not any(trees.text(said) for said in named):
        values.odd("identitet", "")
    _others(answer, frozenset({"identitet", "individuppgifter"}), values)
    return [
        _statement(_small(one), f"{path}/individuppgifter/{number}", values) for number, one in enumerate(statements)
    ], held == []


def _small(one: Json) -> Json:
    return {name.lower(): value for name, value in one.items()}


def _first(one: Json, names: tuple[str, ...]) -> str:
    return next((trees.text(one[name]) for name in names if trees.text(one.get(name))), "")


def _statement(one: Json, path: str, values: Values) -> Fact:
    """One employer's statement of one month: all cash pay in it together, and the tax that was taken from it."""
    _others(one, PAY | TAX | PLAIN | frozenset({*MONTH, *EMPLOYER, *PAYEE}), values)
    pays = [values.amount(name, one[name]) for name in sorted(PAY & one.keys())]
    taxes = [values.amount(name, one[name]) for name in sorted(TAX & one.keys())]
    if not pays or None in pays or None in taxes:
        values.odd("individuppgifter", "")
    read = [pay for pay in pays if pay is not None]
    gross = sum(read, Decimal(0)) if read else None
    tax = sum((one for one in taxes if one is not None), Decimal(0))
    month, employer = _first(one, MONTH), _first(one, EMPLOYER)
    if not month:
        values.odd("redovisningsperiod", "")
    return Fact(
        Kind.INCOME,
        "AGI",
        employer,
        path,
        gross=gross,
        deductions=(Deduction("PS", "preliminär skatt", tax),) if tax else (),
        net=gross - tax if gross is not None and taxes else None,
        period_from=values.first_day("redovisningsperiod", month),
        period_to=values.last_day("redovisningsperiod", month),
        values=(("employer", employer),) if employer else (),
    )


READERS: Final[dict[str, Callable[[object, str, str, Values], Found]]] = {
    "foretagsinformation": _business,
    "individuppgifter": _employers,
    "skattekonto": _account,
    "skatteuppgifter": _assessments,
}
