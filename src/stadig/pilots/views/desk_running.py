"""A trial that runs, for those who answer for it: what the rule says today, the looks so far, the figures, the money."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

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
    public,
    public_charts,
    queries,
    sentences,
    tasks,
    words,
)
from stadig.pilots.errors import PilotError
from stadig.pilots.models import Cost
from stadig.pilots.queries import LookRow, Trial
from stadig.pilots.showing import Cell, cells
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
    """A cost in the table."""

    id: int
    day: dt.date
    what: str
    amount: str
    may_remove: bool


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
    pilot = desk_reading.opened(pilot_id)
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
    trial = trial_of(pilot_id)
    context = frame(request, pilot, "desk-pilot") | {
        "rule": rule_of(pilot, trial.edition),
        "cells": cells_of(trial),
        "after": after(trial),
        "lead": _lead(trial),
        "findings": _findings(trial),
        "changes": _changes(trial),
        "line": _line(trial),
        "looks": _looks(trial),
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
    }
    return render(request, "pilots/desk/status.html", context, status=422 if form.errors else 200)


def cells_of(trial: Trial) -> tuple[Cell, ...]:
    """What the rule says after the latest look that counts."""
    if trial.result is None:
        return cells(None)
    because = finding_words.because(trial.result.because, trial.card)
    return cells(trial.result.verdict, because, sentences.requirement(trial.card))


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


def _findings(trial: Trial) -> tuple[Found, ...]:
    if trial.result is None:
        return ()
    return tuple([Found(one.severity, finding_words.finding(one, trial.card)) for one in trial.result.findings])


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


def _looks(trial: Trial) -> tuple[Look, ...]:
    """The looks, the latest first; those that no longer count among them."""
    return tuple([_look(trial, one) for one in reversed(trial.looks)])


def _look(trial: Trial, one: LookRow) -> Look:
    said = {
        "withdraw": _("Dra tillbaka"),
        "continue": _("Fortsätt"),
        "scale_up": _("Skala upp"),
        "withheld": _("Inget svar"),
    }
    difference = interval = ""
    if one.estimate is not None and trial.card.primary is not None:
        difference = sentences.signed(one.estimate.value, trial.card.primary.unit, trial.card.scale)
        interval = sentences.interval(trial.card, one.estimate)
    voided = one.voided_at and one.voided_at.date()
    return Look(one.through, difference, interval, said.get(one.verdict, one.verdict), one.version, one.planned, voided)


def _rollout_url(request: HttpRequest, trial: Trial) -> str:
    """Where one sees where the service is on; empty for whoever may not, and when the roll-out is taken away."""
    if not city_access.FOLLOW_ROLLOUT.held_by(request.user) or not trial.switch or trial.state == "closed":
        return ""
    return reverse("city:rollout", args=[trial.switch])


def _line(trial: Trial) -> Any:
    """The chart that the public page has, from the latest look that counts."""
    rule = trial.version.rule
    if trial.result is None or rule is None:
        return None
    units = [public.Unit(one.ref, one.name, one.arm, "", one.begins) for one in trial.units]
    return public_charts.line(trial.card, rule, trial.result, units)


def _costs(request: HttpRequest, trial: Trial) -> tuple[Spent, ...]:
    may = trial.state != "closed" and access.PLAN.held_by(request.user)
    return tuple([Spent(one.id, one.day, one.what, formatting.number(one.amount_kr), may) for one in reversed(trial.costs)])


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
