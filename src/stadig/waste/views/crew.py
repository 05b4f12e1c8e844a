"""For crews, on a phone: the next stop, all stops, what went wrong. Every verb may be sent twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from stadig.city.permissions import needs
from stadig.files.actions import FileError
from stadig.geo import layers
from stadig.waste import access, sentences, strip
from stadig.waste.actions import stops as actions
from stadig.waste.errors import StopAlreadyClosed, WasteError
from stadig.waste.forms import FaultForm, SkipForm
from stadig.waste.models import Outcome, StopKind
from stadig.waste.queries import bins, crew
from stadig.work import actions as work
from stadig.work import queries as work_queries
from stadig.work.models import State, WorkOrder

LOOKS = ("", "b", "c")
"""The class of a route's colour and dash, by the vehicle's position."""


def look(position: int) -> str:
    return LOOKS[(position - 1) % len(LOOKS)]


def _drive(request: HttpRequest, drives: Sequence[crew.Drive]) -> crew.Drive | None:
    """The route of the one who asks; with several, the one named in the address, else the first that is not finished."""
    if not drives:
        return None
    named = request.GET.get("rutt", "")
    chosen = next((one for one in drives if str(one.route.pk) == named), None)
    return chosen or next((one for one in drives if not one.route.ended_at), drives[0])


def _place(request: HttpRequest, stop_id: int) -> crew.Place:
    found = crew.place(request.user, stop_id)
    if found is None:
        raise Http404
    return found


def _tags(stop: crew.StopRow, state: bins.BinState | None) -> list[tuple[str, str, str]]:
    """What to know at the stop: kind, text, icon."""
    found: list[tuple[str, str, str]] = []
    if not stop.bin_id:
        return found
    if state and state.level in ("full", "nearly"):
        icon = "bell"
        found.append(("danger", sentences.level(state), icon))
    icon = "trash-2"
    found.append(("info", stop.bin_kind, icon))
    if stop.key:
        icon = "key-round"
        found.append(("warning", _("Nyckel %(key)s") % {"key": stop.key}, icon))
    if stop.open_until:
        icon = "clock"
        found.append(("warning", _("Före %(time)s") % {"time": stop.open_until.strftime("%H.%M")}, icon))
    return found


@needs(access.EMPTY)
def next_stop(request: HttpRequest) -> HttpResponse:
    today = crew.today(request.user)
    drive = _drive(request, today.drives)
    if drive is None or drive.next is None:
        sent = drive is None and today.sent
        return render(request, "waste/crew_none.html", {"drive": drive, "sent": sent, "orders": today.orders, "once": uuid4()})
    stop = drive.next
    state = bins.on_the_way(stop.bin_id) if stop.bin_id else None
    place = (stop.lon, stop.lat)
    number = str(drive.number) if stop.bin_id else "T"
    return render(
        request,
        "waste/crew_next.html",
        {
            "drive": drive,
            "stop": stop,
            "place": place,
            "tags": _tags(stop, state),
            "after": drive.after,
            "orders": today.orders,
            "drawing": strip.way_to(drive.way, place, number, look(drive.route.position), layers.tags()),
            "once": uuid4(),
            "share": 100 * drive.done / drive.total if drive.total else 0,
        },
    )


@needs(access.EMPTY)
def all_stops(request: HttpRequest) -> HttpResponse:
    today = crew.today(request.user)
    drive = _drive(request, today.drives)
    return render(request, "waste/crew_stops.html", {"drive": drive, "orders": today.orders, "once": uuid4()})


def _sent(request: HttpRequest) -> tuple[UUID | None, datetime | None]:
    """The request's own id, and when it happened if the phone kept it while it had no coverage."""
    try:
        once = UUID(request.POST.get("request_id", ""))
    except ValueError:
        once = None
    try:
        at = parse_datetime(request.POST.get("at", ""))
    except ValueError:
        at = None
    return once, at if at and at.tzinfo else None


def _answer(request: HttpRequest, text: str, *, error: bool = False) -> HttpResponse:
    """Back to the next stop; a queue that sends what it saved gets JSON instead."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"text": text, "error": error}, status=409 if error else 200)
    (messages.error if error else messages.success)(request, text)
    return redirect("waste:crew")


@needs(access.EMPTY)
@require_POST
def emptied(request: HttpRequest, stop_id: int) -> HttpResponse:
    once, at = _sent(request)
    stop = _place(request, stop_id)
    try:
        if stop.kind == StopKind.BIN:
            actions.empty_bin(request.user, stop_id, at=at, request_id=once)  # type: ignore[arg-type]
        else:
            actions.tip(request.user, stop_id, at=at, request_id=once)  # type: ignore[arg-type]
    except StopAlreadyClosed as closed:
        return _answer(
            request, str(closed), error=closed.stop.closed_by_id != request.user.pk or closed.stop.outcome == Outcome.SKIPPED
        )
    except WasteError as error:
        return _answer(request, str(error), error=True)
    name = stop.name if stop.bin_id else _("Bilen")
    return _answer(request, _("%(name)s är tömd.") % {"name": name})


@needs(access.EMPTY)
def skip(request: HttpRequest, stop_id: int) -> HttpResponse:
    stop = _place(request, stop_id)
    form = SkipForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _once, at = _sent(request)
        try:
            actions.skip_stop(
                request.user,  # type: ignore[arg-type]
                stop_id,
                form.cleaned_data["reason"],
                note=form.cleaned_data["note"],
                at=at,
                request_id=form.once,
            )
        except StopAlreadyClosed as closed:
            return _answer(request, str(closed), error=closed.stop.closed_by_id != request.user.pk)
        return _answer(request, _("Överhoppad: %(name)s.") % {"name": stop.name})
    return render(request, "waste/crew_skip.html", {"stop": stop, "form": form}, status=422 if form.errors else 200)


@needs(access.EMPTY)
def fault(request: HttpRequest, stop_id: int) -> HttpResponse:
    stop = _place(request, stop_id)
    if stop.bin_id is None:
        raise Http404
    form = FaultForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = {name: form.cleaned_data[name] for name in ("kind", "text", "photo")}
        try:
            actions.report_fault(request.user, stop_id, request_id=form.once, **values)  # type: ignore[arg-type]
        except FileError as error:
            form.add_error("photo", str(error))
        else:
            return _answer(request, _("Tack. Felet ligger på arbetslistan."))
    return render(request, "waste/crew_fault.html", {"stop": stop, "form": form}, status=422 if form.errors else 200)


@needs(access.EMPTY)
@require_POST
def order_done(request: HttpRequest, order_id: int) -> HttpResponse:
    once, at = _sent(request)
    wanted = request.POST.get("state", State.DONE)
    if wanted not in (State.DONE, State.NOT_POSSIBLE):
        raise Http404
    try:
        order = work.close_order(
            request.user,  # type: ignore[arg-type]
            order_id,
            state=wanted,
            outcome=request.POST.get("outcome", "").replace("\0", "")[:500],
            at=at,
            request_id=once,
        )
    except WorkOrder.DoesNotExist:
        raise Http404 from None
    except work.AlreadyClosed:
        return _answer(request, _("Arbetet är redan stängt. Det gäller fortfarande."), error=True)
    return _answer(request, _("Klart: %(title)s") % {"title": order.title})


@needs(access.EMPTY)
def work_order(request: HttpRequest, order_id: int) -> HttpResponse:
    """One piece of work on the phone: where, what, done or not possible."""
    try:
        order = work_queries.order(request.user, order_id)
    except WorkOrder.DoesNotExist:
        raise Http404 from None
    return render(request, "waste/crew_order.html", {"order": order, "once": uuid4()})
