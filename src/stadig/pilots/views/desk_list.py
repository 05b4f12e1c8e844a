"""All trials as those who plan and decide meet them, and a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from stadig.city.permissions import needs
from stadig.pilots import access, actions, desk_reading, forms, queries
from stadig.pilots import card as cards
from stadig.pilots.errors import PilotError
from stadig.pilots.models import Pilot
from stadig.pilots.queries import Listed
from stadig.pilots.views.desk_frame import user_of
from stadig.ui import formatting


class Line(NamedTuple):
    """A row of the list: one big target."""

    url: str
    title: str
    about: str
    tag: str
    kind: str
    icon: str


class Group(NamedTuple):
    """Trials in the same state."""

    slug: str
    title: str
    lines: tuple[Line, ...]


@needs(access.SEE)
@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """Those that wait for a decision first, then running, planned, decided and closed."""
    words = " ".join(request.GET.get("sok", "").split())[:80]
    wanted = request.GET.get("lage", "")
    found = queries.listed()
    titles = dict(desk_reading.service_choices())
    shown = [one for one in found if words.casefold() in f"{one.title} {titles.get(one.service, '')} {one.committee}".casefold()]
    groups = [one for one in _groups(shown, titles) if not wanted or one.slug == wanted]
    context = {
        "groups": groups,
        "any": bool(found),
        "words": words,
        "wanted": wanted,
        "states": _states(),
        "late": sum(one.overdue_days > 0 for one in found),
        "running": sum(one.state == Pilot.State.RUNNING for one in found),
        "may_plan": access.PLAN.held_by(request.user),
    }
    return render(request, "pilots/desk/list.html", context)


def _states() -> tuple[tuple[str, str], ...]:
    return (
        ("vantar", _("Väntar på beslut")),
        ("pagar", _("Pågår")),
        ("planeras", _("Planeras")),
        ("beslutade", _("Beslutade, inte avslutade")),
        ("avslutade", _("Avslutade")),
    )


def _groups(found: list[Listed], titles: Mapping[str, Any]) -> list[Group]:
    """The trials by what is to be done with them; an empty group is left out."""
    late = sorted((one for one in found if one.overdue_days or _has_answer(one)), key=lambda one: (-one.overdue_days, one.title))
    by = {
        "vantar": late,
        "pagar": [one for one in found if one.state == Pilot.State.RUNNING and one not in late],
        "planeras": [one for one in found if one.state == Pilot.State.IDEA],
        "beslutade": [one for one in found if one.state == Pilot.State.DECIDED],
        "avslutade": [one for one in found if one.state == Pilot.State.CLOSED],
    }
    return [Group(slug, said, tuple([_line(one, titles) for one in by[slug]])) for slug, said in _states() if by[slug]]


def _has_answer(one: Listed) -> bool:
    """Whether the rule has answered and someone is to decide."""
    return one.state == Pilot.State.RUNNING and one.verdict in ("withdraw", "scale_up")


def _line(one: Listed, titles: Mapping[str, Any]) -> Line:
    about = [titles.get(one.service, ""), one.committee, _when(one)]
    name = "pilots:desk-card" if one.state == Pilot.State.IDEA else "pilots:desk-pilot"
    tag, kind, icon = _tag(one)
    return Line(reverse(name, args=[one.pk]), one.title, " · ".join(filter(None, about)), tag, kind, icon)


def _when(one: Listed) -> str:
    if one.state == Pilot.State.IDEA:
        left = len(cards.problems(one.card))
        if not left:
            return _("Kortet är klart. Försöket kan starta.")
        return ngettext("%(n)d sak kvar på kortet", "%(n)d saker kvar på kortet", left) % {"n": left}
    if one.closed_at:
        return _("Avslutat %(day)s") % {"day": formatting.day(one.closed_at, weekday=False)}
    return _("Till %(day)s") % {"day": formatting.day(one.last_day, weekday=False)} if one.last_day else ""


def _tag(one: Listed) -> tuple[str, str, str]:
    """(words, kind, icon) of the row's one status."""
    if one.overdue_days:
        said = ngettext("Beslutet är %(n)d dag försenat", "Beslutet är %(n)d dagar försenat", one.overdue_days)
        return said % {"n": one.overdue_days}, "danger", "clock-alert"
    if one.state == Pilot.State.RUNNING:
        return {
            "scale_up": (_("Regeln säger skala upp"), "warning", "trending-up"),
            "withdraw": (_("Regeln säger dra tillbaka"), "warning", "undo-2"),
            "withheld": (_("Siffrorna bär inget svar"), "warning", "triangle-alert"),
            "continue": (_("Regeln säger fortsätt"), "info", "flask-conical"),
        }.get(one.verdict, (_("Pågår"), "info", "flask-conical"))
    return {
        "withdraw": (_("Drogs tillbaka"), "neutral", "undo-2"),
        "keep": (_("Behålls som det är"), "neutral", "minus"),
        "scale_up": (_("Skalas upp"), "success", "trending-up"),
    }.get(one.outcome, (_("Planeras"), "neutral", "pencil-line"))


@needs(access.PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A trial from nothing."""
    form = forms.New(desk_reading.service_choices(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = user_of(request)
        try:
            pilot = actions.create(user, form.cleaned_data["title"], form.cleaned_data["service"])
        except PilotError as error:
            form.add_error(None, str(error))
        else:
            return redirect("pilots:desk-card", pilot.pk)
    return render(request, "pilots/desk/new.html", {"form": form}, status=422 if form.errors else 200)
