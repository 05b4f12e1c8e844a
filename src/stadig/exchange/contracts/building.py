"""What every contract does with blocks before they leave it: faults as blocks, fields beyond the law dropped, parts named apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from stadig.exchange import lawful
from stadig.exchange.contracts.errors import Reason, Unreadable, WrongAnswer, WrongPerson
from stadig.exchange.contracts.values import safe
from stadig.exchange.outcomes import Outcome, is_evidence
from stadig.exchange.terms import Block, Fact, Kind, Question, Source

LONGEST_PART = 80
YEARS = range(1990, 2101)
"""A day of payment outside these is a slip or a mark for "never", not a day."""


def unreadable(agency: str, fault: Unreadable, part: str = "") -> Block:
    """The block of an answer that could not be read; one about someone else, or to another question, raises the alarm and keeps nothing."""
    if isinstance(fault, (WrongPerson, WrongAnswer)):
        return Block(agency, Outcome.ERROR, error_source=Source.SELF, error_code=fault.reason, alarm=fault.reason)
    return Block(agency, Outcome.ERROR, part=part, error_source=Source.SELF, error_code=fault.reason, error_text=fault.detail)


def failed(agency: str, source: Source, code: str, text: str = "", part: str = "") -> Block:
    """The block of a fault that someone else told us of. A fault is never an empty answer."""
    return Block(agency, Outcome.ERROR, part=part, error_source=source, error_code=safe(code), error_text=text[:400])


def finished(agency: str, blocks: Iterable[Block], question: Question) -> tuple[Block, ...]:
    """The blocks with only what the law gives, each part under a name of its own, and only the parts that were asked for."""
    groups = question.keep.get(agency)
    wrong = tuple(f"LegalBasis.fields={safe(name)}" for name in lawful.unknown(agency, groups))
    names: dict[str, int] = {}
    done: list[Block] = []
    for block in blocks:
        if block.alarm:
            return (block,)
        names[block.part] = names.get(block.part, 0) + 1
        part = block.part if names[block.part] == 1 else f"{block.part[: LONGEST_PART - 5]} ({names[block.part]})"
        facts, dropped = lawful.keep(agency, groups, block.facts)
        done.append(_kept(block, facts, dropped, wrong + _misplaced(block.facts), part=part))
    wanted = question.parts.get(agency)
    return tuple(done) if wanted is None else _asked_for(agency, done, wanted)


def _misplaced(facts: Iterable[Fact]) -> tuple[str, ...]:
    """Payments that no month could hold, or that take from the person instead: money that would be lost from view is evidence of nothing."""
    found: dict[str, None] = {}
    for fact in facts:
        if fact.kind != Kind.PAYMENT:
            continue
        day = fact.pay_date or fact.period_from or fact.period_to
        if day is None or day.year not in YEARS:
            found["payment=no_day" if day is None else "payment=year"] = None
        if fact.net is not None and fact.net < 0:
            found["payment=negative"] = None
    return tuple(found)


def _kept(block: Block, facts: tuple[Fact, ...], dropped: tuple[str, ...], wrong: tuple[str, ...], *, part: str) -> Block:
    """The block with the facts the law gives. A ground that cannot be applied makes no evidence."""
    if not (dropped or wrong or part != block.part):
        return block
    outcome = Outcome.UNKNOWN_CODE if wrong and is_evidence(block.outcome) else block.outcome
    kept = dataclasses.replace(
        block, outcome=outcome, facts=facts, part=part, dropped=(*block.dropped, *dropped), unknown=(*block.unknown, *wrong)
    )
    return _nothing_left(kept) if block.facts and not facts and outcome == Outcome.DATA else kept


def _asked_for(agency: str, blocks: list[Block], wanted: tuple[str, ...]) -> tuple[Block, ...]:
    """One block at least for each part that was asked for, and none of the others: asking again for what is missing never replaces what
    was not asked about. A fault of the whole is a fault of each part; what concerns the person (protected, not known) stands for the whole.
    """
    whole = [block for block in blocks if not block.part]
    if any(block.outcome in {Outcome.PROTECTED, Outcome.NO_MATCH} for block in whole):
        return tuple(whole)
    found: list[Block] = []
    for part in wanted:
        own = [block for block in blocks if block.part == part or block.part.startswith(f"{part} ")]
        faults = [dataclasses.replace(block, part=part, facts=()) for block in whole if not is_evidence(block.outcome)]
        found += own or faults[:1] or [failed(agency, Source.COMPOSITE, Reason.NO_ANSWER, part=part)]
    return tuple(dict.fromkeys(found))


def _nothing_left(block: Block) -> Block:
    """A block of which nothing was kept: never evidence, but where only what cannot help coming along came."""
    if frozenset(block.dropped) <= lawful.ACCOMPANIES:
        return dataclasses.replace(block, outcome=Outcome.NOTHING_STATED)
    return dataclasses.replace(block, outcome=Outcome.NOT_ENTITLED, error_source=Source.SELF, error_code=Reason.BEYOND_LAW)
