"""How long a log-in lasts, and where someone is logged in. Real time, not the town's clock (OWASP ASVS 7.3)."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from stadig.city import audit, clock
from stadig.city.login import MUST_ENROL, has_second_factor
from stadig.city.models import OpenSession

BEGAN, SEEN = "stadig_began", "stadig_seen"
NOTE_EVERY_S = 300
ENROLMENT = (
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_view_recovery_codes",
    "account_logout",
    "account_reauthenticate",
    "preferences",
)


class SessionGuard:
    """Ends a log-in after an hour without use or eight hours in all; keeps the list of open ones."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "_auth_user_id" in request.session and request.user.is_authenticated:
            now = time.time()
            began = request.session.get(BEGAN)
            if began is None:
                self._begin(request, now)
            elif now - began > settings.SESSION_COOKIE_AGE or now - request.session[SEEN] > settings.SESSION_IDLE_SECONDS:
                OpenSession.objects.filter(session_key=request.session.session_key).delete()
                logout(request)
                messages.info(request, _("Du har varit borta en stund, så vi loggade ut dig. Logga in igen för att fortsätta."))
            elif now - request.session[SEEN] > NOTE_EVERY_S:
                request.session[SEEN] = now
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        if not request.session.get(MUST_ENROL) or not request.user.is_authenticated:
            return None
        if has_second_factor(request.user):
            del request.session[MUST_ENROL]
            return None
        here = request.resolver_match.url_name if request.resolver_match else ""
        return None if here in ENROLMENT else redirect("mfa_activate_totp")

    @staticmethod
    def _begin(request: HttpRequest, now: float) -> None:
        request.session[BEGAN] = request.session[SEEN] = now
        if request.session.session_key is None:
            request.session.save()
        device = _device(request.headers.get("User-Agent", ""))
        values = {"user": request.user, "began": clock.real_now(), "device": device}
        OpenSession.objects.update_or_create(session_key=request.session.session_key, defaults=values)
        audit.record(request.user, "logged_in", request.user)  # type: ignore[arg-type]


def _device(agent: str) -> str:
    """A word or two that its owner recognises; never the whole string, which would identify the device."""
    systems = (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    browsers = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    found = [next((name for mark, name in group if mark in agent), "") for group in (browsers, systems)]
    return " · ".join(filter(None, found))
