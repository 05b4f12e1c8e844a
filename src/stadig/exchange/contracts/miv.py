"""Migrationsverket: permits and applications for them (namespace ``…/ssbtek/1/``; the elements inside carry no namespace)."""

from __future__ import annotations

from typing import Final

from stadig.exchange.contracts.errors import Reason, WrongPerson
from stadig.exchange.contracts.trees import Node
from stadig.exchange.contracts.values import Values, safe, same_person
from stadig.exchange.outcomes import Outcome
from stadig.exchange.terms import MIV, Block, Fact, Kind, Source

VALIDITY: Final = frozenset({"PERMANENT", "TIDBEGRANSAT"})
_NAMED: Final = (
    ("arendeTyp", "case_type"),
    ("arendeTypNamn", "case_type_name"),
    ("beslutsKod", "decision"),
    ("beslutsKodNamn", "decision_name"),
    ("beslutsTyp", "decision_type"),
    ("beslutsTypNamn", "decision_type_name"),
    ("anledning", "reason"),
    ("anledningNamn", "reason_name"),
    ("giltighetstid", "validity"),
)


def read(data: Node, person: str) -> tuple[Block, ...]:
    """What Migrationsverket says: an empty collection is that it has nothing. Raises WrongPerson."""
    fault = data.one("SSBTEKSoapException") or (data if data.says("faultCode") is not None else None)
    if fault is not None:
        code, text = fault.text("faultCode"), fault.text("faultString")
        return (Block(MIV, Outcome.ERROR, error_source=Source.AGENCY, error_code=safe(code) or "fault", error_text=text[:400]),)
    answer = data.one("response")
    if answer is None:
        return (Block(MIV, Outcome.UNKNOWN_CODE, error_source=Source.SELF, error_code=Reason.EMPTY_ANSWER),)
    if not same_person(person, answer.says("personnummer")):
        raise WrongPerson("personnummer")
    values = Values()
    if person and not answer.text("personnummer"):
        values.odd("personnummer", "")
    held = answer.one("svarCollection")
    facts = [*_origin(answer, values), *(_permit(one, values) for one in (held.each("svar") if held else ()))]
    for name in held.strangers("svar") if held else ():
        values.odd("svarCollection", name)
    if values.unknown:
        return (Block(MIV, Outcome.UNKNOWN_CODE, facts=tuple(facts), unknown=tuple(values.unknown)),)
    if held is None:
        block = Block(MIV, Outcome.UNKNOWN_CODE, facts=tuple(facts), error_source=Source.SELF, error_code=Reason.EMPTY_ANSWER)
        return (block,)
    return (Block(MIV, Outcome.DATA if facts else Outcome.NOTHING_STATED, facts=tuple(facts)),)


def _origin(answer: Node, values: Values) -> list[Fact]:
    country = answer.text("hemland")
    entered = values.day("inresedatum", answer.text("inresedatum"))
    pairs = (("country", country), ("entered", entered.isoformat() if entered else ""))
    said = tuple(pair for pair in pairs if pair[1])
    return [Fact(Kind.STATUS, "INRESA", country, answer.path, values=said)] if said else []


def _permit(one: Node, values: Values) -> Fact:
    """A decision about a permit, or an application that waits for one."""
    if len(one.element) == 0:
        values.odd("svar", "")
    validity = one.text("giltighetstid")
    if validity and validity not in VALIDITY:
        values.odd("giltighetstid", validity)
    applied = values.day("ansokningsdatum", one.text("ansokningsdatum"))
    decided = values.day("beslutsdatum", one.text("beslutsdatum"))
    pairs = [(name, one.text(element)) for element, name in _NAMED if one.text(element)]
    pairs += [(name, day.isoformat()) for name, day in (("applied", applied), ("decided", decided)) if day]
    return Fact(
        Kind.PERMIT,
        one.text("beslutsTyp") or one.text("arendeTyp"),
        one.text("beslutsTypNamn") or one.text("arendeTypNamn"),
        one.path,
        period_from=values.day("fromDatum", one.text("fromDatum")),
        period_to=values.day("tomDatum", one.text("tomDatum")),
        final=decided is not None,
        values=tuple(pairs),
    )
