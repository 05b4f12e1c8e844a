"""The demo town's identity provider."""

from __future__ import annotations

import pytest
from django.urls import reverse
from oidc_provider_mock import run_server_in_thread

from stadig.city import actions
from stadig.city.models import Person
from stadig.city.personnummer import luhn
from stadig.config import identity
from stadig.ui.testing import path_of


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_resident_logs_in_with_the_demo_towns_own_identity_provider(plain_page, site, settings, monkeypatch):
    """The whole round trip in Chromium without JavaScript, content security policy and all."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    nine = "461130240"
    person = actions.register_person(None, given_name="Karin", family_name="Ek", personnummer=f"19{nine}{luhn(nine)}")
    actions.create_user(None, username="karin", first_name="Karin", last_name="Ek", person=Person.objects.get(pk=person.pk))
    with run_server_in_thread(user_claims=identity.users()) as server:
        url = f"http://localhost:{server.server_port}"
        app = {
            "provider_id": "e-legitimation",
            "name": "E",
            "client_id": "stadig",
            "secret": "x",
            "settings": {"server_url": url},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        monkeypatch.setitem(policy, "form-action", ["'self'", url])
        plain_page.goto(reverse("account_login") + "?next=" + reverse("account_sessions"))
        plain_page.get_by_role("button", name="Logga in med e-legitimation").click()
        plain_page.get_by_role("button", name="karin").click()
        plain_page.wait_for_url(f"**{reverse('account_sessions')}")
        assert path_of(plain_page) == reverse("account_sessions")
        assert plain_page.get_by_text("Här", exact=True).count() == 1


def test_it_knows_residents_by_user_name_and_sends_their_number_as_swedish_providers_do(db):
    nine = "461130240"
    number = f"19{nine}{luhn(nine)}"
    person = actions.register_person(None, given_name="Karin", family_name="Ek", personnummer=number)
    actions.create_user(None, username="karin", person=person)
    (claimant,) = identity.users()
    assert claimant.sub == "karin"
    assert claimant.claims["https://id.oidc.se/claim/personalIdentityNumber"] == number


def test_it_runs_without_a_debugger(db):
    application = identity.application([])
    assert "Debugged" not in type(application.wsgi_app).__name__
    assert application.test_client().get("/.well-known/openid-configuration").status_code == 200
