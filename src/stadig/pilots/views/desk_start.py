"""The last page before the start: everything read once more, the sentence as it will be frozen, and what is turned on where."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stadig.city import clock
from stadig.city.permissions import needs
from stadig.pilots import (
    access,
    actions,
    card_fields,
    card_reading,
    card_showing,
    desk_reading,
    desk_refusals,
    desk_words,
    finding_words,
    sources,
    words,
)
from stadig.pilots import card as cards
from stadig.pilots.card_measures import Offered
from stadig.pilots.card_showing import Todo
from stadig.pilots.desk_reading import Opened, UnitRow
from stadig.pilots.errors import NotReady, PilotError
from stadig.pilots.statistics.terms import Design, Scale
from stadig.pilots.views.desk_card import rule_of
from stadig.pilots.views.desk_frame import frame, user_of
from stadig.ui import formatting


class Said(NamedTuple):
    """One answer of the card, to be read."""

    label: str
    value: str


class Read(NamedTuple):
    """A section of the card, to be read."""

    title: str
    rows: tuple[Said, ...]


@needs(access.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, pilot_id: int) -> HttpResponse:
    """Read, and start."""
    pilot = desk_reading.opened(pilot_id)
    trouble: list[str] = []
    if request.method == "POST" and pilot.idea and request.POST.get("seen", "") != str(pilot.number):
        trouble = [_("Kortet ändrades medan du läste. Läs igenom det en gång till och starta sedan.")]
    elif request.method == "POST":
        try:
            actions.start(user_of(request), pilot_id)
        except NotReady as error:
            trouble = [
                *(words.problem(one) for one in error.problems),
                *(finding_words.finding(one, pilot.card) for one in error.findings),
            ]
        except PilotError as error:
            trouble = [str(error)]
        else:
            messages.success(request, _("Försöket har startat. Kortet och regeln är låsta."))
            return redirect("pilots:desk-pilot", pilot_id)
    if not pilot.idea:
        return redirect("pilots:desk-pilot", pilot_id)
    units = desk_reading.units_of(pilot_id)
    offered = desk_reading.offered(pilot.card.service)
    _parts, left = card_showing.saved(pilot.text, formatting.language(), offered, clock.today())
    unknown = [Todo(words.problem(one), card_showing.anchor_of(one.where), one.where) for one in sources.unknown(pilot.card)]
    card_url, units_url = (reverse(f"pilots:{name}", args=[pilot_id]) for name in ("desk-card", "desk-units"))
    todo = tuple(
        [one._replace(anchor=units_url if one.where == "allocation" else f"{card_url}#{one.anchor}") for one in (*left, *unknown)]
    )
    told = desk_refusals.told(pilot)
    context = frame(request, pilot, "desk-start") | {
        "rule": rule_of(pilot.card, 1, pilot.frozen_at, pilot.digest),
        "sections": _sections(formatting.language(), pilot.text, offered),
        "todo": todo,
        "told": told,
        "trouble": trouble,
        "wrong": bool(trouble),
        "effects": _effects(pilot, units),
        "ready": not todo and not told.refused,
        "may_start": access.DECIDE.held_by(request.user),
    }
    return render(request, "pilots/desk/start.html", context, status=422 if trouble else 200)


@lru_cache(maxsize=64)
def _sections(_tongue: str, text: str, offered: Offered) -> tuple[Read, ...]:
    """The card (JSON) as answers: empty ones that are voluntary are left out. The same are put into words once in each language."""
    card = cards.read(json.loads(text))
    values, titles = card_reading.values(card), dict(offered.services) | offered.titles
    unit = "%" if card.scale is Scale.RELATIVE else values.get("primary.unit", "")
    found: list[Read] = []
    for section in card_fields.SECTIONS:
        rows = [
            Said(str(one.label), _value(one, values.get(one.name, ""), unit, titles))
            for one in section.fields
            if (values.get(one.name) or not one.optional) and _asked(card, one.name)
        ]
        found.append(Read(str(section.title), tuple(rows)))
        if section is card_fields.PRIMARY:
            limits = tuple(Said(one.outcome.title, _bound(one)) for one in card.guardrails)
            found.append(Read(_("Gränser för skada"), limits))
            if card.benefits:
                found.append(Read(_("Andra nyttor"), tuple(Said(one.title, _benefit(one)) for one in card.benefits)))
    return tuple(found)


def _asked(card: cards.Card, name: str) -> bool:
    """Whether the answer matters for this card: what only another design, or another way to buy, would use is left out."""
    only: dict[str, bool] = {
        "planned_n": card.design is Design.PERSONS,
        "spending": card.design in (Design.AREAS, Design.COMPARISON),
        "chosen_because_worst": card.design is not Design.PERSONS,
        "purchase.months": card.purchase.way == "tender",
    }
    return only.get(name, True)


def _bound(limit: cards.Guardrail) -> str:
    least = _("minst") if limit.outcome.direction == "more" else _("högst")
    return f"{least} {card_reading.written(limit.bound)} {limit.outcome.unit}"


def _benefit(one: cards.Outcome) -> str:
    if one.source == "derived":
        return _("%(unit)s, räknas från ett annat mått och är ingen egen mätning") % {"unit": one.unit}
    return one.unit


def _value(one: card_fields.Field, text: str, unit: str, titles: Mapping[str, Any]) -> str:
    """An answer as it is read; ``unit`` is the one that effects are told in."""
    if one.kind == "check":
        return _("Ja") if text else _("Nej")
    if not text:
        return _("Inte ifyllt än")
    if one.kind == "date":
        return formatting.day(dt.date.fromisoformat(text), weekday=False, year=True)
    if one.name == "primary.each":
        text = desk_words.value(one.name, text)
        return titles.get(f"effects:{text}", text)
    if one.kind in ("choice", "select", "measure"):
        return titles.get(text, text) if one.name in ("service", "primary.figures") else desk_words.value(one.name, text)
    if one.kind in ("number", "whole"):
        text = formatting.number(float(text.replace(",", ".")), len(text.partition(",")[2]))
    return f"{text} {unit if one.kind == 'effect' else one.unit}".strip()


def _effects(pilot: Opened, units: list[UnitRow]) -> tuple[str, ...]:
    """What the start does to the roll-out, in sentences."""
    first = formatting.day(pilot.card.begins, weekday=False, year=True) if pilot.card.begins else ""
    when = _("från %(day)s") % {"day": first} if first else ""
    if pilot.card.design is Design.PERSONS:
        return (
            _("Hälften av dem som kommer får tjänsten %(when)s. Lotten avgör vilka.") % {"when": when},
            _("Samma person får alltid samma svar."),
        )
    names = [one.name for one in units if one.arm == "pilot"]
    others = [one.name for one in units if one.arm == "comparison"]
    found = [_("Tjänsten slås på %(when)s i %(where)s.") % {"when": when, "where": formatting.list_of(names)}] if names else []
    if others:
        found.append(_("I %(where)s är allt som förut.") % {"where": formatting.list_of(others)})
    return tuple(found)
