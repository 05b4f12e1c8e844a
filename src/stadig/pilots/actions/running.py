"""Verbs of a trial that runs: start it, change it, look at it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from stadig.city import actions as city
from stadig.city import audit, clock, outbox, rollout
from stadig.city.models import District, Service, User
from stadig.city.verbs import verb
from stadig.pilots import access, beside, extract, figures, gained, ready, schedule, sources
from stadig.pilots import card as cards
from stadig.pilots.actions.common import State, frozen, held, latest, merged, next_version, require
from stadig.pilots.card import Card
from stadig.pilots.errors import AlreadyDrawn, NeedsReason, NothingToLookAt, NotReady
from stadig.pilots.models import Batch, CardVersion, Look, Pilot, Unit
from stadig.pilots.statistics import analysis, checks
from stadig.pilots.statistics.series import ordered
from stadig.pilots.statistics.terms import Design, Finding, Plan, Result
from stadig.pilots.statistics.version import code_version

ARMS = (rollout.PILOT, rollout.COMPARISON)


@verb
def start(by: User | None, pilot_id: int) -> Pilot:
    """Start a trial: the card, its rule and the rule's digest are frozen, and what is tried is turned on where the lot says.

    Raises
    ------
    NotReady
        With every problem of the card, and every reason why this design can never show anything here.
    WrongState
        It has started already.
    """
    require(by, access.DECIDE)
    pilot = held(pilot_id, State.IDEA)
    version = latest(pilot)
    card = cards.read(version.card)
    refuse(pilot, card, today=clock.today())
    now = clock.now()
    _freeze(version, card, now)
    pilot.state, pilot.started_at, pilot.last_day = State.RUNNING, now, card.ends
    pilot.title, pilot.service, pilot.switch = card.title.strip()[:160], card.service, pilot.switch or pilot.slug[:60]
    pilot.service_before = _try_service(card.service)
    pilot.save()
    _place_units(pilot, card)
    turn_on(pilot, card)
    outbox.announce("pilot.started", pilot=pilot.pk)
    audit.record(by, "started", pilot, version=version.number, digest=version.digest)
    return pilot


def refuse(pilot: Pilot, card: Card, *, today: dt.date | None = None) -> None:
    """Raise NotReady with all that keeps the card from being started; with ``today`` no day may be one that is past."""
    problems = cards.problems(card, today)
    if card.service and not Service.objects.filter(slug=card.service).exists():
        problems.append(cards.Problem("service", "unknown_service", {"service": card.service}))
    problems += sources.unknown(card)
    findings = ready.refusals(card, Unit.objects.filter(pilot=pilot).count())
    if problems or findings:
        raise NotReady(problems, findings)


def _freeze(version: CardVersion, card: Card, now: dt.datetime) -> None:
    rule = cards.rule_of(card)
    version.rule, version.digest, version.frozen_at = msgspec.to_builtins(rule), cards.digest(rule), now
    version.save(update_fields=["rule", "digest", "frozen_at"])


def _try_service(slug: str) -> str:
    """A service that was an idea becomes one that is tried. Returns what it was."""
    before = Service.objects.values_list("status", flat=True).get(slug=slug)
    if before in (Service.Status.IDEA, Service.Status.WITHDRAWN):
        city.change_service(None, slug, status=Service.Status.PILOT)
    return before


def _place_units(pilot: Pilot, card: Card) -> None:
    """What the lot or the choice said, written at each unit."""
    if card.allocation is None:
        return
    begins = dict(card.allocation.begins)
    for unit in Unit.objects.filter(pilot=pilot):
        unit.arm = "pilot" if unit.ref in card.allocation.treated else "comparison"
        unit.begins = begins.get(unit.ref, unit.begins)
        unit.save(update_fields=["arm", "begins"])


def turn_on(pilot: Pilot, card: Card) -> None:
    """Set the roll-out of what is tried: the areas of the lot, or half of those who come."""
    begins = clock.midnight(card.begins) if card.begins else None
    if card.design is Design.PERSONS:
        city.set_rollout(None, pilot.switch, percent=50, begins=begins, trial=rollout.PERSONS)
        return
    where = {arm: set(Unit.objects.filter(pilot=pilot, arm=arm).values_list("district", flat=True)) for arm in ARMS}
    tried, compared = (list(District.objects.filter(pk__in=where[arm] - {None})) for arm in ARMS)
    both = {one.pk for one in tried} & {one.pk for one in compared}
    beside = [one for one in compared if one.pk not in both]
    city.set_rollout(None, pilot.switch, districts=tried, comparison=beside, begins=begins, trial=rollout.AREAS)


@verb
def change(by: User | None, pilot_id: int, card: Card, why: str, *, seen: int) -> CardVersion:
    """Change a trial that runs: a new frozen version. Looks so far are voided, unless the rule and its measures are the same.

    ``seen`` is the number of the version that was opened; what someone else changed meanwhile in other fields is kept.

    Raises
    ------
    ChangedMeanwhile
        The same field was changed by both. It carries what was typed, and what the other wrote.
    NeedsReason
        ``why`` is empty; it is public.
    AlreadyDrawn
        The change would move a unit from one arm to the other.
    NotReady, WrongState
    """
    require(by, access.DECIDE)
    pilot = held(pilot_id, State.RUNNING)
    before = frozen(pilot)
    now_held = cards.read(before.card)
    if not why.strip():
        raise NeedsReason("change_needs_reason")
    card = merged(before, card, seen)
    if card.allocation != now_held.allocation or card.unit != now_held.unit:
        raise AlreadyDrawn(count=Unit.objects.filter(pilot=pilot).count())
    moved = card.begins != now_held.begins and pilot.started_at
    refuse(pilot, card, today=clock.local(pilot.started_at).date() if moved and pilot.started_at else None)
    if card == now_held:
        return before
    now = clock.now()
    version = next_version(pilot, card, by, now, why=why.strip()[:500])
    _freeze(version, card, now)
    voided = 0
    if version.digest != before.digest or _measured(card) != _measured(now_held):
        voided = Look.objects.filter(version__pilot=pilot, voided_at=None).update(voided_at=now)
    pilot.title, pilot.last_day = card.title.strip()[:160], card.ends
    pilot.save(update_fields=["title", "last_day"])
    outbox.announce("pilot.changed", pilot=pilot.pk)
    audit.record(by, "changed", pilot, version=version.number, digest=version.digest, voided=voided)
    return version


def _measured(card: Card) -> list[Any]:
    """Where the figures come from: changed, the earlier figures are of something else."""
    every = [card.primary, *(one.outcome for one in card.guardrails), *card.benefits]
    return [msgspec.to_builtins(one) | {"title": "", "per": ""} for one in every if one is not None]


@verb
def look_if_due(pilot_id: int) -> Look | None:
    """The look of the latest day of the rule whose figures are whole, unless it is made; None when no day of the rule has come."""
    pilot = held(pilot_id, State.RUNNING)
    due = schedule.latest_due(cards.read_rule(frozen(pilot).rule), clock.today())
    return None if due is None else look(pilot_id, through=due)


@verb
def look(pilot_id: int, *, through: dt.date | None = None) -> Look:
    """Analyse a trial with the figures through a day (the latest whole one), and freeze what was seen with all it was made of.

    On a day of the rule the verdict counts; a look between them is descriptive. The same day twice is the same look.
    Takes seconds: ask the job ``pilots.look`` for it in a page.

    Raises
    ------
    NothingToLookAt
        No whole day has passed since the trial began.
    WrongState
        The trial does not run.
    """
    pilot = held(pilot_id, State.RUNNING, State.DECIDED)
    version = frozen(pilot)
    plan = cards.read_rule(version.rule)
    day = min(through or clock.today() - dt.timedelta(days=1), plan.ends)
    if day < plan.begins or day >= clock.today():
        raise NothingToLookAt(begins=plan.begins)
    card = cards.read(version.card)
    if (done := Look.objects.filter(version__pilot=pilot, through=day, voided_at=None).first()) is not None:
        return done
    figures.gather(pilot, card, until=day)
    series = figures.series(pilot.pk, card, through=day)
    _note_late(pilot, series)
    result = analysis.analyse(
        plan,
        series,
        through=day,
        code_version=code_version(),
        neighbours=beside.of(pilot.pk),
        also=_changed_late(pilot, version, plan, day),
    )
    return _kept(version, plan, card, series, result)


def _changed_late(pilot: Pilot, version: CardVersion, plan: Plan, day: dt.date) -> tuple[Finding, ...]:
    """That the rule was changed by someone who had seen answers: none is given until as many days have passed since as before.

    Otherwise a rule could be written to fit the figures. What the figures said before the change is a part of all later answers;
    after as long a time again it is at most half of them.
    """
    seen = Look.objects.filter(version__pilot=pilot, version__number__lt=version.number).exclude(voided_at=None)
    first = seen.order_by("voided_at").first()
    if first is None or first.voided_at is None:
        return ()
    changed = clock.local(max(one for one in seen.values_list("voided_at", flat=True) if one)).date()
    until = changed + (changed - plan.begins)
    if day >= until:
        return ()
    values = {"day": changed.isoformat(), "looks": seen.count(), "until": until.isoformat()}
    return (Finding("rule_changed_late", "withhold", "", values),)


def _note_late(pilot: Pilot, series: figures.Figures) -> None:
    """What came, changed or went since the latest look among days that it had seen, noted where the figures are listed."""
    last = Look.objects.filter(version__pilot=pilot).order_by("-at", "-pk").first()
    if last is None:
        return
    seen = extract.read(extract.expanded(bytes(last.data)))
    for slug, now in series.items():
        told = list(checks.late(seen[slug], now, last.through)) if slug in seen else []
        batch = Batch.objects.filter(pilot=pilot, outcome=slug).order_by("-at", "-pk").first() if told else None
        if batch is not None:
            kept = [one for one in batch.findings if one["code"] != "late"]
            batch.findings = [*kept, *msgspec.to_builtins(told)]
            batch.save(update_fields=["findings"])


def _kept(version: CardVersion, plan: Plan, card: Card, series: figures.Figures, result: Result) -> Look:
    number = Look.objects.filter(version=version).count() + 1
    seen = Look.objects.create(
        version=version,
        number=number,
        at=clock.now(),
        through=result.through,
        data_sha256=result.data_sha256,
        data=extract.compressed({slug: ordered(one) for slug, one in series.items()}),
        result=msgspec.to_builtins(result),
        verdict=result.verdict.value,
        code_version=result.code_version,
        planned=result.through in analysis.look_days(plan, result.through),
    )
    gained.record(version.pilot, card, result, series)
    outbox.announce("pilot.looked_at", pilot=version.pilot_id, look=seen.pk)
    audit.record(None, "looked_at", version.pilot, look=seen.pk, data=seen.data_sha256)
    return seen
