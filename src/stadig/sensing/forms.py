"""What people fill in: rules, devices, who wants to be told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from stadig.sensing import mapping as engine
from stadig.sensing.models import AlarmRule, AlarmSubscription, Device, ObservedProperty
from stadig.sensing.models.alarms import Kind
from stadig.sensing.queries import RuleDetail, Stream, properties

WORDS = {
    "json": _("Det här går inte att läsa som JSON. Se efter citattecken, komman och klamrar."),
    "object": _("Här behövs ett objekt med klamrar: {place}."),
    "unknown": _("Ordet {place} känner vi inte igen. Stava om det eller ta bort det."),
    "empty": _("Skriv minst en mätning under readings."),
    "path": _("{place} behöver vara en väg i meddelandet, som data.fill eller cells[0].mv."),
    "format": _("{place} kan vara iso, unix, unix_ms eller received."),
    "datastream": _("{place} behöver vara numret på en mätserie."),
    "number": _("{place} behöver vara ett tal."),
    "zero": _("{place} kan inte vara 0. Då blir alla värden lika."),
    "text": _("{place} behöver vara en text."),
    "boolean": _("{place} behöver vara true eller false."),
    "elsewhere": _("{place}: mätserien hör inte till den här saken. Numren står under Mätserier."),
    "unit": _("{place}: enheten är en annan än mätseriens. Räkna om med scale och offset."),
}


def in_words(code: str, place: str) -> str:
    """What is wrong with a mapping, in plain language."""
    return str(WORDS[code]).replace("{place}", place or "{}")


class MappingField(forms.CharField):
    """A declared mapping as JSON text."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Tolkning"))
        options.setdefault("help_text", _("Säger vilket värde i meddelandet som hör till vilken mätserie. JSON."))
        options.setdefault("widget", forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "class": "code"}))
        super().__init__(max_length=20_000, **options)

    def prepare_value(self, value: Any) -> Any:
        return json.dumps(value, indent=2, ensure_ascii=False) if isinstance(value, dict) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            declared = engine.decode(text.encode())
            engine.parse(declared)
        except engine.MappingFault as fault:
            raise ValidationError(in_words(fault.code, fault.place)) from fault
        return declared


class DeviceForm(forms.Form):
    """A new device for a thing."""

    name = forms.CharField(
        label=_("Enhetens namn"),
        max_length=60,
        help_text=_("Små bokstäver a–z, siffror och bindestreck. Namnet går inte att ändra."),
    )
    mapping = MappingField()

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        Device._meta.get_field("name").run_validators(name)
        if Device.objects.filter(name=name).exists():
            raise ValidationError(gettext("Namnet finns redan. Välj ett annat."))
        return name


class MappingForm(forms.Form):
    mapping = MappingField()


class RuleForm(forms.Form):
    """An alarm rule. One form for all kinds; what a kind does not use is left out."""

    name = forms.CharField(
        label=_("Namn på regeln"), max_length=120, help_text=_("Det som står i larmet, till exempel Full korg.")
    )
    kind = forms.ChoiceField(
        label=_("När ska det larma?"),
        choices=[
            (Kind.THRESHOLD, _("När ett värde passerar en gräns")),
            (Kind.BATTERY, _("När ett batteri är svagt")),
            (Kind.NO_DATA, _("När sensorn är tyst för länge")),
        ],
        widget=forms.RadioSelect,
        initial=Kind.THRESHOLD,
    )
    observed_property = forms.ModelChoiceField(
        ObservedProperty.objects.all(), label=_("Vilken storhet gäller det?"), empty_label=None
    )
    direction = forms.ChoiceField(
        label=_("Larma när värdet är"),
        choices=[("above", pgettext_lazy("värdet är", "över gränsen")), ("below", pgettext_lazy("värdet är", "under gränsen"))],
        widget=forms.RadioSelect,
        initial="above",
        required=False,
    )
    level = forms.FloatField(label=_("Larmgräns"), required=False, localize=True)
    clear_level = forms.FloatField(
        label=_("Larmet upphör vid"),
        required=False,
        localize=True,
        help_text=_("En bit från gränsen, så att larmet inte kommer och går."),
    )
    silent_hours = forms.FloatField(
        label=_("Tyst i så många timmar"), required=False, localize=True, min_value=0.05, max_value=24 * 366
    )
    severity = forms.ChoiceField(label=_("Hur bråttom är det?"), choices=AlarmRule._meta.get_field("severity").choices)
    active = forms.BooleanField(label=_("Regeln används"), required=False, initial=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["observed_property"].choices = properties()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == Kind.NO_DATA:
            data["level"] = data["clear_level"] = None
            if data.get("silent_hours") is None and "silent_hours" not in self.errors:
                self.add_error("silent_hours", gettext("Skriv efter hur många timmar det ska larma."))
            return data
        data["silent_hours"] = None
        level, clear = data.get("level"), data.get("clear_level")
        if level is None and "level" not in self.errors:
            self.add_error("level", gettext("Skriv vid vilket värde det ska larma."))
        if level is not None and clear is not None:
            above = self.is_above(data)
            if (clear > level) if above else (clear < level):
                self.add_error(
                    "clear_level",
                    gettext("Larmet upphör på andra sidan gränsen. Skriv ett värde som är högst %(level)s.") % {"level": level}
                    if above
                    else gettext("Larmet upphör på andra sidan gränsen. Skriv ett värde som är minst %(level)s.")
                    % {"level": level},
                )
        return data

    @staticmethod
    def is_above(data: dict[str, Any]) -> bool:
        return data.get("kind") == Kind.THRESHOLD and data.get("direction") != "below"

    def values(self) -> dict[str, Any]:
        """The model's fields."""
        data = self.cleaned_data
        level = data["level"]
        hours = data["silent_hours"]
        return {
            "name": data["name"],
            "kind": data["kind"],
            "observed_property": data["observed_property"],
            "datastream": None,
            "above": self.is_above(data) if data["kind"] != Kind.NO_DATA else True,
            "level": level,
            "clear_level": data["clear_level"] if data["clear_level"] is not None else level,
            "silent_seconds": round(hours * 3600) if hours is not None else None,
            "severity": data["severity"],
            "active": data["active"],
        }


def initial_of(rule: RuleDetail) -> dict[str, Any]:
    """A rule as the form shows it."""
    return {
        "name": rule.name,
        "kind": rule.kind,
        "observed_property": rule.observed_property_id,
        "direction": "above" if rule.above else "below",
        "level": rule.level,
        "clear_level": rule.clear_level,
        "silent_hours": rule.silent_seconds / 3600 if rule.silent_seconds else None,
        "severity": rule.severity,
        "active": rule.active,
    }


class SubscriptionForm(forms.ModelForm):
    """How someone wants to be told."""

    class Meta:
        model = AlarmSubscription
        fields = ("least", "by_email", "quiet_from", "quiet_until")
        widgets = {
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        help_texts = {"quiet_from": _("Under de tysta timmarna får du bara veta det som är bråttom.")}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("quiet_from") is None) != (data.get("quiet_until") is None):
            self.add_error(
                "quiet_from" if data.get("quiet_from") is None else "quiet_until",
                gettext("Skriv både från och till, eller inget."),
            )
        return data


def example_mapping(streams: Sequence[Stream]) -> dict[str, Any]:
    """A mapping to start from: one reading for each datastream of a thing."""
    return {
        "time": {"path": "time", "format": "iso"},
        "sequence": "seq",
        "readings": [
            {"path": stream.key or f"value{number}", "datastream": stream.id, "unit": stream.unit, "required": number == 1}
            for number, stream in enumerate(streams, 1)
        ],
    }
