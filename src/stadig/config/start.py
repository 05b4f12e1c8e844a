"""The residents' start page, *Vad vill du göra?*, and the one search."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from stadig.city import clock, effects, search, services
from stadig.city.models import Effect
from stadig.city.permissions import public
from stadig.ui import formatting, start

COMMON = 6
GAVE = 3
KEPT_S = 60.0


@dataclass(frozen=True, slots=True)
class Task:
    """A service as a row on the start page."""

    title: str
    text: str
    url: str
    icon: str
    paused: str = ""


@dataclass(frozen=True, slots=True)
class Gave:
    """What the services gave in a month, in one measure."""

    title: str
    quantity: float
    unit: str
    kind: str
    method: str
    rows: int


def tasks() -> list[Task]:
    """Every service that residents may use now, A–Ö, in the reader's language. One query."""
    found: list[Task] = []
    for service in services.listed():
        shown = services.shown(service)
        if shown.url:
            paused = service.operating_message if service.paused else ""
            found.append(Task(shown.title, shown.description, shown.url, shown.icon, paused))
    return found


def _known(name: str) -> str:
    """The address of a page, empty if there is none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def last_month(today: date) -> tuple[datetime, datetime]:
    """From the first of the latest whole month to the first of the next, in Stockholm."""
    end = datetime(today.year, today.month, 1, tzinfo=formatting.STOCKHOLM)
    begin = (end - timedelta(days=1)).replace(day=1)
    return begin, end


_kept: dict[tuple[str, str], tuple[float, list[Gave]]] = {}


def gave(begin: datetime, end: datetime) -> list[Gave]:
    """The measures that can be summed, the measured ones first. One query at most once a minute."""
    language = translation.get_language() or "sv"
    key = (begin.isoformat(), language)
    kept = _kept.get(key)
    if kept and time.monotonic() - kept[0] < KEPT_S:
        return kept[1]
    rows = (
        Effect.objects.filter(at__gte=begin, at__lt=end, replaced_by=None, metric__additivity="sum")
        .values("metric_id", "metric__unit", "metric__title", "kind")
        .annotate(total=Sum("quantity"), rows=Count("pk"))
        .order_by("metric_id")
    )
    titles = effects.declared()
    order = {"measured": 0, "derived": 1, "estimated": 2}
    found = [
        Gave(
            str(titles.get(row["metric_id"], {}).get("title", row["metric__title"])),
            row["total"],
            row["metric__unit"],
            row["kind"],
            "",
            row["rows"],
        )
        for row in sorted(rows, key=lambda row: (order[row["kind"]], -row["rows"]))
        if row["total"]
    ]
    _kept.clear()
    _kept[key] = (time.monotonic(), found)
    return found


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What do you want to do? Sections without content are not shown."""
    offered = tasks()
    begin, end = last_month(clock.today())
    values: dict[str, Any] = {
        "tasks": offered[:COMMON],
        "services_url": _known("city:services"),
        "how_url": _known("city:how-we-count"),
        "stories": start.near(request),
        "gave": gave(begin, end)[:GAVE],
        "month": formatting.MONTHS[formatting.language()][begin.month - 1],
    }
    return render(request, "ui/start.html", values)


@public
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The search's answer: hits of every kind in one list, best first."""
    query = request.GET.get("q", "").strip()[: search.MAX_QUERY]
    hits = search.find(query, request.user) if query else []
    return render(request, "ui/search.html", {"query": query, "hits": hits, "tasks": tasks() if not hits else []})
