"""How a service grows: step by step, each held for a time, for an approval or until enough have had it.

The step in force is the last that has begun. A step that was not in force has not been held: after a stand-still the job takes
one step and holds it in full, so that no time, no approval and no count is ever skipped. Growing never takes a service from
anyone who has it. What counts how many have had a service is registered by the room that knows (:func:`counts`); in a trial of
persons those are counted who have been drawn to it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.city import access, audit, clock, rollout
from stadig.city.actions import require
from stadig.city.models import Assignment, District, Rollout, RolloutStep, User
from stadig.city.rollout import PERSONS, Setting
from stadig.city.verbs import verb

MOST_STEPS = 12


class Count(NamedTuple):
    """How many have had a service since a moment, what was counted, and how many there are at most (None: no bound is known)."""

    number: int
    source: Any
    """A noun phrase in the plural, translated when it is shown: *inskickade ansökningar*."""
    most: int | None = None


Counter = Callable[[Setting, dt.datetime], Count | None]
_counters: list[Counter] = []
DRAWN = gettext_lazy("de som har lottats till tjänsten")


class NotThisStep(Exception):
    """The step is not the one in force: someone else was first, or it has not begun. Look at the page again."""


class Step(NamedTuple):
    """A step as it is planned. The last needs no hold; each other has at least one, and all it has must be met."""

    percent: int = 100
    districts: Sequence[District] = ()
    """In the first step all in which it begins (none: everywhere); later those that are added."""
    days: int | None = None
    sample: int | None = None
    approval: bool = False


class StepRow(NamedTuple):
    """A step as it stands in the database; ``districts`` are names."""

    number: int
    percent: int
    days: int | None
    sample: int | None
    approval: bool
    begun_at: dt.datetime | None
    approved_at: dt.datetime | None
    districts: tuple[str, ...]


class Waits(NamedTuple):
    """What is left before a step is over. ``lacking`` is out of ``sample``; ``had`` is None where nobody counts any more."""

    until: dt.datetime | None = None
    lacking: int | None = None
    approval: bool = False
    sample: int | None = None
    had: Count | None = None

    @property
    def over(self) -> bool:
        return not (self.until or self.lacking or self.approval)


def counts(counter: Counter) -> Counter:
    """Register ``counter(setting, since)`` in ``apps.ready()``: how many have had the service since, of those it is on for.

    It returns None for a service it does not know. ``setting`` may be one that is planned, so only it says where the service is on.
    """
    if counter not in _counters:
        _counters.append(counter)
    return counter


def everywhere(service: str) -> Setting:
    """What holds for a service that nothing is set for."""
    return Setting(service, stopped=False, percent=100, begins=None, ends=None, districts=())


def counted(setting: Setting, since: dt.datetime) -> Count | None:
    """How many have had a service since a moment; None where no room counts it."""
    if setting.trial == PERSONS:
        drawn = Assignment.objects.filter(service=setting.service, arm=rollout.PILOT, at__gte=since)
        return Count(drawn.count(), DRAWN)
    return next((found for counter in _counters if (found := counter(setting, since)) is not None), None)


def waits(setting: Rollout | Setting, step: RolloutStep | StepRow, at: dt.datetime) -> Waits:
    """What the step in force waits for."""
    begun = max(step.begun_at or at, setting.begins or dt.datetime.min.replace(tzinfo=dt.UTC))
    until = begun + dt.timedelta(days=step.days or 0)
    count = counted(_whole(setting), begun) if step.sample else None
    lacking = max(0, step.sample - (count.number if count else 0)) if step.sample else 0
    approval = step.approval and step.approved_at is None
    return Waits(until if at < until else None, lacking or None, approval, step.sample, count)


def _whole(setting: Rollout | Setting) -> Setting:
    """The setting with its districts and groups."""
    if isinstance(setting, Setting):
        return setting
    return rollout.setting(setting.service) or everywhere(setting.service)


class Page(NamedTuple):
    """What the pages of a roll-out show."""

    slug: str
    title: str
    stopped_why: str
    stopped_at: dt.datetime | None
    steps: tuple[StepRow, ...]

    @property
    def current(self) -> StepRow | None:
        """The step in force."""
        return next((one for one in reversed(self.steps) if one.begun_at), None)

    @property
    def waiting(self) -> bool:
        """Whether a step has not begun."""
        return any(one.begun_at is None for one in self.steps)


PAGE = """
SELECT s.title, r.id, r.stopped_why, r.stopped_at, p.number, p.percent, p.days, p.sample, p.approval, p.begun_at, p.approved_at,
    ARRAY(SELECT d.name FROM city_rolloutstep_districts x JOIN city_district d ON d.id = x.district_id
          WHERE x.rolloutstep_id = p.id ORDER BY d.sort_key)
