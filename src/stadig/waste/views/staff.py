"""For planners: every bin, one bin with its history, vehicles, kinds."""

from __future__ import annotations

import msgspec
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from stadig.city import clock
from stadig.city.permissions import needs
from stadig.ui import export
from stadig.waste import access, charts, layers, rows, sentences
from stadig.waste.actions import bins as actions
from stadig.waste.forms import BinForm, VehicleForm
from stadig.waste.models import KindOfBin, Vehicle
from stadig.waste.queries import bins, history

PER_PAGE = 25


def _wanted(request: HttpRequest) -> bins.Filter:
    chosen = request.GET
    return bins.Filter(
        words=chosen.get("sok", "").replace("\0", "")[:80].strip(),
        district=chosen.get("omrade", ""),
        kind=chosen.get("slag", "") if chosen.get("slag") in KindOfBin.values else "",
        level=chosen.get("niva", ""),
        alarm=chosen.get("larm", ""),
        sort=chosen.get("ordning", "hours") if chosen.get("ordning") in bins.SORTS else "hours",
    )


COLUMNS = (
    ("id", "bin.external_id"),
    ("namn", "bin.name"),
    ("stadsdel", "bin.district.name"),
    ("slag", "bin.kind.name"),
    ("volym_liter", "bin.kind.volume_l"),
    ("fyllnad_procent", "fill"),
    ("mätt", "read_at"),
    ("uppskattad", "guessed"),
    ("timmar_till_full", lambda state: None if state.hours is None else round(state.hours, 1)),
    ("tidigast_timmar", lambda state: None if state.soonest is None else round(state.soonest, 1)),
    ("senast_timmar", lambda state: None if state.latest is None else round(state.latest, 1)),
    ("säkerhet", "sure"),
    ("larm", lambda state: ", ".join(alarm.label for alarm in state.alarms)),
    ("longitud", "bin.lon"),
    ("latitud", "bin.lat"),
)


@needs(access.VIEW)
@vary_on_headers("HX-Request")
def bin_list(request: HttpRequest) -> HttpResponseBase:
    wanted = _wanted(request)
    every = bins.within_reach(request.user)
    found = bins.chosen(every, wanted)
    if file := export.table(request, _("papperskorgar"), COLUMNS, found):
        return file
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("sida"))
    context = {"page": page, "rows": rows.of(page.object_list), "now": rows.now(found)}
    if request.headers.get("HX-Request"):  # news: what is typed in the filter stays
        return render(request, "waste/_bins.html", context | {"news": True})
    context |= {
        "filter": rows.FilterRow(wanted, bins.areas_of(every)),
        "bounds": layers.bounds(found),
        "source": f"{reverse('waste:bins-map')}?{request.GET.urlencode()}",
    }
    return render(request, "waste/bins.html", context)


@needs(access.VIEW)
def bin_map(request: HttpRequest) -> HttpResponseBase:
    found = bins.chosen(bins.within_reach(request.user), _wanted(request))
    return HttpResponse(msgspec.json.encode(layers.bins(found, "waste:bin")), content_type="application/json")


@needs(access.VIEW)
def bin_detail(request: HttpRequest, bin_id: int) -> HttpResponseBase:
    state = bins.one_within_reach(request.user, bin_id)
    if state is None:
        raise Http404
    past = history.fourteen_days(state.bin)
    if file := export.table(request, f"{state.bin.external_id}-niva", (("tid", "0"), ("procent", "1")), past.rows()):
        return file
    return render(
        request,
        "waste/bin.html",
        {
            "state": state,
            "level": sentences.level(state),
            "until_full": sentences.until_full(state),
            "read": sentences.read(state),
            "sure": sentences.sureness(state),
            "chart": charts.fill_history(state.bin.name, past),
            "facts": sentences.facts(state.bin),
            "past": past,
            "may_edit": access.EDIT.held_by(request.user),
        },
    )


@needs(access.EDIT)
def bin_edit(request: HttpRequest, bin_id: int) -> HttpResponseBase:
    thing = bins.to_edit(request.user, bin_id)
    if thing is None:
        raise Http404
    form = BinForm(request.POST or None, instance=thing)
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in BinForm.Meta.fields}
        actions.edit_bin(request.user, thing.pk, facts, request_id=form.once)  # pyright: ignore[reportArgumentType]
        messages.success(request, _("Ändringen är sparad."))
        return redirect("waste:bins" if facts["removed"] else "waste:bin", *([] if facts["removed"] else [thing.pk]))
    if form.errors:
        thing.refresh_from_db()  # a form writes on its instance also what is wrong
    return render(request, "waste/bin_edit.html", {"bin": thing, "form": form}, status=422 if form.errors else 200)


@needs(access.VIEW)
def vehicles(request: HttpRequest) -> HttpResponseBase:
    cars = Vehicle.objects.filter(retired=None).select_related("crew")
    columns = (
        ("namn", "name"),
        ("lag", "crew.name"),
        ("liter", "capacity_l"),
        ("kilo", "capacity_kg"),
        ("passet_börjar", "shift_start"),
        ("passet_slutar", "shift_end"),
        ("reparation_till", "repair_until"),
    )
    if file := export.table(request, _("bilar"), columns, cars):
        return file
    today = clock.today()
    return render(
        request,
        "waste/vehicles.html",
        {
            "vehicles": tuple(rows.vehicle(one, today) for one in cars),
            "kinds": rows.kinds(),
            "may_edit": access.EDIT.held_by(request.user),
        },
    )


@needs(access.EDIT)
def vehicle_edit(request: HttpRequest, vehicle_id: int) -> HttpResponseBase:
    vehicle = get_object_or_404(Vehicle, pk=vehicle_id)
    form = VehicleForm(request.POST or None, instance=vehicle)
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in VehicleForm.Meta.fields}
        actions.edit_vehicle(request.user, vehicle.pk, facts, request_id=form.once)  # pyright: ignore[reportArgumentType]
        messages.success(request, _("Ändringen är sparad."))
        return redirect("waste:vehicles")
    if form.errors:
        vehicle.refresh_from_db()  # a form writes on its instance also what is wrong
    return render(request, "waste/vehicle_edit.html", {"vehicle": vehicle, "form": form}, status=422 if form.errors else 200)
