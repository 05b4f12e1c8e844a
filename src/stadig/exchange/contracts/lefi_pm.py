"""Pensionsmyndigheten's claims, decisions and payments, in LEFI's newer shape. Amounts are whole kronor."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from stadig.exchange.contracts import trees
from stadig.exchange.contracts.lefi_codes import BENEFITS, CLAIMS, COMING, PAID, RULINGS
from stadig.exchange.contracts.trees import Json
from stadig.exchange.contracts.values import Values
from stadig.exchange.terms import PM, Deduction, Fact, Kind

FINAL: Final = {"SLUTLIGT": True, "PRELIMINART": False, "INTERIMISTISKT": False}


def groups(one: Json) -> list[str]:
    """The codes that an entry of any section is about."""
    rows = trees.things(one.get("utbetalningsrader"))
    return list(
        dict.fromkeys(code for code in (_code(one, "formansgrupp"), *(_code(row, "formansgrupp") for row in rows)) if code)
    )


def claims(held: object, path: str, values: Values) -> list[Fact]:
    """Claims: applications that have come in."""
    facts: list[Fact] = []
    for number, one in enumerate(trees.things(held)):
        group, period = trees.thing(one.get("formansgrupp")), trees.thing(one.get("yrkadPeriod"))
        if not group:
            values.odd("formansgrupp", "")
        came = values.day("ankomstdatum", one.get("ankomstdatum"))
        facts.append(
            Fact(
                Kind.APPLICATION,
                trees.text(group.get("kod")),
                trees.text(group.get("beskrivning")),
                f"{path}/{number}",
                period_from=values.day("from", period.get("from")),
                period_to=values.day("tom", period.get("tom")),
                values=(("applied", came.isoformat()),) if came else (),
            )
        )
    return facts


def rulings(held: object, path: str, values: Values) -> list[Fact]:
    """Decisions, a fact for each compensation decided; one without any is a fact of its own."""
    facts: list[Fact] = []
    for number, one in enumerate(trees.things(held)):
        here = f"{path}/{number}"
        outcome = _code(one, "beslutsutfall")
        if outcome not in {"BIFALL", "AVSLAG"}:
            values.odd("beslutsutfall", outcome)
        status = _code(one, "beslutsstatus")
        if status not in FINAL:
            values.odd("beslutsstatus", status)
        made = values.day("beslutsdatum", one.get("beslutsdatum"))
        common = (("decided", made.isoformat()),) if made else ()
        if outcome == "AVSLAG":
            common = (*common, ("refused", "true"))
        group = trees.thing(one.get("formansgrupp"))
        given = trees.things(one.get("beslutadErsattning"))
        facts += [
            _compensation(
                part,
                f"{here}/beslutadErsattning/{index}" if given else here,
                group,
                values,
                common=common,
                final=FINAL.get(status),
            )
            for index, part in enumerate(given or [{}])
        ]
    return facts


def _compensation(
    part: Json, path: str, group: Json, values: Values, *, common: tuple[tuple[str, str], ...], final: bool | None
) -> Fact:
    amount, period = trees.thing(part.get("beslutatBelopp")), trees.thing(part.get("period"))
    pairs = (
        ("sub", _code(part, "ersattningstyp")),
        ("frequency", _code(amount, "beloppsfrekvens")),
        ("extent", trees.text(part.get("omfattning"))),
    )
    return Fact(
        Kind.DECISION,
        trees.text(group.get("kod")),
        trees.text(trees.thing(part.get("ersattningstyp")).get("beskrivning")) or trees.text(group.get("beskrivning")),
        path,
        gross=values.amount("belopp", amount.get("belopp")),
        period_from=values.day("from", period.get("from")),
        period_to=values.day("tom", period.get("tom")),
        final=final,
        values=(*common, *(pair for pair in pairs if pair[1])),
    )


def _payments(held: object, path: str, values: Values, *, planned: bool) -> list[Fact]:
    """Payments. One may concern several benefits: its benefit is then their codes with ``+`` between."""
    facts: list[Fact] = []
    for number, one in enumerate(trees.things(held)):
        rows = trees.things(one.get("utbetalningsrader"))
        named = {_code(row, "formansgrupp"): trees.text(trees.thing(row.get("formansgrupp")).get("beskrivning")) for row in rows}
        for code in named.keys() - set(BENEFITS[PM]):
            values.odd("formansgrupp", code)
        period = trees.thing(one.get("utbetalningsperiod"))
        net = values.amount("nettobelopp", one.get("nettobelopp"))
        if net is None:
            values.odd("nettobelopp")
        facts.append(
            Fact(
                Kind.PAYMENT,
                "+".join(code for code in named if code) or "PM",
                ", ".join(label for label in named.values() if label),
                f"{path}/{number}",
                net=net,
                gross=values.amount("bruttobelopp", one.get("bruttobelopp")),
                deductions=_deductions(one, values),
                pay_date=values.day("utbetalningsdatum", one.get("utbetalningsdatum")),
                period_from=values.day("from", period.get("from")),
                period_to=values.day("tom", period.get("tom")),
                planned=planned,
                values=_rows(rows, values),
            )
        )
    return facts


def _deductions(one: Json, values: Values) -> tuple[Deduction, ...]:
    found: list[Deduction] = []
    for row in trees.things(one.get("avdrag")):
        kind = trees.thing(row.get("avdragstyp"))
        amount = values.amount("avdrag", row.get("belopp"))
        if amount:
            found.append(Deduction(trees.text(kind.get("kod")), trees.text(kind.get("beskrivning")), abs(amount)))
    return tuple(found)


def _rows(rows: list[Json], values: Values) -> tuple[tuple[str, str], ...]:
    """Kind of amount → its sum."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        amount = values.amount("belopp", row.get("belopp"))
        if amount is not None:
            kind = _code(row, "beloppstyp") or "?"
            sums[kind] = sums.get(kind, Decimal(0)) + amount
    return tuple((kind, str(total)) for kind, total in sums.items())


def _code(one: Json, name: str) -> str:
    return trees.text(trees.thing(one.get(name)).get("kod"))


def _paid(held: object, path: str, values: Values) -> list[Fact]:
    return _payments(held, path, values, planned=False)


def _coming(held: object, path: str, values: Values) -> list[Fact]:
    return _payments(held, path, values, planned=True)


def _by_code(reader: Callable[[object, str, Values], list[Fact]]) -> Callable[[object, str, Values], list[tuple[str, Fact]]]:
    """The reader's facts, each with the code it answers: a fact's benefit is its group's code, or several with ``+`` between."""
    return lambda held, path, values: [(fact.benefit, fact) for fact in reader(held, path, values)]


READERS: Final[dict[str, Callable[[object, str, Values], list[tuple[str, Fact]]]]] = {
    CLAIMS: _by_code(claims),
    RULINGS: _by_code(rulings),
    PAID: _by_code(_paid),
    COMING: _by_code(_coming),
}
