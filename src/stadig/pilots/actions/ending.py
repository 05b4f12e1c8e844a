"""Verbs at the end of a trial: decide, learn, close, and take a decision back; and who tried the same."""

from __future__ import annotations

import datetime as dt
import re

from stadig.city import actions as city
from stadig.city import audit, clock, outbox
from stadig.city.models import Rollout, Service, User
from stadig.city.verbs import verb
from stadig.pilots import access
from stadig.pilots.actions.common import State, frozen, held, require
from stadig.pilots.errors import CannotScaleUp, NeedsReason, NothingLearnt, NoWords, UnknownDecision
from stadig.pilots.models import Copy, Decision, Lesson, Look, Pilot
from stadig.pilots.statistics.terms import Design, Verdict

WORD = re.compile(r"[^\W\d_]{2,}")
LEAST_WORDS = 2
"""Of a public reason: a full stop is none."""
DECISIONS = ("withdraw", "continue", "keep", "scale_up")


def rule_says(pilot: Pilot) -> tuple[Look | None, str]:
    """The latest look that counts, and what the rule says after it: ``withheld`` before the first.

    At the last date without an answer it is what the card said would hold then: ``withdraw`` or ``keep``.
    """
    look = Look.objects.filter(version__pilot=pilot, voided_at=None, planned=True).order_by("-through").first()
    if look is None:
        return None, Verdict.WITHHELD.value
    if look.result.get("judged_not_shown") and look.verdict == Verdict.CONTINUE:
        return look, "keep"
    return look, look.verdict


@verb
def decide(by: User | None, pilot_id: int, decided: str, *, body: str, day: dt.date, reason: str = "") -> Decision:
    """Decide on a trial: ``withdraw``, ``continue``, ``keep`` or ``scale_up``; what the rule said is kept beside it.

    Raises
    ------
    NeedsReason
        It is something else than the rule says, and no reason in words is given; no one is said to have decided; or the day is
        before the start or not yet come.
    CannotScaleUp
        There is nothing to compare with: before and after alone.
    UnknownDecision, WrongState
    """
    require(by, access.DECIDE)
    pilot = held(pilot_id, State.RUNNING)
    if decided not in DECISIONS:
        raise UnknownDecision
    if decided == "scale_up" and (frozen(pilot).rule or {}).get("design") == Design.BEFORE_AFTER:
        raise CannotScaleUp
    if not body.strip():
        raise NeedsReason("decision_needs_body")
    first = clock.local(pilot.started_at).date() if pilot.started_at else day
    if not first <= day <= clock.today():
        raise NeedsReason("decision_day_out", first=first, last=clock.today())
    look, said = rule_says(pilot)
    if decided != said and not reason.strip():
        raise NeedsReason("other_way_needs_reason", said=said, decided=decided)
    if decided != said and len(WORD.findall(reason)) < LEAST_WORDS:
        raise NeedsReason("reason_too_short")
    if decided == "continue" and pilot.last_day and pilot.last_day < clock.today():
        raise NeedsReason("continue_needs_a_new_last_day", last=pilot.last_day)
    now = clock.now()
    made = Decision.objects.create(
        pilot=pilot,
        look=look,
        rule_said=said,
        decided=decided,
        reason=reason.strip(),
        body=body.strip()[:160],
        day=day,
        by=by,
        at=now,
    )
    if decided != "continue":
        pilot.state, pilot.outcome, pilot.decided_at = State.DECIDED, decided, now
        pilot.save(update_fields=["state", "outcome", "decided_at"])
    outbox.announce("pilot.decided", pilot=pilot.pk, decision=made.pk)
    audit.record(by, "decided", pilot, decided=decided, rule_said=said)
    return made


