"""Sensors: the list with its map, and one thing with its curves."""

from __future__ import annotations

from datetime import timedelta

from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from stadig.city import clock
from stadig.city.permissions import needs
from stadig.sensing import access, curves, queries
from stadig.sensing.models import Datastream, Device, Location, Thing
from stadig.ui import export

PER_PAGE = 50
DAYS = (1, 14, 90)
MOST_CURVES = 6
COLUMNS = (
    (gettext_lazy("Plats"), "name"),
    (gettext_lazy("Tillstånd"), "state.label"),
    (gettext_lazy("Hördes senast"), "heard"),
    (pgettext_lazy("sensor", "Enhet"), "device"),
    (
        gettext_lazy("Värden"),
        lambda row: ", ".join(f"{v.name} {v.value:g} {v.unit}" for v in row.values if isinstance(v.value, float)),
    ),
)


@needs(access.VIEW)
@require_safe
def sensor_list(request: HttpRequest) -> HttpResponseBase:
    """All things with sensors, those that need someone first."""
    words, state = request.GET.get("q", "")[:100], request.GET.get("tillstand", "")
    rows, counts = queries.sensors(words, state)
    if request.GET.get("format") and (file := export.table(request, _("Sensorer"), COLUMNS, queries.of_page(rows))):
        return file
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    queries.of_page(page.object_list)
    total = sum(counts.values())
    states = [(each.value, each.label, counts[each.value]) for each in queries.State]
    context = {"page": page, "words": words, "state": state, "states": states, "total": total, "to_do": total - counts["ok"]}
    return render(request, "sensing/sensors.html", context)


@needs(access.VIEW)
@require_safe
def sensor_map(request: HttpRequest) -> HttpResponse:
    """The same things as GeoJSON."""
    rows, _counts = queries.sensors(request.GET.get("q", "")[:100], request.GET.get("tillstand", ""))
    places = Thing.locations.through.objects.filter(thing_id__in=[row.id for row in rows])
    points = dict(places.exclude(location__west=None).values_list("thing_id", "location_id"))
    boxes = Location.objects.in_bulk(points.values())
    features = []
    for row in rows:
        box = boxes.get(points.get(row.id))
        if box is None or box.west is None or box.east is None or box.south is None or box.north is None:
            continue
        place = [(box.west + box.east) / 2, (box.south + box.north) / 2]
        said = {
            "kind": "bin",
            "level": row.level,
            "name": row.name,
            "label": str(row.state.label),
            "url": reverse("sensing:sensor", args=[row.id]),
            "row": f"sensor-{row.id}",
        }
        features.append(
            {"type": "Feature", "id": row.id, "geometry": {"type": "Point", "coordinates": place}, "properties": said}
        )
    return JsonResponse({"type": "FeatureCollection", "features": features})


@needs(access.VIEW)
@require_safe
def sensor(request: HttpRequest, thing_id: int) -> HttpResponseBase:
    """One thing: what it says now, its curves, its alarms, its device."""
    thing = get_object_or_404(Thing, pk=thing_id)
    streams = list(
        Datastream.objects.filter(thing=thing).select_related("observed_property", "sensor").order_by("pk")[:MOST_CURVES]
    )
    if not streams:
        raise Http404
    days = next((each for each in DAYS if request.GET.get("dagar") == str(each)), 14)
    if request.GET.get("format"):
        return _file(request, streams, days)
    now = clock.now()
    latest = queries.latest(stream.pk for stream in streams)
    charts = curves.curves(streams, now - timedelta(days=days), now)
    drawn = [(stream, latest.get(stream.pk), chart) for stream, chart in zip(streams, charts, strict=True)]
    alarms = list(queries.alarms_in(thing.pk, closed=False).order_by(F("closed_at").desc(nulls_first=True), "-pk")[:40])
    context = {
        "thing": thing,
        "row": queries.row_of(thing, alarms),
        "drawn": drawn,
        "days": days,
        "all_days": DAYS,
        "open_alarms": [each for each in alarms if each.is_open],
        "past_alarms": [each for each in alarms if not each.is_open][:10],
        "devices": list(Device.objects.filter(thing=thing).select_related("state").order_by("-registered_at")),
        "may_answer": access.ANSWER.held_by(request.user),
        "may_manage": access.MANAGE.held_by(request.user),
    }
    return render(request, "sensing/sensor.html", context)


def _file(request: HttpRequest, streams: list[Datastream], days: int) -> HttpResponseBase:
    """The numbers of one curve, hour by hour (day by day over three months)."""
    chosen = next((stream for stream in streams if request.GET.get("serie") == str(stream.pk)), streams[0])
    now = clock.now()
    rows = curves.rows(chosen.pk, now - timedelta(days=days), now, "P1D" if days > 31 else "PT1H")
    file = export.table(request, chosen.name, curves.COLUMNS, rows)
    if file is None:
        raise Http404
    return file
