"""A file from another municipality: its trial as an idea here, or what it got when it tried ours."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from stadig.city.models import User
from stadig.city.permissions import needs
from stadig.pilots import access, actions, desk_reading, package, words
from stadig.pilots.errors import PilotError, UnknownService
from stadig.pilots.package import BadPackage
from stadig.pilots.views.desk_frame import user_of

MOST_BYTES = 20 * 2**20


class TakeIn(forms.Form):
    """The file, and what the service is called here."""

    file = forms.FileField(
        label=gettext_lazy("Fil"),
        help_text=gettext_lazy("Paketet eller resultatet som den andra kommunen har hämtat, en zip-fil på högst 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".zip"}),
        error_messages={
            "required": gettext_lazy("Välj en fil."),
            "empty": gettext_lazy("Filen är tom. Välj den en gång till."),
        },
    )
    service = forms.ChoiceField(
        label=gettext_lazy("Tjänst här"),
        help_text=gettext_lazy("Välj om tjänsten heter något annat här än hos dem."),
        required=False,
    )

    def __init__(self, *args: Any, waits: bool, **rest: Any) -> None:
        super().__init__(*args, **rest)
        if waits:
            self.fields["file"].required = False
            self.fields["file"].help_text = _("Lämna tomt för att använda filen som ligger kvar, eller välj en annan.")
        field: Any = self.fields["service"]
        field.choices = [("", _("Samma som hos dem")), *desk_reading.service_choices()]

    def clean_file(self) -> Any:
        found = self.cleaned_data["file"]
        if found and found.size > MOST_BYTES:
            raise forms.ValidationError(_("Filen är större än 20 MB. Be om den utan siffror."))
        return found


@needs(access.PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """Choose the file; a package opens as a card to fill in, a result is shown on the page of our trial.

    A file whose service must be chosen waits while one chooses.
    """
    user = user_of(request)
    waits = actions.waiting(user)
    form = TakeIn(request.POST or None, request.FILES or None, waits=waits is not None)
    if request.method == "POST" and form.is_valid():
        try:
            return _taken_in(request, user, form)
        except BadPackage as fault:
            form.add_error("file", words.error("bad_file", {"why": str(fault)}))
        except PilotError as fault:
            form.add_error("service" if fault.code == "unknown_service" else "file", str(fault))
            waits = actions.waiting(user)
    return render(request, "pilots/desk/import.html", {"form": form, "waits": waits}, status=422 if form.errors else 200)


def _taken_in(request: HttpRequest, user: User, form: TakeIn) -> HttpResponse:
    """What was sent, or waits, taken in. Raises BadPackage, PilotError."""
    sent = form.cleaned_data["file"]
    kept = None if sent else actions.waiting_file(user, request.POST.get("waiting", ""))
    data: bytes = kept.data if kept else sent.read()
    if package.read(data).info.kind == "result":
        copy = actions.take_result(user, data)
        messages.success(request, _("Resultatet från %(who)s står nu på försökets sida.") % {"who": copy.municipality})
        return redirect("pilots:trial", copy.pilot.slug)
    try:
        pilot = actions.take_in(user, data, service=form.cleaned_data["service"])
    except UnknownService:
        if not kept:
            actions.keep_waiting(user, data, sent.name)
        raise
    if kept:
        actions.throw_away(user, kept.id)
    messages.success(request, _("Försöket är en idé här nu. Fyll i dagar, områden och vem som beslutar."))
    if package.read(data).service:
        messages.info(
            request, _("I filen ligger också e-tjänsten som prövades. Den som sköter driften installerar den från filen.")
        )
    return redirect("pilots:desk-card", pilot.pk)
