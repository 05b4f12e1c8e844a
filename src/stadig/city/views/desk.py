"""The staff start page, *Läget*, and what all staff may read: the organisation."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stadig.city import access, clock, desk, queries
from stadig.city.permissions import needs
from stadig.city.views import given


@needs(access.STAFF_START)
@require_safe
def start(request: HttpRequest) -> HttpResponseBase:
    """What the rooms have for the one who asks, the most urgent first; a director meets what the services gave."""
    if given.is_for(request):
        return given.director_start(request)
    return render(request, "city/desk.html", {"cards": desk.cards_for(request.user), "today": clock.today()})


@needs(access.ORGANISATION)
@require_safe
def organisation(request: HttpRequest) -> HttpResponse:
    """Committees, each an authority of its own, with what lies beneath them."""
    return render(request, "city/organisation.html", {"rows": queries.organisation_rows()})
