"""The plan of a day as a map: GeoJSON for the living one, an SVG for print and for a browser without JavaScript."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from stadig.geo import drawing, layers
from stadig.geo.drawing import View
from stadig.ui import formatting, maps
from stadig.waste.models import Plan

WIDTH, HEIGHT = 860, 600

DRIVEN = """
SELECT coalesce(json_agg(json_build_array(
    v.name, (v.position - 1) %% 3 + 1, s.line, json_build_array(d.name, d.lon, d.lat), s.bins, s.tipping
) ORDER BY v.position), '[]')::text
FROM waste_route r
JOIN waste_vehicle v ON v.id = r.vehicle_id
JOIN waste_depot d ON d.id = v.depot_id
CROSS JOIN LATERAL (
    SELECT
        '[' || coalesce(string_agg(substr(s.leg_line::text, 2, length(s.leg_line::text) - 2), ',' ORDER BY s."order")
            FILTER (WHERE s.leg_line <> '[]'), '') || ']' AS line,
        coalesce(json_agg(json_build_array(s.id, s.bin_id, s.number::text, s.risk, json_build_array(b.name, b.lon, b.lat))
            ORDER BY s."order") FILTER (WHERE s.kind = 'bin'), '[]') AS bins,
        coalesce(json_agg(json_build_array(t.name, t.lon, t.lat) ORDER BY s."order")
            FILTER (WHERE s.kind = 'tipping'), '[]') AS tipping
    FROM (SELECT *, count(bin_id) OVER (ORDER BY "order") AS number FROM waste_stop WHERE route_id = r.id) s
    LEFT JOIN waste_bin b ON b.id = s.bin_id
    LEFT JOIN waste_tippingstation t ON t.id = s.tipping_id
) s
WHERE r.plan_id = %s
"""
LEFT = """
SELECT coalesce(json_agg(json_build_array(b.id, b.name, b.lon, b.lat, c.risk) ORDER BY c.id), '[]')::text
FROM waste_candidate c JOIN waste_bin b ON b.id = c.bin_id WHERE c.plan_id = %s AND NOT c.chosen
"""


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
    line: str
    """As JSON: pairs of longitude and latitude."""
    depot: Place
    bins: list[Numbered]
    tipping: list[Place]


_WAYS = msgspec.json.Decoder(list[Way])
_WAITING = msgspec.json.Decoder(list[tuple[int, str, float, float, float]])


def ways(plan: int) -> list[Way]:
    """Every vehicle's way, in one query; empty before the first computation."""
    return _WAYS.decode(_read(DRIVEN, plan))


def _waiting(plan: int) -> list[tuple[int, str, float, float, float]]:
    return _WAITING.decode(_read(LEFT, plan))


def _read(statement: str, plan: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement, [plan])
        [(found,)] = cursor.fetchall()
    return found


def features(plan: Plan) -> bytes:
    """GeoJSON as it is sent: a line per vehicle, its numbered stops, the bins that wait, the depots and tipping stations."""
    address = reverse("waste:bin", args=[0]).replace("/0/", "/{}/")
    driven = ways(plan.pk)
    found: list[dict[str, Any]] = []
    waits, drives = _("Väntar. Risk %(risk)s."), _("%(vehicle)s, stopp %(n)s. Risk %(risk)s.")
    percent = _percents(get_language())
    for number, name, lon, lat, risk in _waiting(plan.pk):
        said = waits % {"risk": percent[round(risk * 100)]}
        found.append(_point(Place(name, lon, lat), -number, kind="skip", label=said, url=address.format(number)))
    for number, way in enumerate(driven, 1):
        line = {"type": "LineString", "coordinates": msgspec.Raw(way.line.encode())}
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
    return msgspec.json.encode({"type": "FeatureCollection", "features": found})


@lru_cache(maxsize=4)
def _percents(_language: str | None) -> list[str]:
    return [formatting.percent(n) for n in range(101)]


def _point(place: Place, number: int, **facts: Any) -> dict[str, Any]:
    geometry = {"type": "Point", "coordinates": [round(place.lon, 6), round(place.lat, 6)]}
    return {"type": "Feature", "id": number, "geometry": geometry, "properties": {"name": place.name, **facts}}


def still(plan: Plan) -> SafeString:
    """The same map as SVG; empty when there is no route. A computation's routes never change, so it is drawn once."""
    return _still(plan.pk, plan.computation, get_language()) if plan.computed_at else SafeString("")


@lru_cache(maxsize=24)
def _still(plan: int, computation: UUID | None, language: str | None) -> SafeString:
    driven = ways(plan)
    if not driven:
        return SafeString("")
    left = [Place(name, lon, lat) for _number, name, lon, lat, _risk in _waiting(plan)]
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
        [maps.Way(drawing.line(msgspec.json.decode(way.line), window), way.series) for way in driven],
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
