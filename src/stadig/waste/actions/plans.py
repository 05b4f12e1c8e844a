"""The plan of a day: ask for it, decide for single bins, lock it and send it, take it back."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils.translation import gettext as _

from stadig.city import audit, clock, live, outbox
from stadig.city.models import User
from stadig.city.verbs import verb
from stadig.post import actions as post
from stadig.waste.errors import DayHasPassed, PlanIsLocked, PlanNotReady, RouteHasStarted
from stadig.waste.models import Bin, Candidate, Choice, Outcome, Plan, PlanState, Stop, StopKind


def _changed(plan: Plan, *fields: str) -> None:
    plan.version += 1
    plan.save(update_fields=["version", *fields])
    live.publish("waste.plan", plan.pk, plan.version)


@verb
def ask(
    by: User | None,
    day: date,
    *,
    service_level: float | None = None,
    required_risk: float | None = None,
    defer: bool = True,
    request_id: UUID | None = None,
) -> Plan:
    """Ask for the plan of a day to be computed (again). The job shows its progress on the plan; a later ask outruns an earlier.
    With ``defer=False`` the caller computes it itself.

    Raises DayHasPassed, PlanIsLocked.
    """
    if day < clock.today():
        raise DayHasPassed
    plan, _new = Plan.objects.select_for_update().get_or_create(day=day, defaults={"created_by": by})
    if plan.state == PlanState.LOCKED:
        raise PlanIsLocked(plan)
    if service_level is not None:
        plan.service_level = service_level
    if required_risk is not None:
        plan.required_risk = required_risk
    plan.state, plan.computation = PlanState.RUNNING, uuid4()
    plan.progress_percent, plan.progress_text, plan.error = 0, "", ""
    _changed(plan, "state", "computation", "service_level", "required_risk", "progress_percent", "progress_text", "error")
    if defer:
        from stadig.waste.tasks import compute_plan

        compute_plan.defer(plan_id=plan.pk, computation=str(plan.computation))
    audit.record(by, "asked for a plan", plan)
    return plan


@verb
def progress(plan_id: int, computation: UUID, percent: int, text: str) -> bool:
    """Tell how far a computation has come. False when another has outrun it: then it should stop."""
    plan = Plan.objects.select_for_update().get(pk=plan_id)
    if plan.computation != computation or plan.state != PlanState.RUNNING:
        return False
    plan.progress_percent, plan.progress_text = min(100, max(0, percent)), text[:120]
    _changed(plan, "progress_percent", "progress_text")
    return True


@verb
def fail(plan_id: int, computation: UUID, reason: str) -> None:
    """The computation could not be done; ``reason`` is for the planner."""
    plan = Plan.objects.select_for_update().get(pk=plan_id)
    if plan.computation == computation and plan.state == PlanState.RUNNING:
        plan.state, plan.error = PlanState.FAILED, reason[:200]
        _changed(plan, "state", "error")


@verb
def choose(by: User, plan_id: int, bin_id: int, choice: str, *, request_id: UUID | None = None) -> Candidate:
    """A planner locks a bin in or out, or lets the plan choose. Holds from the next computation. Raises PlanIsLocked."""
    plan = Plan.objects.select_for_update().get(pk=plan_id)
    if plan.state == PlanState.LOCKED:
        raise PlanIsLocked(plan)
    candidate, _new = Candidate.objects.get_or_create(plan=plan, bin=Bin.objects.get(pk=bin_id, removed=None))
    candidate.choice = Choice(choice)
    candidate.choice_by = by if choice else None
    candidate.save(update_fields=["choice", "choice_by"])
    _changed(plan)
    audit.record(by, f"chose {choice or 'none'}", candidate)
    return candidate


@verb
def lock(by: User, plan_id: int, *, request_id: UUID | None = None) -> Plan:
    """Lock a ready plan and send it to the crews. Raises PlanNotReady."""
    plan = Plan.objects.select_for_update().get(pk=plan_id)
    if plan.state == PlanState.LOCKED:
        return plan
    if plan.state != PlanState.READY:
        raise PlanNotReady(plan)
    plan.state, plan.locked_at, plan.locked_by = PlanState.LOCKED, clock.now(), by
    _changed(plan, "state", "locked_at", "locked_by")
    outbox.announce("waste.plan_locked", plan=plan.pk)
    audit.record(by, "locked", plan)
    return plan


@verb
def unlock(by: User, plan_id: int, *, request_id: UUID | None = None) -> Plan:
    """Take a locked plan back, as long as no crew has closed a stop. Raises RouteHasStarted."""
    plan = Plan.objects.select_for_update().get(pk=plan_id)
    if plan.state != PlanState.LOCKED:
        return plan
    if Stop.objects.filter(route__plan=plan).exclude(outcome=Outcome.NONE).exists():
        raise RouteHasStarted(plan)
    plan.state, plan.locked_at, plan.locked_by = PlanState.READY, None, None
    _changed(plan, "state", "locked_at", "locked_by")
    outbox.announce("waste.plan_unlocked", plan=plan.pk)
    audit.record(by, "unlocked", plan)
    return plan


@verb
def tell_the_crews(plan_id: int) -> int:
    """Leave a notice with everyone in the crews that have a route; returns how many."""
    plan = Plan.objects.get(pk=plan_id)
    if plan.state != PlanState.LOCKED:
        return 0
    told = 0
    for route in plan.routes.select_related("vehicle").exclude(vehicle__crew=None):
        bins = route.stops.filter(kind=StopKind.BIN).count()
        for person in User.objects.filter(organisation=route.vehicle.crew_id, is_active=True):
            text = _("%(vehicle)s: dagens rutt är klar, %(n)s korgar.") % {"vehicle": route.vehicle.name, "n": bins}
            post.tell(person, text, reverse("waste:crew"))
            told += 1
    return told
