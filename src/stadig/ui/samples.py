"""Made-up content for the style page: every component with something in it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from stadig.ui import charts

WEEKS = 27


def all_of_them() -> dict[str, Any]:
    """The charts of the style page."""
    return {"line": line(), "bars": bars(), "dots": dots()}


def line() -> charts.Line:
    """A difference week by week with its uncertainty and two thresholds."""
    start = datetime(2026, 5, 4, tzinfo=UTC)
    times = [start + timedelta(weeks=week) for week in range(WEEKS)]
    middle = [-37 + 35 * math.exp(-week / 6) + 2 * math.sin(week * 1.9) for week in range(WEEKS)]
    room = [7 + 22 * math.exp(-week / 5) for week in range(WEEKS)]
    return charts.Line(
        title=_("Bilarna kör 37 % kortare per korg"),
        subtitle=_("Skillnad i kilometer per korg mot områden utan larm. Fältet visar osäkerheten, 95 %."),
        unit="%",
        series=(
            charts.Series(
                _("Skillnad"),
                times,
                middle,
                [value - wide for value, wide in zip(middle, room, strict=True)],
                [value + wide for value, wide in zip(middle, room, strict=True)],
            ),
        ),
        thresholds=(
            charts.Threshold(15, "+15 %", _("då drar vi tillbaka"), kind="limit"),
            charts.Threshold(-20, _("Minst −20 %"), _("då skalar vi upp")),
        ),
        events=(charts.Event(start + timedelta(weeks=10), _("Sågen startar")),),
    )


def bars() -> charts.Bars:
    """Shares by age."""
    rows = ((_("18–29 år"), 6), (_("30–64 år"), 9), (_("65–79 år"), 27), (_("80 år och äldre"), 58))
    return charts.Bars(
        title=_("Vem nås inte av det digitala?"),
        subtitle=_("Andel som fick hjälp på telefon, besök eller papper."),
        unit="%",
        heading=_("Ålder"),
        bars=tuple(charts.Bar(label, value) for label, value in rows),
    )


def dots() -> charts.Dots:
    """Areas with intervals against what was asked for."""
    rows = (("Hamnen", -41, -49, -33), ("Norrstrand", -38, -47, -29), ("Sågen", -29, -41, -17))
    return charts.Dots(
        title=_("Olika mycket i olika områden"),
        subtitle=_("Punkt är bästa gissning, streck är osäkerhet. Den streckade linjen är kravet."),
        unit="%",
        heading=_("Område"),
        reference=-20,
        dots=(*(charts.Dot(*row) for row in rows), charts.Dot(_("Alla tre"), -37, -44, -31, total=True)),
    )
