"""What the start page tells about litter bins: the area with the most full ones, on a small map and as a list."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from stadig.geo import layers
from stadig.geo.drawing import view
from stadig.ui import maps
from stadig.ui.start import Story
from stadig.waste import sentences
from stadig.waste.queries import bins
from stadig.waste.queries.bins import Area, BinState, Level

KEPT_S = 30.0
"""The start page is everyone's: the story is told anew at most this often in each process."""
SHOWN = 3
_kept: dict[tuple[str, str], tuple[float, list[Story]]] = {}


def stories(request: HttpRequest) -> list[Story]:
    """One story, or none where there are no bins."""
    key = (str(connection.settings_dict["NAME"]), get_language() or "sv")
    kept = _kept.get(key)
    if kept and time.monotonic() - kept[0] < KEPT_S:
        return kept[1]
    told = tell(bins.states(bins.in_use()))
    _kept[key] = (time.monotonic(), told)
    return told


def tell(states: Sequence[BinState]) -> list[Story]:
    """The story of the area where most bins are full now."""
    areas: dict[Area, list[BinState]] = {}
    for state in states:
        if state.bin.district:
            areas.setdefault(state.bin.district, []).append(state)
    if not areas:
        return []
    district, area = max(areas.items(), key=lambda one: (_full(one[1]), len(one[1])))
    full, total = _full(area), len(area)
    worst = sorted(area, key=lambda state: -(state.fill_percent or 0.0))
    words = {"n": full, "total": total, "place": district.name}
    if full:
        title = ngettext("%(n)s av %(total)s i %(place)s är full", "%(n)s av %(total)s i %(place)s är fulla", full) % words
    else:
        title = _("Ingen av %(total)s i %(place)s är full") % words
    shown = [*worst[: SHOWN - 1], worst[-1]] if total >= SHOWN else worst
    return [
        Story(
            kicker=_("Papperskorgar"),
            icon="trash-2",
            title=title,
            url=reverse("waste:near") + f"?omrade={district.code}",
            link=_("Visa alla och säg till"),
            picture=_picture(area, district.name),
            template="waste/_story.html",
            context={"rows": [(state.bin.name, sentences.level(state), state.fill) for state in shown]},
            order=30,
        )
    ]


def _full(states: Sequence[BinState]) -> int:
    return sum(state.level is Level.FULL for state in states)


def _picture(states: Sequence[BinState], place: str) -> str:
    window = view([(state.bin.lon, state.bin.lat) for state in states], 480, 230, margin=0.12)
    order = {Level.FULL: 2, Level.NEARLY: 1}
    marks = [
        maps.Mark(state.bin.lon, state.bin.lat, "room" if state.level is Level.HALF else state.level.value)
        for state in sorted(states, key=lambda state: order.get(state.level, 0))
    ]
    label = _("Karta över papperskorgarna i %(place)s. De står också i listan.") % {"place": place}
    return maps.svg(window, layers.paths(window), marks, label=label, names=False)  # pyright: ignore[reportArgumentType]
