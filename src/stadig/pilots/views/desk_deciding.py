"""The end of a trial: what the rule says, what is decided, what was learnt, and closing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from stadig.city.permissions import needs
from stadig.pilots import access, actions, desk_reading, forms, words
from stadig.pilots.errors import NeedsReason, PilotError
from stadig.pilots.models import Lesson
from stadig.pilots.views.desk_frame import frame, user_of
from stadig.pilots.views.desk_running import after, told, trial_of


@needs(access.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """Decide, write down what was learnt, take a decision back, close: each with its own button."""
    pilot = desk_reading.opened(pilot_id)
    if pilot.idea:
        return redirect("pilots:desk-card", pilot_id)
    trial = trial_of(pilot_id)
    do = request.POST.get("_do", "") if request.method == "POST" else ""
    decision = forms.Decide(trial.rule_says, request.POST if do == "decide" else None, initial={"body": pilot.committee})
    lesson = forms.Learn(request.POST if do == "lesson" else None, auto_id="l-%s")
    back = forms.Reopen(request.POST if do == "reopen" else None, auto_id="r-%s")
    trouble = ""
    try:
        said = _do(request, pilot_id, do, {"decide": decision, "lesson": lesson, "reopen": back})
    except NeedsReason as error:
        trouble = _place(error, decision)
    except PilotError as error:
        trouble = str(error)
    else:
        if said:
            messages.success(request, said)
            return redirect("pilots:desk-decide", pilot_id)
    wrong = bool(trouble or decision.errors or lesson.errors or back.errors)
    context = frame(request, pilot, "desk-decide") | {
        "cells": told(trial).cells,
        "after": after(trial),
        "choices": tuple([(one, words.decision(one.decided), words.decision(one.rule_said)) for one in trial.decisions]),
        "trial": trial,
        "decision": decision,
        "lesson": lesson,
        "back": back,
        "trouble": trouble,
        "wrong": wrong,
        "failed": tuple(one for one in trial.lessons if not one.worked),
        "worked": tuple(one for one in trial.lessons if one.worked),
        "open": trial.state != "closed",
    }
    return render(request, "pilots/desk/decide.html", context, status=422 if wrong else 200)


def _do(request: HttpRequest, pilot_id: int, do: str, asked: dict[str, Any]) -> str:
    """What the button of the page does; returns what to say when it is done, empty when nothing was."""
    user = user_of(request)
    if do == "close":
        actions.close(user, pilot_id)
        return _("Försöket är avslutat.")
    form = asked.get(do)
    if form is None or not form.is_valid():
        return ""
    wanted = form.cleaned_data
    if do == "decide":
        actions.decide(user, pilot_id, wanted["decided"], body=wanted["body"], day=wanted["day"], reason=wanted["reason"])
        return _("Beslutet är sparat och syns på försökets sida.")
    if do == "lesson":
        actions.add_lesson(user, pilot_id, worked=wanted["worked"] == "yes", title=wanted["title"], text=wanted["text"])
        return _("Lärdomen är sparad.")
    actions.reopen(user, pilot_id, wanted["why"])
    return _("Beslutet är taget tillbaka. Försöket pågår igen.")


def _place(error: NeedsReason, decision: forms.Decide) -> str:
    """What lacks is told at its field."""
    at = {"other_way_needs_reason": "reason", "reason_too_short": "reason", "decision_day_out": "day"}.get(error.code)
    if decision.is_bound and at:
        decision.add_error(at, str(error))
        return ""
    return str(error)


@needs(access.PLAN)
@require_POST
def remove_lesson(request: HttpRequest, pilot_id: int, lesson_id: int) -> HttpResponse:
    """Take away a lesson of a trial that is not closed."""
    if not Lesson.objects.filter(pk=lesson_id, pilot=pilot_id).exists():
        raise Http404
    user = user_of(request)
    try:
        actions.remove_lesson(user, lesson_id)
    except PilotError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Lärdomen är borttagen."))
    return redirect("pilots:desk-decide", pilot_id)
