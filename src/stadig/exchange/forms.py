"""Forms of the pages about agencies: a question per field, an error that says what to do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stadig.exchange import lawful


def _day(label: Any, **options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    said = {"required": _("Välj vilken dag."), "invalid": _("Skriv dagen som 2027-01-31.")}
    return forms.DateField(label=label, widget=widget, input_formats=["%Y-%m-%d"], error_messages=said, **options)


class LawForm(forms.Form):
    """What lets an agency answer."""

    statute = forms.CharField(
        label=_("Vilket lagrum eller beslut ger rätten?"),
        max_length=200,
        error_messages={"required": _("Skriv vilket lagrum eller beslut som ger rätten.")},
        help_text=_(
            "Skriv det som det ska stå i frågan till myndigheten, till exempel 15 kap. 10 § socialtjänstlagen (2025:400)."
        ),
    )
    source = forms.CharField(
        label=_("Var har du läst det?"),
        max_length=300,
        error_messages={"required": _("Skriv var du har läst det.")},
        help_text=_(
            "Författningen med sin senaste ändring, eller beslutets datum och nummer. Den som bekräftar läser samma källa."
        ),
    )
    groups = forms.MultipleChoiceField(
        label=_("Vilka uppgifter ger det rätt till?"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Det som kommer utöver detta sparas inte."),
        error_messages={"required": _("Välj minst ett slags uppgifter.")},
    )
    longest_days = forms.IntegerField(
        label=_("Hur många dagar får en fråga gälla?"),
        min_value=1,
        max_value=3660,
        error_messages={"required": _("Skriv hur många dagar en fråga får gälla.")},
        help_text=_("En längre period frågar vi inte om."),
    )
    valid_from = _day(_("Från och med vilken dag gäller det?"))
    valid_to = _day(_("Till och med vilken dag?"), required=False, help_text=_("Lämna tomt om det gäller tills vidare."))

    def __init__(self, agency: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(name, group.description) for name, group in lawful.GROUPS.get(agency, {}).items()]
        self.fields["groups"].choices = choices  # type: ignore[attr-defined]


class EndLawForm(forms.Form):
    """When a ground ends, and why."""

    last = _day(_("Vilken är den sista dagen det gäller?"))
    reason = forms.CharField(
        label=_("Varför upphör det?"),
        max_length=300,
        error_messages={"required": _("Skriv varför det upphör.")},
        help_text=_("Till exempel vilken lag som har ändrats."),
    )
