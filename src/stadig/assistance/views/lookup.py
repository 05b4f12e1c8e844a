"""The page of what agencies know of someone in a case: asked, answered, asked again."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from stadig.assistance import access, agencies, asking, before, errors, lookups, pages
from stadig.assistance.desk import Head, Past, Person
from stadig.assistance.forms import Ask
from stadig.assistance.lookups import Lookup
from stadig.assistance.views.shared import back, found, lookup_of, once, read
from stadig.city import clock, live
from stadig.city.permissions import needs
from stadig.exchange import access as exchange_access
from stadig.exchange import actions as exchange
from stadig.exchange import waiting
from stadig.exchange.spending import ExchangeError
from stadig.exchange.telling import topic
from stadig.ui import formatting

READ_SECONDS = 600
"""For so long an open page fetches its news without being noted as another reading."""
ACT = re.compile(r"\b\d{4}:\d{1,4}\b")
_SALT = "stadig.assistance.reading"


@needs(access.READ)
@never_cache
@require_safe
def page(request: HttpRequest, case_id: int, person_id: int | None = None) -> HttpResponse:
    """The latest answers about a person in the case, or what will be asked. That it was read is written down."""
    head, person = found(request, case_id, person_id)
    past = head.asked(person)
    named = request.GET.get("fraga", "")
    lookup = None if "ny" in request.GET else read(head, person, named)
    if lookup is None:
        return before_asking(request, head, person, past)
    exchange.record_readings(request.user, lookup.ids, "read")  # type: ignore[arg-type]
    return render(request, "assistance/lookup.html", _context(request, head, person, lookup, past))


def before_asking(
    request: HttpRequest, head: Head, person: Person, past: tuple[Past, ...], form: Ask | None = None
) -> HttpResponse:
    """What will be asked of whom, by which law, and the one button; and what was written down of calls."""
    context = _about(request, head, person) | _before(request, head, person, past, form)
    return render(request, "assistance/lookup.html", context, status=422 if form is not None else 200)


@needs(access.READ)
@never_cache
@require_safe
def news(request: HttpRequest, case_id: int, person_id: int, lookup_id: int) -> HttpResponse:
    """What has come since the page was opened, to be put in where it stands. Whoever has not opened the page is noted as reading."""
    head, person = found(request, case_id, person_id)
    lookup = read(head, person, str(lookup_id))
    if lookup is None:
        raise Http404
    unseen = set(lookup.ids) - _seen(request)
    if unseen:
        exchange.record_readings(request.user, unseen, "read")  # type: ignore[arg-type]
    place = pages.Place(head.pk, person.pk, head.may_ask)
    # A page whose token has ended is refused by the stream; what it then fetches (live.js) is put where it listened.
    slept = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Trigger") != "nytt"
    context = {
        "shown": pages.shown(lookup, place, oob=True),
        "laws": _laws(lookup),
        "listens_anew": bool(unseen) or slept,
        "oob": not slept,
        "may_ask": head.may_ask,
        "proposal": _proposal(head, person),
    }
    return render(request, "assistance/live.html", context | _listening(request, head, person, lookup))


@needs(access.ASK)
@require_POST
def ask(request: HttpRequest, case_id: int, person_id: int) -> HttpResponse:
    """Ask the chosen agencies. What was asked within the hour is shown instead."""
    head, person = found(request, case_id, person_id)
    form = Ask(request.POST)
    chosen = request.POST.getlist("agency")
    if not form.is_valid():
        return before_asking(request, head, person, head.asked(person), form)
    period = (form.cleaned_data["first"], form.cleaned_data["last"])
    try:
        asking.ask(request.user, case_id, person_id, period, chosen, request_id=once(request))  # type: ignore[arg-type]
    except (
        errors.NothingChosen,
        errors.UnknownAgency,
        errors.WrongPeriod,
        errors.OutsideThePeriod,
        errors.NoneMayBeAsked,
    ) as fault:
        of_period = isinstance(fault, errors.WrongPeriod | errors.OutsideThePeriod)
        form.add_error("last" if of_period else None, str(fault))
        return before_asking(request, head, person, head.asked(person), form)
    except (errors.NotAllowed, ExchangeError) as fault:
        return back(request, case_id, person_id, fault)
    return back(request, case_id, person_id)


@needs(access.ASK)
@require_POST
def ask_again(request: HttpRequest, case_id: int, person_id: int) -> HttpResponse:
    """Ask once more about what is missing: one agency, or all that did not answer."""
    head, person = found(request, case_id, person_id)
    lookup = lookup_of(request, head, person)
    if lookup is None:
        raise Http404
    agencies = request.POST.getlist("agency")
    try:
        asking.ask_again(request.user, case_id, person_id, lookup.pk, agencies, request_id=once(request))  # type: ignore[arg-type]
    except (errors.NotAllowed, ExchangeError) as fault:
        return back(request, case_id, person_id, fault)
    return back(request, case_id, person_id)


@needs(access.READ)
@require_POST
def number(request: HttpRequest, case_id: int, person_id: int) -> HttpResponse:
    """The whole personnummer, on this answer alone; that it was shown is logged."""
    head, person = found(request, case_id, person_id)
    try:
        written = asking.show_number(request.user, case_id, person_id)  # type: ignore[arg-type]
    except errors.NotAllowed as fault:
        return back(request, case_id, person_id, fault)
    if request.headers.get("HX-Request"):
        response = render(request, "assistance/_number.html", {"number": written})
    else:
        past = head.asked(person)
        lookup = read(head, person, "")
        if lookup is None:
            context = _about(request, head, person) | _before(request, head, person, past, None)
        else:
            context = _context(request, head, person, lookup, past)
        response = render(request, "assistance/lookup.html", context | {"number": written})
    response["Cache-Control"] = "no-store"
    return response


def _about(request: HttpRequest, head: Head, person: Person) -> dict[str, Any]:
    return {
        "head": head,
        "person": person,
        "month": formatting.MONTHS[formatting.language()][head.month.month - 1],
        "may_ask": head.may_ask,
        "once": uuid4(),
        "today": clock.today(),
        "proposal": _proposal(head, person),
    }


def _before(request: HttpRequest, head: Head, person: Person, past: tuple[Past, ...], form: Ask | None) -> dict[str, Any]:
    place = pages.Place(head.pk, person.pk, head.may_ask)
    chosen = tuple(request.POST.getlist("agency")) if form is not None else None
    asked = lookups.newest(past, head.period)
    return {
        "form": form or Ask(initial={"first": head.period[0], "last": head.period[1]}),
        "period": head.period,
        "will_ask": before.will_ask(chosen),
        "why_not": before.why_not(request.user, head, person),
        "told": () if asked else pages.told(lookups.told(past), place),
        "past": _past(head, person, past, None),
        "asked_before": asked is not None,
    }


def _context(request: HttpRequest, head: Head, person: Person, lookup: Lookup, past: tuple[Past, ...]) -> dict[str, Any]:
    shown = pages.shown(lookup, pages.Place(head.pk, person.pk, head.may_ask))
    newest = lookups.newest(past, head.period)
    is_older = newest is not None and newest.pk != lookup.pk
    mine = lookup.by_id == request.user.pk
    summary = pages.Summary(lookup.pk, lookup.asked_at, lookup.by, mine, lookup.period, is_older)
    return (
        _about(request, head, person)
        | {
            "lookup": summary,
            "may_print_log": exchange_access.PRINT_LOG.held_by(request.user),
            "period": lookup.period,
            "shown": shown,
            "laws": _laws(lookup),
            "left_out": tuple((code, agencies.name(code)) for code in lookup.left_out),
            "past": _past(head, person, past, lookup) if len(past) > 1 else (),
            "wait": _waiting(request, head, person, lookup) if shown.axis.runs else "",
        }
        | _listening(request, head, person, lookup)
    )


def _proposal(head: Head, person: Person) -> str:
    """The calculation, which need not say again what stands beside the answers on this page."""
    return f"{reverse('assistance:proposal', args=[head.pk])}?{urlencode({'hos': person.role})}"


def _waiting(request: HttpRequest, head: Head, person: Person, lookup: Lookup) -> str:
    """Where a browser without JavaScript waits until the lookup is over, and is then led back here."""
    here = reverse("assistance:person", args=[head.pk, person.pk])
    return waiting.address(request.user, lookup.running, lookup.deadline_at, here)


def _laws(lookup: Lookup) -> str:
    """The acts that the answers rest on, each once, as a reader looks them up: *SFS 2025:400 och 2008:975*."""
    acts = dict.fromkeys(act for statute in lookup.statutes for act in ACT.findall(statute))
    return f"SFS {formatting.list_of(list(acts))}" if acts else "; ".join(lookup.statutes)


def _listening(request: HttpRequest, head: Head, person: Person, lookup: Lookup) -> dict[str, Any]:
    opened = signing.dumps([request.user.pk, *lookup.ids], salt=_SALT)
    address = reverse("assistance:news", args=[head.pk, person.pk, lookup.pk])
    return {
        "tokens": [live.token(request.user, topic(one)) for one in lookup.topics],
        "address": f"{address}?oppnad={opened}",
        "elapsed": round(lookup.elapsed * 1000),
    }


def _seen(request: HttpRequest) -> frozenset[int]:
    """The questions whose answers the page showed when it was opened, and which were noted then, a short while ago."""
    try:
        who, *ids = signing.loads(request.GET.get("oppnad", ""), salt=_SALT, max_age=READ_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return frozenset()
    return frozenset(ids) if who == request.user.pk else frozenset()


def _past(head: Head, person: Person, past: tuple[Past, ...], lookup: Lookup | None) -> tuple[pages.PastRow, ...]:
    address = reverse("assistance:person", args=[head.pk, person.pk])
    return tuple(
        pages.PastRow(one, f"{address}?fraga={one.pk}", current=lookup is not None and one.pk == lookup.pk) for one in past
    )
