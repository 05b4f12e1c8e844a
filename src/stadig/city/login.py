"""Log-in through django-allauth: residents with an e-identification, staff with password and one-time code
or with a passkey.

What the identity provider claims about someone is read in memory; the personnummer, and a ``sub`` that may be
one, reach neither table nor session in clear.
"""

from __future__ import annotations

import functools
import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stadig.city import assurance, audit, claims, clock, logged_in, municipality, persons
from stadig.city.models import Person, User

MUST_ENROL = "stadig_must_enrol"
"""Session key: a staff member who logged in with one factor alone and has to add a second one first."""
STAFF_PROVIDER = "medarbetare"
"""The municipality's own identity provider, as its app is called in the settings."""
BY_PROVIDER = "stadig_by_provider"
"""On the request in which a staff provider answered: whether it has seen to the second factor."""

CLAIMED = "stadig_claimed"
"""On the request in which a provider answered: what it claimed about a resident."""


class Known:
    """Reads the one who is logged in with one statement: with the organisation, and every role."""

    def get_user(self, user_id: Any) -> User | None:
        """The user, or None when there is none or they may not log in any more."""
        return logged_in.read(int(user_id))


class PasswordBackend(Known, ModelBackend):
    """A user name and a password."""


class AccountBackend(Known, AuthenticationBackend):
    """What django-allauth has established, by an identity provider or its own log-in page."""


def has_second_factor(user: Any) -> bool:
    """Whether someone has a one-time code or a passkey."""
    factors = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return Authenticator.objects.filter(user_id=user.pk, type__in=factors).exists()


def may_have_passkey(user: Any) -> bool:
    """Staff who have a password here. For others it would be a way around the e-identification or the employer's own log-in."""
    return user.is_staff and user.is_active and user.has_usable_password()


class AccountAdapter(DefaultAccountAdapter):
    """Staff accounts are made by an administrator; no one signs up with a password."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("Användarnamnet eller lösenordet stämmer inte. Försök igen, eller byt lösenord."),
        "too_many_login_attempts": _("Det blev för många försök. Vänta fem minuter och försök igen."),
        "incorrect_password": _("Lösenordet stämmer inte. Försök igen."),
        "rate_limited": _("Det blev för många försök. Vänta en stund och försök igen."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("city:desk") if getattr(request.user, "is_staff", False) else "/"

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        if claimed := getattr(request, CLAIMED, None):
            assurance.remember(request, claimed)
        by_provider = getattr(request, BY_PROVIDER, None)
        needs_code = user.is_staff and settings.STAFF_TOTP and (user.has_usable_password() or by_provider is not None)
        if needs_code and not by_provider and not has_second_factor(user):
            request.session[MUST_ENROL] = True
            if by_provider is None:
                reauthenticate_by_password(request)  # the password was typed a second ago; do not ask for it again

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.mfa.stages.AuthenticateStage": "stadig.city.login.OneTimeCode"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """Only staff have passwords; a resident's e-identification is the one way in."""
        if user.is_staff and user.has_usable_password():
            super().send_password_reset_mail(user, email, context)

    def add_message(self, *args: Any, **options: Any) -> None:
        """The page that follows says what happened; allauth's own messages would say it twice."""


class OneTimeCode(AuthenticateStage):
    """Asks for the one-time code or the passkey, unless the municipality's own provider has just asked for a second factor."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return not getattr(request, BY_PROVIDER, None) and super()._should_handle(request)


class MfaAdapter(DefaultMFAAdapter):
    """Secrets of one-time codes are sealed with the key outside the database."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": _("Koden stämmer inte. Skriv den som appen visar nu.")}

    def get_totp_issuer(self) -> str:
        return municipality.current().name

    def get_totp_label(self, user: Any) -> str:
        return user.username

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": municipality.current().name}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 – allauth's name
        """What a passkey is called until its owner gives it a better name."""
        return gettext("Passnyckel %(number)d") % {"number": Authenticator.objects.filter(user=user, type=type).count() + 1}

    def encrypt(self, text: str) -> str:
        return persons.seal_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        return persons.unseal_text(encrypted_text)


