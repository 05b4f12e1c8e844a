"""Passkeys of staff in a real browser, with a virtual authenticator; and who may not have one."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.urls import reverse

from stadig.city.roles import Role
from stadig.city.testing import someone
from stadig.ui.testing import path_of, walk, watched

PASSWORD = "en lång mening om hav"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def planner():
    cache.clear()
    user = someone(Role.PLANNER, username="leila", email="leila@example.se")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def phone(page, site, settings):
    """A browser at a name (a passkey belongs to a name) with an authenticator in it."""
    settings.STAFF_TOTP = True
    page.context.stadig_address = site.replace("127.0.0.1", "localhost")
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.refuse = lambda: device.send(
        "WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], "isUserVerified": False}
    )
    return page


def go(page, name: str, *args: object) -> None:
    page.goto(page.context.stadig_address + reverse(name, args=args))


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def log_in_with_password(page) -> None:
    go(page, "account_login")
    page.get_by_label("Användarnamn").fill("leila")
    page.get_by_label("Lösenord").fill(PASSWORD)
    press(page, "Logga in med lösenord")


def arrive(page, name: str) -> None:
    page.wait_for_url(lambda url: urlsplit(url).path == reverse(name))


def log_out(page) -> None:
    page.context.clear_cookies()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_passkey_is_the_second_factor_and_a_log_in_of_its_own(phone):
    user = planner()
    log_in_with_password(phone)
    arrive(phone, "mfa_activate_totp")
    phone.get_by_role("link", name="Lägg till en passnyckel i stället").click()
    with watched(phone):
        phone.get_by_label("Namn").fill("Min telefon")
        press(phone, "Lägg till")
        arrive(phone, "mfa_view_recovery_codes")
    go(phone, "city:desk")
    assert path_of(phone) == reverse("city:desk"), "nothing more has to be added"
    walk(phone, phone.context.stadig_address + reverse("mfa_index"))
    assert phone.get_by_role("link", name="Ta bort Min telefon").count() == 1
    walk(phone, phone.context.stadig_address + reverse("mfa_add_webauthn"))

    log_out(phone)
    walk(phone, phone.context.stadig_address + reverse("account_login"))
    press(phone, "Logga in med passnyckel")
    arrive(phone, "city:desk")

    log_out(phone)
    log_in_with_password(phone)
    arrive(phone, "mfa_authenticate")
    walk(phone, phone.context.stadig_address + reverse("mfa_authenticate"))
    press(phone, "Använd passnyckel")
    arrive(phone, "city:desk")

    go(phone, "mfa_index")
    phone.get_by_role("link", name="Ta bort Min telefon").click()
    phone.get_by_role("link", name="Använd passnyckel i stället").click()
    walk(phone, phone.url)
    press(phone, "Använd passnyckel")
    phone.get_by_role("heading", name="Ta bort passnyckeln").wait_for()
    walk(phone, phone.url)
    press(phone, "Ta bort")
    arrive(phone, "mfa_index")
    assert not Authenticator.objects.filter(user=user).exists(), "nor recovery codes that nothing needs"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_passkey_opens_nothing_for_someone_who_has_no_password_here_any_more(phone):
    user = planner()
    log_in_with_password(phone)
    go(phone, "mfa_add_webauthn")
    press(phone, "Lägg till")
    arrive(phone, "mfa_view_recovery_codes")
    log_out(phone)
    user.set_unusable_password()
    user.save()
    go(phone, "account_login")
    press(phone, "Logga in med passnyckel")
    phone.get_by_text("Passnyckeln gick inte att använda. Logga in på ett annat sätt.").wait_for()
    go(phone, "city:desk")
    assert path_of(phone) == reverse("account_login")
    phone.refuse()
    go(phone, "account_login")
    press(phone, "Logga in med passnyckel")
    phone.get_by_text("Passnyckeln gick inte att använda. Försök igen").wait_for()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_javascript_no_passkey_is_offered(plain_page):
    plain_page.goto(reverse("account_login"))
    assert not plain_page.get_by_role("button", name="Logga in med passnyckel").is_visible()


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.PLANNER])
def test_someone_without_a_password_here_cannot_add_one(client, db, role):
    client.force_login(someone(role), backend="stadig.city.login.PasswordBackend")
    for name in ("mfa_add_webauthn", "mfa_reauthenticate_webauthn"):
        answer = client.get(reverse(name))
        assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index"))
    assert client.post(reverse("mfa_add_webauthn"), {"credential": "{}"}).status_code == 302
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("said", ["", "{}", "[]", "1", "null", '{"id": 1}', '{"response": {"userHandle": "x"}}', "x" * 5000])
def test_nonsense_instead_of_a_passkey_logs_no_one_in(client, db, said):
    cache.clear()
    planner()
    answer = client.post(reverse("mfa_login_webauthn"), {"credential": said})
    assert (answer.status_code, answer["Location"]) == (302, reverse("account_login"))
    assert "_auth_user_id" not in client.session
