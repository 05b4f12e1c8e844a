"""A trial that runs, for those who answer for it: what the rule says today, the looks so far, the figures, the money."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stadig.city import access as city_access
from stadig.city.permissions import needs
from stadig.pilots import (
    access,
    actions,
    desk_reading,
    desk_words,
    finding_words,
    forms,
    origins,
    public,
    public_charts,
    queries,
    sentences,
    tasks,
    words,
)
from stadig.pilots.card import Card
from stadig.pilots.errors import PilotError
from stadig.pilots.models import Cost
from stadig.pilots.queries import LookRow, Trial, UnitRow
from stadig.pilots.showing import Cell, Rule, cells
from stadig.pilots.statistics.terms import Plan, Result
from stadig.pilots.views.desk_card import rule_of
from stadig.pilots.views.desk_frame import frame, user_of
from stadig.ui import formatting


class Look(NamedTuple):
    """One look in the table."""

    through: dt.date
    difference: str
    interval: str
    verdict: str
    version: int
    planned: bool
    voided: dt.date | None


class Found(NamedTuple):
    """Something about the figures, in words."""

    severity: str
    said: str


class Change(NamedTuple):
    """A change after the start: (field, before, after) of all that differs."""

    number: int
    at: dt.datetime
    why: str
    rows: tuple[tuple[str, str, str], ...]
    voided: int


class Spent(NamedTuple):
    """A cost in the list."""

    day: dt.date
    what: str
    amount: str
    remove_url: str
    """Where it is taken away; empty for whoever may not."""


def trial_of(pilot_id: int) -> Trial:
    """All of one trial. Raises Http404."""
    found = queries.trial(pilot_id)
    if found is None:
        raise Http404
    return found


@needs(access.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """Status any day; a cost is entered here too."""
    trial = trial_of(pilot_id)
    pilot = desk_reading.held(trial)
    if pilot.idea:
        return redirect("pilots:desk-card", pilot_id)
    form = forms.Spent(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            actions.record_cost(user_of(request), pilot_id, day=wanted["day"], amount_kr=wanted["amount_kr"], what=wanted["what"])
        except PilotError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Kostnaden är sparad."))
            return redirect("pilots:desk-pilot", pilot_id)
    context = frame(request, pilot, "desk-pilot") | {
        **told(trial)._asdict(),
        "after": after(trial),
        "lead": _lead(trial),
        "changes": _changes(trial),
        "next_look": trial.next_look,
        "costs": _costs(request, trial),
        "spent": formatting.number(trial.spent_kr),
        "ceiling": formatting.number(trial.card.cost_ceiling_kr) if trial.card.cost_ceiling_kr else "",
        "over": bool(trial.card.cost_ceiling_kr and trial.spent_kr > trial.card.cost_ceiling_kr),
        "form": form,
        "wrong": bool(form.errors),
        "open": trial.state != "closed",
        "begin_by": trial.card.purchase.begin_by,
        "rollout_url": _rollout_url(request, trial),
        "origin": origins.read(pilot.copied_from),
    }
    return render(request, "pilots/desk/status.html", context, status=422 if form.errors else 200)


class Told(NamedTuple):
    """What the card and the looks say, in words."""

    rule: Rule
    cells: tuple[Cell, ...]
    """What the rule says after the latest look that counts."""
    findings: tuple[Found, ...]
    """What must be known before the figures are believed."""
    notes: tuple[Found, ...]
    """The rest, for those who check them."""
    looks: tuple[Look, ...]
    """The latest first; those that no longer count among them."""
    line: Any
    """The chart that the public page has, from the latest look that counts; None before the first."""


Written = tuple[Card, Plan | None, Result | None, tuple[UnitRow, ...], tuple[LookRow, ...], int, dt.datetime | None, str]
_WRITTEN = msgspec.json.Decoder(Written)


def told(trial: Trial) -> Told:
    """The same trial is put into words once in each language: nothing of it changes between two looks."""
    version = trial.version
    held: Written = (
        *(version.card, version.rule, trial.result, trial.units, trial.looks),
        *(trial.edition, version.frozen_at, version.digest),
    )
    return _told(msgspec.json.encode(held), formatting.language())


@lru_cache(maxsize=64)
def _told(written: bytes, _tongue: str) -> Told:
    card, plan, result, units, looks, edition, frozen_at, digest = _WRITTEN.decode(written)
    rule = rule_of(card, edition, frozen_at, digest)
    rows = tuple([_look(card, one) for one in reversed(looks)])
    if result is None:
        return Told(rule, cells(None), (), (), rows, None)
    names = {one.ref: one.name for one in units}
    found = [Found(one.severity, finding_words.finding(one, card, names)) for one in result.findings]
    matters = tuple([one for one in found if one.severity != "note"])
    notes = tuple([one for one in found if one.severity == "note"])
    drawn = [public.Unit(one.ref, one.name, one.arm, "", one.begins) for one in units]
    line = public_charts.line(card, plan, result, drawn) if plan else None
    because = finding_words.because(result.because, card)
    return Told(rule, cells(result.verdict, because, sentences.requirement(card)), matters, notes, rows, line)


def after(trial: Trial) -> str:
    """Who decides and when, or who has decided."""
    made = [one for one in trial.decisions if one.taken_back_at is None]
    if made:
        last = made[-1]
        said = {"who": last.body, "day": formatting.day(last.day, weekday=False), "what": words.decision(last.decided)}
        return _("%(who)s beslutade %(day)s: %(what)s.") % said
    who = trial.committee or _("Kommunen")
    day = formatting.day(trial.last_day, weekday=False)
    return _("%(who)s beslutar senast %(day)s. Väljer de något annat än regeln säger visas skälet för alla.") % {
        "who": who,
        "day": day,
    }


def _lead(trial: Trial) -> str:
    first = formatting.day(trial.card.begins, weekday=False)
    last = formatting.day(trial.last_day, weekday=False, year=True)
    return f"{trial.service_title} · " + _("%(first)s till %(last)s") % {"first": first, "last": last}


def _changes(trial: Trial) -> tuple[Change, ...]:
    """Each change since the start, with the looks that it voided."""
    found: list[Change] = []
    for number, (version, rows) in enumerate(trial.changes(), 2):
        voided = sum(1 for one in trial.looks if one.voided_at and one.version < version.number)
        told = tuple(
            [(desk_words.field(name), desk_words.value(name, old), desk_words.value(name, new)) for name, old, new in rows]
        )
        found.append(Change(number, version.frozen_at or version.at, version.why, told, voided))
    return tuple(found)


def _look(card: Card, one: LookRow) -> Look:
    said = {
        "withdraw": _("Dra tillbaka"),
        "continue": _("Fortsätt"),
        "scale_up": _("Skala upp"),
        "withheld": _("Inget svar"),
    }
    difference = interval = ""
    if one.estimate is not None and card.primary is not None:
        difference = sentences.signed(one.estimate.value, card.primary.unit, card.scale)
        interval = sentences.interval(card, one.estimate)
    voided = one.voided_at and one.voided_at.date()
    return Look(one.through, difference, interval, said.get(one.verdict, one.verdict), one.version, one.planned, voided)


def _rollout_url(request: HttpRequest, trial: Trial) -> str:
    """Where one sees where the service is on; empty for whoever may not, and when the roll-out is taken away."""
    if not city_access.FOLLOW_ROLLOUT.held_by(request.user) or not trial.switch or trial.state == "closed":
        return ""
    return reverse("city:rollout", args=[trial.switch])


def _costs(request: HttpRequest, trial: Trial) -> tuple[Spent, ...]:
    may = trial.state != "closed" and access.PLAN.held_by(request.user)
    return tuple(
        [
            Spent(
                one.day,
                one.what,
                formatting.number(one.amount_kr),
                reverse("pilots:desk-cost-remove", args=[trial.id, one.id]) if may else "",
            )
            for one in reversed(trial.costs)
        ]
    )


@needs(access.PLAN)
@require_POST
def look_now(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """Ask for a look at the figures as they are; it is made by a job."""
    pilot = desk_reading.opened(pilot_id)
    if pilot.running:
        tasks.look_now.configure(queueing_lock=f"pilots.look_now:{pilot_id}").defer(pilot_id=pilot_id)
        messages.success(request, _("Siffrorna räknas nu. Ladda om sidan om en liten stund."))
    return redirect("pilots:desk-pilot", pilot_id)


@needs(access.PLAN)
@require_POST
def remove_cost(request: HttpRequest, pilot_id: int, cost_id: int) -> HttpResponse:
    """Take away a cost entered by mistake."""
    if not Cost.objects.filter(pk=cost_id, pilot=pilot_id).exists():
        raise Http404
    user = user_of(request)
    try:
        actions.remove_cost(user, cost_id)
    except PilotError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Kostnaden är borttagen."))
    return redirect("pilots:desk-pilot", pilot_id)
