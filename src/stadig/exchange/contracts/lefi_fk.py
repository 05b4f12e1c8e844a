"""Försäkringskassan's decisions and payments, in the shape LEFI has had since earlier versions."""

from __future__ import annotations

from decimal import Decimal

from stadig.exchange.contracts import trees
from stadig.exchange.contracts.lefi_codes import BENEFITS, COMING_KEY, DEDUCTIONS, KEYS, PAID_KEY, PERSON_KEY, READ_PAST
from stadig.exchange.contracts.trees import Json
from stadig.exchange.contracts.values import Values
from stadig.exchange.terms import FK, Deduction, Fact, Kind

PAYERS = {"1001": "FK", "1003": "PM"}


def decisions(information: Json, path: str, values: Values) -> tuple[list[tuple[str, Fact]], tuple[str, ...]]:
    """Decisions and applications of every kind of case, each with the code it answers, and the names that were read past. A name we do not know is no evidence."""
    facts: list[tuple[str, Fact]] = []
    dropped: list[str] = []
    for key, held in information.items():
        if key in {PERSON_KEY, PAID_KEY, COMING_KEY} or held is None:
            continue
        if key in READ_PAST:
            if held:
                dropped.append(key)
        elif key not in KEYS or not trees.is_list(held):
            values.odd("formansinformation", key)
        else:
            code = KEYS[key].removeprefix("FK:")
            for number, case in enumerate(trees.things(held)):
                if case:
                    facts += [(KEYS[key], fact) for fact in _case(case, f"{path}/{key}/{number}", code, values)]
                else:
                    values.odd(key, "")
    return facts, tuple(dropped)


def _case(case: Json, path: str, code: str, values: Values) -> list[Fact]:
    """A case's decisions; one without any is an application that waits, or one that was refused."""
    decided = trees.things(case.get("beslut"))
    facts = [_decision(one, f"{path}/beslut/{number}", code, values) for number, one in enumerate(decided)]
    started = values.day("startades", case.get("startades"))
    applied = (("applied", started.isoformat()),) if started else ()
    if case.get("avslaget") is True:
        return [*facts, Fact(Kind.DECISION, code, "", path, values=(("refused", "true"), *applied))]
    if not decided:
        facts.append(Fact(Kind.APPLICATION, code, "", path, values=applied))
    return facts


def _decision(one: Json, path: str, code: str, values: Values) -> Fact:
    benefit, sub = trees.thing(one.get("forman")), trees.thing(one.get("delforman"))
    period = trees.thing(one.get("period"))
    made = values.day("fattades", one.get("fattades"))
    every = trees.text(trees.thing(one.get("periodicitet")).get("beskrivning"))
    pairs = (
        ("decided", made.isoformat() if made else ""),
        ("sub", trees.text(sub.get("id"))),
        ("extent", extent(one.get("omfattning"))),
        ("frequency", every),
    )
    final = one.get("definitivt")
    return Fact(
        Kind.DECISION,
        trees.text(benefit.get("id")) or code,
        trees.text(benefit.get("beskrivning")),
        path,
        gross=money(one.get("beslutatBruttobelopp"), "beslutatBruttobelopp", values),
        period_from=values.first_day("fran", period.get("fran")),
        period_to=values.last_day("till", period.get("till")),
        days=values.amount("dagar", one.get("dagar")),
        final=final if isinstance(final, bool) else None,
        values=tuple(pair for pair in pairs if pair[1]),
    )


def payments(held: object, path: str, values: Values, *, planned: bool) -> list[tuple[str, Fact]]:
    """Payments made, or decided and not yet made. Net is the payment's own *nettobelopp*; its rows give deductions and days."""
    facts: list[tuple[str, Fact]] = []
    for number, one in enumerate(trees.things(held)):
        family = trees.thing(one.get("formansfamilj"))
        rows = trees.things(one.get("utbetalningsdetalj"))
        period = trees.thing(one.get("period"))
        payer = PAYERS.get(trees.text(trees.thing(one.get("foretag")).get("id")), "")
        benefit = trees.text(family.get("id"))
        if f"FK:{benefit}" not in BENEFITS[FK]:
            values.odd("formansfamilj", benefit)
        net = money(one.get("nettobelopp"), "nettobelopp", values)
        if net is None:
            values.odd("nettobelopp")
        paid = Fact(
            Kind.PAYMENT,
            benefit or "?",
            trees.text(family.get("beskrivning")),
            f"{path}/{number}",
            net=net,
            gross=money(one.get("bruttobelopp"), "bruttobelopp", values),
            deductions=_deductions(rows, values),
            pay_date=values.day("datum", one.get("datum")),
            period_from=values.first_day("fran", period.get("fran")),
            period_to=values.last_day("till", period.get("till")),
            days=_days(rows, values),
            planned=planned,
            values=(("payer", payer),) if payer == "PM" else (),
        )
        facts.append((f"FK:{benefit}", paid))
    return facts


def _deductions(rows: list[Json], values: Values) -> tuple[Deduction, ...]:
    """What the rows take away, one for each kind, in kronor and positive."""
    sums: dict[str, tuple[str, Decimal]] = {}
    for row in rows:
        kind = trees.thing(row.get("beloppstyp"))
        code = trees.text(kind.get("id"))
        if code not in DEDUCTIONS:
            continue
        amount = money(row.get("avdragsbelopp"), "avdragsbelopp", values)
        if not amount:
            amount = money(row.get("skattebelopp"), "skattebelopp", values)
        if amount:
            label, before = sums.get(code, (trees.text(kind.get("beskrivning")), Decimal(0)))
            sums[code] = (label, before + abs(amount))
    return tuple(Deduction(code, label, total) for code, (label, total) in sums.items())


def _days(rows: list[Json], values: Values) -> Decimal | None:
    found = [
        values.amount("dagar", row.get("dagar"))
        for row in rows
        if row.get("dagar") and trees.text(trees.thing(row.get("beloppstyp")).get("id")) not in DEDUCTIONS
    ]
    days = [one for one in found if one is not None]
    return sum(days, Decimal(0)) if days else None


def money(held: object, name: str, values: Values) -> Decimal | None:
    """Kronor. Another currency is not read as kronor."""
    amount = trees.thing(held)
    currency = trees.text(amount.get("valuta"))
    if currency not in {"", "SEK", "kr", "KR"}:
        values.odd(f"{name}.valuta", currency)
        return None
    return values.amount(name, amount.get("summa"))


def extent(held: object) -> str:
    """*Omfattning* in per cent; empty where it is not set (both numbers zero or missing)."""
    fraction = trees.thing(held)
    above, below = fraction.get("taljare"), fraction.get("namnare")
    if not isinstance(above, int) or not isinstance(below, int) or not below:
        return ""
    return str(round(100 * above / below))
