"""What every contract does with blocks before they leave it: faults as blocks, fields beyond the law dropped, parts named apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from stadig.exchange import lawful
from stadig.exchange.contracts.errors import Reason, Unreadable, WrongPerson
from stadig.exchange.contracts.values import safe
from stadig.exchange.outcomes import Outcome, is_evidence
from stadig.exchange.terms import Block, Question, Source

ALARM = "wrong_person"
LONGEST_PART = 80


def unreadable(agency: str, fault: Unreadable, part: str = "") -> Block:
    """The block of an answer that could not be read; one about someone else raises the alarm and keeps nothing."""
    if isinstance(fault, WrongPerson):
        return Block(agency, Outcome.ERROR, error_source=Source.SELF, error_code=fault.reason, alarm=ALARM)
    return Block(agency, Outcome.ERROR, part=part, error_source=Source.SELF, error_code=fault.reason, error_text=fault.detail)


def failed(agency: str, source: Source, code: str, text: str = "", part: str = "") -> Block:
    """The block of a fault that someone else told us of. A fault is never an empty answer."""
    return Block(agency, Outcome.ERROR, part=part, error_source=source, error_code=safe(code), error_text=text[:400])


def finished(agency: str, blocks: Iterable[Block], question: Question) -> tuple[Block, ...]:
    """The blocks with only what the law gives, each part under a name of its own."""
    groups = question.keep.get(agency)
    wrong = tuple(f"LegalBasis.fields={safe(name)}" for name in lawful.unknown(agency, groups))
    names: dict[str, int] = {}
    done: list[Block] = []
    for block in blocks:
        if block.alarm:
            return (block,)
        facts, dropped = lawful.keep(agency, groups, block.facts)
        names[block.part] = names.get(block.part, 0) + 1
        part = block.part if names[block.part] == 1 else f"{block.part[: LONGEST_PART - 5]} ({names[block.part]})"
        changed = block
        if dropped or wrong or part != block.part:
            unknown, gone = (*block.unknown, *wrong), (*block.dropped, *dropped)
            changed = dataclasses.replace(block, facts=facts, part=part, dropped=gone, unknown=unknown)
        if wrong and is_evidence(block.outcome):
            changed = dataclasses.replace(changed, outcome=Outcome.UNKNOWN_CODE)
            block = changed  # noqa: PLW2901 – what was evidence is none by a ground that cannot be applied
        if block.facts and not facts and block.outcome == Outcome.DATA:
            changed = _nothing_left(changed)
        done.append(changed)
    return tuple(done)


def _nothing_left(block: Block) -> Block:
    """A block of which nothing was kept: never evidence, but where only what cannot help coming along came."""
    if frozenset(block.dropped) <= lawful.ACCOMPANIES:
        return dataclasses.replace(block, outcome=Outcome.NOTHING_STATED)
    return dataclasses.replace(block, outcome=Outcome.NOT_ENTITLED, error_source=Source.SELF, error_code=Reason.BEYOND_LAW)
