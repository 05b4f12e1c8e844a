"""What a visitor meets when something goes wrong: what happened and what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was sent from somewhere else, or the page had been open too long."""
    return render(request, "ui/errors/403.html", status=403)