@verb
def reopen(by: User | None, pilot_id: int, why: str) -> Pilot:
    """Take back the decision of a trial that is not closed yet: it runs again. The decision stays, marked, with the public reason.

    Raises NeedsReason without one, WrongState when it is closed.
    """
    require(by, access.DECIDE)
    pilot = held(pilot_id, State.DECIDED)
    if not why.strip():
        raise NeedsReason("reopen_needs_reason")
    Decision.objects.filter(pilot=pilot, taken_back_at=None).exclude(decided="continue").update(
        taken_back_at=clock.now(), taken_back_why=why.strip()[:500]
    )
    pilot.state, pilot.outcome, pilot.decided_at = State.RUNNING, "", None
    pilot.save(update_fields=["state", "outcome", "decided_at"])
    outbox.announce("pilot.reopened", pilot=pilot.pk)
    audit.record(by, "reopened", pilot)
    return pilot


@verb
def add_lesson(by: User | None, pilot_id: int, *, worked: bool, title: str, text: str, icon: str = "circle") -> Lesson:
    """Write down something that was learnt: that worked, or did not. Raises NoWords."""
    require(by, access.PLAN)
    pilot = held(pilot_id)
    if not title.strip() or not text.strip():
        raise NoWords
    learnt = Lesson.objects.create(
        pilot=pilot, worked=worked, title=title.strip()[:120], text=text.strip()[:600], icon=icon[:40], at=clock.now()
    )
    audit.record(by, "learnt", pilot, lesson=learnt.pk)
    return learnt


@verb
def remove_lesson(by: User | None, lesson_id: int) -> None:
    """Take away a lesson of a trial that is not closed. Raises ``Lesson.DoesNotExist``, WrongState."""
    require(by, access.PLAN)
    lesson = Lesson.objects.get(pk=lesson_id)
    pilot = held(lesson.pilot_id, State.IDEA, State.RUNNING, State.DECIDED)
    lesson.delete()
    audit.record(by, "removed_lesson", pilot, lesson=lesson_id)


@verb
def close(by: User | None, pilot_id: int) -> Pilot:
    """Close a trial that has been decided on. Its roll-out goes: scaled up is on everywhere, withdrawn is stopped, kept stays as it is.

    Data and ongoing cases are whole. Raises NothingLearnt without a lesson that did not work, WrongState without a decision.
    """
    require(by, access.DECIDE)
    pilot = held(pilot_id, State.DECIDED)
    if not Lesson.objects.filter(pilot=pilot, worked=False).exists():
        raise NothingLearnt
    if pilot.outcome == Pilot.Outcome.SCALED_UP:
        Rollout.objects.filter(service=pilot.switch).delete()
        _set_status(pilot, Service.Status.RUNNING)
    elif pilot.outcome == Pilot.Outcome.WITHDRAWN:
        city.set_rollout(None, pilot.switch, stopped=True)
        if pilot.service_before in (Service.Status.IDEA, Service.Status.WITHDRAWN):
            _set_status(pilot, Service.Status.WITHDRAWN)
    pilot.state, pilot.closed_at = State.CLOSED, clock.now()
    pilot.save(update_fields=["state", "closed_at"])
    outbox.announce("pilot.closed", pilot=pilot.pk)
    audit.record(by, "closed", pilot, outcome=pilot.outcome)
    return pilot


def _set_status(pilot: Pilot, status: Service.Status) -> None:
    now = Service.objects.filter(slug=pilot.service).values_list("status", flat=True).first()
    if now == Service.Status.PILOT:
        city.change_service(None, pilot.service, status=status)


@verb
def record_copy(
    by: User | None,
    pilot_id: int,
    municipality: str,
    *,
    digest: str,
    code: str = "",
    estimate: float | None = None,
    standard_error: float | None = None,
    outcome: str = "",
) -> Copy:
    """Another municipality tries the same; told again with a result, the same copy gets it."""
    require(by, access.PLAN)
    pilot = held(pilot_id)
    values = {"code": code[:4], "estimate": estimate, "standard_error": standard_error, "outcome": outcome}
    copy, _ = Copy.objects.update_or_create(
        pilot=pilot,
        municipality=municipality.strip()[:80],
        digest=digest[:64],
        defaults=values,
        create_defaults=values | {"at": clock.now()},
    )
    audit.record(by, "copied", pilot, copy=copy.pk)
    return copy
