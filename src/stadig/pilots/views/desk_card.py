"""The card on one page: saved as one goes, with the rule's sentence beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stadig.city import clock
from stadig.city.permissions import needs
from stadig.pilots import (
    access,
    actions,
    card_reading,
    card_showing,
    desk_reading,
    desk_refusals,
    desk_words,
    origins,
    sentences,
    words,
)
from stadig.pilots import card as cards
from stadig.pilots.card import Card
from stadig.pilots.card_showing import Todo
from stadig.pilots.desk_reading import Opened
from stadig.pilots.errors import ChangedMeanwhile, PilotError
from stadig.pilots.showing import Rule, Span
from stadig.pilots.views.desk_frame import frame, user_of
from stadig.ui import formatting


class Clash(NamedTuple):
    """A field that two changed at once."""

    field: str
    theirs: str
    mine: str


class Trouble(NamedTuple):
    """Why nothing was saved, when it is not one field's fault."""

    heading: str
    said: str
    clashes: tuple[Clash, ...] = ()


@needs(access.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """All that is said before the start. After it: a change, with a reason that is public."""
    if request.method == "POST":
        return _save(request, pilot_id)
    return _shown(request, desk_reading.opened(pilot_id), {}, {}, None)


def _save(request: HttpRequest, pilot_id: int) -> HttpResponse:
    seen = request.POST.get("seen", "")
    based = desk_reading.opened(pilot_id, int(seen) if seen.isdigit() and len(seen) < 6 else 0)
    posted: dict[str, str] = {name: str(value) for name, value in request.POST.items()}
    offered = desk_reading.offered(posted.get("service", "") or based.card.service)
    found = card_reading.read(posted, based.card, {slug for slug, _title in offered.services}, offered.measures)
    typed = {name: value for name, value in posted.items() if "." in name} | found.typed
    if found.errors:
        return _shown(request, based, typed, found.errors, None, why=posted.get("why", ""))
    try:
        if based.idea:
            actions.save_card(user_of(request), pilot_id, found.card, seen=based.number)
        else:
            actions.change(user_of(request), pilot_id, found.card, posted.get("why", ""), seen=based.number)
    except ChangedMeanwhile as error:
        latest = desk_reading.opened(pilot_id)
        return _shown(request, latest, typed, {}, _meanwhile(error, latest), why=posted.get("why", ""))
    except PilotError as error:
        trouble = Trouble(_("Det sparades inte"), str(error))
        return _shown(request, based, typed, {}, trouble, why=posted.get("why", ""))
    if not based.idea:
        messages.success(request, _("Kortet är ändrat. Skälet visas för alla."))
        return redirect("pilots:desk-pilot", pilot_id)
    if request.headers.get("HX-Request"):
        return _shown(request, desk_reading.opened(pilot_id), {}, {}, None)
    return redirect("pilots:desk-card", pilot_id)


def _meanwhile(error: ChangedMeanwhile, latest: Opened) -> Trouble:
    """What the other wrote beside what was typed: what stands in the form is one's own."""
    said = _("%(who)s sparade %(when)s och hade ändrat samma fält. Det du skrev står kvar här. Spara igen om ditt ska gälla.")
    clashes = tuple(
        Clash(desk_words.field(where), desk_words.value(where, theirs), desk_words.value(where, mine))
        for where, theirs, mine in error.fields
    )
    who = latest.saved_by or _("Någon annan")
    return Trouble(_("Någon annan hann före"), said % {"who": who, "when": formatting.moment(latest.saved_at)}, clashes)


def _shown(
    request: HttpRequest,
    pilot: Opened,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    trouble: Trouble | None,
    *,
    why: str = "",
) -> HttpResponse:
    offered, today = desk_reading.offered(pilot.card.service), clock.today() if pilot.idea else None
    parts, todo = card_showing.saved(pilot.text, formatting.language(), offered, today)
    if typed or errors:
        left = [(one.where, words.problem(one)) for one in cards.problems(pilot.card, today)]
        parts = card_showing.parts(pilot.card, typed, errors, left, offered)
    context = frame(request, pilot, "desk-card")
    context |= {
        "parts": parts,
        "todo": todo,
        "told": desk_refusals.told(pilot),
        "errors": tuple([Todo(said, card_showing.anchor_of(where)) for where, said in errors.items()]),
        "trouble": trouble,
        "wrong": bool(errors or trouble),
        "rule": rule_of(pilot.card, 1, pilot.frozen_at, pilot.digest),
        "begin_by": pilot.card.purchase.begin_by,
        "why": why,
        "origin": (first := origins.read(pilot.copied_from)),
        "origin_said": origins.said(first, pilot.card) if first else "",
        "may_save": context["may_plan"] if pilot.idea else context["may_decide"] and pilot.running,
    }
    refused = context["wrong"] and not request.headers.get("HX-Request")  # htmx shows nothing of an answer that is an error
    return render(request, "pilots/desk/card.html", context, status=422 if refused else 200)


def rule_of(card: Card, edition: int, frozen_at: dt.datetime | None, digest: str) -> Rule:
    """The rule of the card as a sentence, and in machine form as soon as it has one. ``edition`` counts the frozen versions."""
    said = sentences.rule(card) or (Span(_("Regeln skrivs här när ni har fyllt i måttet, kravet och sista dagen.")),)
    ready = card.design and card.primary and card.worthwhile and card.begins and card.ends
    machine = msgspec.json.format(msgspec.json.encode(cards.rule_of(card)), indent=2).decode() if ready else ""
    return Rule(said, edition, frozen_at and frozen_at.astimezone(formatting.STOCKHOLM).date(), digest, machine)
