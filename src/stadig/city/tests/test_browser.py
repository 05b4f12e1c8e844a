"""The ground's pages in a real browser: on a phone, with axe, and a log-in from the first page to the last."""

from __future__ import annotations

import pytest
from django.urls import reverse
from oidc_provider_mock import run_server_in_thread

from stadig.city import actions, audit, desk, services
from stadig.city.models import District, Organisation, Person
from stadig.city.personnummer import luhn
from stadig.city.roles import Role
from stadig.city.testing import someone
from stadig.config import identity
from stadig.ui.testing import log_in, path_of, walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "provtjanst"


@pytest.fixture
def service(site):
    services.declare(
        slug=SLUG,
        title="Prova en tjänst",
        description="En tjänst att prova.",
        url_name="city:services",
        synonyms=("prov",),
        phone="0340-120 00",
    )
    services.sync()
    yield SLUG
    services._declared.pop(SLUG)


def test_what_everyone_sees(page, service):
    walk(page, reverse("city:services"))
    walk(page, reverse("city:service", args=[service]))
    actions.pause_service(None, service, "Vi byter system till fredag.")
    walk(page, reverse("city:service", args=[service]))
    actions.publish_notice(None, kind="announcement", title="Nämnden har möte", text="Fredag 4 december.")
    for name in ("city:notices", "city:how-we-count", "account_login", "account_reset_password", "account_reset_password_done"):
        walk(page, reverse(name))


def test_what_an_administrator_sees(page, service):
    social = Organisation.objects.create(name="Socialnämnden", kind="committee")
    District.objects.create(code="1", name="Hamnen", geometry={"type": "Polygon", "coordinates": []})
    chief = someone(
        Role.ADMINISTRATOR, Role.AUDITOR, Role.REGISTRAR, organisation=social, username="ove", first_name="Ove", last_name="Berg"
    )
    audit.record(chief, "read", chief, reason="För att pröva")
    log_in(page, chief)
    for name in ("desk", "organisation", "effects", "users", "user-new", "roles", "services-admin", "audit", "disclosures"):
        walk(page, reverse(f"city:{name}"))
    walk(page, reverse("city:user", args=[chief.pk]))
    walk(page, reverse("city:service-admin", args=[service]))
    walk(page, reverse("city:rollout", args=[service]))
    for name in ("account_sessions", "mfa_index"):
        walk(page, reverse(name))


def test_the_start_page_with_cards(page, site):
    def cards(user):
        return [desk.Card("Ett larm", "Korgen på torget är full.", "/", tag="Larm", kind="danger", icon="bell", order=10)]

    desk.register(cards)
    try:
        log_in(page, someone(Role.PLANNER))
        walk(page, reverse("city:desk"))
    finally:
        desk._registered.remove(cards)


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
