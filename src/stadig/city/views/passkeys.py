"""Passkeys of staff: adding, removing, logging in and showing again who it is. The ceremonies are django-allauth's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.webauthn import views
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from stadig.city.login import may_have_passkey

View = Callable[..., HttpResponseBase]


def _for_passwords(view: View) -> View:
    """Only someone who has a password here; a passkey must not be a way around the municipality's or the state's own log-in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if may_have_passkey(request.user):
            return view(request, *args, **kwargs)
        messages.info(request, _("Passnycklar är för dig som är anställd och loggar in med lösenord här."))
        return redirect("mfa_index")

    return guarded


class _Add(views.AddWebAuthnView):
    template_name = "mfa/webauthn/add.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One that is kept in the device and asks for finger, face or PIN, so that it can be used without a password."""
        context = super().get_context_data(**kwargs)
        options = {"creation_options": auth.begin_registration(self.request.user, passwordless=True)}  # pyright: ignore[reportArgumentType]
        return context | {"js_data": options}

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        form.fields["name"].label = _("Namn")
        return form


class _Remove(views.RemoveWebAuthnView):
    template_name = "mfa/webauthn/remove.html"


class _LogIn(views.LoginWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        may = may_have_passkey(form.cleaned_data["credential"].user)
        return super().form_valid(form) if may else self.form_invalid(form)

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, _("Passnyckeln gick inte att använda. Logga in på ett annat sätt."))
        return redirect("account_login")


class _Reauthenticate(views.ReauthenticateWebAuthnView):
    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, _("Passnyckeln gick inte att använda. Försök igen, eller välj ett annat sätt."))
        return redirect(self.request.get_full_path())


add = _for_passwords(_Add.as_view())
remove = _for_passwords(_Remove.as_view())
log_in = _LogIn.as_view()
reauthenticate = _for_passwords(_Reauthenticate.as_view())
