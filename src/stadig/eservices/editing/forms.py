"""What the editor asks: labels are questions, errors say what to do, and no field wants an id, a path or a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.db import connection
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from stadig.city.models import Organisation
from stadig.eservices.editing import kind_words, series
from stadig.eservices.editing.kind_words import Word
from stadig.eservices.editing.opening import Opened
from stadig.eservices.package import Question, Repeat, Step

CHOOSING: Final = ("choice", "choices")
"""Kinds that have answers to choose among."""
ORGANISATIONS: Final = "SELECT kind, name FROM city_organisation WHERE kind IN ('committee', 'unit') ORDER BY sort_key"
"""The names of committees and units."""


def choices(words: Iterable[Word], *, examples: bool = False) -> list[tuple[str, Any]]:
    """Words as a form's choices, perhaps with what each means."""
    return [
        (one.value, format_lazy("{}. {}", one.label, one.example) if examples and one.example else one.label) for one in words
    ]


class New(forms.Form):
    """A service from nothing."""

    title = forms.CharField(
        label=_("Vad heter e-tjänsten?"),
        help_text=_("Skriv vad man vill göra, till exempel: Ansök om bygdemedel."),
        max_length=80,
    )
    title_en = forms.CharField(
        label=_("Vad heter den på engelska?"),
        help_text=_("Fyll i om den ska finnas på engelska också."),
        max_length=80,
        required=False,
    )
    committee = forms.ModelChoiceField(
        Organisation.objects.filter(kind=Organisation.Kind.COMMITTEE).order_by("sort_key"),
        label=_("Vilken nämnd svarar för den?"),
        empty_label=_("Välj"),
    )
    unit = forms.ModelChoiceField(
        Organisation.objects.filter(kind=Organisation.Kind.UNIT).order_by("sort_key"),
        label=_("Vilken enhet tar hand om ärendena?"),
        empty_label=_("Välj"),
    )

    def wanted(self) -> dict[str, Any]:
        """What ``actions.begin_new`` takes."""
        found = self.cleaned_data
        titles = {"sv": found["title"]} | ({"en": found["title_en"]} if found["title_en"] else {})
        return {
            "titles": titles,
            "committee": found["committee"].name,
            "unit": found["unit"].name,
            "series": series.of(found["committee"]),
            "languages": tuple(titles),
        }


class NewStep(forms.Form):
    title = forms.CharField(
        label=_("Vad ska nästa steg heta?"),
        help_text=_("Ett steg är en sida i formuläret. Till exempel: Om föreningen."),
        max_length=80,
    )


