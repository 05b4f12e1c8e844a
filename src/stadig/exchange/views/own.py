"""Mina sidor: every question to agencies about the one who is logged in, and the same on paper."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from stadig.city.permissions import needs, signed_in
from stadig.exchange import access, extract, told

PER_PAGE: Final = 12


@signed_in
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """When, which agencies, about which months, for what, who, and who has read the answers since."""
    person = _own(request)
    page = Paginator(range(told.count(person)), PER_PAGE).get_page(request.GET.get("sida"))
    asked = told.about(person, first=max(0, page.start_index() - 1), most=PER_PAGE) if page.paginator.count else ()
    context = {"page": page, "months": told.by_month(asked), "laws": told.laws(asked)}
    return render(request, "exchange/own.html", context)


@signed_in
@never_cache
@require_safe
def printed(request: HttpRequest) -> HttpResponse:
    """The whole log on paper, by the person. That it was printed is logged."""
    return _pdf(extract.own(request.user, _own(request)))  # type: ignore[arg-type]


@needs(access.PRINT_LOG)
@never_cache
@require_safe
def printed_for(request: HttpRequest, person_id: int) -> HttpResponse:
    """The log of the person on paper, for one without e-identification: the questions of the units that the printer works for."""
    case = request.GET.get("arende", "")
    try:
        body = extract.of_person(request.user, person_id, int(case) if case.isdigit() else None)  # type: ignore[arg-type]
    except extract.NobodyThere:
        raise Http404 from None
    except extract.NothingAsked:
        messages.info(request, _("Det finns inga frågor till myndigheter om personen som du får skriva ut."))
        return redirect("city:desk")
    return _pdf(body)


def _own(request: HttpRequest) -> int:
    user: Any = request.user
    if user.person_id is None:
        raise Http404
    return int(user.person_id)


def _pdf(body: bytes) -> HttpResponse:
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="fragor-till-myndigheter.pdf"'
    return response
