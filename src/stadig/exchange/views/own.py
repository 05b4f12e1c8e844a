"""Mina sidor: every question to agencies about the one who is logged in."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from stadig.city.permissions import signed_in
from stadig.exchange import told


@signed_in
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """When, which agencies, by which law, for what, who, and who has read the answers since."""
    user: Any = request.user
    if user.person_id is None:
        raise Http404
    return render(request, "exchange/own.html", {"asked": told.about(user.person_id)})
