"""The plan of a day as a map: GeoJSON for the living one, an SVG for print and for a browser without JavaScript."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from stadig.geo import drawing, layers
from stadig.geo.drawing import View
from stadig.ui import formatting, maps
from stadig.waste.models import Candidate, Plan, Route, Stop, StopKind

WIDTH, HEIGHT = 860, 600


class Place(NamedTuple):
    name: str
    lon: float
    lat: float


class Numbered(NamedTuple):
    """A bin on a route."""

    stop: int
    bin: int
    number: str
    risk: float
    place: Place


class Way(NamedTuple):
    """What one vehicle drives: its name, its look (1, 2 or 3), the line, and its numbered places by stop."""

    vehicle: str
    series: int
    line: list[list[float]]
    depot: Place
    bins: list[Numbered]
    tipping: list[Place]


def ways(plan: Plan) -> list[Way]:
    """Every vehicle's way, in two queries; empty before the first computation."""
    found: dict[int, Way] = {}
    fields = ("pk", "vehicle__name", "vehicle__position", "vehicle__depot__name", "vehicle__depot__lon", "vehicle__depot__lat")
    for pk, name, position, *depot in Route.objects.filter(plan=plan).order_by("vehicle__position").values_list(*fields):
        found[pk] = Way(name, (position - 1) % 3 + 1, [], Place(*depot), [], [])
    fields = (
        "pk", "route", "kind", "leg_line", "bin", "risk", "bin__name", "bin__lon", "bin__lat", "tipping__name", "tipping__lon", "tipping__lat",
    )  # fmt: skip
    for pk, route, kind, line, thing, risk, *rest in (
        Stop.objects.filter(route__plan=plan).order_by("route", "order").values_list(*fields)
    ):
        way = found[route]
        way.line.extend(line)
        if kind == StopKind.BIN:
            way.bins.append(Numbered(pk, thing, str(len(way.bins) + 1), risk, Place(*rest[:3])))
        elif kind == StopKind.TIPPING:
            way.tipping.append(Place(*rest[3:]))
    return list(found.values())


def features(plan: Plan) -> dict[str, Any]:
    """GeoJSON: a line per vehicle, its numbered stops, the bins that wait, the depots and tipping stations."""
    address = reverse("waste:bin", args=[0]).replace("/0/", "/{}/")
    driven = ways(plan)
    found: list[dict[str, Any]] = []
    waits, drives = _("Väntar. Risk %(risk)s."), _("%(vehicle)s, stopp %(n)s. Risk %(risk)s.")
    percent = _percents(get_language())
    for number, name, lon, lat, risk in _waiting(plan):
        said = waits % {"risk": percent[round(risk * 100)]}
        found.append(_point(Place(name, lon, lat), -number, kind="skip", label=said, url=address.format(number)))
    for number, way in enumerate(driven, 1):
        line = {"type": "LineString", "coordinates": way.line}
        facts = {"kind": "route", "series": way.series, "name": way.vehicle, "row": ""}
        found.append({"type": "Feature", "id": -1_000_000 - number, "geometry": line, "properties": facts})
        for one in way.bins:
            said = drives % {"vehicle": way.vehicle, "n": one.number, "risk": percent[round(one.risk * 100)]}
            facts = {"kind": "stop", "series": way.series, "text": one.number, "row": f"stopp-{one.stop}"}
            found.append(_point(one.place, one.stop, label=said, url=address.format(one.bin), **facts))
    bases = {(way.depot, "depot", _("Depå")) for way in driven}
    bases |= {(place, "tipping", _("Tömningsstation")) for way in driven for place in way.tipping}
    for number, (place, kind, label) in enumerate(sorted(bases), 1):
        found.append(_point(place, -2_000_000 - number, kind=kind, label=label))
    return {"type": "FeatureCollection", "features": found}


@lru_cache(maxsize=4)
def _percents(_language: str | None) -> list[str]:
    return [formatting.percent(n) for n in range(101)]


def _point(place: Place, number: int, **facts: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [round(place.lon, 6), round(place.lat, 6)]}
    return {"type": "Feature", "id": number, "geometry": geometry, "properties": {"name": place.name, **facts}}


def _waiting(plan: Plan) -> list[tuple[int, str, float, float, float]]:
    found = Candidate.objects.filter(plan=plan, chosen=False).order_by("pk")
    return list(found.values_list("bin", "bin__name", "bin__lon", "bin__lat", "risk"))


def still(plan: Plan) -> SafeString:
    """The same map as SVG; empty when there is no route. A computation's routes never change, so it is drawn once."""
    return _still(plan.pk, plan.computation, get_language()) if plan.computed_at else SafeString("")


@lru_cache(maxsize=24)
def _still(plan: int, computation: UUID | None, language: str | None) -> SafeString:
    found = Plan(pk=plan)
    driven = ways(found)
    if not driven:
        return SafeString("")
    left = [Place(name, lon, lat) for _number, name, lon, lat, _risk in _waiting(found)]
    bases = {way.depot for way in driven} | {place for way in driven for place in way.tipping}
    places = [*left, *bases, *(one.place for way in driven for one in way.bins)]
    window = _window([(place.lon, place.lat) for place in places])
    marks = [maps.Mark(place.lon, place.lat, "skip") for place in left]
    marks += [maps.Mark(one.place.lon, one.place.lat, "stop", one.number, way.series) for way in driven for one in way.bins]
    marks += [maps.Mark(place.lon, place.lat, "base") for place in sorted(bases)]
    label = ngettext("Karta med en rutt.", "Karta med %(n)s rutter.", len(driven)) % {"n": len(driven)}
    return maps.svg(
        window,
        layers.paths(window),  # pyright: ignore[reportArgumentType]
        marks,
        [maps.Way(drawing.line(way.line, window), way.series) for way in driven],
        label=f"{label} {_('Alla stopp finns i listan.')}",
        css="day",
    )


def _window(places: list[tuple[float, float]]) -> View:
    window = drawing.view(places, WIDTH, HEIGHT, margin=0.05)
    edge = layers.bounds()
    if edge and window.north > edge[3]:  # the town ends there: the spare room goes to the sea
        down = window.north - edge[3]
        window = replace(window, north=edge[3], south=window.south - down)
    return window
