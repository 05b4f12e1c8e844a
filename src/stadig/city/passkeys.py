"""Forms for passkeys: django-allauth's, for which an answer that no browser would send is a wrong answer, not our fault."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from allauth.mfa.webauthn import forms
from django.forms import Form
from django.utils.translation import gettext_lazy as _

Base = Form if TYPE_CHECKING else object


class _Refusing(Base):
    def full_clean(self) -> None:
        try:
            super().full_clean()
        except (LookupError, TypeError, ValueError, AttributeError, struct.error):  # whatever its parts were not
            self.add_error("credential", _("Passnyckeln gick inte att läsa."))


class Add(_Refusing, forms.AddWebAuthnForm):
    pass


class LogIn(_Refusing, forms.LoginWebAuthnForm):
    pass


class Authenticate(_Refusing, forms.AuthenticateWebAuthnForm):
    pass


class Reauthenticate(_Refusing, forms.ReauthenticateWebAuthnForm):
    pass
