"""The parts of django-allauth that a municipality uses, each with who may open it. No sign-up, no e-mail management."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.urls import path, register_converter
from django.urls.converters import StringConverter
from django.views.generic import RedirectView

from stadig.city.permissions import public, signed_in
from stadig.city.views import account as own
from stadig.city.views import passkeys

_to_login = public(RedirectView.as_view(pattern_name="account_login"))


class Base36(StringConverter):
    """A user's number as allauth writes it; the key behind it may hold hyphens, this may not."""

    regex = "[0-9A-Za-z]+"


register_converter(Base36, "base36")

urlpatterns = [
    path("logga-in/", public(account.login), name="account_login"),
    path("logga-ut/", public(account.logout), name="account_logout"),
    path("avstangt/", public(account.account_inactive), name="account_inactive"),
    path("visa-att-det-ar-du/", signed_in(own.reauthenticate), name="account_reauthenticate"),
    path("losenord/", signed_in(account.password_change), name="account_change_password"),
    path("losenord/nytt/", signed_in(own.no_password), name="account_set_password"),
    path("glomt/", public(account.password_reset), name="account_reset_password"),
    path("glomt/skickat/", public(account.password_reset_done), name="account_reset_password_done"),
    path("glomt/klart/", public(account.password_reset_from_key_done), name="account_reset_password_from_key_done"),
    path("glomt/<base36:uidb36>-<str:key>/", public(account.password_reset_from_key), name="account_reset_password_from_key"),
    path("engangskod/", signed_in(mfa.index), name="mfa_index"),
    path("engangskod/skriv/", public(mfa.authenticate), name="mfa_authenticate"),
    path("engangskod/visa-att-det-ar-du/", signed_in(own.reauthenticate_with_code), name="mfa_reauthenticate"),
    path("engangskod/ny/", signed_in(totp.activate_totp), name="mfa_activate_totp"),
    path("engangskod/ta-bort/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("passnycklar/", signed_in(RedirectView.as_view(pattern_name="mfa_index")), name="mfa_list_webauthn"),
    path("passnycklar/logga-in/", public(passkeys.log_in), name="mfa_login_webauthn"),
    path("passnycklar/ny/", signed_in(passkeys.add), name="mfa_add_webauthn"),
    path("passnycklar/<int:pk>/ta-bort/", signed_in(passkeys.remove), name="mfa_remove_webauthn"),
    path("passnycklar/visa-att-det-ar-du/", signed_in(passkeys.reauthenticate), name="mfa_reauthenticate_webauthn"),
    path("reservkoder/", signed_in(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("reservkoder/nya/", signed_in(recovery.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("reservkoder/fil/", signed_in(recovery.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("sessioner/", signed_in(own.sessions), name="account_sessions"),
    path("e-legitimation/avbrutet/", public(social.login_cancelled), name="socialaccount_login_cancelled"),
    path("e-legitimation/fel/", public(social.login_error), name="socialaccount_login_error"),
    path("oidc/<str:provider_id>/", public(own.eid_login), name="openid_connect_login"),
    path("oidc/<str:provider_id>/svar/", public(oidc.callback), name="openid_connect_callback"),
    # names that allauth asks for, without a page of their own
    path("registrera/", _to_login, name="account_signup"),
    path("e-post/", _to_login, name="account_email"),
    path("e-post/skickat/", _to_login, name="account_email_verification_sent"),
    path("e-legitimation/registrera/", _to_login, name="socialaccount_signup"),
    path("e-legitimation/", _to_login, name="socialaccount_connections"),
]
