"""Lookups of one person in one case, as the page reads them: the stored answers, merged with what was asked again and told since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from stadig.assistance import agencies, before, two_months
from stadig.assistance.blocks import Answer, Call, Part
from stadig.assistance.desk import Head, Past, Person
from stadig.assistance.proposal import Notice
from stadig.city import clock
from stadig.exchange import queries
from stadig.exchange.again import AFTER, OPENED
from stadig.exchange.connections import known_agencies
from stadig.exchange.merging import AgencyView, BlockView
from stadig.exchange.models import Lookup as Stored
from stadig.exchange.outcomes import WORTH_ASKING_AGAIN, Outcome, is_evidence
from stadig.exchange.queries import LookupRow, LookupView

MANUAL: Final = Stored.Kind.MANUAL
STILL: Final = dt.timedelta(minutes=2)
"""A question that Stadig was to ask again is said to be on its way for so long."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One question and what has come of it. ``seconds`` is how long it took, None while it runs; ``whole`` is its deadline in seconds."""

    pk: int
    person: int
    asked_at: dt.datetime
    by: str
    by_id: int | None
    period: tuple[dt.date, dt.date]
    answers: tuple[Answer, ...]
    left_out: tuple[str, ...]
    """Agencies that are never asked for this purpose, since no law lets them answer it."""
    seconds: float | None
    whole: float
    elapsed: float
    running: int
    """Id of the newest question, which may be one that asked again, and when it is over, in real time."""
    deadline_at: dt.datetime
    topics: tuple[int, ...]
    """Ids of the lookups whose news concern it: itself, and those that asked again."""
    ids: tuple[int, ...]
    """Every question whose answers are shown: each has been read when this is."""
    month: dt.date
    """The month applied for: the two before it are compared."""
    compared: tuple[Notice, ...]
    """What comparing them found."""
    calculated: bool
    """It is what the calculation is made of, so that where each figure stands can be read there."""

    @property
    def runs(self) -> bool:
        return any(one.outcome is None for one in self.answers)

    @property
    def statutes(self) -> tuple[str, ...]:
        """Each law it was asked by, once."""
        return tuple(dict.fromkeys(one.statute for one in self.answers if one.statute))


def newest(past: tuple[Past, ...], period: tuple[dt.date, dt.date]) -> Past | None:
    """The latest that agencies were asked in: for the case's own period before any other."""
    asked = [one for one in past if one.kind != MANUAL]
    return next((one for one in asked if one.period == period), asked[0] if asked else None)


def read(head: Head, person: Person, wanted: Past, *, alone: bool = False) -> Lookup | None:
    """What is known for the period of ``wanted``: all that was asked, asked again and told; ``alone``: what that one question gave."""
    view = queries.view(wanted.pk) if alone else queries.latest(head.pk, person.pk, wanted.period)
    if view is None:
        return None
    compared = two_months.found(head.pk, (person.role, person.pk), head.month, view)
    return _lookup(wanted, view, head.month, compared, calculated=not alone and wanted.period == head.period)


def told(past: tuple[Past, ...]) -> tuple[Answer, ...]:
    """What was written down of calls where no agency has been asked yet."""
    notes = [queries.view(one.pk) for one in past if one.kind == MANUAL]
    return tuple(_answer(agency, {row.id: row for row in view.lookups}, None) for view in notes for agency in view.agencies)


def _lookup(wanted: Past, view: LookupView, month: dt.date, compared: tuple[Notice, ...], *, calculated: bool) -> Lookup:
    newest, now = view.lookup, clock.real_now()
    whole = max(0.1, (newest.deadline_at - newest.begun_at).total_seconds())
    again_at = _again_at(view)
    rows = {row.id: row for row in view.lookups}
    answers = [_answer(one, rows, again_at) for one in view.agencies]
    named = {one.agency for one in answers}
    if wanted.kind != MANUAL:
        lawless = set(before.without_law())
        for code in known_agencies():
            if code not in named:
                why = "no_law" if code in lawless else "not_chosen" if code in before.connected() else "not_connected"
                answers.append(Answer(code, Outcome.NOT_ASKED, (Part(Outcome.NOT_ASKED, reason=why),)))
    answers.sort(key=lambda one: (agencies.place(one.agency), one.agency))
    runs = any(one.outcome is None for one in answers)
    took = [one.seconds for one in answers if one.seconds is not None and not one.late]
    return Lookup(
        pk=wanted.pk,
        person=newest.person,
        asked_at=wanted.asked_at if newest.kind == MANUAL else newest.asked_at,
        by=wanted.by,
        by_id=wanted.by_id,
        period=(newest.period_from, newest.period_to),
        answers=tuple(one for one in answers if not _never_asked(one)),
        left_out=tuple(one.agency for one in answers if _never_asked(one)),
        seconds=None if runs else max(took, default=None),
        whole=whole,
        elapsed=min(whole, max(0.0, (now - newest.begun_at).total_seconds())),
        running=newest.id,
        deadline_at=newest.deadline_at,
        topics=_family(view) or (wanted.pk,),
        ids=tuple(row.id for row in view.lookups),
        month=month,
        compared=compared,
        calculated=calculated,
    )


