"""What several lookups about the same person, case and period say together: newest evidence first, agency by agency and part by part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from stadig.exchange.outcomes import WORTH_ASKING_AGAIN, Outcome, is_evidence, together
from stadig.exchange.sealed import Told
from stadig.exchange.terms import AGENCIES, Block

BESIDE: Final = "\0"
"""Where what was told by phone or on paper stands: beside what the agency itself has stated."""
THE_SAME_AGAIN: Final = frozenset({"unreadable", "wrong_contract", "wrong_person", "wrong_answer"})
"""Codes of faults that asking again cannot change, and that would be another disclosure for nothing."""


@dataclass(frozen=True, slots=True)
class BlockView:
    """A block, opened, with where it comes from."""

    block: Block
    lookup: int
    call: int | None = None
    contract: str = ""
    basis: int | None = None
    statute: str = ""
    asked_at: dt.datetime | None = None
    answered_at: dt.datetime | None = None
    latency_ms: int | None = None
    late: bool = False
    raw_sha256: str = ""
    reason: str = ""
    """Why it was not asked: no_law, period, not_chosen, not_connected, prefetch_off, protected, no_number."""
    told: Told | None = None
    """What was said by phone or on paper."""
    stored_at: dt.datetime | None = None
    only_parts: tuple[str, ...] = ()
    """The parts of the agency that were asked for; empty for all of it."""


@dataclass(frozen=True, slots=True)
class AgencyView:
    """One agency in a lookup."""

    agency: str
    blocks: tuple[BlockView, ...]
    waiting: bool = False
    """It may still answer before its deadline."""

    @property
    def outcome(self) -> Outcome | None:
        """That of its parts together; None while it may still answer and nothing is known."""
        if not self.blocks:
            return None
        return together(one.block.outcome for one in self.blocks)


def merge(blocks: Iterable[BlockView], waiting: set[str]) -> tuple[AgencyView, ...]:
    """The agencies of blocks that come oldest lookup first, and those that are waited for."""
    by_agency: dict[str, dict[int, list[BlockView]]] = {}
    for one in blocks:
        by_agency.setdefault(one.block.agency, {}).setdefault(one.lookup, []).append(one)
    codes = set(by_agency) | waiting
    order = [*(code for code in AGENCIES if code in codes), *sorted(codes - set(AGENCIES))]
    return tuple(AgencyView(code, _latest(by_agency.get(code, {}).values()), code in waiting) for code in order)


def is_missing(agency: AgencyView) -> bool:
    """Whether asking again may give something else."""
    return not agency.waiting and any(map(_is_worth_it, agency.blocks))


def _is_worth_it(one: BlockView) -> bool:
    return one.block.outcome in WORTH_ASKING_AGAIN and one.block.error_code not in THE_SAME_AGAIN


def missing_parts(agency: AgencyView) -> tuple[str, ...]:
    """The parts to ask for again; empty for all of the agency."""
    parts = [one.block.part for one in agency.blocks if _is_worth_it(one)]
    return tuple(parts) if all(parts) and len(parts) < len(agency.blocks) else ()


def _latest(lookups: Iterable[list[BlockView]]) -> tuple[BlockView, ...]:
    """The blocks that hold: what was once stated stands until the same is stated anew, and what someone was told stands beside it."""
    current: dict[str, BlockView] = {}
    for blocks in lookups:
        if any(one.block.outcome == Outcome.PROTECTED for one in blocks):
            current = {one.block.part: one for one in blocks}
        elif blocks[0].block.outcome == Outcome.MANUAL:
            if "" in current and not _rank(current[""]):
                del current[""]
            current[BESIDE] = blocks[0]
        else:
            _take(current, blocks)
    return tuple(current.values())


def _take(current: dict[str, BlockView], blocks: list[BlockView]) -> None:
    """Put the blocks of a later answer where they belong."""
    asked = blocks[0].only_parts
    most = max(map(_rank, blocks))
    if not asked:  # the agency answered for all of itself: its earlier faults, and with evidence also what was told, are past
        for key in [
            key for key, one in current.items() if _rank(one) < max(most, 1) or (_rank(one) == most == 1 and key != BESIDE)
        ]:
            if not is_evidence(current[key].block.outcome):
                del current[key]
    for one in blocks:
        part = _asked_for(one.block.part, asked)
        before = current.get(part)
        if asked and part not in asked and before is not None and is_evidence(before.block.outcome):
            continue  # it was not asked for: what was stated stands
        if not part and not _rank(one) and BESIDE in current:
            continue  # silence says less than what someone was told
        if before is not None and before.block.facts and not one.block.facts:
            continue  # what was stated never gives way to nothing
        if before is None or _rank(one) >= _rank(before):
            current[part] = one


def _asked_for(part: str, asked: tuple[str, ...]) -> str:
    """The part an answer is about: one that was asked for by a narrower name (``utbetalningar FK:SJP``) may come under the wider."""
    return part if part in asked else next((one for one in asked if one.startswith(f"{part} ")), part)


def _rank(one: BlockView) -> int:
    """Evidence stands before what someone said or an agency refused, and that before silence."""
    outcome = one.block.outcome
    if is_evidence(outcome):
        return 2
    return 0 if outcome in WORTH_ASKING_AGAIN or outcome == Outcome.NOT_ASKED else 1
