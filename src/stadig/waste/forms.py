"""What people write. Forms check the shape; actions check the rules."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stadig.city.models import Organisation
from stadig.waste.models import Bin, ReportKind, Side, SkipReason, Vehicle
from stadig.waste.queries import bins


class Once(forms.Form):
    """A form that may be sent twice: the hidden id makes the second send the same as the first."""

    request_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["request_id"].initial = uuid.uuid4

    @property
    def once(self) -> uuid.UUID | None:
        return self.cleaned_data.get("request_id")


class ReportForm(Once):
    kind = forms.ChoiceField(
        label=_("Vad är det?"),
        choices=ReportKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vad som är fel."), "invalid_choice": _("Välj ett av de tre svaren.")},
    )
    text = forms.CharField(
        label=_("Vill du berätta mer?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("Skriv högst 500 tecken.")},
    )
    photo = forms.FileField(
        label=_("Bild"),
        required=False,
        help_text=_("Vi tar bort uppgiften om var och när bilden togs. Fotografera inte människor."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"empty": _("Filen är tom. Välj bilden en gång till.")},
    )
    contact = forms.EmailField(
        label=_("E-post, om du vill ha svar"),
        required=False,
        help_text=_("Vi skriver när det är klart och raderar sedan adressen efter två veckor."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Skriv en e-postadress, till exempel namn@exempel.se.")},
    )
    webbplats = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))

    @property
    def looks_like_a_robot(self) -> bool:
        """People do not see this field, and so leave it empty."""
        return bool(self.data.get("webbplats"))


class SkipForm(Once):
    reason = forms.ChoiceField(
        label=_("Varför hoppar du över?"),
        choices=[choice for choice in SkipReason.choices if choice[0]],
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj varför.")},
    )
    note = forms.CharField(label=_("Något mer?"), max_length=200, required=False)


class FaultForm(Once):
    kind = forms.ChoiceField(
        label=_("Vad är det?"),
        choices=[(ReportKind.BROKEN, _("Korgen är trasig")), (ReportKind.LITTER, _("Skräp bredvid korgen"))],
        widget=forms.RadioSelect,
        initial=ReportKind.BROKEN,
    )
    text = forms.CharField(label=_("Beskriv kort"), max_length=500, required=False)
    photo = forms.FileField(
        label=_("Bild"), required=False, widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"})
    )


def _choose(field: Any, among: Iterable[tuple[int, str]]) -> None:
    """Choices read as plain rows: a district as an object has a long outline."""
    field.choices = [*([] if field.required else [("", "–")]), *among]


class BinForm(Once, forms.ModelForm):
    """Facts a planner may change."""

    class Meta:
        model = Bin
        fields = ("name", "kind", "district", "lon", "lat", "side", "key", "open_until", "access_note", "removed")
        labels = {
            "name": _("Namn"),
            "kind": _("Slag"),
            "district": _("Stadsdel"),
            "lon": _("Longitud"),
            "lat": _("Latitud"),
            "side": _("Sida av gatan"),
            "key": _("Nyckel"),
            "open_until": _("Öppet för bil till klockan"),
            "access_note": _("Bra att veta för laget"),
            "removed": _("Borttagen den"),
        }
        widgets = {
            "open_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "removed": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds, districts = bins.choices()
        _choose(self.fields["kind"], kinds)
        _choose(self.fields["district"], districts)
        self.fields["side"].choices = Side.choices  # type: ignore[attr-defined]
        self.fields["key"].help_text = _("Till exempel B. Lämna tomt om korgen inte är låst.")
        for name in ("lon", "lat"):
            self.fields[name].localize = False
            self.fields[name].widget = forms.NumberInput(attrs={"step": "any"})


class VehicleForm(Once, forms.ModelForm):
    class Meta:
        model = Vehicle
        fields = ("name", "crew", "capacity_l", "capacity_kg", "shift_start", "shift_end", "break_minutes", "repair_until")
        labels = {
            "name": _("Namn"),
            "crew": _("Lag"),
            "capacity_l": _("Rymmer, liter"),
            "capacity_kg": _("Rymmer, kilo"),
            "shift_start": _("Passet börjar"),
            "shift_end": _("Passet slutar"),
            "break_minutes": _("Rast, minuter"),
            "repair_until": _("På reparation till och med"),
        }
        widgets = {
            "shift_start": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "shift_end": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "repair_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        crews = Organisation.objects.filter(kind=Organisation.Kind.CREW).order_by("sort_key")
        self.fields["crew"].queryset = crews  # type: ignore[attr-defined]
        _choose(self.fields["crew"], crews.values_list("pk", "name"))
        for name in ("capacity_l", "capacity_kg"):
            self.fields[name].localize = False
            self.fields[name].widget = forms.NumberInput(attrs={"inputmode": "numeric"})

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        start, end = values.get("shift_start"), values.get("shift_end")
        if start and end and start >= end:
            self.add_error("shift_end", _("Passet måste sluta efter att det börjar."))
        return values