FROM (SELECT %s::text AS slug) q
LEFT JOIN city_service s ON s.slug = q.slug
LEFT JOIN city_rollout r ON r.service = q.slug
LEFT JOIN city_rolloutstep p ON p.rollout_id = r.id
ORDER BY p.number
"""


def page(slug: str) -> Page | None:
    """A service with its steps; None where there is neither a service nor a setting. One query."""
    with connection.cursor() as cursor:
        cursor.execute(PAGE, [slug])
        rows = cursor.fetchall()
    title, setting, why, stopped_at, *_first = rows[0]
    if title is None and setting is None:
        return None
    steps = tuple(StepRow._make([*row[4:11], tuple(row[11])]) for row in rows if row[4] is not None)
    return Page(slug, title or slug, why or "", stopped_at, steps)


@verb
def plan_steps(by: User | None, service: str, steps: Sequence[Step]) -> Rollout:
    """Grow by these steps from now on. The first begins at once; in a ramp under way they replace those that have not begun.

    Raises ``ValidationError``, which says which step cannot be so.
    """
    require(by, access.ROLLOUT)
    setting, _made = Rollout.objects.select_for_update().get_or_create(service=service)
    begun = _begun(setting)
    if begun and not (begun.days or begun.sample or begun.approval):
        begun = None  # that ramp has reached its end: this is another
    _check(setting, steps, begun)
    setting.steps.filter(begun_at=None).delete()  # type: ignore[attr-defined]
    first = begun.number + 1 if begun else 0
    if not begun:
        setting.steps.all().delete()  # type: ignore[attr-defined]
    rows = [
        RolloutStep.objects.create(
            rollout=setting, number=first + place, percent=one.percent, days=one.days, sample=one.sample, approval=one.approval
        )
        for place, one in enumerate(steps)
    ]
    for row, one in zip(rows, steps, strict=True):
        row.districts.set(one.districts)
    audit.record(by, "planned_steps", setting, service=service, percents=[one.percent for one in steps])
    if not begun:
        _begin(by, setting, rows[0], first=True)
    return setting


@verb
def drop_steps(by: User | None, service: str) -> Rollout:
    """Stay where it is: the steps that have not begun are removed."""
    require(by, access.ROLLOUT)
    setting = Rollout.objects.select_for_update().get(service=service)
    setting.steps.filter(begun_at=None).delete()  # type: ignore[attr-defined]
    audit.record(by, "dropped_steps", setting, service=service)
    return setting


@verb
def approve_step(by: User, service: str, number: int) -> RolloutStep:
    """Say that the step in force has gone well. The next begins at once if nothing else is waited for.

    Raises :class:`NotThisStep`.
    """
    require(by, access.FOLLOW_ROLLOUT)
    setting = Rollout.objects.select_for_update().get(service=service)
    step = _begun(setting)
    if step is None or step.number != number or step.approved_at or not step.approval or setting.stopped:
        raise NotThisStep(service)
    step.approved_at, step.approved_by = clock.now(), by
    step.save(update_fields=["approved_at", "approved_by"])
    audit.record(by, "approved_step", setting, service=service, step=number)
    _move(setting)
    return step


@verb
def stop(by: User | None, service: str) -> Rollout:
    """Stop a service everywhere, at once. What is begun continues, and nothing is removed."""
    require(by, access.FOLLOW_ROLLOUT)
    setting, _made = Rollout.objects.select_for_update().get_or_create(service=service)
    if not setting.stopped:
        _stop(by, setting, Rollout.Why.HAND)
    return setting


@verb
def start(by: User | None, service: str) -> Rollout:
    """Undo a stop: the service is on where it was, and the step in force is held for the time that was left.

    Raises ``ValidationError`` when its last day has passed: set another first.
    """
    require(by, access.FOLLOW_ROLLOUT)
    setting = Rollout.objects.select_for_update().get(service=service)
    now = clock.now()
    if setting.ends and setting.ends <= now:
        raise ValidationError(_("Sista dagen har gått. Sätt en ny sista dag först."))
    if setting.stopped:
        resume(setting, now)
        setting.stopped, setting.stopped_why, setting.stopped_at = False, Rollout.Why.RUNNING, None
        setting.save(update_fields=["stopped", "stopped_why", "stopped_at"])
        audit.record(by, "started_rollout", setting, service=service)
    return setting


def resume(setting: Rollout, now: dt.datetime) -> None:
    """The time that a service was stopped does not count as held."""
    step = _begun(setting)
    if step and step.begun_at and setting.stopped_at:
        step.begun_at += max(now - max(setting.stopped_at, step.begun_at), dt.timedelta())
        step.save(update_fields=["begun_at"])


def follow() -> int:
    """What the clock does: stop what is past its last day, move on what has been held. Returns how many changed.

    One that fails keeps no other from moving; what failed is raised together at the end.
    """
    now = clock.now()
    waiting = Q(steps__begun_at=None, steps__isnull=False)
    due = Rollout.objects.filter(Q(ends__lte=now) | waiting, stopped=False).order_by("service")
    changed, faults = 0, list[Exception]()
    for service in list(due.values_list("service", flat=True).distinct()):
        try:
            changed += follow_one(service)
        except Exception as fault:
            fault.add_note(f"while the roll-out of {service} was followed")
            faults.append(fault)
    if faults:
        raise ExceptionGroup("roll-outs that could not be followed", faults)
    return changed


@verb
def follow_one(service: str) -> bool:
    """The same for one service, in a transaction of its own. Returns whether something changed."""
    setting = Rollout.objects.select_for_update().filter(service=service).first()
    if setting is None or setting.stopped:
        return False
    if setting.ends and setting.ends <= clock.now():
        _stop(None, setting, Rollout.Why.DATE)
        return True
    return _move(setting)


def _move(setting: Rollout) -> bool:
    """Take the next step if the one in force has been held. Never more than one."""
    now, step = clock.now(), _begun(setting)
    following = setting.steps.filter(begun_at=None).order_by("number").first()  # type: ignore[attr-defined]
    if step is None or following is None or not waits(setting, step, now).over:
        return False
    _begin(None, setting, following)
    return True


def _begin(by: User | None, setting: Rollout, step: RolloutStep, *, first: bool = False) -> None:
    """Put a step in force. Only the first may make a service smaller than it is."""
    added = list(step.districts.values_list("pk", flat=True))
    setting.percent = step.percent if first else max(setting.percent, step.percent)
    setting.save(update_fields=["percent"])
    if first and added:
        setting.districts.set(added)
    elif added and setting.districts.exists():
        setting.districts.add(*added)
    setting.comparison.remove(*added)
    step.begun_at = clock.now()
    step.save(update_fields=["begun_at"])
    audit.record(by, "began_step", setting, service=setting.service, step=step.number, percent=setting.percent, districts=added)


def _stop(by: User | None, setting: Rollout, why: Rollout.Why) -> None:
    setting.stopped, setting.stopped_why, setting.stopped_at = True, why, clock.now()
    setting.save(update_fields=["stopped", "stopped_why", "stopped_at"])
    audit.record(by, "stopped_rollout", setting, service=setting.service, why=str(why))


def _begun(setting: Rollout) -> RolloutStep | None:
    return setting.steps.exclude(begun_at=None).order_by("number").last()  # type: ignore[attr-defined]


def _check(setting: Rollout, steps: Sequence[Step], begun: RolloutStep | None) -> None:
    """Raises ``ValidationError`` for the first step that cannot be so."""
    if not steps:
        raise ValidationError(_("Skriv minst ett steg."))
    if len(steps) + (begun.number + 1 if begun else 0) > MOST_STEPS:
        raise ValidationError(_("Högst %(n)s steg.") % {"n": MOST_STEPS})
    before, planned = setting.percent if begun else 0, _whole(setting)
    for number, one in enumerate(steps, 1):
        values: dict[str, Any] = {"step": number}
        if not 0 <= one.percent <= 100:
            raise ValidationError(_("Steg %(step)s: andelen ska vara 0–100 procent.") % values)
        if one.percent < before:
            raise ValidationError(
                _("Steg %(step)s: andelen får inte bli mindre. Den som har tjänsten ska få ha den kvar.") % values
            )
        if number < len(steps) and not (one.days or one.sample or one.approval):
            raise ValidationError(_("Steg %(step)s: skriv vad det väntar på – dagar, antal eller ett godkännande.") % values)
        planned = _grown(planned, one, first=number == 1 and not begun)
        if one.sample:
            _check_sample(planned, one.sample, values)
        before = one.percent


def _grown(setting: Setting, step: Step, *, first: bool) -> Setting:
    """Where the service will be on in a step."""
    added = tuple(rollout.Where(one.pk, one.name) for one in step.districts)
    if first:
        return setting._replace(percent=step.percent, districts=added or setting.districts)
    districts = tuple(dict.fromkeys((*setting.districts, *added))) if setting.districts else ()
    return setting._replace(percent=max(setting.percent, step.percent), districts=districts)


def _check_sample(planned: Setting, sample: int, values: dict[str, Any]) -> None:
    """Raises ``ValidationError`` where nobody counts, or so many there will never be."""
    count = counted(planned, clock.now())
    if count is None:
        raise ValidationError(
            _("Steg %(step)s: ingen räknar hur många som får den här tjänsten. Vänta på dagar i stället.") % values
        )
    if count.most is not None and sample > count.most:
        raise ValidationError(
            _(
                "Steg %(step)s: det finns bara %(most)s att räkna där tjänsten är på då. Skriv högst så många, eller vänta på dagar."
            )
            % (values | {"most": count.most})
        )
