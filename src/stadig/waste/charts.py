"""The charts of the room, as data for ``ui.charts``."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from stadig.ui import charts, formatting
from stadig.waste.day import Cost
from stadig.waste.queries.history import Past


def fill_history(name: str, past: Past) -> charts.Line:
    """Fourteen days of a bin: the level, its emptyings, the limit."""
    if past.emptyings:
        known = [one.fill_before for one in past.emptyings if one.fill_before is not None]
        mean = sum(known) / len(known) if known else None
        title = _("Tömd %(n)s gånger på 14 dagar") % {"n": len(past.emptyings)}
        if mean is not None:
            title = _("%(title)s, i mitten %(mean)s %% full") % {"title": title, "mean": round(mean)}
    else:
        title = _("Inte tömd på 14 dagar")
    emptied = _("Tömd")
    return charts.Line(
        title=title,
        subtitle=_("Hur full %(name)s är, procent") % {"name": name},
        series=(charts.Series(_("Nivå"), past.times, past.values),),
        unit="%",
        y_range=(0, 100),
        thresholds=(charts.Threshold(95, _("Full"), _("Larm går till laget"), "limit"),),
        events=tuple(charts.Event(one.at, emptied) for one in past.emptyings),
    )


def cost_of_levels(curve: Sequence[Cost], chosen: float) -> charts.Line:
    """Kilometres of today's plan at each service level, the chosen one marked."""
    words = {"level": formatting.percent(chosen * 100, 1), "km": formatting.kilometres(_at(curve, chosen).distance_m)}
    line = charts.Series(_("Kilometer"), _levels(curve), tuple(round(one.distance_m / 1000, 1) for one in curve))
    title = _("%(level)s kostar %(km)s i dag") % words
    return _over_levels(line, chosen, title=title, subtitle=_("Kilometer vid olika servicenivå, uppskattning"), unit="km")


def full_at_levels(curve: Sequence[Cost], chosen: float) -> charts.Line:
    """Bins expected to be full before the next round at each service level, the chosen one marked."""
    title = _("%(n)s korgar väntas bli fulla före nästa runda") % {"n": formatting.number(_at(curve, chosen).full, 1)}
    line = charts.Series(_("Fulla korgar"), _levels(curve), tuple(round(one.full, 1) for one in curve))
    return _over_levels(line, chosen, title=title, subtitle=_("Korgar som väntas bli fulla, uppskattning"))


def _at(curve: Sequence[Cost], chosen: float) -> Cost:
    return min(curve, key=lambda one: abs(one.level - chosen))


def _levels(curve: Sequence[Cost]) -> tuple[float, ...]:
    return tuple(round(one.level * 100, 1) for one in curve)


def _over_levels(line: charts.Series, chosen: float, *, title: str, subtitle: str, unit: str = "") -> charts.Line:
    return charts.Line(
        title=title,
        subtitle=subtitle,
        unit=unit,
        decimals=1,
        x_unit=_("Servicenivå, procent"),
        series=(line,),
        events=(charts.Event(round(chosen * 100, 1), _("Vald nivå")),),
        y_range=(0.0, max(1.0, *(1.05 * (value or 0.0) for value in line.y))),
        height=240,
        level=3,
    )