class Provider(OpenIDConnectProvider):
    """OpenID Connect whose claims are stripped before anything is built from them."""

    def sociallogin_from_response(self, request: HttpRequest, response: Any) -> Any:
        claimed = claims.read(response, today=clock.real_now().date(), staff_claim=settings.OIDC_STAFF_CLAIM)
        subject = str(super().extract_uid(response))
        safe = {"sub": persons.opaque(f"{self.app.provider_id} {subject}"), **claimed.stored}  # pyright: ignore[reportOptionalMemberAccess]
        login = super().sociallogin_from_response(request, safe)
        vars(login)["claimed"] = claimed
        return login

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if name in claims.KEPT}

    def extract_common_fields(self, data: Any) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: Any) -> list[Any]:
        return []


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Finds or makes the person behind an e-identification."""

    def get_provider(self, request: HttpRequest, provider: Any, client_id: Any = None) -> Any:
        found = super().get_provider(request, provider, client_id)
        return Provider(request, app=found.app) if type(found) is OpenIDConnectProvider else found

    def get_requests_session(self) -> Any:
        """A provider that hangs must not hang our threads."""
        session: Any = super().get_requests_session()
        session.request = functools.partial(session.request, timeout=8)
        return session

    def list_providers(self, request: HttpRequest) -> list[Any]:
        return [
            Provider(request, app=found.app) if type(found) is OpenIDConnectProvider else found
            for found in super().list_providers(request)
        ]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Only someone the provider names by personnummer; otherwise we would not know who it is."""
        return sociallogin.account.provider != STAFF_PROVIDER and sociallogin.claimed.number is not None

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.state.get("process") not in (None, "login"):
            raise ImmediateHttpResponse(redirect("account_login"))
        if sociallogin.account.provider == STAFF_PROVIDER:
            self._known_staff(request, sociallogin)
            return
        number = sociallogin.claimed.number
        if number is None:
            return
        setattr(request, CLAIMED, sociallogin.claimed)
        person = Person.objects.filter(personnummer_hash=persons.hash_of(number)).first()
        if sociallogin.is_existing:
            known = sociallogin.user.person
            if known is not None and known != person:
                raise ImmediateHttpResponse(redirect("socialaccount_login_error"))
        elif person is not None:
            user = User.objects.filter(person=person).first()
            if user is not None:
                sociallogin.connect(request, user)

    def _known_staff(self, request: HttpRequest, sociallogin: Any) -> None:
        """Go on as the staff member that the claim names. An administrator has made the account and given the roles.

        Once an identity at the provider has met an account the two belong together: a name that has moved to someone
        else at the provider does not give them the account.
        """
        name = sociallogin.claimed.staff_name
        found = list(User.objects.filter(username__iexact=name, is_staff=True, is_active=True)[:2]) if name else []
        user = found[0] if len(found) == 1 else None
        met = SocialAccount.objects.filter(user=user, provider=STAFF_PROVIDER) if user else None
        taken = met is not None and met.exclude(uid=sociallogin.account.uid).exists()
        if user is None or taken or (sociallogin.is_existing and sociallogin.user != user):
            raise ImmediateHttpResponse(render(request, "socialaccount/unknown_staff.html", status=403))
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)
        setattr(request, BY_PROVIDER, claims.second_factor(sociallogin.claimed.stored, settings.OIDC_STAFF_MFA))

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        claimed = sociallogin.claimed
        user = sociallogin.user
        with transaction.atomic():
            person, made = Person.objects.get_or_create(
                personnummer_hash=persons.hash_of(claimed.number),
                defaults={
                    "personnummer_sealed": persons.seal(claimed.number),
                    "given_name": claimed.given_name,
                    "family_name": claimed.family_name,
                    "email": claimed.email,
                },
            )
            user.username = f"eid-{uuid.uuid4().hex}"
            user.first_name, user.last_name, user.person = person.given_name, person.family_name, person
            user.set_unusable_password()
            sociallogin.save(request)
            if made:
                audit.record(user, "registered", person)
        return user
