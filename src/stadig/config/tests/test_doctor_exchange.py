"""What the doctor says of how agencies are connected."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import psycopg
import pytest

from stadig.city import clock
from stadig.config import doctor_exchange
from stadig.config.environment import Environment
from stadig.config.finding import State
from stadig.exchange.models import Breaker
from stadig.exchange.tests.test_connections_page import _certificate

pytestmark = pytest.mark.django_db(transaction=True)


def _look(tmp_path: Path, extra: str | None, contracts: Path | None = None) -> list[tuple[State, str]]:
    from django.db import connection

    path: Path | None = None
    if extra is not None:
        path = tmp_path / "exchange.toml"
        head = '[asker]\norganisation_number = "162120001234"\nname = "Lindhamns kommun"\n\n'
        path.write_text(
            f'{head}[[connection]]\nname = "x"\ncontract = "ssbtek-11"\nurl = "https://a.example.se"\nagencies = ["FK"]\n{extra}\n'
        )
    env = Environment(exchange=path, contracts_dir=contracts)
    values: dict[str, Any] = connection.get_connection_params()
    keys = {name: values[name] for name in ("dbname", "user", "password", "host", "port") if values.get(name)}
    with psycopg.connect(**keys) as own:
        return [(one.state, one.text) for one in doctor_exchange.agencies(env, own)]


def test_none_connected_is_said(tmp_path: Path) -> None:
    assert _look(tmp_path, None) == [(State.WARN, "None are connected.")]


def test_a_fault_in_the_file_names_the_field(tmp_path: Path) -> None:
    ((state, text),) = _look(tmp_path, "retry = 7")
    assert state == State.FAIL
    assert "retry" in text


@pytest.mark.parametrize(("days", "state"), [(-3, State.FAIL), (12, State.WARN)])
def test_a_certificate_that_has_expired_or_soon_will(tmp_path: Path, days: int, state: State) -> None:
    found = _look(tmp_path, _certificate(tmp_path, days))
    assert [one for one, text in found if "expire" in text] == [state]


def test_a_key_that_others_may_read_is_a_fault(tmp_path: Path) -> None:
    lines = _certificate(tmp_path, 200)
    (tmp_path / "own.key").chmod(0o644)
    assert any(state == State.FAIL and "chmod 600" in text for state, text in _look(tmp_path, lines))


def test_contract_files_that_are_missing_and_a_breaker_that_stays_open(tmp_path: Path) -> None:
    long_ago = clock.real_now() - dt.timedelta(hours=3)
    Breaker.objects.create(connection="x", agency="FK", state="open", since=long_ago)
    Breaker.objects.create(connection="x", agency="AF", state="open", since=clock.real_now())
    texts = [text for _state, text in _look(tmp_path, "")]
    assert any("not installed" in text for text in texts)
    assert any(text.startswith("FK has not answered for 180 minutes") for text in texts)
    assert not any("AF has" in text for text in texts)
