"""A person's own log-ins."""

from __future__ import annotations

import logging

from allauth.account import views as allauth_account
from allauth.mfa.base import views as mfa
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from requests import RequestException

from stadig.city import actions
from stadig.city.permissions import signed_in

log = logging.getLogger(__name__)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where I am logged in; ends the others."""
    own = request.session.session_key or ""
    if request.method == "POST":
        actions.end_other_sessions(request.user, own)  # type: ignore[arg-type]
        messages.success(request, _("Du är utloggad överallt utom här."))
        return redirect("account_sessions")
    found = list(request.user.open_sessions.all()[:50])  # type: ignore[union-attr]
    return render(request, "account/sessions.html", {"sessions": found, "own": own})


def eid_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the identity provider; a page that says what to do when it is away."""
    try:
        return oidc.login(request, provider_id)
    except (RequestException, ValueError, KeyError):
        log.warning("The identity provider did not answer as it should")
        return render(request, "socialaccount/authentication_error.html", status=503)


def reauthenticate(request: HttpRequest) -> HttpResponse:
    """Password or code again; someone with neither is led back."""
    try:
        return allauth_account.reauthenticate(request)
    except PermissionDenied:
        return no_password(request)


def reauthenticate_with_code(request: HttpRequest) -> HttpResponse:
    """The code again; someone without one is asked for the password."""
    try:
        return mfa.reauthenticate(request)
    except PermissionDenied:
        return redirect("account_reauthenticate")


@require_safe
def no_password(request: HttpRequest) -> HttpResponse:
    """Someone who logs in with an e-identification has no password to change."""
    messages.info(request, _("Du loggar in med e-legitimation och har inget lösenord."))
    return redirect("/")
