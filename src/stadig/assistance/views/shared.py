"""What every page about a lookup begins with: the case and the person for one who may read, or nothing at all."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from stadig.assistance import desk, errors, lookups
from stadig.assistance.desk import Head, Person
from stadig.assistance.lookups import Lookup
from stadig.exchange.spending import ExchangeError


def found(request: HttpRequest, case_id: int, person_id: int | None = None) -> tuple[Head, Person]:
    """The case and the person in it, or 404: that it exists is not told either."""
    try:
        head = desk.find(request.user, case_id)
        return head, head.person(person_id)
    except errors.NotAllowed:
        raise Http404 from None


def lookup_of(request: HttpRequest, head: Head, person: Person) -> Lookup | None:
    """The lookup that the address names (``?fraga=7``), else the latest; None where nobody has asked. 404 for another's."""
    return read(head, person, request.GET.get("fraga", "") or request.POST.get("lookup", ""))


def read(head: Head, person: Person, named: str) -> Lookup | None:
    """The lookup called ``named`` among those about the person, the newest when nothing is named; 404 for another's."""
    past = head.asked(person)
    newest = lookups.newest(past, head.period)
    wanted = next((one for one in past if str(one.pk) == named), None) if named else newest
    if wanted is None:
        if named:
            raise Http404
        return None
    return lookups.read(head, person, wanted, alone=wanted != newest)


def once(request: HttpRequest) -> UUID | None:
    """The form's own number: sent twice, it is done once."""
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return None


def back(request: HttpRequest, case_id: int, person_id: int, fault: Exception | None = None) -> HttpResponse:
    """To the page, with why something could not be done."""
    if isinstance(fault, errors.AlreadyAsked):
        messages.info(request, str(fault))
    elif isinstance(fault, ExchangeError):
        messages.error(request, str(errors.AssistanceError()))
    elif fault is not None:
        messages.error(request, str(fault))
    return redirect("assistance:person", case_id=case_id, person_id=person_id)
