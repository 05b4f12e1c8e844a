"""The charts of the room, as data for ``ui.charts``."""

from __future__ import annotations

from django.utils.translation import gettext as _

from stadig.ui import charts
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
    return charts.Line(
        title=title,
        subtitle=_("Hur full %(name)s är, procent") % {"name": name},
        series=(charts.Series(_("Nivå"), past.times, past.values),),
        unit="%",
        y_range=(0, 100),
        thresholds=(charts.Threshold(95, _("Full"), _("Larm går till laget"), "limit"),),
        events=tuple(charts.Event(one.at, _("Tömd")) for one in past.emptyings),
    )
