"""What one fills in who enters a riksnorm or the rules of a year: the table value by value, or a file with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stadig.assistance import norm, norm_file, rates, rates_file, words
from stadig.assistance.dated import MOST_SOURCE, Entered, TableFault
from stadig.assistance.norm import Table
from stadig.assistance.rates import Rates
from stadig.cases.forms import Day


class Days(forms.Form):
    """A table with its days and its source. ``entered`` is what was written, when the form is valid."""

    valid_from = Day(label=_("Första dagen"))
    valid_to = Day(label=_("Sista dagen"))
    entered: Entered[Any]

    def enter(self, read: Callable[[Any], Entered[Any]], said: dict[str, Any], field_of: Callable[[str], str]) -> None:
        """Keep what was written as ``read`` reads it, or put what is wrong at the field that ``field_of`` names for the row at fault."""
        days = {name: self.cleaned_data[name] for name in ("valid_from", "valid_to", "source")}
        try:
            self.entered = read(days | said)
        except TableFault as fault:
            name = field_of(fault.where)
            self.add_error(name if name in self.fields else None, words.table_fault(fault))


class RiksnormForm(Days):
    """A riksnorm amount by amount, as the ordinance's tables stand."""

    source = forms.CharField(
        label=_("Källa"),
        max_length=MOST_SOURCE,
        help_text=_(
            "Förordningens nummer, paragraf och var du läste den. Till exempel: SFS 2025:1046, svenskforfattningssamling.se."
        ),
    )
    rules = forms.ChoiceField(
        label=_("Regler"),
        choices=[(one, _("Socialtjänstförordningen (2025:468) 12 kap.")) for one in sorted(norm.RULES)],
        help_text=_("Har reglerna ändrats, och inte bara beloppen? Då behöver Stadig uppdateras först."),
    )

    def __init__(self, like: Table, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.like = like
        for band in like.bands:
            self.fields[f"child_{band.ages}"] = _amount(_("%(ages)s år") % {"ages": band.ages.replace("-", "–")})
            if band.without_lunch is not None:
                self.fields[f"lunch_{band.ages}"] = _amount(_("%(ages)s år, utan lunch") % {"ages": band.ages.replace("-", "–")})
        self.fields["adult_single"] = _amount(_("Ensamstående"))
        self.fields["adult_couple"] = _amount(_("Sambor"))
        for n in range(1, norm.COMMON_TO + 1):
            self.fields[f"common_{n}"] = _amount(_("%(n)s i hushållet") % {"n": n})

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if not self.errors:
            self.enter(norm_file.entered, self._plain(said), lambda where: where.replace(".", "_"))
        return said

    def _plain(self, said: dict[str, Any]) -> dict[str, Any]:
        child = {
            band.ages: [said[f"child_{band.ages}"], said[f"lunch_{band.ages}"]]
            if band.without_lunch is not None
            else said[f"child_{band.ages}"]
            for band in self.like.bands
        }
        return {
            "rules": said["rules"],
            "child": child,
            "adult": {"single": said["adult_single"], "couple": said["adult_couple"]},
            "common": {str(n): said[f"common_{n}"] for n in range(1, norm.COMMON_TO + 1)},
        }

    def common(self) -> list[forms.BoundField]:
        """The fields of the household's common costs."""
        return [self[name] for name in self.fields if name.startswith("common_")]

    def children(self) -> list[forms.BoundField]:
        """The fields of children, with and without lunch, in the order of age."""
        return [self[name] for name in self.fields if name.startswith(("child_", "lunch_"))]


class RulesForm(Days):
    """Rates and thresholds value by value, each with its source. It begins with those of ``like``, but for what is set anew each year."""

    source = forms.CharField(
        label=_("Källa för hela uppsättningen"),
        max_length=MOST_SOURCE,
        help_text=_("Vilket beslut och vilka lagar, och var du läste dem. Till exempel: Socialnämndens beslut 2026-11-12, § 84."),
    )

    def __init__(self, like: Rates, *args: Any, **options: Any) -> None:
        initial: dict[str, Any] = dict(options.pop("initial", {}))
        for name, rate in like.rates:
            if not rates.KINDS[name].yearly:
                initial |= {f"{name}_value": rates.number(rate.value), f"{name}_source": rate.source}
        super().__init__(*args, initial=initial, **options)
        for name, kind in rates.KINDS.items():
            self._value(name, kind)

    def _value(self, name: str, kind: rates.Kind) -> None:
        said = {"required": _("Skriv värdet så som det står i källan.")}
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 8})
        label = _("Värde, %(unit)s") % {"unit": words.unit(kind.unit)}
        self.fields[f"{name}_value"] = forms.CharField(label=label, max_length=12, widget=widget, error_messages=said)
        said = {"required": _("Skriv vilken paragraf eller vilket beslut värdet står i.")}
        self.fields[f"{name}_source"] = forms.CharField(label=_("Var står det?"), max_length=MOST_SOURCE, error_messages=said)
        if not kind.own:
            self.fields[f"{name}_read"] = forms.BooleanField(label=_("Jag har läst värdet vid källan"), required=False)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if not self.errors:
            self.enter(rates_file.entered, self._plain(said), _rate_field)
        return said

    def _plain(self, said: dict[str, Any]) -> dict[str, Any]:
        return {
            name: {
                "value": said[f"{name}_value"],
                "source": said[f"{name}_source"],
                "unverified": not kind.own and not said[f"{name}_read"],
            }
            for name, kind in rates.KINDS.items()
        }

    def values(self) -> list[tuple[str, bool, list[forms.BoundField]]]:
        """(what it is called, whether the municipality decides it, its fields) of each value."""
        return [
            (words.rule(name), kind.own, [self[one] for one in self.fields if one.rpartition("_")[0] == name])
            for name, kind in rates.KINDS.items()
        ]


class TableFile(forms.Form):
    """A riksnorm or rules as a file."""

    file = forms.FileField(
        label=_("Fil"),
        help_text=_("TOML, JSON, Excel eller ODS. Formatet står i handboken."),
        widget=forms.FileInput(attrs={"accept": ".toml,.json,.xlsx,.ods"}),
        error_messages={"required": _("Välj en fil först."), "empty": _("Filen är tom. Välj den en gång till.")},
    )


def _rate_field(where: str) -> str:
    kind, _dot, name = where.partition(".")
    return f"{name}_value" if kind == "rate" else where


def _amount(label: Any) -> forms.IntegerField:
    said = {"required": _("Skriv beloppet ur förordningen."), "invalid": _("Skriv hela kronor.")}
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 6})
    return _Whole(label=label, min_value=1, max_value=100_000, widget=widget, error_messages=said)


class _Whole(forms.IntegerField):
    """Whole kronor, with or without a space between thousands."""

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = value.replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
        return super().to_python(value)
