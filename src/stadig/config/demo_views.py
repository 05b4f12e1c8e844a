"""Pages that exist in a demo town alone: the strip *Titta som …* and the tour for newcomers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from stadig.city import assurance
from stadig.city.demo import PEOPLE
from stadig.city.models import Municipality, User
from stadig.city.permissions import public
from stadig.city.roles import Role
from stadig.config import tour as route
from stadig.config.tour import Stop

BACKEND = "stadig.city.login.PasswordBackend"
TOUR = "tour"
HOMES: dict[str, tuple[str, ...]] = {
    Role.RESIDENT: ("home",),
    Role.PLANNER: ("waste:plan", "city:desk"),
    Role.CREW: ("waste:crew", "city:desk"),
    Role.DIRECTOR: ("city:desk",),
    Role.ADMINISTRATOR: ("city:desk",),
    Role.AUDITOR: ("city:audit", "city:desk"),
}
"""Where each kind of person begins; the first page that exists."""

View = Callable[..., HttpResponse]


def demo_only(view: View) -> View:
    """Refuse everywhere but in a demo town, whatever addresses are served."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO or not Municipality.objects.filter(made_up=True).exists():
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@public
@demo_only
@require_POST
def look_as(request: HttpRequest) -> HttpResponse:
    """Become one of the eight, or a visitor who has not logged in, with one click."""
    username = request.POST.get("username", "")
    _become(request, username)
    request.session.pop(TOUR, None)
    return redirect(_home(username))


@public
@demo_only
def tour(request: HttpRequest) -> HttpResponse:
    """What works, stop by stop."""
    there = [(number, stop, _address(stop)) for number, stop in enumerate(_walkable(), 1)]
    seen = set(request.session.get("tour_seen", []))
    rows = [{"number": n, "stop": stop, "who": _name(stop.as_user), "seen": n in seen} for n, stop, _ in there]
    following = next((row["number"] for row in rows if not row["seen"]), 1)
    return render(request, "config/tour.html", {"stops": rows, "next_stop": following, "count": len(rows), "seen": len(seen)})


@public
@demo_only
@require_POST
def tour_stop(request: HttpRequest, number: int) -> HttpResponse:
    """Go to a stop as the person it belongs to."""
    walkable = _walkable()
    if not 1 <= number <= len(walkable):
        raise Http404
    stop = walkable[number - 1]
    seen = sorted({*request.session.get("tour_seen", []), number})
    _become(request, stop.as_user)
    request.session[TOUR], request.session["tour_seen"] = number, seen
    return redirect(_address(stop) or "tour")


@public
@demo_only
@require_POST
def tour_end(request: HttpRequest) -> HttpResponse:
    """Leave the tour; the strip stays."""
    request.session.pop(TOUR, None)
    return redirect(_home(""))


class Someone(NamedTuple):
    """One of the people of the demo town in the reader's language."""

    username: str
    name: str
    what: str


class Now(NamedTuple):
    """The stop of the tour that the reader stands at."""

    number: int
    of: int
    title: str
    text: str


class Strip(NamedTuple):
    """What the strip says: who the reader looks as, and whom they may look as, or where in the tour they are."""

    here: str
    who: str
    people: tuple[Someone, ...]
    stop: Now | None


def strip(request: HttpRequest) -> Mapping[str, Any]:
    """What the strip shows on every page of a demo town."""
    return {"strip_template": "config/strip.html", "strip": lambda: _strip(request)}


def _strip(request: HttpRequest) -> Strip:
    user: Any = getattr(request, "user", None)
    here = user.get_username() if user else ""
    who = user.get_full_name() if here else ""
    return Strip(here, who or here, _people(get_language()), _now(request))


@functools.lru_cache
def _people(_language: str | None) -> tuple[Someone, ...]:
    return tuple(Someone(one.username, f"{one.first_name} {one.last_name}", str(one.what)) for one in PEOPLE)


def _now(request: HttpRequest) -> Now | None:
    number = request.session.get(TOUR) if hasattr(request, "session") else None
    walkable = _walkable() if number else []
    if not number or number > len(walkable):
        return None
    stop = walkable[number - 1]
    return Now(number, len(walkable), str(stop.title), str(stop.try_this or stop.text))


def _become(request: HttpRequest, username: str) -> None:
    if not username:
        logout(request)
        return
    if username not in {one.username for one in PEOPLE}:
        raise Http404
    kept = request.session.get("tour_seen")
    user = get_object_or_404(User, username=username)
    login(request, user, backend=BACKEND)
    if user.person_id:  # as the demo's identity provider would have said
        request.session[assurance.LEVEL] = 3
    if kept:
        request.session["tour_seen"] = kept


def _home(username: str) -> str:
    role = next((one.role for one in PEOPLE if one.username == username), Role.RESIDENT)
    for name in HOMES.get(role, ("home",)):
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return "/"


def _walkable() -> list[Stop]:
    return [stop for stop in route.STOPS if _address(stop)]


def _address(stop: Stop) -> str:
    try:
        return reverse(stop.url_name, args=stop.url_args())
    except NoReverseMatch:
        return ""


def _name(username: str) -> str:
    return next((f"{one.first_name} {one.last_name}" for one in PEOPLE if one.username == username), "")
