"""Lookups of one person in one case, as the page reads them: the stored answers, merged with what was asked again and told since."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db import connection

from stadig.assistance import agencies, before
from stadig.assistance.blocks import Answer, Call, Part
from stadig.city import clock
from stadig.exchange import queries
from stadig.exchange.again import AFTER, OPENED
from stadig.exchange.connections import known_agencies
from stadig.exchange.merging import AgencyView, BlockView
from stadig.exchange.models import Lookup as Stored
from stadig.exchange.outcomes import WORTH_ASKING_AGAIN, Outcome, is_evidence
from stadig.exchange.queries import LookupView

HISTORY: Final = """
SELECT l.id, l.asked_at, trim(who.first_name || ' ' || who.last_name), l.by_id, l.kind, l.period_from, l.period_to,
  count(DISTINCT b.agency), count(DISTINCT b.agency) FILTER (WHERE b.outcome IN ('data', 'nothing_stated')), max(b.agency)
FROM exchange_lookup l LEFT JOIN city_user who ON who.id = l.by_id
LEFT JOIN exchange_block b ON b.lookup_id = l.id AND b.replaced_at IS NULL
WHERE l."case" = %s AND l.person_id = %s AND l.again_of_id IS NULL
GROUP BY l.id, who.id ORDER BY l.begun_at DESC, l.id DESC
"""
KINDS: Final = dict(Stored.Kind.choices)
MANUAL: Final = Stored.Kind.MANUAL


class Past(NamedTuple):
    """A question about the person in the case. ``told_by`` is the agency of a call that was written down."""

    pk: int
    asked_at: dt.datetime
    by: str
    by_id: int | None
    kind: str
    period: tuple[dt.date, dt.date]
    agencies: int
    evidence: int
    told_by: str


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
    seconds: float | None
    whole: float
    elapsed: float
    running: int
    """Id of the newest question, which may be one that asked again, and when it is over, in real time."""
    deadline_at: dt.datetime
    topics: tuple[int, ...]
    """Ids of the lookups whose news concern it: itself, and those that asked again."""

    @property
    def runs(self) -> bool:
        return any(one.outcome is None for one in self.answers)

    @property
    def statutes(self) -> tuple[str, ...]:
        """Each law it was asked by, once."""
        return tuple(dict.fromkeys(one.statute for one in self.answers if one.statute))


def history(case_id: int, person_id: int) -> tuple[Past, ...]:
    """Every question about the person in the case, the latest first; those that asked again belong to the one they asked again. One query."""
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, [case_id, person_id])
        return tuple(
            Past(
                pk,
                at,
                by or "",
                by_id,
                kind,
                (first, last),
                asked,
                evidence,
                agencies.name(told) if kind == MANUAL and told else "",
            )
            for pk, at, by, by_id, kind, first, last, asked, evidence, told in cursor.fetchall()
        )


def newest(past: tuple[Past, ...]) -> Past | None:
    """The latest that agencies were asked in."""
    return next((one for one in past if one.kind != MANUAL), None)


def read(case_id: int, person_id: int, wanted: Past, past: tuple[Past, ...]) -> Lookup | None:
    """What ``wanted`` gave; the latest one with all that was asked again and told since."""
    is_newest = wanted == newest(past)
    view = queries.latest(case_id, person_id, wanted.period) if is_newest else queries.view(wanted.pk)
    return None if view is None else _lookup(wanted, view)


def told(past: tuple[Past, ...]) -> tuple[Answer, ...]:
    """What was written down of calls where no agency has been asked yet."""
    notes = [queries.view(one.pk) for one in past if one.kind == MANUAL]
    return tuple(_answer(agency, None) for view in notes for agency in view.agencies)


def _lookup(wanted: Past, view: LookupView) -> Lookup:
    newest, now = view.lookup, clock.real_now()
    whole = max(0.1, (newest.deadline_at - newest.begun_at).total_seconds())
    again_at = _again_at(view)
    answers = [_answer(one, again_at) for one in view.agencies]
    named = {one.agency for one in answers}
    if wanted.kind != MANUAL:
        reached = before.connected()
        for code in known_agencies():
            if code not in named:
                why = "not_chosen" if code in reached else "not_connected"
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
        answers=tuple(answers),
        seconds=None if runs else max(took, default=None),
        whole=whole,
        elapsed=min(whole, max(0.0, (now - newest.begun_at).total_seconds())),
        running=newest.id,
        deadline_at=newest.deadline_at,
        topics=tuple(row.id for row in view.lookups if row.kind != MANUAL) or (wanted.pk,),
    )


def _again_at(view: LookupView) -> dt.datetime | None:
    """When Stadig asks again by itself about what is missing, in the city's time; None when that is left to a person."""
    newest = view.lookup
    turn = sum(row.kind == Stored.Kind.AGAIN for row in view.lookups)
    if newest.kind not in (Stored.Kind.PERSON, Stored.Kind.AGAIN) or turn >= len(AFTER) or newest.finished_at is None:
        return None
    left = newest.finished_at + AFTER[turn] - clock.real_now()
    return clock.now() + left if left > dt.timedelta(minutes=-2) else None


def _answer(agency: AgencyView, again_at: dt.datetime | None) -> Answer:
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
        answered_at=_city(last.answered_at),
        contract=last.contract,
        statute=last.statute,
        call=next((one.call for one in agency.blocks if one.call and one.raw_sha256), None),
        late=any(one.late for one in agency.blocks),
        again_at=_opens(agency, again_at) if missing else None,
        told=tuple(_told(one) for one in agency.blocks if one.told),
        wrong_person=any(one.block.alarm for one in agency.blocks),
        sha256=next((one.raw_sha256 for one in agency.blocks if one.raw_sha256), ""),
    )


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


def _city(real: dt.datetime | None) -> dt.datetime | None:
    """A real moment as the city's clock stood then: in the demo town the two differ."""
    return None if real is None else clock.now() - (clock.real_now() - real)


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
