"""Every address, opened by no one and by everyone: a view lets in those it names and no one else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from stadig.city.permissions import PUBLIC, SIGNED_IN, Permission, Role, TokenScope

SAMPLES = {
    "int": "1",
    "slug": "x",
    "str": "x",
    "path": "x",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "day": "2026-11-24",
    "base36": "1a",
}
"""What stands in an address where it asks for something; a view may answer 404 for it, but must ask who it is first."""
PLACE = re.compile(r"<(?:(\w+):)?\w+>")
REFUSED = 403
OWN_CHECK = {"mfa_authenticate", "mfa_login_webauthn"}
"""A later step of logging in: public, but without the first step it leads back to it."""


@dataclass(frozen=True)
class Address:
    """One view and one address that leads to it."""

    path: str
    name: str
    permission: Any

    def __str__(self) -> str:
        return self.name or self.path


def addresses(urlconf: str) -> Iterator[Address]:
    def walk(patterns: list[Any], prefix: str, names: str) -> Iterator[Address]:
        for one in patterns:
            path = prefix + sample(one)
            if isinstance(one, URLResolver):
                space = f"{names}{one.namespace}:" if one.namespace else names
                yield from walk(one.url_patterns, path, space)
            elif isinstance(one, URLPattern):
                yield Address("/" + path, f"{names}{one.name or ''}", getattr(one.callback, "permission", None))

    yield from walk(get_resolver(urlconf).url_patterns, "", "")


def sample(one: URLPattern | URLResolver) -> str:
    return PLACE.sub(lambda found: SAMPLES[found.group(1) or "str"], str(getattr(one.pattern, "_route", "")))


EVERY_CITY = list(addresses("stadig.config.urls"))
DEMO = list(addresses("stadig.config.demo_urls"))
GUARDED = [address for address in EVERY_CITY if isinstance(address.permission, Permission) and address.permission != PUBLIC]


@pytest.mark.parametrize("address", EVERY_CITY + [one for one in DEMO if one not in EVERY_CITY], ids=str)
def test_every_view_says_who_may_open_it(address):
    assert isinstance(address.permission, Permission | TokenScope), (
        f"{address.path} says nothing. Put @needs(…), @public, @signed_in or @token_api(…) outermost on its view."
    )


@pytest.fixture
def browsers(someone) -> dict[Role, Client]:
    """Each role, logged in."""
    found = {}
    for role in Role:
        found[role] = Client(raise_request_exception=True)
        found[role].force_login(someone(role))
    return found


def to_login(response: Any) -> bool:
    return response.status_code == 302 and urlsplit(response["Location"]).path == reverse("account_login")


@pytest.mark.parametrize("address", [one for one in EVERY_CITY if one.permission == PUBLIC], ids=str)
def test_what_is_public_asks_no_one_who_they_are(address, client, db):
    response = client.get(address.path)
    assert response.status_code != REFUSED, address.path
    named_for_library_only = address.path in {reverse(name) for name in NO_PAGE}
    assert not to_login(response) or address.name in OWN_CHECK or named_for_library_only
    assert response.status_code < 500 or address.name == "openid_connect_login"


NO_PAGE = (
    "account_signup",
    "account_email",
    "account_email_verification_sent",
    "socialaccount_signup",
    "socialaccount_connections",
)


def test_a_guarded_page_opens_for_those_it_names_and_no_one_else(client, browsers):
    """Ten roles and no one, at every guarded address; one test, so that each role logs in once."""
    wrong: list[str] = []
    for address in GUARDED:
        for method in ("get", "post"):
            if not to_login(getattr(client, method)(address.path)):
                wrong.append(f"{method} {address.path} let someone in without a log-in")
        for role, browser in browsers.items():
            named = address.permission == SIGNED_IN or role in address.permission.roles
            got = browser.get(address.path)
            if named and (got.status_code not in {200, 302, 304, 400, 404, 405} or to_login(got)):
                wrong.append(f"{address.path} answered {got.status_code} to {role}, who is named")
            elif not named and got.status_code != REFUSED:
                wrong.append(f"{address.path} answered {got.status_code} to {role}, who is not named")
            elif not named and browser.post(address.path).status_code != REFUSED:
                wrong.append(f"POST {address.path} is open to {role}")
    assert len(GUARDED) > 20
    assert wrong == []


def test_a_machine_interface_wants_its_token(client, db):
    for address in (one for one in EVERY_CITY if isinstance(one.permission, TokenScope)):
        assert client.get(address.path).status_code in {401, 405}, address
        assert client.get(address.path, headers={"Authorization": "Bearer wrong"}).status_code in {401, 405}, address


def call(path: str, method: str = "POST", body: bytes = b"{}") -> int:
    """The outer door's answer to a stranger from elsewhere, without a server."""
    from stadig.config.asgi import TABLE, door

    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))],
        "client": ("203.0.113.9", 4711),
        "server": ("127.0.0.1", 80),
    }
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def once() -> None:
        try:
            await asyncio.wait_for(door(scope, receive, send), 15)
        finally:
            for mount in TABLE.values():  # as when the server stops: no session on the test database stays open
                if hook := getattr(mount.app, "shutdown", None):
                    await hook()

    with ThreadPoolExecutor(1) as aside:  # a browser's event loop may be running in this thread
        aside.submit(lambda: asyncio.run(once())).result(20)
    return next(message["status"] for message in sent if message["type"] == "http.response.start")


def test_the_dispatchers_table_says_who_is_let_in():
    from stadig.config.asgi import TABLE

    assert {mount.access for mount in TABLE.values()} <= {"public", "token", "operator"}


@pytest.mark.django_db(transaction=True)
def test_a_stranger_without_a_token_writes_nothing_past_the_dispatcher():
    from stadig.config.asgi import TABLE

    for path, mount in TABLE.items():
        if mount.access == "token":
            inner = {"/sta": "/sta/v1.1/Things"}.get(path, path)
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                assert call(inner, method) in {400, 401, 403, 404, 405, 413}, f"{method} {inner}"
        if path == "/events":
            assert call(path, "GET", b"") in {400, 401, 403}
        if mount.access == "operator":
            assert call(path, "GET", b"") in {401, 403, 404}, path


def test_no_machine_interface_hides_a_page():
    from stadig.config.asgi import TABLE

    hidden = [one.path for one in EVERY_CITY for prefix in TABLE if one.path == prefix or one.path.startswith(prefix + "/")]
    assert hidden == []
