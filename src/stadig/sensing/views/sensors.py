"""Sensors: the list with its map, and one thing with its curves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from stadig.city import clock
from stadig.city.permissions import needs
from stadig.sensing import access, curves, queries
from stadig.sensing.queries.sensors import COLOUR, ICON, LEVEL
from stadig.sensing.views import rows
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
    things, counts = queries.sensors(words, state)
    if request.GET.get("format") and (file := export.table(request, _("Sensorer"), COLUMNS, queries.rows_of(things))):
        return file
    page = Paginator(things, PER_PAGE).get_page(request.GET.get("page"))
    total = sum(counts.values())
    states = tuple((each.value, str(each.label), LEVEL[each], counts[each.value]) for each in queries.State)
    context = {
        "page": page,
        "lines": rows.sensors(queries.rows_of(page.object_list)),  # pyright: ignore[reportArgumentType]
        "words": words,
        "state": state,
        "states": states,
        "total": total,
        "to_do": total - counts["ok"],
    }
    return render(request, "sensing/sensors.html", context)


@needs(access.VIEW)
@require_safe
def sensor_map(request: HttpRequest) -> HttpResponse:
    """The same things as GeoJSON."""
    things, _counts = queries.sensors(request.GET.get("q", "")[:100], request.GET.get("tillstand", ""))
    places = queries.places([thing.id for thing in things])
    labels = {state: str(state.label) for state in queries.State}
    before = reverse("sensing:sensor", args=[0]).removesuffix("0")
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "id": pk,
            "geometry": {"type": "Point", "coordinates": places[pk]},
            "properties": {
                "kind": "bin",
                "level": LEVEL[state],
                "name": name,
                "label": labels[state],
                "url": f"{before}{pk}",
                "row": f"sensor-{pk}",
            },
        }
        for pk, name, state in things
        if pk in places
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


@needs(access.VIEW)
@require_safe
def sensor(request: HttpRequest, thing_id: int) -> HttpResponseBase:
    """One thing: what it says now, its curves, its alarms, its device."""
    thing = queries.thing(thing_id)
    if thing is None or not thing.streams:
        raise Http404
    streams = thing.streams[:MOST_CURVES]
    days = next((each for each in DAYS if request.GET.get("dagar") == str(each)), 14)
    if request.GET.get("format"):
        return _file(request, streams, days)
    latest = queries.latest(stream.id for stream in streams)
    address = reverse("sensing:sensor", args=[thing_id])
    alarms = queries.alarms_of(thing_id, 40)
    open_alarms = [each for each in alarms if each.closed_at is None]
    state = queries.worst(each.kind for each in open_alarms)
    context = {
        "thing_id": thing_id,
        "name": thing.name,
        "description": thing.description,
        "state": str(state.label),
        "colour": COLOUR[state],
        "icon": ICON[state],
        "drawn": [
            (stream.measures, rows.now(latest.get(stream.id), stream.unit),
             chart, f"{address}?format=csv&serie={stream.id}&dagar={days}")
            for stream, chart in zip(streams, curves.curves(streams, days, clock.now()), strict=True)
        ],
        "days": days,
        "all_days": DAYS,
        "open_alarms": rows.raised(open_alarms),
        "past_alarms": tuple(rows.past_alarms([each for each in alarms if each.closed_at][:10], False)),
        "devices": tuple(rows.devices(queries.devices_of(thing_id))),
        "may_manage": access.MANAGE.held_by(request.user),
    }  # fmt: skip
    return render(request, "sensing/sensor.html", context)


def _file(request: HttpRequest, streams: Sequence[queries.Stream], days: int) -> HttpResponseBase:
    """The numbers of one curve, hour by hour (day by day over three months)."""
    chosen = next((stream for stream in streams if request.GET.get("serie") == str(stream.id)), streams[0])
    now = clock.now()
    found = curves.rows(chosen.id, now - timedelta(days=days), now, "P1D" if days > 31 else "PT1H")
    file = export.table(request, chosen.name, curves.COLUMNS, found)
    if file is None:
        raise Http404
    return file
