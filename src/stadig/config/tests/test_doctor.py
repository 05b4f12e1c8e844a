"""The doctor finds what is wrong and says what to do."""

from __future__ import annotations

import http.server
import json
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from stadig.config import doctor
from stadig.config.doctor import Finding, State
from stadig.config.environment import Environment
from stadig.config.tests.serving import free_port


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    made = Environment(home=tmp_path / "home")
    _ = made.home_dir
    return made


def one(found: Iterator[Finding]) -> Finding:
    findings = list(found)
    assert len(findings) == 1, findings
    return findings[0]


@pytest.fixture
def provider() -> Iterator[Callable[..., str]]:
    """An identity provider that says what it is told to say, with its own clock."""
    servers: list[http.server.ThreadingHTTPServer] = []

    def make(ahead: float = 0, **metadata: Any) -> str:
        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                base = f"http://127.0.0.1:{self.server.server_port}"
                said = {"issuer": base, "authorization_endpoint": base, "token_endpoint": base, "jwks_uri": base} | metadata
                self.send_response_only(200)
                self.send_header("Date", formatdate(__import__("time").time() + ahead))
                self.end_headers()
                self.wfile.write(json.dumps(said).encode())

            def log_message(self, *_: object) -> None: ...

        servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


def with_provider(env: Environment, url: str) -> Environment:
    env.oidc_url, env.oidc_client_id, env.oidc_client_secret = url, "stadig", "secret"
    return env


def test_an_identity_provider_that_answers_is_well(env: Environment, provider: Callable[..., str]) -> None:
    assert one(doctor.identity_provider(with_provider(env, provider()))).state == State.OK


def test_an_identity_provider_by_another_name_or_with_half_its_metadata_has_failed(
    env: Environment, provider: Callable[..., str]
) -> None:
    assert "calls itself" in one(doctor.identity_provider(with_provider(env, provider(issuer="https://other.example")))).text
    assert "jwks_uri" in one(doctor.identity_provider(with_provider(env, provider(jwks_uri="")))).text
    away = one(doctor.identity_provider(with_provider(env, f"http://127.0.0.1:{free_port()}")))
    assert (away.state, bool(away.advice)) == (State.FAIL, True)


def test_a_clock_that_is_wrong_is_found(env: Environment, provider: Callable[..., str]) -> None:
    found = list(doctor.identity_provider(with_provider(env, provider(ahead=-90))))
    assert [(f.what, f.state) for f in found] == [("identity provider", State.OK), ("clock", State.FAIL)]
    assert re.search(r"\+(89|90|91) s", found[1].text)


def test_keys_that_others_may_read_have_failed(env: Environment) -> None:
    env.secret("audit_key")
    assert one(doctor.keys(env)).state == State.OK
    (env.home_dir / "keys" / "audit_key").chmod(0o644)
    found = one(doctor.keys(env))
    assert found.state == State.FAIL
    assert "chmod 600" in found.advice


def test_a_full_disk_has_failed(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 10**8, "total": 10**12})
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: usage)
    assert {f.state for f in doctor.disk(env)} == {State.FAIL}


def test_a_mail_server_that_is_away_has_failed_and_its_password_is_not_shown(env: Environment) -> None:
    env.email_url = f"smtp://stadig:hemligt@127.0.0.1:{free_port()}"
    found = one(doctor.mail(env))
    assert found.state == State.FAIL
    assert "hemligt" not in found.text + found.advice


def test_a_broker_that_answers_is_well(env: Environment) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        env.mqtt_url = f"mqtt://stadig:x@127.0.0.1:{listener.getsockname()[1]}"
        assert one(doctor.broker(env)).state == State.OK
    assert one(doctor.broker(env)).state == State.FAIL


def test_plain_http_is_well_only_on_this_machine(env: Environment) -> None:
    assert one(doctor.certificate(env)).state == State.OK
    env.public_url = "http://stad.example"
    assert one(doctor.certificate(env)).state == State.WARN
    env.public_url = f"https://127.0.0.1:{free_port()}"
    assert one(doctor.certificate(env)).state == State.FAIL


def test_the_embedded_database_is_well() -> None:
    from stadig.config.environment import environment

    first = next(iter(doctor.database(environment)))
    assert first.state == State.OK
    assert first.text.startswith("PostgreSQL ")
    assert not [f for f in doctor.clock(environment) if f.state != State.OK]


def test_a_database_that_is_away_is_a_finding_not_a_crash(env: Environment) -> None:
    env.database_url = f"postgresql://stadig:hemligt@127.0.0.1:{free_port()}/stadig"
    found = list(doctor.examine(env))
    assert found[0].state == State.FAIL
    assert all("hemligt" not in f.text + f.advice for f in found)
    assert all(f.advice for f in found if f.state != State.OK)
    assert {f.what for f in found} >= {"database", "keys", "disk", "mail"}
    assert os.environ.get("DATABASE_URL", "") != env.database_url