class NewPart(forms.Form):
    """A question: one field and one choice."""

    label = forms.CharField(
        label=_("Vad vill du fråga?"),
        help_text=_("Skriv frågan som invånaren ska läsa den."),
        max_length=300,
    )
    kind = forms.ChoiceField(label=_("Hur svarar man?"), widget=forms.RadioSelect)
    options = forms.CharField(
        label=_("Svaren att välja mellan"),
        help_text=_("Ett svar på varje rad."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
        required=False,
    )
    repeat = forms.ChoiceField(label=_("Var ska den stå?"), required=False)

    def __init__(self, opened: Opened, step: Step, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        groups = [part for part in step.parts if isinstance(part, Repeat)]
        offered = (*kind_words.KINDS, kind_words.INFO, kind_words.GROUP)
        self.fields["kind"].choices = choices(offered)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
        self.words = tuple(Word(one.value, str(one.label), str(one.example)) for one in offered)
        if groups:
            among = [("", _("Direkt i steget")), *((part.path, opened.label(part)) for part in groups)]
            self.fields["repeat"].choices = among  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
        else:
            del self.fields["repeat"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        lines = [line.strip() for line in str(found.get("options") or "").splitlines() if line.strip()]
        found["options"] = list(dict.fromkeys(lines))
        if found.get("kind") in CHOOSING and len(found["options"]) < 2:
            self.add_error("options", _("Skriv minst två svar, ett på varje rad."))
        return found


class Details(forms.Form):
    """How a question is answered. Only the limits that its kind has are asked for."""

    kind = forms.ChoiceField(label=_("Hur svarar man?"), choices=choices(kind_words.KINDS))
    required = forms.BooleanField(label=_("Frågan måste besvaras"), required=False)
    unit = forms.CharField(
        label=_("Enhet efter svaret"), help_text=_("Till exempel: kg, m², timmar."), max_length=20, required=False
    )
    least = forms.FloatField(label=_("Minsta tal"), required=False, localize=True)
    most = forms.FloatField(label=_("Största tal"), required=False, localize=True)
    longest = forms.IntegerField(label=_("Högst så många tecken"), min_value=1, max_value=20_000, required=False)
    most_files = forms.IntegerField(label=_("Högst så många filer"), min_value=1, max_value=20, required=False)
    options = forms.CharField(
        label=_("Fler svar att välja mellan"),
        help_text=_("Ett svar på varje rad. De läggs till sist."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=4000,
        required=False,
    )

    LIMITS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "text": ("longest",), "long_text": ("longest",), "integer": ("unit", "least", "most"), "number": ("unit", "least", "most"),
        "money": ("least", "most"), "file": ("most_files",), "choice": ("options",), "choices": ("options",),
    }  # fmt: skip

    def __init__(self, question: Question, *args: Any, **rest: Any) -> None:
        schema = question.schema
        initial = {
            "kind": question.kind,
            "required": question.required,
            "unit": question.unit,
            "least": schema.get("minimum"),
            "most": schema.get("maximum"),
            "longest": schema.get("maxLength"),
            "most_files": schema.get("maxItems", 1),
        }
        super().__init__(*args, initial=initial, auto_id="d-%s", **rest)
        self.question = question
        kept = {"kind", "required", *self.LIMITS.get(question.kind, ())}
        for name in set(self.fields) - kept - {"options"}:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        lines = [line.strip() for line in str(found.get("options") or "").splitlines() if line.strip()]
        found["options"] = list(dict.fromkeys(lines))
        kind = found.get("kind")
        if kind in CHOOSING and self.question.kind not in CHOOSING and len(found["options"]) < 2:
            self.add_error("options", _("Skriv minst två svar, ett på varje rad."))
        least, most = found.get("least"), found.get("most")
        if least is not None and most is not None and least > most:
            self.add_error("most", _("Det största talet är mindre än det minsta. Ändra ett av dem."))
        return found


class Rows(forms.Form):
    """How many rows a repeated group has."""

    least = forms.IntegerField(label=_("Minst så många"), min_value=0, max_value=50)
    most = forms.IntegerField(label=_("Högst så många"), min_value=1, max_value=50)


class About(forms.Form):
    """What a service is, for whom, on what ground."""

    audience = forms.MultipleChoiceField(
        label=_("För vem är den?"), choices=choices(kind_words.AUDIENCES), widget=forms.CheckboxSelectMultiple
    )
    login = forms.ChoiceField(
        label=_("Hur visar man vem man är?"),
        choices=choices(kind_words.LOGINS, examples=True),
        widget=forms.RadioSelect,
        required=False,
    )
    handling_days = forms.IntegerField(
        label=_("Hur många dagar tar det som mest?"), help_text=_("Det lovar ni invånaren."), min_value=0, max_value=3650
    )
    legal_basis = forms.CharField(
        label=_("Lagstöd"), help_text=_("Till exempel: 6 § förvaltningslagen (2017:900)"), max_length=300, required=False
    )
    data_basis = forms.CharField(
        label=_("Rättslig grund för personuppgifterna"),
        help_text=_("Till exempel: artikel 6.1 e i dataskyddsförordningen"),
        max_length=300,
        required=False,
    )
    data_kept = forms.CharField(
        label=_("Hur länge sparas de?"), help_text=_("Till exempel: 2 år efter beslutet"), max_length=300, required=False
    )
    channels = forms.MultipleChoiceField(
        label=_("Hur kan man lämna in?"), choices=choices(kind_words.CHANNELS), widget=forms.CheckboxSelectMultiple
    )
    handled_in = forms.ChoiceField(
        label=_("Var handläggs ärendena?"), choices=choices(kind_words.HANDLED, examples=True), widget=forms.RadioSelect
    )
    open_from = forms.DateField(
        label=_("Öppnar"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), required=False
    )
    open_until = forms.DateField(
        label=_("Sista dag"),
        help_text=_("Lämna tomt om den alltid är öppen."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        required=False,
    )
    again = forms.BooleanField(label=_("Den som söker igen får sina förra svar ifyllda"), required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        opens, until = found.get("open_from"), found.get("open_until")
        if opens and until and until < opens:
            self.add_error("open_until", _("Den stänger innan den öppnar. Ändra en av dagarna."))
        return found


class Local(forms.Form):
    """What this city fills in, whoever made the service. Kept when a new version comes from elsewhere."""

    phone = forms.CharField(label=_("Telefonnummer för frågor"), max_length=40, required=False)
    fee = forms.CharField(label=_("Avgift"), help_text=_("Till exempel: 450 kronor"), max_length=80, required=False)
    committee = forms.ChoiceField(label=_("Nämnd"))
    unit = forms.ChoiceField(label=_("Enhet som tar hand om ärendena"))
    delegation = forms.CharField(label=_("Punkt i delegationsordningen"), max_length=40, required=False)

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, auto_id="l-%s", **rest)
        with connection.cursor() as cursor:
            cursor.execute(ORGANISATIONS)
            rows = cursor.fetchall()
        for name in ("committee", "unit"):
            now = str((rest.get("initial") or {}).get(name) or "")
            names = [one for kind, one in rows if kind == name]
            found = [(one, one) for one in dict.fromkeys(([now] if now else []) + names)]
            self.fields[name].choices = found  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


class Case(forms.Form):
    """How the cases are filed."""

    file = forms.ChoiceField(
        label=_("Vilken sorts ärende?"), choices=choices(kind_words.FILES, examples=True), widget=forms.RadioSelect
    )
    series = forms.CharField(
        label=_("Bokstäver i ärendets nummer"), help_text=_("Två till sex stora bokstäver, till exempel GPN."), max_length=6
    )
    klassa = forms.CharField(
        label=_("Klassning enligt Klassa"), help_text=_("Till exempel: 4.1.3"), max_length=20, required=False
    )
    confidentiality = forms.CharField(
        label=_("Sekretess"),
        help_text=_("Paragraf, om ärendena kan innehålla något som är hemligt."),
        max_length=120,
        required=False,
    )
    keep = forms.CharField(
        label=_("Bevara eller gallra"), help_text=_("Till exempel: gallras 2 år efter avslut"), max_length=200, required=False
    )
    first = forms.ChoiceField(label=_("Vilken status får ett nytt ärende?"))

    def clean_series(self) -> str:
        found = self.cleaned_data["series"].strip().upper()
        if not re.fullmatch(r"[A-ZÅÄÖ]{2,6}", found):
            raise forms.ValidationError(_("Skriv två till sex bokstäver, till exempel GPN."))
        return found


class NewNamed(forms.Form):
    """Something with a name: a status or a decision."""

    name = forms.CharField(label=_("Namn"), max_length=80)
    kind = forms.ChoiceField(label=_("Vad betyder den?"), choices=choices(kind_words.GROUPS, examples=True))


class Status(forms.Form):
    group = forms.ChoiceField(
        label=_("Vad betyder statusen?"), choices=choices(kind_words.GROUPS, examples=True), widget=forms.RadioSelect
    )


class Decision(forms.Form):
    """A decision that may be made."""

    outcome = forms.ChoiceField(label=_("Vad blir det för den sökande?"), choices=choices(kind_words.OUTCOMES))
    status = forms.ChoiceField(label=_("Vilken status får ärendet?"))
    statute = forms.CharField(
        label=_("Beslutets lagrum"),
        help_text=_("Till exempel: 13 kap. 8 § trafikförordningen (1998:1276)"),
        max_length=300,
        required=False,
    )
    appeal = forms.ChoiceField(
        label=_("Hur överklagar man?"), choices=choices(kind_words.APPEALS, examples=True), widget=forms.RadioSelect
    )
    valid_months = forms.IntegerField(
        label=_("Gäller så många månader"),
        help_text=_("Lämna tomt om beslutet gäller tills vidare."),
        min_value=1,
        max_value=1200,
        required=False,
    )
    delegation = forms.CharField(label=_("Punkt i delegationsordningen"), max_length=40, required=False)


class Archive(forms.Form):
    """A package from elsewhere."""

    archive = forms.FileField(
        label=_("Välj en zip-fil"),
        help_text=_("Hela tjänsten, så som den hämtas här eller skrivs av en utvecklare."),
        max_length=200,
    )


class Back(forms.Form):
    """Why an edition is sent back."""

    why = forms.CharField(label=_("Vad behöver ändras?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)
