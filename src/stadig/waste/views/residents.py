"""For residents: bins near you, one bin, say that something is wrong, see what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stadig.city import clock, rollout, services
from stadig.city.permissions import public
from stadig.files.actions import FileError
from stadig.waste import layers, promises, rows, sentences
from stadig.waste.actions import reports
from stadig.waste.errors import UnknownBin
from stadig.waste.forms import ReportForm
from stadig.waste.models import Report, ReportKind
from stadig.waste.queries import bins
from stadig.waste.registration import SERVICE

PER_PAGE = 12
MOST_PER_BIN = 8
"""Reports on one bin in ten minutes; more is someone playing with the button."""
MOST_IN_ALL = 60


def _place(request: HttpRequest) -> tuple[float, float] | None:
    """Where the reader says they are; None when they have not said, or what they said is no place."""
    try:
        lon, lat = float(request.GET["lon"]), float(request.GET["lat"])
    except (KeyError, ValueError):
        return None
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def _chosen(request: HttpRequest) -> tuple[list[bins.BinState], bins.Area | None, bool]:
    """The bins to show, the district they are in if one was chosen, and whether they are near a place."""
    place = _place(request)
    code = request.GET.get("omrade", "").replace("\0", "")
    district = next((area for area in bins.areas() if area.code == code), None) if code else None
    if place:
        return bins.near(*place, many=20), district, True
    if district:
        return bins.in_district(district.pk), district, False
    return bins.by_name(), None, False


@public
def near(request: HttpRequest) -> HttpResponse:
    states, district, by_place = _chosen(request)
    full = len([state for state in states if state.level == "full"])
    page = Paginator(states, PER_PAGE).get_page(request.GET.get("sida"))
    return render(
        request,
        "waste/near.html",
        {
            "page": page,
            "rows": rows.of(page.object_list),
            "total": len(states),
            "full": full,
            "district": district,
            "by_place": by_place,
            "districts": bins.areas(),
            "bounds": layers.bounds(states),
            "source": f"{reverse('waste:near-map')}?{request.GET.urlencode()}",
        },
    )


@public
def near_map(request: HttpRequest) -> HttpResponse:
    states, _district, _by_place = _chosen(request)
    return HttpResponse(msgspec.json.encode(layers.bins(states, "waste:bin-public")), content_type="application/json")


@public
def bin_public(request: HttpRequest, bin_id: int) -> HttpResponse:
    found = bins.around(bin_id)
    if found is None:
        raise Http404
    state, others = found
    return render(
        request,
        "waste/bin_public.html",
        {
            "state": state,
            "level": sentences.level(state),
            "until_full": sentences.until_full(state),
            "read": sentences.read(state),
            "others": rows.of(others),
        },
    )


def _too_many(bin_id: int) -> bool:
    since = clock.now() - timedelta(minutes=10)
    recent = Report.objects.filter(created_at__gte=since)
    return recent.filter(bin=bin_id)[:MOST_PER_BIN].count() >= MOST_PER_BIN or recent[:MOST_IN_ALL].count() >= MOST_IN_ALL


@public
def report(request: HttpRequest, bin_id: int) -> HttpResponse:
    thing = bins.place(bin_id)
    if thing is None:
        raise Http404
    if services.is_paused(SERVICE) or not rollout.is_on(SERVICE, thing.district and ("city.district", thing.district.pk)):
        return render(request, "waste/paused.html", {"bin": thing})
    form = ReportForm(request.POST or None, request.FILES or None, initial={"kind": request.GET.get("vad")})
    status = 200
    if request.method == "POST":
        if form.looks_like_a_robot:
            return redirect("waste:bin-public", bin_id=thing.pk)
        if form.is_valid():
            if _too_many(thing.pk):
                return render(request, "waste/too_many.html", {"bin": thing}, status=429)
            try:
                said = reports.report(
                    thing.pk,
                    form.cleaned_data["kind"],
                    text=form.cleaned_data["text"],
                    photo=form.cleaned_data["photo"],
                    contact=form.cleaned_data["contact"],
                    language=get_language() or "sv",
                    assisted=bool(getattr(request.user, "is_staff", False)),
                    request_id=form.once,
                )
            except FileError as error:
                form.add_error("photo", str(error))
            except UnknownBin as error:
                form.add_error(None, str(error))
            else:
                return redirect("waste:report-status", token=said.token)
        status = 422
    return render(request, "waste/report.html", {"bin": thing, "form": form}, status=status)


@public
def report_status(request: HttpRequest, token: str) -> HttpResponse:
    if not token.isprintable():
        raise Http404
    said = get_object_or_404(Report.objects.select_related("bin__district", "same_as", "work_order"), token=token)
    response = render(
        request,
        "waste/report_status.html",
        {
            "report": said,
            "steps": _steps(said),
            "others": Report.objects.filter(same_as=said.same_as or said).count(),
            "rule": _rule(said.kind),
        },
    )
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _rule(kind: str) -> str:
    days = promises.WORKING_DAYS[kind]
    if kind == ReportKind.FULL:
        return _("En full korg töms samma dag om du säger till före klockan 10 en vardag, annars nästa vardag.")
    return _("Vi tar hand om det inom %(days)s vardagar.") % {"days": days} if days > 1 else _("Vi tar hand om det nästa vardag.")


def _steps(said: Report) -> list[dict[str, Any]]:
    from stadig.ui import formatting

    answered = said.state in ("done", "declined")
    planned = said.work_order_id is not None
    return [
        {"title": _("Vi har tagit emot det du sa"), "time": formatting.moment(said.created_at), "state": "done", "text": ""},
        {
            "title": _("Det ligger på lagets lista") if planned else _("Vi lägger det på lagets lista"),
            "time": "",
            "text": _("Du behöver inte göra något.") if not answered else "",
            "state": "done" if answered else "now",
        },
        {
            "title": {"done": _("Klart"), "declined": _("Det gick inte")}.get(said.state, _("Vi tar hand om det")),
            "time": formatting.moment(said.answered_at)
            if answered
            else _("senast %(when)s") % {"when": formatting.moment(said.promised)},
            "text": (said.work_order.outcome if said.work_order and said.state == "declined" else ""),
            "state": "done" if answered else "next",
        },
    ]
