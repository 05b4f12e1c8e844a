"""What several lookups about the same person, case and period say together: newest evidence first, agency by agency and part by part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from stadig.exchange.outcomes import WORTH_ASKING_AGAIN, Outcome, is_evidence, together
from stadig.exchange.sealed import Told
from stadig.exchange.terms import AGENCIES, Block


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
    only_parts: bool = False
    """The agency was asked for some of its parts alone."""


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
    return not agency.waiting and any(one.block.outcome in WORTH_ASKING_AGAIN for one in agency.blocks)


def missing_parts(agency: AgencyView) -> tuple[str, ...]:
    """The parts to ask for again; empty for all of the agency."""
    parts = [one.block.part for one in agency.blocks if one.block.outcome in WORTH_ASKING_AGAIN]
    return tuple(parts) if all(parts) and len(parts) < len(agency.blocks) else ()


def _latest(lookups: Iterable[list[BlockView]]) -> tuple[BlockView, ...]:
    current: dict[str, BlockView] = {}
    for blocks in lookups:
        if not blocks[0].only_parts:
            most = max(_rank(one) for one in blocks)
            current = {part: one for part, one in current.items() if is_evidence(one.block.outcome) or _rank(one) > most}
        for one in blocks:
            before = current.get(one.block.part)
            if before is None or _rank(one) >= _rank(before):
                current[one.block.part] = one
    return tuple(current.values())


def _rank(one: BlockView) -> int:
    """Evidence stands before what someone said or an agency refused, and that before silence."""
    outcome = one.block.outcome
    if is_evidence(outcome):
        return 2
    return 0 if outcome in WORTH_ASKING_AGAIN or outcome == Outcome.NOT_ASKED else 1
