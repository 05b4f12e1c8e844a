"""What a case worker fills in about asking agencies. Labels are questions, errors say what to do."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.assistance.asking import LONGEST_CALL
from stadig.cases.file_field import FilesField
from stadig.cases.forms import Day
from stadig.city import clock
from stadig.ui.formatting import STOCKHOLM


class Ask(forms.Form):
    """Which period the agencies are asked about."""

    first = Day(label=gettext_lazy("Från och med vilken dag?"))
    last = Day(label=gettext_lazy("Till och med vilken dag?"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first, last = said.get("first"), said.get("last")
        if first and last and last < first:
            self.add_error("last", _("Perioden slutar innan den börjar. Välj en senare sista dag."))
        return said


class Called(forms.Form):
    """What someone at an agency said on the phone, or what a paper from it says."""

    whom = forms.CharField(
        label=gettext_lazy("Vem talade du med?"),
        help_text=gettext_lazy("Namn och enhet, eller vem som skrev brevet."),
        max_length=120,
        error_messages={"required": gettext_lazy("Skriv vem du talade med.")},
    )
    number = forms.CharField(
        label=gettext_lazy("Vilket nummer ringde du?"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    day = Day(label=gettext_lazy("Vilken dag?"), error_messages={"required": gettext_lazy("Välj dagen för samtalet.")})
    time = forms.TimeField(
        label=gettext_lazy("Vilken tid?"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": gettext_lazy("Skriv tiden för samtalet, till exempel 09:40.")},
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Hur många minuter tog det, med kön?"),
        help_text=gettext_lazy("Vi räknar ihop hur mycket tid som går åt till telefonköer."),
        required=False,
        min_value=1,
        max_value=LONGEST_CALL,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "data-minutes": ""}),
    )
    said = forms.CharField(
        label=gettext_lazy("Vad sades?"),
        help_text=gettext_lazy("Skriv beloppen och vilka månader de gäller, så som de sades."),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=6000,
        error_messages={"required": gettext_lazy("Skriv vad som sades.")},
    )
    attached = FilesField()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("day") and said.get("time"):
            said["at"] = dt.datetime.combine(said["day"], said["time"], STOCKHOLM)
            if said["at"] > clock.now() + dt.timedelta(minutes=5):
                self.add_error("day", _("Samtalet kan inte ligga i framtiden."))
        return said
