"""Staff fill in for someone who asks for it, or register a form that came on paper. Each time is logged, and every step says it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from stadig.cases import access as case_access
from stadig.cases.models import Channel
from stadig.city import clock, persons
from stadig.city.models import Person
from stadig.city.permissions import needs
from stadig.city.personnummer import NotAPersonnummer
from stadig.eservices import access, drafts, offers, published
from stadig.eservices.models import EService
from stadig.eservices.views import own
from stadig.eservices.views.frame import filling_of

CHANNELS = (
    (Channel.PHONE, _("I telefon")),
    (Channel.VISIT, _("På besök")),
    (Channel.ASSISTED, _("På annat sätt")),
    (Channel.PAPER, _("På papper: en ifylld blankett")),
)


class Assist(forms.Form):
    """Which service, how they came to us, and who it is."""

    service = forms.ChoiceField(label=_("Vilken tjänst?"))
    channel = forms.ChoiceField(
        label=_("Hur kom det till oss?"),
        choices=CHANNELS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj hur det kom till oss.")},
    )
    personnummer = forms.CharField(
        label=_("Personnummer"), max_length=20, required=False, help_text=_("Tio eller tolv siffror. Sökningen loggas."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )  # fmt: skip
    name = forms.CharField(label=_("Namn"), max_length=200, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    address = forms.CharField(
        label=_("Adress"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"})
    )
    phone = forms.CharField(
        label=_("Telefon"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, services: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["service"].choices = services  # type: ignore[attr-defined]
        self.person: Person | None = None
        self.offer: offers.Offer | None = None
        """The service that was chosen, when it is closed for this person or does not come in this way."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("personnummer"):
            try:
                self.person = persons.find(values["personnummer"])
            except NotAPersonnummer:
                self.add_error("personnummer", _("Det är inget personnummer. Skriv tio eller tolv siffror."))
            else:
                if self.person is None and not values.get("name"):
                    self.add_error("personnummer", _("Ingen här har det personnumret. Skriv namn och adress i stället."))
        elif not values.get("name"):
            self.add_error("name", _("Skriv personnumret, eller namn och adress."))
        if not self.errors:
            offer = offers.of(values["service"], self.person, values["channel"])
            if offer.closed:
                self.offer = offer
                self.add_error("channel" if offer.closed == "not_this_way" else "service", offers.why_closed(offer))
        return values


@needs(access.ASSIST)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def assist(request: HttpRequest) -> HttpResponseBase:
    """Begin for someone, or go on with what one has begun."""
    form = Assist(request.POST or None, services=_offered(), initial={"service": request.GET.get("tjanst", "")})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        contact = None if form.person else drafts.Contact(said["name"], said["address"], said["phone"])
        draft = drafts.start(
            own.user(request),
            EService.objects.get(name=said["service"]),
            language=(get_language() or "sv").partition("-")[0],
            channel=said["channel"],
            person=form.person,
            begin_with=drafts.Contents(contact=contact),
        )
        return redirect(filling_of(request, draft.pk).first_url())
    language = get_language() or "sv"
    begun = tuple(
        (str(pk), published.by_digest(digest).text("service.title", language), saved_at)
        for pk, digest, saved_at in drafts.for_others(request.user.pk)
    )
    context = {"form": form, "begun": begun, "offer": form.offer, "paper_url": _paper_url(form.offer), "today": clock.today()}
    context["desk_url"] = reverse("cases:desk") if form.offer and case_access.REGISTER.held_by(request.user) else ""
    return render(request, "eservices/assist.html", context, status=422 if form.errors else 200)


def _paper_url(offer: offers.Offer | None) -> str:
    return reverse("eservices:blank", args=[offer.name]) if offer and offer.on_paper else ""


def _offered() -> list[tuple[str, str]]:
    language = get_language() or "sv"
    open_ones = [one for one in published.as_published() if set(one.about.channels) - {"web"}]
    return sorted(((one.name, one.text("service.title", language)) for one in open_ones), key=lambda one: one[1])
