"""Logging in: residents through a real OpenID Connect round trip, staff with password and one-time code."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse, reverse_lazy
from oidc_provider_mock import User as Claimant
from oidc_provider_mock import run_server_in_thread

from stadig.city import actions, assurance, persons
from stadig.city.models import AuditEntry, Person, User
from stadig.city.roles import Role
from stadig.city.testing import traces

NUMBER = "197205128999"
DASHED = "19720512-8999"


@pytest.fixture
def number() -> str:
    """A valid made-up number of someone born in 1972."""
    from stadig.city.personnummer import luhn

    nine = "720512899"
    return f"19{nine}{luhn(nine)}"


@pytest.fixture
def provider(settings, monkeypatch, number) -> Iterator[str]:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    claimants = [
        Claimant(sub="karin", claims={"given_name": "Karin", "family_name": "Ek", "personalIdentityNumber": number}),
        Claimant(sub=number, claims={"name": "Karin Ek", "email": "karin@example.se"}),
        Claimant(sub="nobody", claims={"name": "Ingen Alls"}),
        Claimant(
            sub="owner",
            claims={
                "given_name": "Karin",
                "family_name": "Ek",
                "acr": "http://id.elegnamnden.se/loa/1.0/loa3",
                "https://id.oidc.se/claim/personalIdentityNumber": number,
                "https://id.oidc.se/claim/orgNumber": "5560360793",
                "https://id.oidc.se/claim/orgName": "Ek & Co AB",
            },
        ),
    ]
    with run_server_in_thread(user_claims=claimants) as server:
        url = f"http://localhost:{server.server_port}"
        app = {
            "provider_id": "e-legitimation",
            "name": "E",
            "client_id": "stadig",
            "secret": "x",
            "settings": {"server_url": url},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        yield url


def log_in_with_eid(client: Client, sub: str, **query: str):
    start = client.post(reverse("openid_connect_login", args=["e-legitimation"]), query)
    assert start.status_code == 302, start.content
    back = requests.post(start["Location"], data={"sub": sub}, allow_redirects=False, timeout=5)
    answer = urlsplit(back.headers["Location"])
    return client.get(f"{answer.path}?{answer.query}")


def test_a_resident_logs_in_and_the_number_is_stored_nowhere_in_clear(client, db, provider, number):
    response = log_in_with_eid(client, "karin")
    assert response.status_code == 302
    assert response["Location"] == "/"
    person = Person.objects.get()
    assert person.user.get_full_name() == "Karin Ek"
    assert persons.find(number) == person
    assert client.get(reverse("account_sessions")).status_code == 200
    assert traces(number, number[2:], f"{number[:8]}-{number[8:]}", f"{number[2:8]}-{number[8:]}") == []
    assert AuditEntry.objects.filter(did="logged_in", actor__startswith="person:").count() == 1


def test_the_level_of_assurance_and_the_organisation_last_as_long_as_the_log_in(client, db, provider):
    log_in_with_eid(client, "owner")
    assert (client.session[assurance.LEVEL], client.session[assurance.REPRESENTS]) == (3, ["556036-0793", "Ek & Co AB"])
    client.post(reverse("account_logout"))
    log_in_with_eid(client, "karin")
    assert client.session[assurance.LEVEL] == 0, "a provider that says nothing of how sure it is vouches for nothing"
    assert assurance.REPRESENTS not in client.session


@pytest.mark.parametrize(
    ("acr", "level"),
    [
        ("http://id.elegnamnden.se/loa/1.0/loa4", 4),
        ("http://id.elegnamnden.se/loa/1.0/eidas-sub", 3),
        ("urn:ours:high", 3),
        ("urn:theirs", 0),
        (None, 0),
        (["http://id.elegnamnden.se/loa/1.0/loa3"], 0),
    ],
)
def test_only_known_values_of_acr_stand_for_a_level(acr, level, settings):
    settings.OIDC_LEVELS = {"urn:ours:high": 3}
    assert assurance.level_of(acr) == level


def test_a_number_in_sub_is_stored_nowhere_either(client, db, provider, number):
    assert log_in_with_eid(client, number)["Location"] == "/"
    client.get(reverse("account_sessions"))
    assert traces(number, number[2:]) == []


def test_the_same_person_through_another_provider_is_the_same_user(client, db, provider, number):
    log_in_with_eid(client, "karin")
    log_in_with_eid(Client(), number)
    assert User.objects.count() == Person.objects.count() == 1


def test_a_person_the_city_knew_before_gets_a_log_in(client, db, provider, number):
    known = actions.register_person(None, given_name="Karin", family_name="Ek", personnummer=number)
    log_in_with_eid(client, "karin")
    assert User.objects.get().person == known


def test_someone_the_provider_does_not_name_gets_no_account(client, db, provider):
    page = log_in_with_eid(client, "nobody")
    assert "Vi vet inte vem du är" in page.content.decode()
    assert User.objects.count() == 0


def test_a_log_in_that_is_broken_off_says_so(client, db, provider):
    start = client.post(reverse("openid_connect_login", args=["e-legitimation"]))
    back = requests.post(start["Location"], data={"action": "deny"}, allow_redirects=False, timeout=5)
    answer = urlsplit(back.headers["Location"])
    assert "Inloggningen" in client.get(f"{answer.path}?{answer.query}", follow=True).content.decode()


def test_a_provider_that_is_away_gives_a_page_not_a_trace(client, db, settings):
    app = {
        "provider_id": "e-legitimation",
        "name": "E",
        "client_id": "x",
        "secret": "x",
        "settings": {"server_url": "http://localhost:9"},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    page = client.post(reverse("openid_connect_login", args=["e-legitimation"]))
    assert "Inloggningen gick inte" in page.content.decode()


@pytest.fixture
def planner(someone, settings):
    settings.STAFF_TOTP = True
    cache.clear()
    user = someone(Role.PLANNER, username="leila", email="leila@example.se")
    user.set_password("en lång mening om hav")
    user.save()
    return user


def staff_log_in(client: Client, password: str = "en lång mening om hav", login: str = "leila"):
    return client.post(reverse("account_login"), {"login": login, "password": password})


def totp_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_staff_must_add_a_one_time_code_before_anything_else(client, planner):
    assert staff_log_in(client).status_code == 302
    assert client.get(reverse("city:desk"))["Location"] == reverse("mfa_activate_totp")
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert client.post(reverse("mfa_activate_totp"), {"code": totp_now(secret)}).status_code == 302
    assert client.get(reverse("city:desk")).status_code == 200
    assert traces(secret) == []


def test_a_staff_member_with_a_code_needs_it_the_next_time(client, planner):
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(planner, secret)
    response = staff_log_in(client)
    assert response["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("city:desk")).status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "Koden stämmer inte" in wrong.content.decode()
    assert client.post(reverse("mfa_authenticate"), {"code": totp_now(secret)}).status_code == 302
    assert client.get(reverse("city:desk")).status_code == 200


def test_wrong_name_and_wrong_password_look_the_same(client, planner):
    wrong = staff_log_in(client, "fel lösenord alls")
    unknown = staff_log_in(client, login="finns-inte")
    assert wrong.status_code == unknown.status_code == 200
    assert [str(e) for e in wrong.context["form"].non_field_errors()] == [
        str(e) for e in unknown.context["form"].non_field_errors()
    ]


def test_many_wrong_tries_are_stopped_and_counted_for_all_processes(client, planner):
    for _ in range(5):
        staff_log_in(client, "fel")
    page = staff_log_in(client)  # the right one, too late
    assert "för många försök" in page.content.decode()
    for _ in range(31):
        answer = staff_log_in(client, "fel", login="någon")
    assert answer.status_code == 429
    assert django_settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")


def test_no_one_signs_up_with_a_password(client, db):
    assert client.post(reverse("account_signup"), {"username": "x"}).status_code in (302, 405)
    assert User.objects.count() == 0


def test_a_log_in_ends_after_an_hour_without_use(client, planner):
    client.force_login(planner)
    assert client.get(reverse("city:desk")).status_code == 200
    session = client.session
    session["stadig_seen"] = time.time() - 3700
    session.save()
    assert client.get(reverse("city:desk")).status_code == 302
    assert planner.open_sessions.count() == 0


def test_the_key_of_a_session_changes_at_log_in(client, planner):
    session = client.session
    session["before"] = 1
    session.save()
    before = client.session.session_key
    client.cookies[django_settings.SESSION_COOKIE_NAME] = before
    staff_log_in(client)
    assert client.session.session_key != before


def test_ending_other_sessions_leaves_this_one(planner, client):
    other = Client()
    for browser in (client, other):
        browser.force_login(planner)
        browser.get(reverse("city:desk"))
    client.post(reverse("account_sessions"))
    assert client.get(reverse("city:desk")).status_code == 200
    assert other.get(reverse("city:desk")).status_code == 302


def test_logging_out_needs_a_post(client, planner):
    client.force_login(planner)
    client.get(reverse("account_logout"))
    assert client.get(reverse("city:desk")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("city:desk")).status_code == 302


def test_a_forgotten_password_says_the_same_to_everyone(client, planner, mailoutbox):
    known = client.post(reverse("account_reset_password"), {"email": planner.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "ingen@example.se"})
    assert known["Location"] == unknown["Location"]
    assert [mail.to for mail in mailoutbox if "leila" in mail.body] == [[planner.email]]


def test_changing_the_password_asks_who_you_are_and_wants_a_good_one(client, planner):
    client.force_login(planner)
    page = client.post(
        reverse("account_change_password"), {"oldpassword": "en lång mening om hav", "password1": "kort", "password2": "kort"}
    )
    assert page.status_code == 200
    assert page.context["form"].errors


STAFF = reverse_lazy("openid_connect_login", args=["medarbetare"])


@pytest.fixture
def employer(settings, monkeypatch, number) -> Iterator[None]:
    """The municipality's own identity provider."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    claimants = [
        Claimant(sub="a1", claims={"preferred_username": "Leila", "amr": ["pwd"], "groups": ["administrators"]}),
        Claimant(sub="a2", claims={"preferred_username": "leila", "amr": ["pwd", "mfa"]}),
        Claimant(sub="a3", claims={"preferred_username": "ingen"}),
        Claimant(sub="a4", claims={"preferred_username": "karin", "personalIdentityNumber": number}),
        Claimant(sub="a5", claims={"name": "Utan Namn"}),
    ]
    with run_server_in_thread(user_claims=claimants) as server:
        app = {
            "provider_id": "medarbetare",
            "name": "K",
            "client_id": "stadig",
            "secret": "x",
            "settings": {"server_url": f"http://localhost:{server.server_port}"},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        settings.OIDC_STAFF_MFA = frozenset({"mfa"})
        yield


def log_in_at_work(client: Client, sub: str):
    start = client.post(STAFF)
    back = requests.post(start["Location"], data={"sub": sub}, allow_redirects=False, timeout=5)
    answer = urlsplit(back.headers["Location"])
    return client.get(f"{answer.path}?{answer.query}")


def test_staff_whose_provider_asked_for_a_second_factor_are_in(client, planner, employer):
    answer = log_in_at_work(client, "a2")
    assert (answer.status_code, answer["Location"]) == (302, reverse("city:desk"))
    assert client.get(reverse("city:desk")).status_code == 200
    assert planner.open_sessions.count() == 1


def test_staff_whose_provider_asked_for_a_password_alone_must_add_a_code(client, planner, employer):
    planner.set_unusable_password()
    planner.save()
    log_in_at_work(client, "a1")
    assert client.get(reverse("city:desk"))["Location"] == reverse("mfa_activate_totp")
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    assert client.post(reverse("mfa_activate_totp"), {"code": totp_now(secret)}).status_code == 302
    assert client.get(reverse("city:desk")).status_code == 200


def test_staff_with_a_code_are_asked_for_it_unless_the_provider_has_seen_to_it(client, planner, employer):
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(planner, secret)
    assert log_in_at_work(client, "a1")["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("city:desk")).status_code == 302
    assert client.post(reverse("mfa_authenticate"), {"code": totp_now(secret)}).status_code == 302
    assert client.get(reverse("city:desk")).status_code == 200


def test_a_claim_gives_no_account_no_role_and_no_one_elses_account(client, planner, employer, someone, number):
    before = list(planner.assignments.values_list("pk", "role"))
    log_in_at_work(client, "a2")
    assert list(planner.assignments.values_list("pk", "role")) == before
    for sub in ("a3", "a4", "a5"):
        answer = log_in_at_work(Client(), sub)
        assert answer.status_code == 403
        assert "Du har inget konto här" in answer.content.decode()
    assert User.objects.count() == 1
    assert Person.objects.count() == 0
    assert traces(number, number[2:]) == []


def test_a_user_name_that_has_moved_to_someone_else_does_not_give_them_the_account(client, planner, employer):
    log_in_at_work(client, "a2")
    assert log_in_at_work(Client(), "a1").status_code == 403
    assert log_in_at_work(Client(), "a2").status_code == 302


def test_residents_and_those_who_have_left_do_not_come_in_at_work(client, planner, employer):
    planner.is_staff = False
    planner.save()
    assert log_in_at_work(client, "a2").status_code == 403
    planner.is_staff, planner.is_active = True, False
    planner.save()
    assert log_in_at_work(client, "a2").status_code == 403


def test_the_log_in_page_keeps_the_two_ways_apart(client, db, employer):
    page = client.get(reverse("account_login")).content.decode()
    assert "Logga in med kommunens konto" in page
    assert "Logga in med e-legitimation" not in page