def _family(view: LookupView) -> tuple[int, ...]:
    """The newest question and those that asked again about what it did not give."""
    first = view.lookup.again_of or view.lookup.id
    return tuple(row.id for row in view.lookups if row.kind != MANUAL and first in (row.id, row.again_of))


def _never_asked(one: Answer) -> bool:
    return one.outcome == Outcome.NOT_ASKED and all(part.reason == "no_law" for part in one.parts) and not one.told


def _again_at(view: LookupView) -> dt.datetime | None:
    """When Stadig asks again by itself about what is missing, in the city's time; None when that is left to a person.

    While the question is out it is counted from its deadline, so that an agency is promised the same before and after the others have answered.
    """
    newest = view.lookup
    turn = len(_family(view)) - 1
    if newest.kind not in (Stored.Kind.PERSON, Stored.Kind.AGAIN) or turn >= len(AFTER):
        return None
    at = (newest.finished_at or newest.deadline_at) + AFTER[turn]
    return city(at, newest) if at > clock.real_now() - STILL else None


def _answer(agency: AgencyView, rows: Mapping[int, LookupRow], again_at: dt.datetime | None) -> Answer:
    outcome = agency.outcome
    waits = agency.waiting and (outcome is None or not is_evidence(outcome))
    last = max(
        agency.blocks,
        key=lambda one: one.answered_at or one.stored_at or one.asked_at or dt.datetime.min.replace(tzinfo=dt.UTC),
        default=None,
    )
    if last is None or waits:
        return Answer(agency.agency, None)
    seconds = [one for one in map(_seconds, agency.blocks) if one is not None]
    missing = any(one.block.outcome in WORTH_ASKING_AGAIN for one in agency.blocks)
    return Answer(
        agency=agency.agency,
        outcome=outcome,
        parts=tuple(_part(one) for one in agency.blocks),
        seconds=max(seconds, default=None),
        answered_at=city(last.answered_at, rows[last.lookup]),
        contract=last.contract,
        statute=last.statute,
        call=next((one.call for one in agency.blocks if one.call and one.raw_sha256), None),
        late=any(one.late and one.block.outcome != Outcome.TIMEOUT for one in agency.blocks),
        again_at=_opens(agency, again_at) if missing else None,
        told=tuple(_told(one) for one in agency.blocks if one.told),
        wrong_person=any(one.block.alarm for one in agency.blocks),
        sha256=next((one.raw_sha256 for one in agency.blocks if one.raw_sha256), ""),
        until=_until(last, rows[last.lookup]),
        remarks=tuple(dict.fromkeys(code for one in agency.blocks for code in one.block.remarks)),
    )


def _until(last: BlockView, row: LookupRow) -> dt.date | None:
    """The day the answer came, where the period goes on after it: of days to come nothing has been stated."""
    came = city(last.answered_at, row)
    day = clock.local(came).date() if came else None
    return day if day and day < row.period_to else None


def _opens(agency: AgencyView, again_at: dt.datetime | None) -> dt.datetime | None:
    """Where all that is missing waits for an opening, not before that."""
    opens = [
        one.block.available_from for one in agency.blocks if one.block.outcome == Outcome.CLOSED and one.block.available_from
    ]
    return max(again_at, min(opens) + OPENED) if again_at and opens else again_at


def _seconds(one: BlockView) -> float | None:
    """How long the answer took, or how long it was waited for; None for an agency that was not asked."""
    if one.latency_ms is not None:
        return one.latency_ms / 1000
    if one.block.outcome == Outcome.TIMEOUT and one.asked_at and one.stored_at:
        return max(0.0, (one.stored_at - one.asked_at).total_seconds())
    return None


def city(real: dt.datetime | None, row: LookupRow) -> dt.datetime | None:
    """A real moment as the city's clock stood then: in the demo town the two differ."""
    return None if real is None else row.asked_at + (real - row.begun_at)


def _part(one: BlockView) -> Part:
    said = one.block
    return Part(
        outcome=said.outcome,
        name=said.part,
        facts=said.facts,
        reason=one.reason,
        source=said.error_source.value if said.error_source else "",
        code=said.error_code,
        text=said.error_text,
        codes=said.unknown,
        opens=said.available_from,
    )


def _told(one: BlockView) -> Call:
    assert one.told is not None  # noqa: S101
    return Call(one.told.whom, one.told.at, one.told.number, one.told.said, one.told.minutes)
