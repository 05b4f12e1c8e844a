"""What every page of one trial shows: its parts as a menu, and its state."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from stadig.city.models import User
from stadig.pilots import access
from stadig.pilots.desk_reading import Opened


class Tab(NamedTuple):
    """A page of the trial."""

    url: str
    label: str
    here: bool


def user_of(request: HttpRequest) -> User:
    """Who asks; the views let no one in who is not logged in."""
    return cast("User", request.user)


def frame(request: HttpRequest, pilot: Opened, here: str) -> dict[str, Any]:
    """The context of a page; ``here`` is its address's name without the room."""
    if pilot.idea:
        every = (
            ("desk-card", _("Kortet")),
            ("desk-design", _("Välj upplägg")),
            ("desk-units", _("Områden och lottning")),
            ("desk-start", _("Starta")),
        )
    else:
        every = (
            ("desk-pilot", _("Läget nu")),
            ("desk-figures", _("Siffror")),
            ("desk-decide", _("Beslut och lärdomar")),
            ("desk-card", _("Kortet")),
            ("desk-units", _("Områden och lottning")),
        )
    return {
        "pilot": pilot,
        "here": here,
        "tabs": tuple([Tab(reverse(f"pilots:{name}", args=[pilot.id]), label, name == here) for name, label in every]),
        "may_plan": access.PLAN.held_by(request.user),
        "may_decide": access.DECIDE.held_by(request.user),
    }
