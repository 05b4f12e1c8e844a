"""What staff fill in about a case. Labels are questions, errors say what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stadig.cases.file_field import FilesField


class Day(forms.DateField):
    """A day, with the browser's own calendar."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d"], **options)


class Write(forms.Form):
    text = forms.CharField(max_length=10_000, required=False)
    attached = FilesField()


class AskCompletion(forms.Form):
    """Which answers the applicant may change, why, and until when."""

    paths = forms.MultipleChoiceField(
        label=_("Vilka frågor ska den sökande svara på igen?"),
        help_text=_("Bara de frågor du väljer går att ändra."),
        widget=forms.CheckboxSelectMultiple,
    )
    text = forms.CharField(
        label=_("Vad behöver ni, och varför?"),
        help_text=_("Till exempel: Intyget saknar sidan 2. Vi behöver den för att se hur långt du kan gå."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=10_000,
    )
    due_on = Day(label=_("Senast vilken dag?"))

    def __init__(self, questions: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["paths"].choices = questions  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


class Decide(forms.Form):
    """What is decided and why."""

    type = forms.ChoiceField(label=_("Vad beslutar du?"), widget=forms.RadioSelect)
    reasoning = forms.CharField(
        label=_("Varför?"),
        help_text=_("Skriv till den som får beslutet. Vad avgjorde? Korta meningar. Lämna en tom rad mellan stycken."),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=20_000,
    )
    conditions = forms.CharField(
        label=_("Villkor"),
        help_text=_("Vad personen måste göra eller låta bli för att beslutet ska gälla."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=10_000,
        required=False,
    )
    valid_from = Day(label=_("Gäller från"), required=False, help_text=_("Tomt betyder i dag, när beslutet gäller en viss tid."))
    valid_to = Day(label=_("Gäller till och med"), required=False, help_text=_("Tomt betyder så länge som ärendetypen säger."))

    def __init__(self, types: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["type"].choices = types  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
        if len(types) == 1:
            self.fields["type"].initial = types[0][0]


class Assign(forms.Form):
    colleague = forms.ChoiceField(label=_("Vem ska handlägga ärendet?"))

    def __init__(self, colleagues: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["colleague"].choices = colleagues  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


class Move(forms.Form):
    unit = forms.ChoiceField(label=_("Vilken enhet?"))
    note = forms.CharField(
        label=_("Varför?"), help_text=_("Syns i ärendets historia för kollegor."), max_length=200, required=False
    )

    def __init__(self, units: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


class Task(forms.Form):
    """Something for a colleague to do."""

    colleague = forms.ChoiceField(label=_("Vem ska göra det?"))
    text = forms.CharField(label=_("Vad ska göras?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)
    due_on = Day(label=_("Senast vilken dag?"))

    def __init__(self, colleagues: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["colleague"].choices = colleagues  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


class AskReview(forms.Form):
    """Which colleagues look at the case, at what, and whether one after the other."""

    reviewers = forms.MultipleChoiceField(label=_("Vilka ska granska?"), widget=forms.CheckboxSelectMultiple)
    text = forms.CharField(label=_("Vad ska de titta på?"), widget=forms.Textarea(attrs={"rows": 4}), max_length=4000)
    in_turn = forms.BooleanField(
        label=_("En i taget"), help_text=_("I ordningen ovan. Annars granskar alla samtidigt."), required=False
    )

    def __init__(self, colleagues: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reviewers"].choices = colleagues  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


class Meeting(forms.Form):
    """The meeting where the committee is told."""

    meeting = Day(label=_("Vilket sammanträde?"))
