"""The staff start page, *Läget*, and what all staff may read: the organisation, what services gave."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stadig.city import access, clock, desk, effects, queries
from stadig.city.permissions import needs

PERIOD = dt.timedelta(days=30)


@needs(access.STAFF_START)
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What the rooms have for the one who asks, the most urgent first."""
    return render(request, "city/desk.html", {"cards": desk.cards_for(request.user), "today": clock.today()})


@needs(access.ORGANISATION)
@require_safe
def organisation(request: HttpRequest) -> HttpResponse:
    """Committees, each an authority of its own, with what lies beneath them."""
    return render(request, "city/organisation.html", {"rows": queries.organisation_rows()})


@needs(access.EFFECTS)
@require_safe
def effect_summary(request: HttpRequest) -> HttpResponse:
    """What the services gave in the last thirty days: measured first."""
    end = clock.now()
    rows = queries.effect_rows(effects.summary(end - PERIOD, end))
    return render(request, "city/effects.html", {"rows": rows, "begins": clock.local(end - PERIOD), "ends": clock.local(end)})
