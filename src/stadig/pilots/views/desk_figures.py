"""Figures from a file: looked through row by row before anything is taken in, and what has come in so far."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from stadig.city.permissions import needs
from stadig.pilots import access, actions, desk_reading, figures, finding_words, forms, incoming
from stadig.pilots.card_fields import SOURCES
from stadig.pilots.errors import PilotError
from stadig.pilots.models import Pilot
from stadig.pilots.queries import Trial
from stadig.pilots.statistics.terms import Finding
from stadig.pilots.views.desk_frame import frame, user_of
from stadig.pilots.views.desk_running import trial_of

_FINDINGS = msgspec.json.Decoder(tuple[Finding, ...])  # makes the type whole before two threads convert to it


class Came(NamedTuple):
    """Figures that came in together."""

    title: str
    source: str
    name: str
    rows: int
    at: dt.datetime
    findings: tuple[str, ...]


class Found(NamedTuple):
    """Something that the file has, in words."""

    severity: str
    said: str


@needs(access.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def incoming_figures(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """The latest batches, and a file to look through or to take in."""
    pilot = desk_reading.opened(pilot_id)
    trial = trial_of(pilot_id)
    asked = [one for one in figures.outcomes_of(trial.card) if one.source == "upload"]
    do = request.POST.get("_do", "") if request.method == "POST" else ""
    if do in ("confirm", "throw"):
        return _answered(request, pilot_id, do)
    form = forms.Upload([(one.slug, one.title) for one in asked], request.POST or None, request.FILES or None)
    found: tuple[Found, ...] = ()
    if do and form.is_valid():
        file, slug = form.cleaned_data["file"], form.cleaned_data["outcome"]
        data = file.read()
        outcome = next(one for one in asked if one.slug == slug)
        _rows, findings = incoming.rows_of(outcome, trial.card, Pilot.objects.get(pk=pilot_id), file.name, data)
        found = tuple(Found(one.severity, finding_words.finding(one, trial.card)) for one in findings)
        refused = sum(one.code in incoming.REFUSED for one in findings)
        if refused:
            said = ngettext(
                "Filen togs inte in: %(n)d fel. Rätta det och välj filen igen.",
                "Filen togs inte in: %(n)d fel. Rätta dem och välj filen igen.",
                refused,
            )
            form.add_error("file", said % {"n": refused})
        elif do == "check":
            try:
                actions.keep_waiting(user_of(request), data, file.name, pilot_id=pilot_id, outcome=slug)
            except PilotError as error:
                form.add_error(None, str(error))
            else:
                form = forms.Upload([(one.slug, one.title) for one in asked])
        elif _taken(request, form, pilot_id, data):
            return redirect("pilots:desk-figures", pilot_id)
    waits = actions.waiting(user_of(request), pilot_id) if trial.state != "closed" else None
    context = frame(request, pilot, "desk-figures") | {
        "form": form,
        "asked": asked,
        "found": found,
        "waits": waits,
        "waits_for": next((one.title for one in asked if waits and one.slug == waits.outcome), ""),
        "wrong": bool(form.errors),
        "batches": _batches(trial),
        "open": trial.state != "closed",
    }
    return render(request, "pilots/desk/figures.html", context, status=422 if form.errors else 200)


def _answered(request: HttpRequest, pilot_id: int, do: str) -> HttpResponse:
    """The file that was looked through is taken in, or thrown away. What keeps it out leaves it waiting."""
    user, waiting_id = user_of(request), request.POST.get("waiting", "")
    try:
        kept = actions.waiting_file(user, waiting_id, pilot_id)
        if do == "confirm":
            batch = actions.upload(user, pilot_id, kept.outcome, kept.name, kept.data)
            messages.success(request, ngettext("En rad är inne.", "%(n)d rader är inne.", batch.rows) % {"n": batch.rows})
        else:
            messages.success(request, _("Filen är borttagen. Inget av den är sparat."))
        actions.throw_away(user, kept.id)
    except PilotError as error:
        messages.error(request, str(error))
    return redirect("pilots:desk-figures", pilot_id)


def _taken(request: HttpRequest, form: forms.Upload, pilot_id: int, data: bytes) -> bool:
    """Take the file in; what keeps it out is told at the form."""
    try:
        batch = actions.upload(user_of(request), pilot_id, form.cleaned_data["outcome"], form.cleaned_data["file"].name, data)
    except PilotError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, ngettext("En rad är inne.", "%(n)d rader är inne.", batch.rows) % {"n": batch.rows})
    return True


def _batches(trial: Trial) -> tuple[Came, ...]:
    titles = {one.slug: one.title for one in figures.outcomes_of(trial.card)}
    sources = {slug: str(said) for slug, said in SOURCES} | {"derived": _("Räknas från ett annat mått")}
    return tuple(
        [
            Came(
                titles.get(one.outcome, one.outcome),
                sources.get(one.source, one.source),
                one.name if one.source == "upload" else "",  # what the city reads itself is named in the machine's words
                one.rows,
                one.at,
                _told(one.findings, trial),
            )
            for one in trial.batches[:20]
        ]
    )


def _names(trial: Trial) -> dict[str, str]:
    """What the figures call a unit → its name."""
    return {one.ref: one.name for one in trial.units}


def _told(findings: tuple[Any, ...], trial: Trial) -> tuple[str, ...]:
    names = _names(trial)
    return tuple([finding_words.finding(one, trial.card, names) for one in msgspec.convert(findings, tuple[Finding, ...])])
