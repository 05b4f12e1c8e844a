"""Mina sidor: a person's own cases, and a case followed with number and code."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages as flash
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from stadig.cases import access, claiming, mine, opening, own, own_forms, rating, writing
from stadig.cases.models import Case
from stadig.city.permissions import public, signed_in
from stadig.post import contact as reaching
from stadig.post.models import Channel

FOLLOWED = "cases_followed"


class FollowForm(forms.Form):
    """The number of a case and its code."""

    number = forms.CharField(
        label=_("Ärendets nummer"),
        max_length=24,
        help_text=_("Till exempel GPN 2026/00042. Det står i kvittensen och i våra brev."),
        error_messages={"required": _("Skriv ärendets nummer.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    code = forms.CharField(
        label=_("Kod"),
        max_length=20,
        help_text=_("Tio tecken. Mellanslag och stora bokstäver spelar ingen roll."),
        error_messages={"required": _("Skriv koden.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ContactForm(forms.Form):
    """How one wants to be reached."""

    channels = forms.MultipleChoiceField(
        label=_("Hur vill du ha besked?"),
        choices=Channel.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Välj minst ett sätt.")},
    )
    email = forms.CharField(
        label=_("E-post"), required=False, max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    phone = forms.CharField(
        label=_("Mobilnummer"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    language = forms.ChoiceField(label=_("Språk"), choices=(("sv", "Svenska"), ("en", "English")), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not reaching.offers_sms():
            self.fields["channels"].choices = [one for one in Channel.choices if one[0] != Channel.SMS]  # type: ignore[attr-defined]


@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    """Everything of mine."""
    return render(request, "cases/mine.html", {"own": mine.overview(request.user)})


@signed_in
def my_case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One of my cases. What was unread in it is read now."""
    return page(request, find(request, case_id))


def find(request: HttpRequest, case_id: int) -> Case:
    """The reader's case, or 404: that another's exists is not told."""
    found = opening.case(request.user, case_id, access.OF_PARTY)
    if found is None:
        raise Http404
    return found


def page(request: HttpRequest, case: Case, *, status: int = 200, **more: Any) -> HttpResponse:
    """The case as its party sees it; ``more`` is a form that was not taken."""
    found = own.read(case, user=request.user)
    if found.unread:
        writing.seen(request.user, case.pk)  # type: ignore[arg-type]
    values = {"own": found, "case": case, "form": own_forms.message(), "logged": own.logged(case, request)}
    return render(request, "cases/my_case.html", values | more, status=status)


@signed_in
def contact(request: HttpRequest) -> HttpResponse:
    """Choose how one is reached."""
    user: Any = request.user
    if user.person is None:
        raise Http404
    now = reaching.of(user.person)
    begin = {"channels": now.chosen or now.channels, "email": now.email, "phone": now.phone, "language": now.language}
    form = ContactForm(request.POST or None, initial=begin)
    if request.method == "POST" and form.is_valid():
        try:
            reaching.choose_contact(user, user.person, **form.cleaned_data)
        except ValidationError as fault:
            for name, said in fault.message_dict.items():
                form.add_error(name, " ".join(said))
        else:
            flash.success(request, _("Vi har sparat hur du vill bli nådd."))
            return redirect("cases:mine")
    values = {"form": form, "protected": now.protected}
    return render(request, "cases/contact.html", values, status=422 if form.errors else 200)


@signed_in
@require_POST
def rate(request: HttpRequest, case_id: int) -> HttpResponse:
    """Answer how easy it was."""
    find(request, case_id)
    score = request.POST.get("score", "")
    if score not in {str(value) for value, _label in rating.SCORES}:
        flash.error(request, _("Välj ett av svaren från mycket svårt till mycket lätt."))
        return redirect("cases:my-case", case_id=case_id)
    try:
        rating.rate(request.user, case_id, int(score), request.POST.get("line", "").replace("\0", ""))
    except Case.DoesNotExist:
        raise Http404 from None
    flash.success(request, _("Tack för svaret."))
    return redirect("cases:my-case", case_id=case_id)


@public
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for number and code; ten wrong codes for one number, and it is closed for an hour."""
    form = FollowForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "cases/follow.html", {"form": form}, status=422 if form.errors else 200)
    try:
        case = claiming.tried(form.cleaned_data["number"], form.cleaned_data["code"])
    except (claiming.TooManyTries, claiming.WrongCode) as error:
        form.add_error("code", str(error))
        status = 429 if isinstance(error, claiming.TooManyTries) else 422
        return render(request, "cases/follow.html", {"form": form}, status=status)
    held = [one for one in request.session.get(FOLLOWED, []) if one != case.pk]
    request.session[FOLLOWED] = [*held, case.pk][-10:]
    return redirect("cases:followed", case_id=case.pk)


@public
def followed(request: HttpRequest, case_id: int) -> HttpResponse:
    """Where a case stands, for one whose browser has shown its code."""
    case = opening.case(request.user, case_id, "true") if case_id in request.session.get(FOLLOWED, []) else None
    if case is None:
        return redirect("cases:follow")
    may_claim = bool(getattr(request.user, "person_id", None)) and not access.is_party(request.user, case.pk)
    return render(request, "cases/followed.html", {"own": own.read(case), "case": case, "may_claim": may_claim})
