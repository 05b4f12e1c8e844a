"""For planners: the plan of a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stadig.city import clock
from stadig.city.permissions import needs
from stadig.ui import export
from stadig.waste import access
from stadig.waste.actions import plans as actions
from stadig.waste.errors import WasteError
from stadig.waste.models import Plan, PlanState
from stadig.waste.queries import plan_map, plans


def _plan(day: date) -> Plan:
    found = plans.of_day(day)
    if found is None:
        raise Http404
    return found


@needs(access.VIEW)
def today(request: HttpRequest) -> HttpResponseBase:
    return redirect("waste:plan-day", day=clock.today())


@needs(access.VIEW)
def plan(request: HttpRequest, day: date) -> HttpResponseBase:
    found = plans.of_day(day)
    context: dict[str, Any] = {"day": day, "before": day - timedelta(days=1), "after": day + timedelta(days=1)}
    context["is_today"] = day == clock.today()
    context["may_plan"] = access.PLAN.held_by(request.user)
    if found is None:
        return render(request, "waste/plan_none.html", context)
    if file := export.table(request, f"plan-{day}", plans.COLUMNS, _all_stops(request, found)):
        return file
    shown = plans.shown(found, request.GET.get("bil", ""), whole="alla" in request.GET, may_plan=context["may_plan"])
    return render(request, "waste/plan.html", context | {"plan": found, "shown": shown, "still": plan_map.still(found)})


def _all_stops(request: HttpRequest, plan: Plan) -> Sequence[plans.StopRow]:
    """Every stop of the day, read only when it is asked for as a file."""
    return plans.stops(plan) if "format" in request.GET else ()


@needs(access.VIEW)
def plan_features(request: HttpRequest, day: date) -> HttpResponse:
    """The day's routes, stops and waiting bins as GeoJSON, for the map."""
    return HttpResponse(plan_map.features(_plan(day)), content_type="application/geo+json")


@needs(access.VIEW)
def printed(request: HttpRequest, day: date) -> HttpResponse:
    """Every route on paper: the map, and one list per vehicle with room for ticks."""
    found = _plan(day)
    tabs = plans.routes(found)
    rows: dict[int, list[plans.StopRow]] = {tab.route: [] for tab in tabs}
    for row in plans.stops(found):
        rows[row.route].append(row)
    sheets = [(tab, rows[tab.route]) for tab in tabs]
    return render(request, "waste/plan_print.html", {"plan": found, "sheets": sheets, "still": plan_map.still(found), "day": day})


@needs(access.VIEW)
def waiting(request: HttpRequest, day: date) -> HttpResponseBase:
    """The bins that wait for another day, with what was thought of each."""
    found = _plan(day)
    free = access.PLAN.held_by(request.user) and found.state != PlanState.LOCKED
    rows = plans.waiting(found, free=free)
    if file := export.table(request, f"plan-{day}-vantar", plans.WAITING_COLUMNS, rows):
        return file
    return render(request, "waste/plan_waiting.html", {"plan": found, "day": day, "rows": rows, "may_plan": free})


@needs(access.VIEW)
def progress(request: HttpRequest, day: date) -> HttpResponse:
    """How far the computation has come: a fragment that asks again, until it tells the page to load anew."""
    found = _plan(day)
    if found.state != PlanState.RUNNING:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return render(request, "waste/_plan_progress.html", {"plan": found, "day": day})


def _number(text: str, low: float, high: float) -> float | None:
    """A percentage as written, with comma or point; None when it is none."""
    try:
        value = float(text.replace(",", ".").replace("%", "").strip()) / 100
    except ValueError:
        return None
    return value if low <= value <= high else None


@needs(access.PLAN)
@require_POST
def compute(request: HttpRequest, day: date) -> HttpResponse:
    written = request.POST.get("level") or request.POST.get("service_level", "")
    level = _number(written, 0.5, 0.9999)
    try:
        actions.ask(request.user, day, service_level=level)  # type: ignore[arg-type]
    except WasteError as error:
        messages.error(request, str(error))
    return redirect("waste:plan-day", day=day)


@needs(access.PLAN)
@require_POST
def lock(request: HttpRequest, day: date) -> HttpResponse:
    return _done(request, day, actions.lock, _("Planen är skickad till lagen."))


@needs(access.PLAN)
@require_POST
def unlock(request: HttpRequest, day: date) -> HttpResponse:
    return _done(request, day, actions.unlock, _("Planen är tillbaka hos dig. Lagen ser den inte längre."))


@needs(access.PLAN)
@require_POST
def choose(request: HttpRequest, day: date, bin_id: int) -> HttpResponse:
    choice = request.POST.get("choice", "")
    said = {
        "in": _("Korgen är låst in. Räkna om planen."),
        "out": _("Korgen får vänta. Räkna om planen."),
        "": _("Planen väljer själv. Räkna om planen."),
    }
    if choice not in said:
        return redirect("waste:plan-day", day=day)
    following = request.POST.get("next", "")
    return _done(
        request,
        day,
        actions.choose,
        said[choice],
        bin_id,
        choice,
        following=following if following.startswith("/arbetsplats/plan/") else "",
    )


def _done(
    request: HttpRequest, day: date, verb: Callable[..., Any], said: str, *values: Any, following: str = ""
) -> HttpResponse:
    """Do what was asked with the day's plan, say so or why not, and go on to ``following`` or the plan."""
    found = _plan(day)
    try:
        verb(request.user, found.pk, *values)
    except WasteError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect(following or reverse("waste:plan-day", args=[day]))
