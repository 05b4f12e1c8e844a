"""What is written at the contact centre while someone is on the phone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stadig.cases import contact, letters, numbers
from stadig.cases.desk_forms import Once
from stadig.cases.models import Case


class LookForm(forms.Form):
    """Who is calling, about what, and how we know that it is them."""

    number = forms.CharField(
        label=_("Ärendets nummer"), max_length=40, required=False, help_text=_("Till exempel GPN 2026/00042. Det står i brevet.")
    )
    given_name = forms.CharField(label=_("Förnamn"), max_length=150, required=False)
    family_name = forms.CharField(label=_("Efternamn"), max_length=150, required=False)
    born = forms.DateField(
        label=_("Född"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Skriv dagen som 1954-01-03.")},
    )
    question = forms.ChoiceField(
        label=_("Kontrollfråga: ställ en av dem"),
        choices=list(contact.QUESTIONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj den kontrollfråga du ställde.")},
    )
    right = forms.BooleanField(
        label=_("Jag har ställt frågan och svaret stämde"),
        error_messages={"required": _("Ställ kontrollfrågan först. Stämmer svaret kryssar du i rutan.")},
    )
    agreed = forms.BooleanField(
        label=_("Personen säger ja till att jag ser ärenden med sekretess"),
        required=False,
        help_text=_("Fråga först. Utan ett ja kopplar du samtalet till enheten."),
    )

    def clean_number(self) -> str:
        text: str = self.cleaned_data["number"].strip()
        if text and numbers.read(text) is None:
            raise forms.ValidationError(_("Det är inget ärendenummer. Skriv som GPN 2026/00042."))
        return text

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        named = [bool(values.get(name)) for name in ("given_name", "family_name", "born")]
        if "number" in values and not values["number"] and "born" not in self.errors and not all(named):
            self.add_error("number", _("Skriv ärendets nummer, eller förnamn, efternamn och födelsedag."))
        return values

    def look(self) -> contact.Look:
        """What was asked for."""
        values = self.cleaned_data
        names = ("question", "agreed", "number", "given_name", "family_name", "born")
        return contact.Look(**{name: values[name] for name in names})


class MessageForm(Once):
    """What the caller wanted to say."""

    text = forms.CharField(
        label=_("Vad vill personen?"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Skriv vad personen ville.")},
    )
    call_back = forms.CharField(
        label=_("Ring upp på"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )


class LetterForm(Once):
    """A letter to a party of the case, or to a name and an address."""

    title = forms.CharField(
        label=_("Vad handlar brevet om?"), max_length=120, error_messages={"required": _("Skriv vad brevet handlar om.")}
    )
    text = forms.CharField(
        label=_("Brevet"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Telefonnummer, kod för att följa ärendet och svarstalong kommer med av sig själva."),
        error_messages={"required": _("Skriv brevet.")},
    )
    name = forms.CharField(label=_("Namn"), max_length=200, required=False)
    address = forms.CharField(label=_("Adress"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, case: Case, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [(str(one.pk), _named(one, user)) for one in letters.receivers(case)]
        self.fields["to"] = forms.ChoiceField(
            label=_("Till vem?"),
            choices=[*found, ("", _("Någon annan, med namn och adress nedan"))],
            widget=forms.RadioSelect,
            required=False,
            initial=found[0][0] if found else "",
        )


def _named(party: Any, user: Any) -> str:
    shown = party.person.shown_to(user) if party.person else None
    if shown is None:
        return f"{party.name}, {' '.join(party.address.split())}"
    return f"{shown.name}, {_('skickas genom Skatteverket') if shown.protected else shown.address}"
