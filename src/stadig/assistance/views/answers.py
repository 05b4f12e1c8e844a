"""One answer in full, the whole as a file or on paper, saved in the case, and what was told on the phone. Every look is logged."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stadig.assistance import access, agencies, answering, asking, errors, facts_out, pages
from stadig.assistance.desk import Head, Person
from stadig.assistance.forms import Called
from stadig.assistance.lookups import Lookup
from stadig.assistance.views.shared import back, found, lookup_of, once
from stadig.city import clock
from stadig.city.permissions import needs
from stadig.exchange import actions as exchange
from stadig.exchange import queries
from stadig.exchange.connections import known_agencies
from stadig.exchange.sealed import Told
from stadig.exchange.spending import ExchangeError
from stadig.files.actions import FileError
from stadig.ui import export, formatting


@needs(access.READ)
@never_cache
@require_safe
def raw(request: HttpRequest, case_id: int, person_id: int, call_id: int) -> HttpResponse:
    """An agency's answer as it came, with each fact beside the place it was read from."""
    head, person = found(request, case_id, person_id)
    one = _raw(head, person, call_id)
    exchange.record_reading(request.user, one.lookup, "read raw")  # type: ignore[arg-type]
    context = {"head": head, "person": person, "raw": one, "answer": answering.answer(one)}
    return render(request, "assistance/raw.html", context)


@needs(access.READ)
@never_cache
@require_safe
def raw_file(request: HttpRequest, case_id: int, person_id: int, call_id: int) -> HttpResponse:
    """The very bytes, always as an attachment that no browser opens."""
    head, person = found(request, case_id, person_id)
    one = _raw(head, person, call_id)
    if one.body is None:
        raise Http404
    exchange.record_reading(request.user, one.lookup, "exported")  # type: ignore[arg-type]
    response = HttpResponse(one.body, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="svar-{one.call}.{answering.ending(one.media_type)}"'
    return response


@needs(access.READ)
@never_cache
@require_safe
def as_csv(request: HttpRequest, case_id: int, person_id: int) -> HttpResponse:
    """The facts, a row each, as Swedish Excel opens it."""
    lookup = _exported(request, case_id, person_id)
    text = "".join(export.csv_lines(facts_out.COLUMNS, facts_out.rows(lookup)))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="uppgifter-{lookup.pk}.csv"'
    return response


@needs(access.READ)
@never_cache
@require_safe
def as_json(request: HttpRequest, case_id: int, person_id: int) -> HttpResponse:
    """The facts as plain data."""
    head, _person = found(request, case_id, person_id)
    lookup = _exported(request, case_id, person_id)
    body = json.dumps(facts_out.as_json(lookup, head.number), ensure_ascii=False, indent=2)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="uppgifter-{lookup.pk}.json"'
    return response


@needs(access.READ)
@never_cache
@require_safe
def printed(request: HttpRequest, case_id: int, person_id: int) -> HttpResponse:
    """A clean page for paper, with where each figure comes from."""
    head, person = found(request, case_id, person_id)
    lookup = _lookup(request, head, person)
    exchange.record_readings(request.user, lookup.ids, "printed")  # type: ignore[arg-type]
    shown = pages.shown(lookup, pages.Place(head.pk, person.pk, may_ask=False))
    context = {
        "head": head,
        "person": person,
        "lookup": lookup,
        "shown": shown,
        "month": formatting.MONTHS[formatting.language()][head.month.month - 1],
        "printed_at": clock.now(),
    }
    return render(request, "assistance/print.html", context)


@needs(access.ASK)
@require_POST
def keep(request: HttpRequest, case_id: int, person_id: int) -> HttpResponse:
    """Put what the agencies said into the case as a note."""
    head, person = found(request, case_id, person_id)
    lookup = _lookup(request, head, person)
    try:
        document = asking.keep(request.user, case_id, person_id, lookup, request_id=once(request))  # type: ignore[arg-type]
    except errors.AssistanceError as fault:
        return back(request, case_id, person_id, fault)
    messages.success(request, _("Sparat i ärendet som handling %(number)s.") % {"number": document.number})
    return back(request, case_id, person_id)


@needs(access.ASK)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, case_id: int, person_id: int, agency: str) -> HttpResponse:
    """Write down what someone at an agency said."""
    head, person = found(request, case_id, person_id)
    if agency not in known_agencies():
        raise Http404
    now = formatting.local(clock.now())
    form = Called(request.POST or None, request.FILES or None, initial={"day": now, "time": f"{now:%H:%M}"})
    if request.method == "POST" and form.is_valid():
        try:
            _note(request, head, person, agency, form.cleaned_data)
        except FileError as fault:
            form.add_error("attached", str(fault))
        except (errors.NotAllowed, ExchangeError) as fault:
            return back(request, case_id, person_id, fault)
        else:
            messages.success(request, _("Samtalet är antecknat. Det räknas inte som underlag."))
            return back(request, case_id, person_id)
    context = {"head": head, "person": person, "form": form, "agency": agencies.of(agency), "code": agency, "once": uuid4()}
    return render(request, "assistance/call.html", context, status=422 if form.errors else 200)


def _note(request: HttpRequest, head: Head, person: Person, agency: str, said: dict[str, Any]) -> None:
    told = Told(said["whom"], said["at"], said["said"], said["number"], minutes=said["minutes"])
    about = asking.about(head, person)
    asking.note_call(request.user, about, agency, told, uploads=said["attached"], request_id=once(request))  # type: ignore[arg-type]


def _raw(head: Head, person: Person, call_id: int) -> queries.Raw:
    """An answer of this case and person, or 404."""
    try:
        one = queries.raw(call_id)
    except queries.NoSuchLookup:
        raise Http404 from None
    if (one.case, one.person) != (head.pk, person.pk):
        raise Http404
    return one


def _lookup(request: HttpRequest, head: Head, person: Person) -> Lookup:
    lookup = lookup_of(request, head, person)
    if lookup is None:
        raise Http404
    return lookup


def _exported(request: HttpRequest, case_id: int, person_id: int) -> Lookup:
    head, person = found(request, case_id, person_id)
    lookup = _lookup(request, head, person)
    exchange.record_readings(request.user, lookup.ids, "exported")  # type: ignore[arg-type]
    return lookup
