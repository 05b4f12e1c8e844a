"""For planners: the plan of a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stadig.city import clock
from stadig.city.permissions import needs
from stadig.ui import export
from stadig.waste import access
from stadig.waste.actions import plans as actions
from stadig.waste.errors import WasteError
from stadig.waste.models import Choice, Plan, PlanState
from stadig.waste.queries import plans

LEVELS = (85, 90, 94, 97, 99, 99.9)
"""The marks of the service level's range."""


def _once(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return None


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
        return render(request, "waste/plan_none.html", context | {"defaults": Plan(day=day)})
    shown = plans.shown(found, request.GET.get("bil", ""), whole="alla" in request.GET)
    if file := export.table(request, f"plan-{day}", plans.COLUMNS, shown.all_rows):
        return file
    return render(request, "waste/plan.html", context | {"plan": found, "shown": shown, "levels": LEVELS})


@needs(access.VIEW)
def printed(request: HttpRequest, day: date) -> HttpResponse:
    """Every route on paper: one list per vehicle with room for ticks."""
    found = get_object_or_404(Plan, day=day)
    return render(request, "waste/plan_print.html", {"plan": found, "shown": plans.shown(found, whole=True), "day": day})


@needs(access.VIEW)
def waiting(request: HttpRequest, day: date) -> HttpResponseBase:
    """The bins that wait for another day, with what was thought of each."""
    found = get_object_or_404(Plan, day=day)
    rows = plans.waiting(found)
    if file := export.table(request, f"plan-{day}-vantar", plans.WAITING_COLUMNS, rows):
        return file
    return render(
        request,
        "waste/plan_waiting.html",
        {
            "plan": found,
            "day": day,
            "rows": rows,
            "may_plan": access.PLAN.held_by(request.user) and found.state != PlanState.LOCKED,
        },
    )


@needs(access.VIEW)
def progress(request: HttpRequest, day: date) -> HttpResponse:
    """How far the computation has come: a fragment that asks again, until it tells the page to load anew."""
    found = get_object_or_404(Plan, day=day)
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
    level = _number(request.POST.get("service_level", ""), 0.5, 0.9999)
    try:
        actions.ask(request.user, day, service_level=level, request_id=_once(request))  # type: ignore[arg-type]
    except WasteError as error:
        messages.error(request, str(error))
    return redirect("waste:plan-day", day=day)


@needs(access.PLAN)
@require_POST
def lock(request: HttpRequest, day: date) -> HttpResponse:
    found = get_object_or_404(Plan, day=day)
    try:
        actions.lock(request.user, found.pk, request_id=_once(request))  # type: ignore[arg-type]
    except WasteError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Planen är skickad till lagen."))
    return redirect("waste:plan-day", day=day)


@needs(access.PLAN)
@require_POST
def unlock(request: HttpRequest, day: date) -> HttpResponse:
    found = get_object_or_404(Plan, day=day)
    try:
        actions.unlock(request.user, found.pk, request_id=_once(request))  # type: ignore[arg-type]
    except WasteError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Planen är tillbaka hos dig. Lagen ser den inte längre."))
    return redirect("waste:plan-day", day=day)


@needs(access.PLAN)
@require_POST
def choose(request: HttpRequest, day: date, bin_id: int) -> HttpResponse:
    found = get_object_or_404(Plan, day=day)
    choice = request.POST.get("choice", "")
    if choice in Choice.values:
        try:
            actions.choose(request.user, found.pk, bin_id, choice, request_id=_once(request))  # type: ignore[arg-type]
        except WasteError as error:
            messages.error(request, str(error))
        else:
            said = {
                "in": _("Korgen är låst in. Räkna om planen."),
                "out": _("Korgen får vänta. Räkna om planen."),
                "": _("Planen väljer själv. Räkna om planen."),
            }
            messages.success(request, said[choice])
    return redirect(
        request.POST.get("next") if request.POST.get("next", "").startswith("/arbetsplats/plan/") else f"/arbetsplats/plan/{day}/"  # pyright: ignore[reportArgumentType]
    )
