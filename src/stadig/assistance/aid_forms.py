"""What a case worker fills in about a calculation. Forms check the shape; verbs check the rules."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stadig.assistance.household import AtHome, Composition
from stadig.assistance.norm import Living
from stadig.cases.forms import Day

EXTRA_CHILDREN = 2
"""Empty places for children that the application does not name."""


class Kronor(forms.DecimalField):
    """An amount as people write it: 1 900, 342,50."""

    def __init__(self, **options: Any) -> None:
        said = {"invalid": _("Skriv beloppet med siffror, till exempel 1900 eller 342,50.")}
        attrs = {"inputmode": "decimal", "autocomplete": "off", "size": 10}
        said |= options.pop("error_messages", {})
        super().__init__(max_digits=10, decimal_places=2, widget=forms.TextInput(attrs=attrs), error_messages=said, **options)

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str):
            value = value.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace("kr", "").replace(",", ".")
        return super().to_python(value)


class Month(forms.CharField):
    """A month as 2026-12, given as its first day."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=7, widget=forms.TextInput(attrs={"type": "month"}), **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return dt.date.fromisoformat(f"{text}-01") if text else None
        except ValueError:
            raise forms.ValidationError(_("Skriv månaden som 2026-12.")) from None


class Why(forms.CharField):
    """Why: what the one who reads later can check it against."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Varför?"))
        options.setdefault("help_text", _("Vad bygger du det på? Till exempel: Hyresavi för december."))
        said = {"required": _("Skriv varför, så att den som läser förstår vad du bygger det på.")}
        super().__init__(max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), error_messages=said, **options)


class Amount(forms.Form):
    """What counts of a row, and why."""

    amount = Kronor(
        label=_("Belopp som räknas, kronor i månaden"),
        error_messages={"required": _("Skriv ett belopp. Skriv 0 om inget räknas.")},
    )
    why = Why()


class NewIncome(Amount):
    """An income that nobody has stated."""

    who = forms.ChoiceField(label=_("Vem fick pengarna?"), widget=forms.RadioSelect)
    label = forms.CharField(
        label=_("Vad är det för inkomst?"), max_length=120, help_text=_("Till exempel: Lön från en arbetsgivare, swish.")
    )
    field_order = ["who", "label", "amount", "why"]

    def __init__(self, people: list[tuple[str, Any]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["who"].choices = people  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
        self.fields["who"].initial = people[0][0]


class NewCost(Amount):
    """A cost that the application does not name."""

    label = forms.CharField(label=_("Vad är det för kostnad?"), max_length=120)
    field_order = ["label", "amount", "why"]


class Accept(forms.Form):
    """Every cost that nobody has taken a stand on is accepted as it was applied for."""

    why = Why(help_text=_("Gäller alla kostnader som du inte redan har ändrat. Till exempel: Enligt hyresavi och räkningar."))


class Stimulus(forms.Form):
    """From which month the special rule holds for an adult."""

    who = forms.ChoiceField(label=_("Vem gäller det?"), widget=forms.RadioSelect)
    began = Month(
        label=_("Från och med vilken månad?"), help_text=_("Månaden då lönen först räknades så. Regeln gäller i två år.")
    )
    why = Why(help_text=_("Till exempel: Försörjningsstöd april till september 2026, började arbeta i oktober."))

    def __init__(self, people: list[tuple[str, Any]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["who"].choices = people  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
        self.fields["who"].initial = people[0][0]


class Youth(forms.Form):
    """What a child or pupil at home has earned earlier in the calendar year."""

    amount = Kronor(
        label=_("Tjänat tidigare under året, kronor"),
        help_text=_("Allt från januari till och med månaden före den som räknas. Skriv 0 om barnet inte har tjänat något."),
        error_messages={"required": _("Skriv ett belopp. Skriv 0 om barnet inte har tjänat något.")},
    )
    why = Why(help_text=_("Till exempel: Lönespecifikationer från sommarjobbet i juni och juli."))


BORN, DAYS, LUNCH, LEFT_OUT, SCHOOL, FROM_18 = (
    _("När är barnet fött?"),
    _("Dagar i månaden, om barnet inte bor här alltid"),
    _("Äter lunch fem dagar i veckan på förskola eller skola"),
    _("Räkna inte med barnet"),
    _("Går i grundskola eller gymnasium?"),
    _("Behövs från 18 år."),
)
IN_SCHOOL = (("", _("Vi vet inte")), ("yes", _("Ja")), ("no", _("Nej")))
"""Made once, so that a child's fields are drawn once."""


class Household(forms.Form):
    """Who the household is. Children have a row of fields each."""

    living = forms.ChoiceField(
        label=_("Hur bor den eller de vuxna?"),
        choices=[
            (Living.SINGLE.value, _("Ensamstående")),
            (Living.COUPLE.value, _("Gifta, registrerade partner eller sambor")),
            (Living.SHARED.value, _("Inte sambo, men delar hushåll med andra")),
        ],
        widget=forms.RadioSelect,
    )
    shares_with = forms.IntegerField(
        label=_("Hur många andra delar hushållet?"),
        required=False,
        min_value=0,
        max_value=20,
        help_text=_("Räkna bara dem som inte är med i ansökan. Gäller den som inte är sambo."),
    )
    why = Why(help_text=_("Till exempel: Båda barnen bor här varannan vecka enligt avtal."))

    def __init__(self, now: Composition, *args: Any, **options: Any) -> None:
        initial = {"living": now.living.value, "shares_with": now.shares_with or None, "why": ""}
        self.rows = len(now.children) + EXTRA_CHILDREN
        for index, one in enumerate(now.children):
            school = {True: "yes", False: "no", None: ""}[one.in_school]
            initial |= {f"born{index}": one.born, f"days{index}": one.days, f"school{index}": school}
            initial |= {f"lunch{index}": not one.lunch, f"out{index}": not one.counts}
        super().__init__(*args, initial=initial, **options)
        for index in range(self.rows):
            self._child(index)
        self.order_fields(["living", "shares_with", *(name for name in self.fields if name[-1].isdecimal()), "why"])

    def _child(self, index: int) -> None:
        self.fields[f"born{index}"] = Day(label=BORN, required=False)
        self.fields[f"days{index}"] = forms.IntegerField(label=DAYS, required=False, min_value=1, max_value=31)
        self.fields[f"school{index}"] = forms.ChoiceField(label=SCHOOL, help_text=FROM_18, choices=IN_SCHOOL, required=False)
        self.fields[f"lunch{index}"] = forms.BooleanField(label=LUNCH, required=False)
        self.fields[f"out{index}"] = forms.BooleanField(label=LEFT_OUT, required=False)

    def children(self) -> list[list[forms.BoundField]]:
        """The fields of each child."""
        return [[self[f"{name}{index}"] for name in ("born", "days", "school", "lunch", "out")] for index in range(self.rows)]

    def composition(self) -> Composition:
        """The household as it was written."""
        said = self.cleaned_data
        school = {"yes": True, "no": False}
        children = tuple(
            AtHome(
                said[f"born{index}"],
                said[f"days{index}"],
                not said[f"lunch{index}"],
                school.get(said[f"school{index}"]),
                not said[f"out{index}"],
            )
            for index in range(self.rows)
            if said.get(f"born{index}")
        )
        return Composition(Living(said["living"]), children, said["shares_with"] or 0)
