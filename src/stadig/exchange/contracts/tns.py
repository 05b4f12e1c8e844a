"""Transportstyrelsen: vehicles the person holds (namespace ``…/hamtauppgifterresponder/1``). The answer names no person."""

from __future__ import annotations

from stadig.exchange.contracts.errors import Reason
from stadig.exchange.contracts.trees import Node
from stadig.exchange.contracts.values import Values, safe
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import TNS, Block, Fact, Kind, Source


def read(data: Node, person: str) -> tuple[Block, ...]:
    """What Transportstyrelsen says: ``OK`` with a list that may be empty, or ``FEL`` with codes."""
    result = data.text("resultat")
    fault = data.one("felresultat")
    if result == "FEL":
        code, text = (fault.text("felkod"), fault.text("feltext")) if fault else ("", "")
        return (Block(TNS, Outcome.ERROR, error_source=Source.AGENCY, error_code=safe(code) or "FEL", error_text=text[:400]),)
    held = data.one("fordonsinnehav")
    values = Values()
    facts = tuple(_vehicle(one, values) for one in held.each("fordon")) if held else ()
    if result != "OK":
        values.odd("resultat", result)
    if fault is not None:
        values.odd("felresultat", fault.text("felkod"))
    for name in held.strangers("fordon") if held else ():
        values.odd("fordonsinnehav", name)
    if values.unknown:
        return (Block(TNS, Outcome.UNKNOWN_CODE, facts=facts, unknown=tuple(values.unknown)),)
    if held is None:
        return (Block(TNS, Outcome.UNKNOWN_CODE, error_source=Source.SELF, error_code=Reason.EMPTY_ANSWER),)
    return (Block(TNS, Outcome.DATA if facts else Outcome.NOTHING_STATED, facts=facts),)


def _vehicle(one: Node, values: Values) -> Fact:
    names = ("regnr", "fabrikat", "handelsbeteckning", "fordonsar", "fordonsslag")
    for name in one.strangers(*names):
        values.odd("fordon", name)
    if not one.text("regnr"):
        values.odd("regnr", "")
    return Fact(
        Kind.VEHICLE,
        one.text("fordonsslag"),
        " ".join(part for part in (one.text("fabrikat"), one.text("handelsbeteckning")) if part),
        one.path,
        values=tuple((name, one.text(name)) for name in names if one.text(name)),
    )
