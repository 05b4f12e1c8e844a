"""Made-up content for the style page: every component with something in it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.ui import charts

WEEKS = 27


class Sample(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=gettext_lazy("Vad heter du?"), help_text=gettext_lazy("Så som grannarna kallar dig."))
    metres = forms.IntegerField(
        label=gettext_lazy("Hur långt kan du gå utan att vila?"),
        help_text=gettext_lazy("En fotbollsplan är ungefär 100 meter."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": gettext_lazy("Skriv hur många meter du kan gå, med siffror.")},
    )
    aids = forms.MultipleChoiceField(
        label=gettext_lazy("Vilka hjälpmedel använder du?"),
        help_text=gettext_lazy("Välj alla som stämmer."),
        choices=[
            ("chair", gettext_lazy("Rullstol")),
            ("walker", gettext_lazy("Rollator")),
            ("none", gettext_lazy("Inget av detta")),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    alone = forms.ChoiceField(
        label=gettext_lazy("Kan du vänta ensam?"),
        choices=[("yes", gettext_lazy("Ja, en kort stund")), ("no", gettext_lazy("Nej"))],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Välj ett av svaren.")},
    )
    agree = forms.BooleanField(label=gettext_lazy("Skicka svaret på papper"), required=False)


def all_of_them() -> dict[str, Any]:
    """What the style page shows."""
    form = Sample({"name": "Kim", "metres": _("ganska kort"), "aids": ["chair"]}, auto_id="prov_%s")
    steps = [
        {"title": _("Vi tog emot din ansökan"), "state": "done", "time": _("Måndag 9 november, 20.14")},
        {"title": _("Vi väntar på sidan 2 av intyget"), "state": "now", "text": _("Senast 4 december.")},
        {"title": _("Du får beslutet"), "state": "next", "text": _("Senast måndag 4 januari.")},
    ]
    page = Paginator(range(60), 20).page(2)
    return {"line": line(), "bars": bars(), "dots": dots(), "form": form, "steps": steps, "page": page}


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
