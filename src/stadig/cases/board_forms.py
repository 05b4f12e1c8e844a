"""What a registrar writes to post a notice."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from stadig.cases import access, bulletin
from stadig.cases.desk_forms import Once, choose_committee
from stadig.cases.models import BulletinNotice
from stadig.city.forms import ByName
from stadig.city.models import Organisation, User


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Skriv dagen som 2026-11-24."), "required": _("Skriv en dag.")},
        **more,
    )


class NoticeForm(Once):
    """One notice, as it shall hang."""

    kind = forms.ChoiceField(label=_("Vad är det?"), choices=BulletinNotice.Kind.choices)
    committee = ByName(
        Organisation.objects.none(), label=_("Vilken nämnd?"), error_messages={"required": _("Välj vilken nämnd det gäller.")}
    )
    title = forms.CharField(
        label=_("Rubrik"), max_length=160, help_text=_("Till exempel Protokoll från gatu- och parknämnden 19 november.")
    )
    body = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Skriv inte mer om enskilda människor än lagen kräver. Alla kan läsa."),
    )
    meeting_on = _day(_("Sammanträdesdag"), required=False)
    approved_on = _day(_("Dag när protokollet justerades"), required=False)
    kept_at = forms.CharField(
        label=_("Var finns protokollet eller handlingarna?"),
        max_length=200,
        required=False,
        help_text=_("Till exempel Stadshuset, Hamngatan 2, eller en webbadress."),
    )
    appeal = forms.CharField(
        label=_("Så överklagar man"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Tre veckor från i dag vid laglighetsprövning. Sista dagen räknar vi ut och skriver på anslaget."),
    )
    down_on = _day(
        _("Sista dagen det sitter uppe"),
        help_text=_("Protokoll och beslut sitter uppe i minst tre veckor. Sedan tas anslaget ner av sig självt."),
    )
    corrects = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        choose_committee(self, user, access.POST_NOTICE.organisations(user))

    @staticmethod
    def appeal_text() -> str:
        """How a decision of a committee is appealed by legality review, in plain words (KL 13 kap.)."""
        return _now(
            "Är du medlem i kommunen kan du begära laglighetsprövning. Skriv till förvaltningsrätten vilket beslut det gäller "
            "och varför du tycker att det är olagligt. Brevet måste ha kommit fram senast den sista dagen."
        )

    def notice(self) -> bulletin.NewNotice:
        """What was written, as the verb wants it."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "request_id"}
        pk = values.pop("corrects")
        found = bulletin.of_staff(self.user).filter(pk=pk).first() if pk else None
        return bulletin.NewNotice(**values, corrects=found)
