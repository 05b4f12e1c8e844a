"""Saying whom one fills in for: oneself, or an organisation with its number and on what ground."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from stadig.city import assurance
from stadig.city.permissions import public
from stadig.eservices import acting, drafts
from stadig.eservices.models import Draft
from stadig.eservices.views import own
from stadig.eservices.views.frame import away, filling_of, frame

MYSELF, ORGANISATION, CLAIMED = "myself", "organisation", "claimed"


NEEDED: Final[dict[str, Any]] = {
    "name": _("Skriv vad företaget eller föreningen heter."),
    "number": _("Skriv organisationsnumret med tio siffror. Kontrollera varje siffra."),
    "mandate": _("Välj på vilken grund du företräder dem."),
}


class Whom(forms.Form):
    """For whom, and on what ground."""

    whom = forms.ChoiceField(
        label=_("Vem fyller du i för?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vem du fyller i för."), "invalid_choice": _("Välj ett av svaren.")},
    )
    name = forms.CharField(
        label=_("Företagets eller föreningens namn"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    number = forms.CharField(
        label=_("Organisationsnummer"), max_length=20, required=False, help_text=_("Tio siffror, till exempel 556000-4615."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    mandate = forms.ChoiceField(
        label=_("På vilken grund?"), choices=list(acting.MANDATES.items()), required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, choices: list[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["whom"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:  # nobody but an organisation can apply: nothing to choose, and nothing to leave out
            self.fields["whom"].widget = forms.HiddenInput()
            for name, said in NEEDED.items():
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = said

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("whom") == ORGANISATION:
            values["number"] = acting.written(values.get("number", ""))
        needed = {ORGANISATION: ("name", "number", "mandate"), CLAIMED: ("mandate",)}.get(values.get("whom", ""), ())
        for name in needed:
            if not values.get(name) and name not in self.errors:
                self.add_error(name, NEEDED[name])
        return values


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def whom(request: HttpRequest, draft_id: UUID) -> HttpResponseBase:
    """Whom the draft is for. It can be changed at every step."""
    try:
        filling = filling_of(request, draft_id)
    except Draft.DoesNotExist:
        return away(request, draft_id)
    claimed = assurance.represents(request)
    choices: list[tuple[str, Any]] = [] if acting.must_be_said(filling.package) else [(MYSELF, _("Mig själv"))]
    if claimed:
        choices.append((CLAIMED, f"{claimed.name} {claimed.number}".strip()))
    choices.append(
        (ORGANISATION, _("Ett företag eller en förening") if not claimed else _("Ett annat företag eller en annan förening"))
    )
    before = filling.contents.acting
    start = {"whom": ORGANISATION if before or len(choices) == 1 else None}
    start |= {"name": before.name, "number": before.organisation_number} if before else {}
    form = Whom(request.POST or None, choices=choices, initial=start)
    if request.method == "POST" and form.is_valid():
        for_them = _acting(form.cleaned_data, claimed)
        drafts.save(
            own.user(request),
            own.scope(request),
            draft_id,
            lambda contents: acting.acting_for(
                replace(contents, answers=copy.deepcopy(contents.answers)), filling.package, for_them
            ),
        )
        return redirect(filling.first_url())
    context = frame(request, filling, None) | {"form": form, "begins": filling.draft.revision == 0}
    return render(request, "eservices/whom.html", context, status=422 if form.errors else 200)


def _acting(said: dict[str, Any], claimed: Any) -> drafts.Acting | None:
    mandate = str(acting.MANDATES.get(said.get("mandate", ""), ""))
    if said["whom"] == CLAIMED and claimed:
        return drafts.Acting(claimed.name or claimed.number, claimed.number, mandate)
    if said["whom"] == ORGANISATION:
        return drafts.Acting(said["name"], said["number"], mandate)
    return None
